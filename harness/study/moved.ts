/** Which of some exact figures are not what they were. Wall time has no place among them. */

/** Names and values: digests of files, and counts. */
export type Figures = Readonly<Record<string, string | number>>;

/** One value that is not what was recorded. `by` is the difference of two numbers, as a share of the first. */
export interface Moved {
  readonly name: string;
  readonly before: string | number;
  readonly after: string | number;
  readonly by: number | undefined;
}

/** The values that differ, also those that only one side has. */
export function movedBetween(before: Figures, after: Figures): Moved[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old = 'absent', now = 'absent'] = [before[name], after[name]];
    if (old === now) return [];
    const by = typeof old === 'number' && typeof now === 'number' ? (now - old) / old : undefined;
    return [{ name, before: old, after: now, by }];
  });
}
