import { describe, expect, it } from 'vitest';
import {
  allAtOnceLines,
  changeLines,
  comparedColumns,
  csvColumns,
  measuredColumns,
  studyCells,
  verdictLines,
} from '../../harness/study/tables.ts';
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
