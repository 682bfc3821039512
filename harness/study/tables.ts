/** The study's figures as tables for a terminal and as CSV. */
import { allAtOnce } from './report/index.ts';
import type { Figures, StartupReport, VariantRow } from './report/index.ts';

type Cell = string | number;

/** A column: its heading, and what a row shows in it. */
interface Column {
  readonly heading: string;
  readonly value: (row: VariantRow, reference: VariantRow) => Cell;
}

/** -0 is for nobody to read. */
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;

const wallMs =
  (part: 'median' | 'low' | 'high') =>
  (row: VariantRow): number =>
    rounded(row.figures.wallMs[part], 1);

/** The figures that a row is compared by; null where a row has none. */
const compared: readonly {
  readonly heading: string;
  readonly digits: number;
  readonly of: (figures: Figures) => number | null;
}[] = [
  { heading: 'instructions', digits: 0, of: ({ instructions }) => instructions },
  { heading: 'kernel calls', digits: 0, of: ({ kernelCalls }) => kernelCalls },
  { heading: 'pages touched', digits: 0, of: ({ pagesTouched }) => pagesTouched },
  { heading: 'code pages', digits: 0, of: ({ codePages }) => codePages },
  { heading: 'image bytes', digits: 0, of: ({ imageBytes }) => imageBytes },
  { heading: 'virtual ms', digits: 3, of: ({ virtualMs }) => virtualMs },
];

const name: Column = { heading: 'variant', value: (row) => row.name };

const figureColumns: readonly Column[] = compared.map(({ heading, digits, of }) => ({
  heading,
  value: (row) => {
    const value = of(row.figures);
    return value === null ? '' : rounded(value, digits);
  },
}));

function difference(
  { digits, of }: Pick<(typeof compared)[number], 'digits' | 'of'>,
  row: VariantRow,
  reference: VariantRow,
): number | undefined {
  const [value, other] = [of(row.figures), of(reference.figures)];
  return value === null || other === null ? undefined : rounded(value - other, digits);
}

const percentOfInstructions: Column['value'] = (row, reference) =>
  rounded((row.figures.instructions / reference.figures.instructions - 1) * 100, 1);

const medianWallMs = { digits: 1, of: ({ wallMs: { median } }: Figures) => median };

/** What the reference claims of a row, as a difference to its own boot: above 0 for what the row gives up. */
const claimedMs: Column['value'] = ({ claim }) => {
  if (claim?.savesMs === undefined) return '';
  return (claim.share ?? 0) < 0 ? -claim.savesMs : claim.savesMs;
};

const holds: Column = { heading: 'holds here', value: (row) => row.verdict?.holds ?? '' };

