/**
 * Phases of a run as aligned columns. Written by hand: to load a package for tables, and the locale for its numbers, takes a
 * tenth of the time of a run whose phases are to cost nothing.
 */
import type { GuestPhase } from '../guest/result.ts';

const GAP = '  ';

/** One line per phase: its share of all instructions, instructions, and wall milliseconds where they mean something. */
export function phaseTable(phases: readonly GuestPhase[], { wall = true } = {}): string {
  const all = phases.reduce((sum, phase) => sum + lengthOf(phase), 0);
  const rows = phases.map((phase) => {
    const { name, wallMs, process } = phase;
    const share = all === 0 ? 0 : (100 * lengthOf(phase)) / all;
    const what = process === undefined ? name : `[${process}] ${name}`;
    return [share.toFixed(1), inThousands(lengthOf(phase)), ...(wall ? [wallMs.toFixed(2)] : []), what];
  });
  return alignRight([['%', 'instructions', ...(wall ? ['wall ms'] : []), 'phase'], ...rows]);
}

/** Its own instructions, where others ran in between. */
const lengthOf = ({ from, to, instructions = to - from }: GuestPhase): number => instructions;

/** `1,234,567`. */
const inThousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** Lines of columns, all but the last of them aligned right. */
function alignRight(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padStart(widthOf(i)))).join(GAP))
    .join('\n');
}
