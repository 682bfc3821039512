/**
 * One self-contained HTML page of a start-up report: style, script, drawings and the numbers behind them are in the
 * file, and it asks the network for nothing.
 */
import type { Element } from 'hast';
import { h } from 'hastscript';
import { allAtOnce } from './all-at-once.ts';
import { drawColdAgainstRestored, drawFlames, drawTimeline, drawVariants } from './charts.ts';
import { drawing, FLAME_GRAPH_HELP, flameGraph, renderPage } from './page.ts';
import type { CallMark, Change, ComparedWith, Figures, Spread, StartupReport, VariantRow } from './types.ts';

type Cell = string | number;

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const spread = ({ median, low, high }: Spread): string =>
  `${number(median, 1)} (${number(low, 1)}–${number(high, 1)})`;

const signed = (value: number, digits = 0): string =>
  value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'exceptZero',
  });

const figureColumns = [
  'instructions',
  'kernel calls',
  'pages touched',
  'code pages',
  'image bytes',
  'virtual ms',
  'wall ms (low–high)',
];

const figureCells = (figures: Figures): Cell[] => [
  figures.instructions,
  figures.kernelCalls,
  figures.pagesTouched ?? '',
  figures.codePages,
  figures.imageBytes,
  number(figures.virtualMs, 3),
  spread(figures.wallMs),
];

const variantCells = (row: VariantRow): Cell[] => [row.name, ...figureCells(row.figures)];

const againstColumns = [
  'instructions',
  'in percent',
  'kernel calls',
  'pages touched',
  'code pages',
  'image bytes',
  'virtual ms',
  'wall ms',
  'claimed ms',
];

/** Each figure of a row against the reference's, and what is claimed of the same difference. */
function againstCells({ name, figures, claim }: VariantRow, reference: VariantRow): Cell[] {
  const other = reference.figures;
  const share = figures.instructions / other.instructions - 1;
  const pages =
    figures.pagesTouched === null || other.pagesTouched === null
      ? ''
      : signed(figures.pagesTouched - other.pagesTouched);
  const claimed = claim?.savesMs === undefined ? '' : signed(Math.sign(claim.share ?? 0) * claim.savesMs);
  return [
    name,
    signed(figures.instructions - other.instructions),
    signed(share * 100, 1),
    signed(figures.kernelCalls - other.kernelCalls),
    pages,
    signed(figures.codePages - other.codePages),
    signed(figures.imageBytes - other.imageBytes),
    signed(figures.virtualMs - other.virtualMs, 3),
    signed(figures.wallMs.median - other.wallMs.median, 1),
    claimed,
  ];
}

/** Kernel calls by name: how many, and how many instructions until they returned. */
function callCells(calls: readonly CallMark[]): Cell[][] {
  const byName = new Map<string, { count: number; instructions: number }>();
  for (const { name, duration } of calls) {
    const { count, instructions } = byName.get(name) ?? { count: 0, instructions: 0 };
    byName.set(name, { count: count + 1, instructions: instructions + duration });
  }
  return [...byName]
    .sort(([, a], [, b]) => b.instructions - a.instructions)
    .map(([name, { count, instructions }]) => [name, count, instructions]);
}

function allAtOnceSection(report: StartupReport): Element[] {
  const all = allAtOnce(report);
  if (all === undefined) return [];
  const { before, rows, figures } = all;
  const digits = (figure: string): number => (figure.endsWith(' ms') ? 1 : 0);
  const cell = (value: number, old: number, figure: string): string =>
    `${number(value, digits(figure))} (${signed((value / old - 1) * 100, 1)} %)`;
  return [
    section(
      'all-at-once',
      'All at once',
      `The row “${before.name}” is ${before.change}. In brackets: the difference to it.`,
      drawTable(
        'All at once',
        ['figure', before.name, ...rows.map(({ name }) => name)],
        figures.map(({ figure, before: old, after }) => [
          figure,
          number(old, digits(figure)),
          ...after.map((value) => cell(value, old, figure)),
        ]),
      ),
    ),
  ];
}

/** What each row changes, what the reference says of that, and whether it holds. */
function claimCells({ name, change, claim, verdict }: VariantRow): Cell[] {
  if (claim === undefined || verdict === undefined) return [name, change, '', '', ''];
  const ms = claim.savesMs === undefined ? '' : `${number(claim.savesMs)} ms: `;
  return [name, change, `${ms}“${claim.says}”`, verdict.holds, verdict.why];
}

