/** What the launchers call: the command lines `nanvix-v86`, with all its commands, and `nanvixd-v86`. */
import { runCommandLine } from './command-line.ts';
import { commands } from './commands/index.ts';

/** Runs one command line, without `node` and the script, and returns the exit status of the process. */
export async function main(argv: readonly string[]): Promise<number> {
  return await runCommandLine(argv, commands);
}

/** The command line `nanvixd-v86`: see nanvixd/. Not loaded by any other command. */
export async function nanvixd(argv: readonly string[]): Promise<number> {
  const { nanvixdMain } = await import('./nanvixd/main.ts');
  return await nanvixdMain(argv);
}
