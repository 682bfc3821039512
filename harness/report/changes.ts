/** Compares a report with the one before it: only what is exact, since wall times differ between any two runs. */
import type { Change, Figures, StartupReport, VariantRow } from './types.ts';

const exactFigures = ['instructions', 'kernelCalls', 'pagesTouched', 'codePages', 'imageBytes'] as const;

const compare = (row: string, before: Figures, after: Figures): Change[] =>
  exactFigures
    .filter((figure) => before[figure] !== after[figure])
    .map((figure) => ({ row, figure, before: before[figure] ?? 0, after: after[figure] ?? 0 }));

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
