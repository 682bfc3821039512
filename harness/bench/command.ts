/** Starts the command line in a process of its own, as a user does, and says how long that took. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { wallClock } from '../guest/wall-clock.ts';

const LAUNCHER = fileURLToPath(new URL('../cli/nanvix-v86.cjs', import.meta.url));

export interface TimedCommand {
  readonly milliseconds: number;
  readonly stdout: string;
}

/** Runs `nanvix-v86` to its end; a status other than 0 rejects with what it printed. */
export async function timeCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TimedCommand> {
  const startedAt = wallClock();
  const { stdout } = await execa(LAUNCHER, args, { stdin: 'ignore', env });
  return { milliseconds: wallClock() - startedAt, stdout };
}
