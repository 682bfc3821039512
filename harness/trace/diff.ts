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
  /** What the headers say differently, such as another program; one line each. */
  readonly headerDifferences: readonly string[];
}

const pointerPattern = /0x[0-9a-f]+( <[^>]*>)?/g;
const timePattern = /\b(seconds|nanoseconds|tv_sec|tv_nsec)=-?\d+/g;

function keyOf(call: CallRecord, options: TraceDiffOptions): string {
  const text = `${call.level} ${call.thread} ${call.completion} ${formatCallText(call)}`;
  const withoutPointers = options.ignorePointers === true ? text.replace(pointerPattern, '0x') : text;
  const key = options.ignoreTimes === true ? withoutPointers.replace(timePattern, '$1=') : withoutPointers;
  return options.compareDurations === true ? `${key} <${call.duration ?? '?'}>` : key;
}

function headerDifferences(first: RecordedTrace, second: RecordedTrace): string[] {
  const flat = ({ header }: RecordedTrace): Record<string, unknown> => ({
    levels: header.levels.join(','),
    kernel: header.kernel.slice(0, 12),
    program: header.program.slice(0, 12),
    ramfs: header.ramfs?.slice(0, 12) ?? 'none',
    ...header.options,
  });
  const [a, b] = [flat(first), flat(second)];
  return Object.keys({ ...a, ...b })
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${JSON.stringify(a[name])} and ${JSON.stringify(b[name])}`);
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
  for (const change of diffArrays(keys(first), keys(second))) {
    const count = change.value.length;
    const fromFirst = change.added ? [] : first.calls.slice(atFirst, atFirst + count);
    const fromSecond = change.removed ? [] : second.calls.slice(atSecond, atSecond + count);
    atFirst += fromFirst.length;
    atSecond += fromSecond.length;
    const last = parts.at(-1);
    if (change.added && last?.kind === 'only-first') {
      parts[parts.length - 1] = { kind: 'changed', first: last.first, second: fromSecond };
    } else {
      const kind = change.added ? 'only-second' : change.removed ? 'only-first' : 'same';
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