const fixed = (value: number, digits: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** What was measured of each row: the terminal's first table. */
export const measuredColumns: readonly Column[] = [
  name,
  ...compared.map(({ heading, digits, of }): Column => ({
    heading,
    value: (row) => {
      const value = of(row.figures);
      return value === null ? '' : fixed(value, digits);
    },
  })),
  {
    heading: 'wall ms (low–high)',
    value: (row) =>
      `${wallMs('median')(row).toFixed(1)} (${wallMs('low')(row).toFixed(0)}–${wallMs('high')(row).toFixed(0)})`,
  },
];

const signed = (value: number | undefined, digits: number): string =>
  value === undefined
    ? ''
    : value.toLocaleString('en', {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        signDisplay: 'exceptZero',
      });

/** Each row against the reference, beside what is claimed: the second. */
export const comparedColumns: readonly Column[] = [
  name,
  ...compared.flatMap((one): Column[] => [
    { heading: one.heading, value: (row, reference) => signed(difference(one, row, reference), one.digits) },
    ...(one.heading === 'instructions'
      ? [
          {
            heading: '%',
            value: (...rows: Parameters<Column['value']>) =>
              signed(Number(percentOfInstructions(...rows)), 1),
          },
        ]
      : []),
  ]),
  { heading: 'wall ms', value: (row, reference) => signed(difference(medianWallMs, row, reference), 1) },
  {
    heading: 'claimed ms',
    value: (row, reference) => {
      const claimed = claimedMs(row, reference);
      return claimed === '' ? '' : signed(Number(claimed), 0);
    },
  },
  holds,
];

const AGAINST = 'against reference';

/** Of the CSV, where each cell is one value. */
export const csvColumns: readonly Column[] = [
  name,
  ...figureColumns,
  { heading: 'wall ms', value: wallMs('median') },
  { heading: 'wall ms low', value: wallMs('low') },
  { heading: 'wall ms high', value: wallMs('high') },
  ...compared.map((one): Column => ({
    heading: `${one.heading} ${AGAINST}`,
    value: (row, reference) => difference(one, row, reference) ?? '',
  })),
  { heading: `instructions ${AGAINST}, %`, value: percentOfInstructions },
  {
    heading: `wall ms ${AGAINST}`,
    value: (row, reference) => difference(medianWallMs, row, reference) ?? '',
  },
  { heading: 'change', value: (row) => row.change },
  { heading: 'claim', value: (row) => row.claim?.says ?? '' },
  { heading: 'claimed ms', value: claimedMs },
  holds,
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
    const says = verdict.holds === 'yes' ? 'holds here' : 'does not hold here';
    return [`${name}: “${claim.says}” ${says}: ${verdict.why}\n`];
  });
}

/** Everything at once against what there was before the start-up work, one line a row. */
export function allAtOnceLines(report: StartupReport): string[] {
  const all = allAtOnce(report);
  if (all === undefined) return [];
  const plain = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 1 });
  return all.rows.map((row, index) => {
    const figures = all.figures.map(({ figure, before, after }) => {
      const now = after[index] ?? 0;
      return `${figure} ${plain(before)} to ${plain(now)} (${signed((now / before - 1) * 100, 1)} %)`;
    });
    return `${row.name} against ${all.before.name}: ${figures.join(', ')}\n`;
  });
}

/** Instructions of each phase. */
const phaseSizes = (phases: VariantRow['phases']): ReadonlyMap<string, number> =>
  new Map(phases.map(({ name, from, to }) => [name, to - from]));

/** What each release of CPython costs or saves against the usual one, phase by phase where both start at the reset. */
export function releaseLines(report: StartupReport): string[] {
  return report.variants.flatMap(({ name, figures, phases, release }) => {
    if (release === undefined) return [];
    const usual = release.from === 'snapshot' ? report.restored : report.cold;
    const more = figures.instructions - usual.instructions;
    const percent = signed((more / usual.instructions) * 100, 1);
    const whole = `${name}: ${fixed(figures.instructions, 0)} instructions, ${signed(more, 0)} (${percent} %)\n`;
    if (release.from === 'snapshot') return [whole];
    const [before, now] = [phaseSizes(report.phases), phaseSizes(phases)];
    const names = new Set([...now.keys(), ...before.keys()]);
    const moved = [...names].map(
      (phase) => `  ${phase}: ${signed((now.get(phase) ?? 0) - (before.get(phase) ?? 0), 0)}\n`,
    );
    return [whole, ...moved];
  });
}

/** What moved since the study before, if there was one. */
export function changeLines({ changes, comparedWith }: StartupReport): string[] {
  if (changes === undefined || comparedWith === undefined) return [];
  const since = `since the study of ${comparedWith.created}`;
  const only = (names: readonly string[], where: string): string[] =>
    names.length === 0 ? [] : [`only in ${where}: ${names.join(', ')}\n`];
  return [
    `${since}: ${changes.length === 0 ? 'no' : changes.length} exact ${changes.length === 1 ? 'figure' : 'figures'} moved\n`,
    ...changes.map(
      ({ row, figure, before, after }) =>
        `  ${row}: ${figure} ${before.toLocaleString('en')} to ${after.toLocaleString('en')}\n`,
    ),
    ...only(comparedWith.added, 'this study'),
    ...only(comparedWith.gone, 'that study'),
  ];
}
