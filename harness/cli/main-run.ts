/** What the launcher calls where the first word is `run`: nothing of the other commands is loaded, read or even in the same file. */
import { runCommandLine } from './command-line.ts';
import { runCommand } from './commands/run.ts';

/** As `main` of `main.ts` is, for a command line that begins with `run`. */
export async function main(argv: readonly string[]): Promise<number> {
  return await runCommandLine(argv, [runCommand]);
}
