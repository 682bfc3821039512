/** Which call belongs to a place, and which are listed. */
import type { CallRow } from '../protocol.ts';
import type { CallFilter } from './state.ts';

/** Index of the last call made at or before a place; -1 before the first. Rows ascend by place. */
export function callAt(rows: readonly CallRow[], place: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.at ?? Infinity) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function listedCalls(rows: readonly CallRow[], filter: CallFilter): readonly CallRow[] {
  const text = filter.text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (filter.level === 'all' || row.level === filter.level) &&
      (!filter.onlyFailed || row.failed) &&
      (filter.thread === 'all' || row.thread === filter.thread) &&
      (text === '' || row.line.toLowerCase().includes(text)),
  );
}
