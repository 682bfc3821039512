/** Which calls of a trace to show. Filtering never changes what is recorded inside a guest, only what comes out. */
import { kernelCallNames } from '../../../images/abi/eras.ts';
import { errnoName, errno } from '../../../images/abi/errno.ts';
import { InputError } from '../../guest/errors.ts';
import { posixCallNumber } from './posix/numbers.ts';
import type { CallRecord } from './record.ts';

export interface CallFilter {
  /** Names or numbers of calls; with a `!` in front, all but these. */
  readonly calls?: readonly string[];
  readonly threads?: readonly number[];
  /** `failed`, `succeeded`, `unfinished`, or names of errors; a call must match one. */
  readonly results?: readonly string[];
  /** Guest time since reset in milliseconds: from inclusive, to exclusive. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Throws {@link InputError} for a name that no call has; a typing mistake must not look like a quiet program. */
function checkName(name: string): string {
  const known = /^\d+$/.test(name) || kernelCallNames.has(name) || posixCallNumber(name) !== undefined;
  if (!known)
    throw new InputError(`no call is named ${JSON.stringify(name)}: check the spelling, or give its number`);
  return name;
}

const words: readonly string[] = ['failed', 'succeeded', 'unfinished'];

function checkResult(result: string): string {
  const isErrno =
    Object.hasOwn(errno, result) || /^E[A-Z0-9]+$/.test(result) || errnoName(Number(result)) !== undefined;
  if (!words.includes(result) && !isErrno) {
    throw new InputError(
      `${JSON.stringify(result)} is no result: give ${words.join(', ')} or the name of an error`,
    );
  }
  return result;
}

function resultMatches(call: CallRecord, wanted: readonly string[]): boolean {
  const failed = call.result?.errno !== undefined;
  return wanted.some((one) => {
    if (one === 'failed') return failed;
    if (one === 'succeeded') return call.result !== undefined && !failed;
    if (one === 'unfinished') return call.result === undefined;
    return call.result?.errno === one;
  });
}

/** Makes a predicate of a filter. */
export function compileFilter(filter: CallFilter): (call: CallRecord) => boolean {
  const calls = filter.calls ?? [];
  const without = new Set(
    calls.filter((name) => name.startsWith('!')).map((name) => checkName(name.slice(1))),
  );
  const only = new Set(calls.filter((name) => !name.startsWith('!')).map(checkName));
  const threads = filter.threads === undefined ? undefined : new Set(filter.threads);
  const results = filter.results?.map(checkResult);
  const from = (filter.fromMs ?? 0) * NANOSECONDS_PER_MILLISECOND;
  const to = (filter.toMs ?? Infinity) * NANOSECONDS_PER_MILLISECOND;
  if (from > to)
    throw new InputError(`no call is from ${filter.fromMs} ms on and before ${filter.toMs} ms: swap them`);
  const named = (call: CallRecord, set: ReadonlySet<string>): boolean =>
    set.has(call.name) || set.has(String(call.number));
  return (call) =>
    !named(call, without) &&
    (only.size === 0 || named(call, only)) &&
    threads?.has(call.thread) !== false &&
    (results === undefined || resultMatches(call, results)) &&
    call.nanoseconds >= from &&
    call.nanoseconds < to;
}
