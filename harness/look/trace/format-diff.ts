/** The comparison of two runs as text: the first difference with the calls before it, and how much differs behind it. */
import { firstDifference, type TraceDiff } from './diff.ts';
import { formatCallText, plainPalette, type TracePalette } from './format.ts';
import type { CallRecord } from './record.ts';

const CALLS_BEFORE = 3;
const CALLS_SHOWN = 8;

/** Colours of the two sides. */
export interface DiffPalette extends TracePalette {
  readonly first: (text: string) => string;
  readonly second: (text: string) => string;
}

const same = (text: string): string => text;

/**
 * @param names What the two runs are called, usually their files.
 * @param all Show every difference, not only the first.
 */
export function formatDiff(
  diff: TraceDiff,
  names: readonly [string, string],
  all = false,
  palette: DiffPalette = { ...plainPalette, first: same, second: same },
): string[] {
  const lines = diff.headerDifferences.map((line) => `the runs have different ${line}`);
  const first = firstDifference(diff);
  if (first === undefined) return [...lines, `no difference in ${diff.same} calls`];
  const line = (mark: string, call: CallRecord): string =>
    `${mark} #${call.index} [${call.thread}] ${'  '.repeat(call.depth)}${formatCallText(call, { markKernel: true })}`;
  const shown = (calls: readonly CallRecord[], mark: string, colour: (text: string) => string): string[] => [
    ...calls.slice(0, all ? undefined : CALLS_SHOWN).map((call) => colour(line(mark, call))),
    ...(all || calls.length <= CALLS_SHOWN
      ? []
      : [colour(`${mark} ... ${calls.length - CALLS_SHOWN} more calls`)]),
  ];
  lines.push(palette.first(`--- ${names[0]}`), palette.second(`+++ ${names[1]}`));
  const from = diff.parts.indexOf(first);
  const until = all ? diff.parts.length : from + 1;
  diff.parts.slice(0, until).forEach((part, index) => {
    if (part.kind === 'same') {
      const before = index === until - 1 ? [] : part.first.slice(-CALLS_BEFORE);
      if (part.first.length > before.length)
        lines.push(palette.faint(`  ... ${part.first.length - before.length} equal calls`));
      lines.push(...before.map((call) => line(' ', call)));
      return;
    }
    lines.push(...shown(part.first, '-', palette.first), ...shown(part.second, '+', palette.second));
  });
  const differing = diff.parts.filter(({ kind }) => kind !== 'same');
  const only = (side: 'first' | 'second'): number =>
    differing.reduce((sum, part) => sum + part[side].length, 0);
  lines.push(
    `${diff.same} calls are equal; ${only('first')} of the first run and ${only('second')} of the second differ, in ${differing.length} places`,
  );
  return lines;
}
