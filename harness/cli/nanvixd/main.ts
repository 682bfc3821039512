/**
 * The command `nanvixd-v86`: takes nanvixd's place in a Makefile. Same arguments, streams, files and exit statuses.
 *
 * What must hold: what nanvixd refuses is refused in its words, with status 1.
 */
import { harnessStatus } from '../../guest/exit-status.ts';
import { describeError } from '../errors.ts';
import { takeOutputFailures } from '../output-failures.ts';
import { readArguments, USAGE } from './arguments.ts';

/** Errors of nanvixd's main. */
const STATUS_REFUSED = 1;

/** Runs one command line, without `node` and the script, and returns the exit status of the process. */
export async function nanvixdMain(words: readonly string[]): Promise<number> {
  const read = readArguments(words);
  switch (read.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return refuse('wrong usage');
    case 'refused':
      return refuse(read.message);
    case 'run':
      try {
        const { runNanvixd } = await import('./run.ts');
        const status = await runNanvixd(read);
        const [failure] = takeOutputFailures();
        return failure === undefined ? status : refuse(failure);
      } catch (error) {
        const { line, status } = await describeError(error);
        refuse(line);
        return status === harnessStatus.eraContradiction ? status : STATUS_REFUSED;
      }
  }
}

function refuse(message: string): number {
  process.stderr.write(`Error: ${message}\n`);
  return STATUS_REFUSED;
}
