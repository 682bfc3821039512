/** The study's figures as a table for a terminal and as CSV. */
import type { StartupReport, VariantRow } from '../report/index.ts';

/** A column: its heading, and what a row shows in it. */
interface Column {
  readonly heading: string;
  readonly value: (row: VariantRow, reference: VariantRow) => string | number;
}

export const studyColumns: readonly Column[] = [
  { heading: 'variant', value: (row) => row.name },
  { heading: 'instructions', value: (row) => row.figures.instructions },
  {
    heading: 'against reference',
    value: (row, reference) => row.figures.instructions - reference.figures.instructions,
  },
  { heading: 'kernel calls', value: (row) => row.figures.kernelCalls },
  { heading: 'pages touched', value: (row) => row.figures.pagesTouched },
  { heading: 'code pages', value: (row) => row.figures.codePages },
  { heading: 'image bytes', value: (row) => row.figures.imageBytes },
  { heading: 'virtual ms', value: (row) => Number(row.figures.virtualMs.toFixed(3)) },
  { heading: 'wall ms', value: (row) => Number(row.figures.wallMs.median.toFixed(1)) },
  { heading: 'low', value: (row) => Number(row.figures.wallMs.low.toFixed(1)) },
  { heading: 'high', value: (row) => Number(row.figures.wallMs.high.toFixed(1)) },
  { heading: 'claimed ms', value: (row) => row.claimedMs ?? '' },
  { heading: 'holds here', value: (row) => row.verdict?.holds ?? '' },
];

/** Every row of a study with every column, the reference first. */
export function studyCells(report: StartupReport): (string | number)[][] {
  const whole: readonly VariantRow[] = [
    report.reference,
    ...report.variants,
    { name: 'default, cold', change: '', figures: report.cold },
    { name: 'default, restored', change: '', figures: report.restored },
  ];
  return whole.map((row) => studyColumns.map(({ value }) => value(row, report.reference)));
}
