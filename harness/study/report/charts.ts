/**
 * The drawings of a report, as SVG text made by Observable Plot on the host: the file needs no script to show
 * them. Colours are names of CSS variables, so that the style sheet decides between light and dark.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { layOutFlames } from './flame-layout.ts';
import type { StartupReport } from './types.ts';

const WIDTH = 1100;
/** In percent, as the axis of the variants counts. */
const ROOM_FOR_NUMBER = 14;

/** How many samples out of how many make a frame that is drawn at all: a zoom shows those that are too narrow before. */
const narrowestFrame = (samples: number): number => Math.max(1, Math.floor(samples / (16 * WIDTH)));
/** Room below an axis for its label under the numbers. */
const MARGIN_BOTTOM = 48;

/** Widest of a character, about, in pixels. */
const CHARACTER = 7.5;

const millions = (instructions: number): string => `${(instructions / 1e6).toFixed(3)} M instructions`;

const signedPercent = (percent: number): string =>
  `${percent.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' })} %`;

/** All that is used of the element Plot makes. TypeScript's own types of it are a browser's, which this program is not. */
interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

function draw(label: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
    document: never;
  };
  const svg = Plot.plot({
    width: WIDTH,
    marginBottom: MARGIN_BOTTOM,
    style: { fontSize: '13px' },
    ...options,
    document,
  }) as unknown as SvgElement;
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return svg.outerHTML;
}

/** The boot from reset to exit: its phases as bars, its kernel calls as ticks below. */
export function drawTimeline({ phases, calls }: StartupReport): string {
  return draw('Time line of the boot: phases and kernel calls by guest instructions', {
    height: 80 + 26 * (phases.length + 1),
    marginLeft: 240,
    marginRight: 90,
    x: { label: 'guest instructions from reset', tickFormat: 's', grid: true },
    y: { label: null, domain: [...new Set(phases.map(({ name }) => name)), 'kernel calls'] },
    marks: [
      Plot.barX(phases, {
        x1: 'from',
        x2: 'to',
        y: 'name',
        fill: 'var(--accent)',
        title: ({ name, from, to }: (typeof phases)[number]) => `${name}: ${millions(to - from)}`,
      }),
      Plot.text(phases, {
        x: 'to',
        y: 'name',
        text: ({ from, to }: (typeof phases)[number]) => (to - from).toLocaleString('en'),
        textAnchor: 'start',
        dx: 5,
      }),
      Plot.tickX(calls, {
        x: 'at',
        y: () => 'kernel calls',
        stroke: 'var(--second)',
        title: ({ name, at, duration }: (typeof calls)[number]) =>
          `${name} at ${at.toLocaleString('en')}, ${duration.toLocaleString('en')} instructions`,
      }),
    ],
  });
}

/** Sampled call stacks; the root at the top, width in samples. Frames can be reached by the keyboard. */
export function drawFlames({
  stacks,
  sampleInterval,
}: Pick<StartupReport, 'stacks' | 'sampleInterval'>): string {
  const total = stacks.reduce((sum, { samples }) => sum + samples, 0);
  const frames = layOutFlames(stacks, narrowestFrame(total));
  const depth = frames.reduce((deepest, frame) => Math.max(deepest, frame.depth + 1), 1);
  const wideEnoughForText = total / 18;
  const svg = draw('Flame graph of guest functions', {
    height: 4 + 18 * depth,
    marginLeft: 0,
    marginRight: 0,
    marginTop: 2,
    marginBottom: 2,
    x: { axis: null, domain: [0, Math.max(total, 1)] },
    y: { axis: null, domain: [depth, 0] },
    color: { type: 'categorical', range: ['var(--flame-1)', 'var(--flame-2)', 'var(--flame-3)'] },
    marks: [
      Plot.rect(frames, {
        className: 'flames',
        x1: 'left',
        x2: 'right',
        y1: 'depth',
        y2: (frame: (typeof frames)[number]) => frame.depth + 1,
        insetLeft: 0.5,
        insetTop: 0.5,
        fill: (frame: (typeof frames)[number]) => frame.depth % 3,
        title: ({ name, left, right, self }: (typeof frames)[number]) =>
          `${name}: ${(((right - left) / total) * 100).toFixed(1)} %, ` +
          `${millions((right - left) * sampleInterval)}, itself ${millions(self * sampleInterval)}`,
      }),
      Plot.text(
        frames.filter(({ left, right }) => right - left >= wideEnoughForText),
        {
          className: 'flame-labels',
          x: 'left',
          y: (frame: (typeof frames)[number]) => frame.depth + 0.5,
          text: ({ name, left, right }: (typeof frames)[number]) =>
            name.slice(0, Math.floor((((right - left) / total) * WIDTH) / CHARACTER) - 1),
          textAnchor: 'start',
          dx: 4,
          fill: 'var(--flame-text)',
          pointerEvents: 'none',
        },
      ),
    ],
  });
  // One stop for Tab, from which arrow keys go on; frames are what can be pressed, so the whole is no picture.
  return svg
    .replace('role="img"', 'role="group"')
    .replace(' class="', ' class="flame-graph ')
    .replaceAll('<rect ', '<rect role="button" tabindex="-1" ')
    .replace('tabindex="-1"', 'tabindex="0"');
}

