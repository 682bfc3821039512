/** A small start-up report with every part in it; the figures are made up. */
import type { Figures, StartupReport } from '../../harness/study/report/index.ts';

export const figures = (instructions: number): Figures => ({
  instructions,
  kernelCalls: 130,
  pagesTouched: 900,
  codePages: 429,
  imageBytes: 5_600_000,
  virtualMs: instructions / 1e6,
  wallMs: { median: 300, low: 280, high: 360, runs: 7 },
});

const phases = [
  { name: 'kernel start', from: 0, to: 100_000 },
  { name: 'Py_Initialize', from: 100_000, to: 16_000_000 },
];

export const sampleReport: StartupReport = {
  version: 2,
  title: 'CPython start-up <sample>',
  created: '2026-11-24T00:00:00Z',
  environment: { v86: '0.5.462' },
  reference: { name: 'reference', change: 'the reference flags', figures: figures(24_000_000), phases },
  variants: [
    {
      name: 'pie',
      change: 'position-independent, symbols exported',
      figures: figures(27_000_000),
      phases,
      claim: { says: 'eliminates relocations', savesMs: 20, share: 0.044 },
      verdict: { holds: 'yes', why: 'There are relocations to process.' },
    },
    { name: 'frozen', change: 'encodings frozen into the program', figures: figures(22_000_000), phases },
  ],
  phases,
  calls: [{ name: 'mmap', at: 120_000, duration: 700 }],
  sampleInterval: 10_007,
  stacks: [
    { frames: ['_start', 'main', 'Py_RunMain'], samples: 3 },
    { frames: ['_start', 'main', 'exit'], samples: 1 },
  ],
  cold: figures(24_000_000),
  restored: figures(6_600_000),
  comparedWith: { created: '2026-11-23T00:00:00Z', added: ['frozen'], gone: ['O2'] },
  changes: [{ row: 'pie', figure: 'instructions', before: 27_100_000, after: 27_000_000 }],
};
