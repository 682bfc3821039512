/** The rows in which everything changes at once, beside one another: from before the start-up work to the best there is. */
import type { Figures, StartupReport, VariantRow } from './types.ts';

const BEFORE = 'before';
const AFTER = ['reference', 'best', 'best-snapshot'] as const;

/** Figures that all rows have, by what people call them. */
const compared = [
  ['instructions', ({ instructions }: Figures) => instructions],
  ['kernel calls', ({ kernelCalls }: Figures) => kernelCalls],
  ['code pages', ({ codePages }: Figures) => codePages],
  ['image bytes', ({ imageBytes }: Figures) => imageBytes],
  ['virtual ms', ({ virtualMs }: Figures) => virtualMs],
  ['wall ms', ({ wallMs }: Figures) => wallMs.median],
] as const;

export interface ComparedFigure {
  readonly figure: string;
  readonly before: number;
  /** In the order of {@link AllAtOnce.rows}. */
  readonly after: readonly number[];
}

export interface AllAtOnce {
  readonly before: VariantRow;
  readonly rows: readonly VariantRow[];
  readonly figures: readonly ComparedFigure[];
}

/** Undefined where the study lacks the row from before the start-up work, or has nothing to hold against it. */
export function allAtOnce({ reference, variants }: StartupReport): AllAtOnce | undefined {
  const all = [reference, ...variants];
  const before = all.find(({ name }) => name === BEFORE);
  const rows = AFTER.flatMap((name) => all.find((row) => row.name === name) ?? []);
  if (before === undefined || rows.length === 0) return undefined;
  const figures = compared.map(([figure, of]) => ({
    figure,
    before: of(before.figures),
    after: rows.map((row) => of(row.figures)),
  }));
  return { before, rows, figures };
}
