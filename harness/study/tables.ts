/** The study's figures as a table for a terminal and as CSV. */
import type { StartupReport, VariantRow } from '../report/index.ts';

type Cell = string | number;

/** A column: its heading, and what a row shows in it. */
interface Column {
  readonly heading: string;
  readonly value: (row: VariantRow, reference: VariantRow) => Cell;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const figureColumns: readonly Column[] = [
  { heading: 'variant', value: (row) => row.name },
  { heading: 'instructions', value: (row) => row.figures.instructions },
  {
    heading: 'against reference',
    value: (row, reference) => row.figures.instructions - reference.figures.instructions,
  },
  {
    heading: '%',
    value: (row, reference) =>
      rounded((row.figures.instructions / reference.figures.instructions - 1) * 100, 1),
  },
  { heading: 'kernel calls', value: (row) => row.figures.kernelCalls },
  { heading: 'pages touched', value: (row) => row.figures.pagesTouched ?? '' },
  { heading: 'code pages', value: (row) => row.figures.codePages },
  { heading: 'image bytes', value: (row) => row.figures.imageBytes },
  { heading: 'virtual ms', value: (row) => rounded(row.figures.virtualMs, 3) },
];

const wallMs =
  (part: 'median' | 'low' | 'high') =>
  (row: VariantRow): number =>
    rounded(row.figures.wallMs[part], 1);

/** Of the terminal's table. */
export const tableColumns: readonly Column[] = [
  ...figureColumns,
  {
    heading: 'wall ms (low–high)',
    value: (row) =>
      `${wallMs('median')(row).toFixed(1)} (${wallMs('low')(row).toFixed(0)}–${wallMs('high')(row).toFixed(0)})`,
  },
  { heading: 'claimed ms', value: (row) => row.claim?.savesMs ?? '' },
  { heading: 'holds here', value: (row) => row.verdict?.holds ?? '' },
];

/** Of the CSV, where each cell is one value. */
export const csvColumns: readonly Column[] = [
  ...figureColumns,
  { heading: 'wall ms', value: wallMs('median') },
  { heading: 'wall ms low', value: wallMs('low') },
  { heading: 'wall ms high', value: wallMs('high') },
  { heading: 'change', value: (row) => row.change },
  { heading: 'claim', value: (row) => row.claim?.says ?? '' },
  { heading: 'claimed ms', value: (row) => row.claim?.savesMs ?? '' },
  { heading: 'holds here', value: (row) => row.verdict?.holds ?? '' },
  { heading: 'why', value: (row) => row.verdict?.why ?? '' },
];

/** Every row of a study with some columns, the reference first. */
export function studyCells(report: StartupReport, columns: readonly Column[]): Cell[][] {
  const whole: readonly VariantRow[] = [
    report.reference,
    ...report.variants,
    { name: 'default, cold', change: 'what is built by default', figures: report.cold, phases: [] },
    { name: 'default, restored', change: 'the same from its snapshot', figures: report.restored, phases: [] },
  ];
  return whole.map((row) => columns.map(({ value }) => value(row, report.reference)));
}

/** Whether each claim holds and why, one line each. */
export function verdictLines(report: StartupReport): string[] {
  return report.variants.flatMap(({ name, claim, verdict }) => {
    if (claim === undefined || verdict === undefined) return [];
    const holds = verdict.holds === 'yes' ? 'holds here' : 'does not hold here';
    return [`${name}: “${claim.says}” ${holds}: ${verdict.why}\n`];
  });
}
