import { describe, expect, it } from 'vitest';
import {
  allAtOnceLines,
  changeLines,
  comparedColumns,
  csvColumns,
  measuredColumns,
  releaseLines,
  studyCells,
  verdictLines,
} from '../../harness/study/tables.ts';
import type { StartupReport } from '../../harness/study/report/index.ts';
import { figures, sampleReport } from '../report/sample.ts';

/** A row's cells by their headings. */
function cellsOf(columns: typeof csvColumns, name: string): Record<string, string | number> {
  const cells = studyCells(sampleReport, columns).find(([first]) => first === name) ?? [];
  return Object.fromEntries(columns.map(({ heading }, index) => [heading, cells[index] ?? '']));
}

describe('the tables of a study', () => {
  it('have the reference first, and what is built by default last, cold and restored', () => {
    expect(studyCells(sampleReport, measuredColumns).map(([name]) => name)).toEqual([
      'reference',
      'pie',
      'frozen',
      'default, cold',
      'default, restored',
    ]);
  });

  it('give every figure', () => {
    expect(cellsOf(measuredColumns, 'pie')).toEqual({
      variant: 'pie',
      instructions: '27,000,000',
      'kernel calls': '130',
      'pages touched': '900',
      'code pages': '429',
      'image bytes': '5,600,000',
      'virtual ms': '27.000',
      'wall ms (low–high)': '300.0 (280–360)',
    });
  });

  it('give each figure against the reference, with the sign of what is claimed', () => {
    expect(cellsOf(comparedColumns, 'pie')).toEqual({
      variant: 'pie',
      instructions: '+3,000,000',
      '%': '+12.5',
      'kernel calls': '0',
      'pages touched': '0',
      'code pages': '0',
      'image bytes': '0',
      'virtual ms': '+3.000',
      'wall ms': '0.0',
      'claimed ms': '+20',
      'holds here': 'yes',
    });
  });

  it('are numbers in CSV, one a cell', () => {
    expect(cellsOf(csvColumns, 'frozen')).toMatchObject({
      instructions: 22_000_000,
      'instructions against reference': -2_000_000,
      'instructions against reference, %': -8.3,
      'wall ms low': 280,
      'claimed ms': '',
    });
    expect(cellsOf(csvColumns, 'pie')).toMatchObject({ 'claimed ms': 20, claim: 'eliminates relocations' });
  });
});

describe('below the tables', () => {
  it('is each claim with its verdict', () => {
    expect(verdictLines(sampleReport)).toEqual([
      'pie: “eliminates relocations” holds here: There are relocations to process.\n',
    ]);
  });

  it('is everything at once against what there was before', () => {
    const before = { ...sampleReport.reference, name: 'before', figures: figures(48_000_000) };
    expect(allAtOnceLines(sampleReport)).toEqual([]);
    expect(allAtOnceLines({ ...sampleReport, variants: [before] })[0]).toMatch(
      /^reference against before: instructions 48,000,000 to 24,000,000 \(-50\.0 %\), kernel calls 130 to 130 \(0\.0 %\), /,
    );
  });

  it('is what moved since the last study, and which rows only one of the two has', () => {
    expect(changeLines(sampleReport)).toEqual([
      'since the study of 2026-11-23T00:00:00Z: 1 exact figure moved\n',
      '  pie: instructions 27,100,000 to 27,000,000\n',
      'only in this study: frozen\n',
      'only in that study: O2\n',
    ]);
    expect(changeLines({ ...sampleReport, changes: [] })[0]).toMatch(/: no exact figures moved\n$/);
  });
});

describe('the lines of releases', () => {
  const row = (
    name: string,
    instructions: number,
    from: 'reset' | 'snapshot',
  ): StartupReport['variants'][number] => ({
    name,
    change: 'CPython 3.13.5',
    figures: figures(instructions),
    phases: [
      { name: 'kernel start', from: 0, to: 100_000 },
      { name: 'Py_Initialize', from: 100_000, to: 17_000_000 },
    ],
    release: { python: '3.13', from },
  });

  it('say what each costs or saves, and in which phase', () => {
    const variants = [
      row('python-3.13', 27_000_000, 'reset'),
      row('python-3.13-snapshot', 6_000_000, 'snapshot'),
    ];
    expect(releaseLines({ ...sampleReport, variants })).toEqual([
      'python-3.13: 27,000,000 instructions, +3,000,000 (+12.5 %)\n',
      '  kernel start: 0\n',
      '  Py_Initialize: +1,000,000\n',
      'python-3.13-snapshot: 6,000,000 instructions, -600,000 (-9.1 %)\n',
    ]);
    expect(releaseLines(sampleReport)).toEqual([]);
  });
});