/** Variants as bars of instructions more or fewer than the reference build, with what the reference claims as a mark. */
export function drawVariants({ variants, reference }: StartupReport): string {
  const all = reference.figures.instructions;
  const rows = variants.map(({ name, change, figures, claim }) => {
    const difference = figures.instructions - all;
    return { name, change, difference, percent: (difference / all) * 100, claim };
  });
  const claims = rows.flatMap(({ name, claim }) =>
    claim?.share === undefined ? [] : [{ name, percent: claim.share * 100, ...claim }],
  );
  const ends = [...rows, ...claims].map(({ percent }) => percent);
  return draw('Variants: guest instructions more or fewer than the reference build, in percent', {
    height: 80 + 26 * rows.length,
    marginLeft: 240,
    x: {
      label: 'instructions against the reference build, in percent',
      grid: true,
      // Room for the numbers at the ends of the bars.
      domain: [Math.min(0, ...ends) - ROOM_FOR_NUMBER, Math.max(0, ...ends) + ROOM_FOR_NUMBER],
    },
    y: { label: null, domain: rows.map(({ name }) => name) },
    marks: [
      Plot.barX(rows, {
        x: 'percent',
        y: 'name',
        fill: (row: (typeof rows)[number]) => (row.difference > 0 ? 'var(--worse)' : 'var(--better)'),
        title: (row: (typeof rows)[number]) =>
          `${row.name}, ${row.change}: ${signedPercent(row.percent)}, ${millions(row.difference)}`,
      }),
      Plot.text(rows, {
        x: 'percent',
        y: 'name',
        text: (row: (typeof rows)[number]) => signedPercent(row.percent),
        textAnchor: 'start',
        dx: 5,
        filter: (row: (typeof rows)[number]) => row.difference >= 0,
      }),
      Plot.text(rows, {
        x: 'percent',
        y: 'name',
        text: (row: (typeof rows)[number]) => signedPercent(row.percent),
        textAnchor: 'end',
        dx: -5,
        filter: (row: (typeof rows)[number]) => row.difference < 0,
      }),
      Plot.tickX(claims, {
        className: 'claims',
        x: 'percent',
        y: 'name',
        stroke: 'var(--text)',
        strokeWidth: 3,
        title: (claim: (typeof claims)[number]) =>
          `${claim.name}, the reference’s claim: ${signedPercent(claim.percent)} of its boot (${claim.savesMs ?? 0} ms), “${claim.says}”`,
      }),
      Plot.ruleX([0], { stroke: 'currentColor' }),
    ],
  });
}

/** A cold boot beside a restored one, by instructions. */
export function drawColdAgainstRestored({ cold, restored }: StartupReport): string {
  const bars = [
    { name: 'cold boot', instructions: cold.instructions },
    { name: 'restore-boot', instructions: restored.instructions },
  ];
  return draw('Cold boot against restore-boot, guest instructions', {
    height: 130,
    marginLeft: 240,
    marginRight: 90,
    x: { label: 'guest instructions', tickFormat: 's', grid: true },
    y: { label: null },
    marks: [
      Plot.barX(bars, {
        x: 'instructions',
        y: 'name',
        fill: 'var(--accent)',
        title: (bar: (typeof bars)[number]) => `${bar.name}: ${millions(bar.instructions)}`,
      }),
      Plot.text(bars, {
        x: 'instructions',
        y: 'name',
        text: (bar: (typeof bars)[number]) => bar.instructions.toLocaleString('en'),
        textAnchor: 'start',
        dx: 5,
      }),
    ],
  });
}
