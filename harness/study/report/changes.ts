/** Compares a report with the one before it: only what is exact, since wall times differ between any two runs. */
import type { Change, ComparedWith, Figures, StartupReport, VariantRow } from './types.ts';

/** Exact figures, and what people call them. */
const exactFigures = [
  ['instructions', 'instructions'],
  ['kernelCalls', 'kernel calls'],
  ['pagesTouched', 'pages touched'],
  ['codePages', 'code pages'],
  ['imageBytes', 'image bytes'],
] as const;

const compare = (row: string, before: Figures, after: Figures): Change[] =>
  exactFigures
    .filter(([key]) => before[key] !== after[key])
    .map(([key, figure]) => ({ row, figure, before: before[key] ?? 0, after: after[key] ?? 0 }));

const rowsOf = (report: StartupReport): readonly VariantRow[] => [report.reference, ...report.variants];

/** Every exact figure that moved from `before` to `after`, for rows that both of them have. */
export function changesSince(before: StartupReport, after: StartupReport): Change[] {
  const earlier = new Map(rowsOf(before).map((row) => [row.name, row.figures]));
  const variants = rowsOf(after).flatMap((row) => {
    const figures = earlier.get(row.name);
    return figures === undefined ? [] : compare(row.name, figures, row.figures);
  });
  return [
    ...variants,
    ...compare('cold boot', before.cold, after.cold),
    ...compare('restore-boot', before.restored, after.restored),
  ];
}

/** The rows that cannot be compared because one of two reports lacks them, and when the first was made. */
export function comparedWith(before: StartupReport, after: StartupReport): ComparedWith {
  const [earlier, later] = [rowsOf(before), rowsOf(after)].map((rows) => rows.map(({ name }) => name));
  const missing = (names: readonly string[] = [], others: readonly string[] = []): string[] =>
    names.filter((name) => !others.includes(name));
  return { created: before.created, added: missing(later, earlier), gone: missing(earlier, later) };
}
