/** Adds a trace up by call, as `strace -c` does. */
import Table from 'cli-table3';
import type { CallRecord, TraceLevel } from './record.ts';

/** All calls of one name. */
export interface SummaryRow {
  readonly level: TraceLevel;
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  /** Instructions between the calls and their returns; a POSIX call's include those of the kernel calls in it. */
  readonly instructions: number;
}

/** Adds calls up one by one, so that a trace of any length needs no more memory than it has names. */
export class CallTotals {
  readonly #rows = new Map<string, { -readonly [Field in keyof SummaryRow]: SummaryRow[Field] }>();

  add({ level, name, result, duration = 0 }: CallRecord): void {
    const key = `${level} ${name}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { level, name, calls: 0, errors: 0, instructions: 0 };
      this.#rows.set(key, row);
    }
    row.calls += 1;
    row.errors += result?.errno === undefined ? 0 : 1;
    row.instructions += duration;
  }

  /** One row per level and name: most instructions first, then most calls, then by name. */
  rows(): SummaryRow[] {
    return [...this.#rows.values()].sort(
      (a, b) => b.instructions - a.instructions || b.calls - a.calls || (a.name < b.name ? -1 : 1),
    );
  }
}

/** Adds up calls that are all there already. */
export function summarize(calls: Iterable<CallRecord>): SummaryRow[] {
  const totals = new CallTotals();
  for (const call of calls) totals.add(call);
  return totals.rows();
}

/** The rows as a table; the share is that of all rows of the same level. */
export function summaryTable(rows: readonly SummaryRow[], colours: boolean): string {
  const noLinesBetweenRows = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const plain = colours ? {} : { style: { head: [], border: [] } };
  const table = new Table({
    head: ['% instr', 'instructions', 'per call', 'calls', 'errors', 'level', 'call'],
    colAligns: ['right', 'right', 'right', 'right', 'right', 'left', 'left'],
    chars: noLinesBetweenRows,
    ...plain,
  });
  const totalOf = (level: TraceLevel): number =>
    rows.filter((row) => row.level === level).reduce((sum, row) => sum + row.instructions, 0);
  const totals = { kernel: totalOf('kernel'), posix: totalOf('posix') };
  for (const row of rows) {
    const total = totals[row.level];
    table.push([
      total === 0 ? '0.00' : ((100 * row.instructions) / total).toFixed(2),
      row.instructions,
      Math.round(row.instructions / row.calls),
      row.calls,
      row.errors === 0 ? '' : row.errors,
      row.level,
      row.name,
    ]);
  }
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  const errors = rows.reduce((sum, row) => sum + row.errors, 0);
  const levels = new Set(rows.map((row) => row.level));
  const [level] = levels;
  // What a POSIX call took includes the kernel calls in it: instructions of two levels are no sum.
  const total = levels.size === 1 && level !== undefined ? totals[level] : '';
  table.push(['', total, '', calls, errors === 0 ? '' : errors, '', 'total']);
  return table.toString();
}
