/** Turns whatever a command threw into one line and an exit status. */
import { harnessStatus } from '../guest/exit-status.ts';
import { log, logLevel } from './log.ts';

/** Errors that say in their message what to do, by name: a class is not loaded only to be compared with. */
const USAGE_ERRORS = new Set([
  'InputError',
  'SnapshotMismatchError',
  'SnapshotError',
  'RamfsError',
  'ArchiveError',
]);
const FAILURES = new Set(['BuildError', 'GuestStateError']);

/** A failure of the tool or of its surroundings, as in any program that is not about guests. */
const STATUS_FAILED = 1;
/** A defect of this program: EX_SOFTWARE of sysexits. */
const STATUS_INTERNAL = 70;
const STATUS_INTERRUPTED = 130;

export async function describeError(error: unknown): Promise<{ line: string; status: number }> {
  if (!(error instanceof Error)) return { line: `internal error: ${String(error)}`, status: STATUS_INTERNAL };
  if ('syscall' in error && error.syscall === 'uv_cwd')
    return {
      line: 'the folder that this was started in is gone: change to another',
      status: harnessStatus.usage,
    };
  const line = error.message.replaceAll(/\s*\n\s*/g, ' ');
  if (isUnwritable(error)) return { line, status: harnessStatus.outputFailed };
  if (USAGE_ERRORS.has(error.name) || isMissingSource(error)) return { line, status: harnessStatus.usage };
  if (error.name === 'EraContradictionError') return { line, status: harnessStatus.eraContradiction };
  if (FAILURES.has(error.name)) {
    const kind = 'kind' in error ? error.kind : undefined;
    // A compiler points at places in lines of its own.
    const said = kind === 'compile-failed' ? error.message.trimEnd() : line;
    return { line: said, status: kind === 'interrupted' ? STATUS_INTERRUPTED : STATUS_FAILED };
  }
  await log('debug', 'internal error', { stack: error.stack });
  const hint = logLevel() === 'debug' ? '' : '; `--log-level debug` shows where';
  return { line: `internal error: ${line}${hint}`, status: STATUS_INTERNAL };
}

/** The compiler's word for a file that was named and is not there. */
const isMissingSource = (error: Error): boolean => 'kind' in error && error.kind === 'source-unreadable';

/** A snapshot takes no more (see write-whole.ts), or what was compiled does not fit where it is to be. */
const isUnwritable = (error: Error): boolean =>
  'kind' in error && (error.kind === 'unwritable' || error.kind === 'output-unwritable');
