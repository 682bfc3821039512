/** The command line as users start it: the real launcher in a process of its own. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const LAUNCHER = fileURLToPath(new URL('../../harness/cli/nanvix-v86.cjs', import.meta.url));
const BACKSTOP_MS = 150_000;

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | undefined;
  readonly signal: string | undefined;
}

/** Runs `nanvix-v86` with arguments, standard input (empty unless given), more of an environment and another folder; colours are off. */
export async function nanvix(
  args: readonly string[],
  input = '',
  environment: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<CommandResult> {
  const result = await execa(LAUNCHER, args, {
    input,
    reject: false,
    stripFinalNewline: false,
    timeout: BACKSTOP_MS,
    env: { NO_COLOR: '1', ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { stdout, stderr, exitCode, signal } = result;
  return { stdout, stderr, status: exitCode, signal };
}
