/**
 * Compares two recorded runs call by call.
 *
 * The runs are aligned, so that a call that only one of them makes does not make all calls behind it differ. Two calls
 * are the same if level, thread, name, decoded arguments and result agree; when they were made does not count.
 */
import { diffArrays } from 'diff';
import { formatCallText } from './format.ts';
import type { RecordedTrace } from './ndjson.ts';
import type { CallRecord } from './record.ts';

export interface TraceDiffOptions {
  /** Take all pointers for equal: for runs of programs that were linked differently. */
  readonly ignorePointers?: boolean;
  /** Take all times that calls tell for equal: they depend on how many instructions ran before. */
  readonly ignoreTimes?: boolean;
  /** Also compare how many instructions each call took. */
  readonly compareDurations?: boolean;
}

/** A stretch of the aligned runs. */
export interface DiffPart {
  /** `changed`: both runs make these calls, in other ways or in other numbers. */
  readonly kind: 'same' | 'changed' | 'only-first' | 'only-second';
  readonly first: readonly CallRecord[];
  readonly second: readonly CallRecord[];
}

export interface TraceDiff {
  readonly parts: readonly DiffPart[];
  /** Calls that are the same in both. */
  readonly same: number;
  /** What else differs, such as the program or how the run ended; one line each. */
  readonly headerDifferences: readonly string[];
}

const POINTER_PATTERN = /0x[0-9a-f]+( <[^>]*>)?/g;
const TIME_PATTERN = /\b(seconds|nanoseconds|tv_sec|tv_nsec)=-?\d+/g;

function keyOf(call: CallRecord, options: TraceDiffOptions): string {
  const text = `${call.level} ${call.thread} ${call.completion} ${formatCallText(call)}`;
  const withoutPointers = options.ignorePointers === true ? text.replace(POINTER_PATTERN, '0x') : text;
  const key = options.ignoreTimes === true ? withoutPointers.replace(TIME_PATTERN, '$1=') : withoutPointers;
  return options.compareDurations === true ? `${key} <${call.duration ?? '?'}>` : key;
}

function headerDifferences(first: RecordedTrace, second: RecordedTrace): string[] {
  const bothEnd = first.end !== undefined && second.end !== undefined;
  const flat = ({ header, end }: RecordedTrace): Record<string, unknown> => ({
    levels: header.levels.join(','),
    kernel: header.kernel.slice(0, 12),
    program: header.program.slice(0, 12),
    ramfs: header.ramfs?.slice(0, 12) ?? 'none',
    ...header.options,
    ...(bothEnd ? { end: end?.outcome, 'exit status': end?.exitStatus } : {}),
  });
  const [a, b] = [flat(first), flat(second)];
  return Object.keys({ ...a, ...b })
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${JSON.stringify(a[name])} and ${JSON.stringify(b[name])}`);
}

/** Changes after which aligning is given up: its time grows with their square. */
const CHANGES_MAXIMUM = 5000;

interface Stretch {
  readonly kind: 'same' | 'first' | 'second';
  readonly count: number;
}

/** Which calls are equal. Runs that differ too much are the same up to the first difference, and from behind the last. */
function align(first: readonly string[], second: readonly string[]): Stretch[] {
  const changes = diffArrays([...first], [...second], { maxEditLength: CHANGES_MAXIMUM });
  if (changes !== undefined) {
    return changes.map(({ value, added, removed }) => ({
      kind: added ? 'second' : removed ? 'first' : 'same',
      count: value.length,
    }));
  }
  const shorter = Math.min(first.length, second.length);
  let start = 0;
  while (start < shorter && first[start] === second[start]) start++;
  let end = 0;
  while (end < shorter - start && first.at(-1 - end) === second.at(-1 - end)) end++;
  return [
    { kind: 'same', count: start },
    { kind: 'first', count: first.length - start - end },
    { kind: 'second', count: second.length - start - end },
    { kind: 'same', count: end },
  ];
}

/** Aligns two runs. */
export function diffTraces(
  first: RecordedTrace,
  second: RecordedTrace,
  options: TraceDiffOptions = {},
): TraceDiff {
  const keys = (trace: RecordedTrace): string[] => trace.calls.map((call) => keyOf(call, options));
  const parts: DiffPart[] = [];
  let [atFirst, atSecond] = [0, 0];
  for (const { kind: from, count } of align(keys(first), keys(second))) {
    if (count === 0) continue;
    const fromFirst = from === 'second' ? [] : first.calls.slice(atFirst, atFirst + count);
    const fromSecond = from === 'first' ? [] : second.calls.slice(atSecond, atSecond + count);
    atFirst += fromFirst.length;
    atSecond += fromSecond.length;
    const last = parts.at(-1);
    if (from === 'second' && last?.kind === 'only-first') {
      parts[parts.length - 1] = { kind: 'changed', first: last.first, second: fromSecond };
    } else {
      const kind = from === 'second' ? 'only-second' : from === 'first' ? 'only-first' : 'same';
      parts.push({ kind, first: fromFirst, second: fromSecond });
    }
  }
  const same = parts.filter(({ kind }) => kind === 'same').reduce((sum, part) => sum + part.first.length, 0);
  return { parts, same, headerDifferences: headerDifferences(first, second) };
}

/** The first stretch in which the runs differ; undefined when they agree. */
export function firstDifference(diff: TraceDiff): DiffPart | undefined {
  return diff.parts.find((part) => part.kind !== 'same');
}
