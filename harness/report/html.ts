/**
 * One self-contained HTML page of a start-up report: style, script, drawings and the numbers behind them are in the
 * file, and it asks the network for nothing.
 */
import { readFileSync } from 'node:fs';
import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { inProject } from '../../images/build/paths.ts';
import { drawColdAgainstRestored, drawFlames, drawTimeline, drawVariants } from './charts.ts';
import type { Change, Figures, Spread, StartupReport, VariantRow } from './types.ts';

type Cell = string | number;

declare module 'hast' {
  interface ElementContentMap {
    /** Markup that is put into the page as it is. */
    raw: { type: 'raw'; value: string };
  }
}

const asset = (name: string): string => readFileSync(inProject('harness', 'report', name), 'utf8');

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const spread = ({ median, low, high }: Spread): string =>
  `${number(median, 1)} (${number(low, 1)}–${number(high, 1)})`;

const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));

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

function variantCells(row: VariantRow, reference: VariantRow): Cell[] {
  const difference = row.figures.instructions - reference.figures.instructions;
  return [row.name, ...figureCells(row.figures), signed(difference)];
}

/** What each row changes, what the reference says of that, and whether it holds. */
function claimCells({ name, change, claim, verdict }: VariantRow): Cell[] {
  if (claim === undefined || verdict === undefined) return [name, change, '', '', ''];
  const ms = claim.savesMs === undefined ? '' : `${number(claim.savesMs)} ms: `;
  return [name, change, `${ms}“${claim.says}”`, verdict.holds, verdict.why];
}

function drawTable(caption: string, columns: readonly string[], rows: readonly Cell[][]): Element {
  const isText = (text: string): boolean => /[a-z]{3}/i.test(text);
  const heading = (column: string, index: number): Element => {
    const overText = rows.some((row) => isText(String(row[index] ?? '')));
    return h('th', { scope: 'col', ...(overText && { className: 'text' }) }, column);
  };
  const cell = (value: Cell, index: number): Element => {
    const text = typeof value === 'number' ? number(value) : value;
    if (index === 0) return h('th', { scope: 'row' }, text);
    return h('td', isText(text) ? { className: 'text' } : {}, text);
  };
  return h('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: caption }, [
    h('table', [
      h('thead', [h('tr', columns.map(heading))]),
      h(
        'tbody',
        rows.map((row) => h('tr', row.map(cell))),
      ),
    ]),
  ]);
}

/** A drawing made by charts.ts: SVG text that is already escaped. */
const drawing = (svg: string, kind = ''): Element => ({
  ...h('figure', { className: ['scroll', ...(kind === '' ? [] : [kind])] }),
  children: [{ type: 'raw', value: svg }],
});

const section = (id: string, title: string, note: string, ...content: Element[]): Element =>
  h('section', { id }, [h('h2', title), h('p.note', note), ...content]);

function changesSection(changes: readonly Change[]): Element {
  if (changes.length === 0) return section('changes', 'Since the last report', 'No exact figure moved.');
  return section(
    'changes',
    'Since the last report',
    `${number(changes.length)} exact figures moved.`,
    drawTable(
      'What moved',
      ['run', 'figure', 'before', 'after', 'difference'],
      changes.map(({ row, figure, before, after }) => [row, figure, before, after, signed(after - before)]),
    ),
  );
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
    ),
    section(
      'profile',
      'Where the instructions go',
      `One sample every ${number(report.sampleInterval)} instructions. Tab into the graph, then move by arrow keys.`,
      drawing(drawFlames(report), 'tall'),
    ),
    section(
      'variants',
      'Variants',
      'Each change against the reference build. The thick mark is what the reference says of it, as a share of its own boot.',
      drawing(drawVariants(report)),
      drawTable(
        'Variants',
        ['variant', ...figureColumns, 'against reference'],
        [reference, ...variants].map((row) => variantCells(row, reference)),
      ),
      drawTable(
        'What is claimed, and whether it holds here',
        ['variant', 'change', 'claimed', 'holds here', 'why'],
        [reference, ...variants].map(claimCells),
      ),
    ),
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
    ...(report.changes === undefined ? [] : [changesSection(report.changes)]),
    section(
      'environment',
      'Measured with',
      'Wall times are of this machine only.',
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
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', report.title),
      h('style', asset('style.css')),
    ]),
    h('body', [
      h('main', [
        h('h1', report.title),
        h('p.note', `Made ${report.created}`),
        h('nav', { ariaLabel: 'Sections' }, contents),
        ...parts,
      ]),
      h('output', { ariaLive: 'polite' }),
      h('script', asset('page-script.js')),
    ]),
  ]);
  return `<!doctype html>\n${toHtml(page, { allowDangerousHtml: true })}\n`;
}
