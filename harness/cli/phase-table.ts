/** Phases of a run as a table for a terminal. */
import type { PhaseSpan } from '../profile/phases.ts';

/** One line per phase: its share of all instructions, instructions, and wall milliseconds where they mean something. */
export async function phaseTable(phases: readonly PhaseSpan[], { wall = true } = {}): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const all = phases.reduce((sum, { from, to }) => sum + to - from, 0);
  const table = new Table({
    head: ['%', 'instructions', ...(wall ? ['wall ms'] : []), 'phase'],
    colAligns: ['right', 'right', ...(wall ? (['right'] as const) : []), 'left'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { name, from, to, wallMs } of phases) {
    const share = all === 0 ? 0 : (100 * (to - from)) / all;
    const times = wall ? [wallMs.toFixed(2)] : [];
    table.push([share.toFixed(1), (to - from).toLocaleString('en'), ...times, name]);
  }
  return table.toString();
}