function drawTable(caption: string, columns: readonly string[], rows: readonly Cell[][]): Element {
  const isText = columns.map((_, index) => rows.some((row) => /[a-z]{2}/i.test(String(row[index] ?? ''))));
  const kind = (index: number) => (isText[index] === true ? { className: 'text' } : {});
  const cell = (value: Cell, index: number): Element => {
    const text = typeof value === 'number' ? number(value) : value;
    return index === 0 ? h('th', { scope: 'row' }, text) : h('td', kind(index), text);
  };
  return h('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: caption }, [
    h('table', [
      h('caption', caption),
      h('thead', [
        h(
          'tr',
          columns.map((column, index) => h('th', { scope: 'col', ...kind(index) }, column)),
        ),
      ]),
      h(
        'tbody',
        rows.map((row) => h('tr', row.map(cell))),
      ),
    ]),
  ]);
}

const section = (id: string, title: string, note: string, ...content: Element[]): Element =>
  h('section', { id }, [h('h2', title), h('p.note', note), ...content]);

function changesSection(changes: readonly Change[], than: ComparedWith | undefined): Element {
  const moved =
    changes.length === 0 ? 'No exact figure moved' : `${number(changes.length)} exact figures moved`;
  const since = than === undefined ? '' : ` since the report of ${than.created}`;
  const rows = (names: readonly string[], what: string): string =>
    names.length === 0 ? '' : ` ${what}: ${names.join(', ')}.`;
  const note = `${moved}${since}.${rows(than?.added ?? [], 'Only in this one')}${rows(than?.gone ?? [], 'Only in that one')}`;
  const table = drawTable(
    'What moved',
    ['run', 'figure', 'before', 'after', 'difference', 'in percent'],
    changes.map(({ row, figure, before, after }) => [
      row,
      figure,
      before,
      after,
      signed(after - before),
      before === 0 ? '' : signed((after / before - 1) * 100, 1),
    ]),
  );
  return section('changes', 'Since the last report', note, ...(changes.length === 0 ? [] : [table]));
}

function sections(report: StartupReport): Element[] {
  const { reference, variants } = report;
  return [
    section(
      'timeline',
      'The boot',
      'Phases between symbol boundaries and every kernel call, by guest instructions: the same on every machine.',
      drawing(drawTimeline(report)),
      drawTable(
        'Phases',
        ['phase', 'from', 'to', 'instructions'],
        report.phases.map(({ name, from, to }) => [name, from, to, to - from]),
      ),
      drawTable('Kernel calls', ['call', 'count', 'instructions'], callCells(report.calls)),
    ),
    section(
      'profile',
      'Where the instructions go',
      `One sample every ${number(report.sampleInterval)} instructions. ${FLAME_GRAPH_HELP}`,
      ...flameGraph(drawFlames(report)),
    ),
    section(
      'variants',
      'Variants',
      'Each change against the reference build. The thick mark is what the reference says of it, as a share of its own boot; claims without a number are in the table.',
      drawing(drawVariants(report)),
      drawTable(
        'What was measured',
        ['variant', ...figureColumns],
        [reference, ...variants].map(variantCells),
      ),
      drawTable(
        'Against the reference, beside what is claimed of the same difference',
        ['variant', ...againstColumns],
        variants.map((row) => againstCells(row, reference)),
      ),
      drawTable(
        'What is claimed, and whether it holds here: with the change, against without it',
        ['variant', 'change', 'claimed', 'holds here', 'why'],
        [reference, ...variants].map(claimCells),
      ),
    ),
    ...allAtOnceSection(report),
    section(
      'restored',
      'Cold against restored',
      'A boot from reset to exit, and a run from the snapshot taken after Py_Initialize to exit.',
      drawing(drawColdAgainstRestored(report)),
      drawTable(
        'Cold against restored',
        ['run', ...figureColumns],
        [
          ['cold boot', ...figureCells(report.cold)],
          ['restore-boot', ...figureCells(report.restored)],
        ],
      ),
    ),
    ...(report.changes === undefined ? [] : [changesSection(report.changes, report.comparedWith)]),
    section(
      'environment',
      'Measured with',
      'Wall times are of this machine only, with all code compiled before.',
      drawTable('Environment', ['what', 'value'], Object.entries(report.environment)),
    ),
  ];
}

/** The text of a section's heading, for the table of contents. */
function headingOf({ children: [heading] }: Element): string {
  const text = heading?.type === 'element' ? heading.children[0] : undefined;
  return text?.type === 'text' ? text.value : '';
}

/** Draws the whole page. The same report gives the same bytes. */
export function renderReport(report: StartupReport): string {
  const parts = sections(report);
  const contents = parts.map((part) => h('a', { href: `#${String(part.properties.id)}` }, headingOf(part)));
  return renderPage(report.title, [
    h('p.note', `Made ${report.created}`),
    h('nav', { ariaLabel: 'Sections' }, contents),
    ...parts,
  ]);
}
