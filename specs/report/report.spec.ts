import { describe, expect, it } from 'vitest';
import {
  allAtOnce,
  changesSince,
  comparedWith,
  layOutFlames,
  renderReport,
} from '../../harness/study/report/index.ts';
import { figures, sampleReport } from './sample.ts';

describe('the flame graph', () => {
  it('lays children inside their parent and counts each sample once in every frame of its stack', () => {
    const frames = layOutFlames([
      { frames: ['main', 'b'], samples: 2 },
      { frames: ['main', 'a'], samples: 1 },
      { frames: ['main'], samples: 4 },
    ]);
    expect(frames).toEqual([
      { name: 'main', depth: 0, left: 0, right: 7, self: 4 },
      { name: 'a', depth: 1, left: 0, right: 1, self: 1 },
      { name: 'b', depth: 1, left: 1, right: 3, self: 2 },
    ]);
  });

  it('leaves out frames that are too narrow, without moving their neighbours', () => {
    const frames = layOutFlames(
      [
        { frames: ['a'], samples: 1 },
        { frames: ['b'], samples: 5 },
      ],
      2,
    );
    expect(frames).toEqual([{ name: 'b', depth: 0, left: 1, right: 6, self: 5 }]);
  });
});

describe('what changed since the last report', () => {
  it('is nothing for two equal reports', () => {
    expect(changesSince(sampleReport, sampleReport)).toEqual([]);
  });

  it('names every exact figure that moved, and leaves wall time out', () => {
    const faster = { ...figures(24_000_000), wallMs: { median: 1, low: 1, high: 1, runs: 7 } };
    const later = {
      ...sampleReport,
      reference: { ...sampleReport.reference, figures: faster },
      restored: { ...sampleReport.restored, kernelCalls: 131 },
    };
    expect(changesSince(sampleReport, later)).toEqual([
      { row: 'restore-boot', figure: 'kernel calls', before: 130, after: 131 },
    ]);
  });

  it('does not compare a variant that the last report did not have', () => {
    const earlier = { ...sampleReport, variants: [] };
    expect(changesSince(earlier, sampleReport)).toEqual([]);
  });
});

describe('the report that was compared with', () => {
  it('is named by its time, with the rows that only one of the two has', () => {
    const earlier = { ...sampleReport, created: '2026-11-23T00:00:00Z', variants: [sampleReport.reference] };
    const later = { ...sampleReport, variants: sampleReport.variants.slice(0, 1) };
    expect(comparedWith(earlier, later)).toEqual({ created: earlier.created, added: ['pie'], gone: [] });
    expect(comparedWith(later, earlier)).toEqual({ created: later.created, added: [], gone: ['pie'] });
  });

  it('is told of on the page', () => {
    expect(renderReport(sampleReport)).toContain(
      '1 exact figures moved since the report of 2026-11-23T00:00:00Z. Only in this one: frozen. Only in that one: O2.',
    );
  });
});

describe('everything at once', () => {
  const row = (name: string, instructions: number) => ({
    ...sampleReport.reference,
    name,
    figures: figures(instructions),
  });

  it('holds what there was before against the reference and the best there is', () => {
    const report = { ...sampleReport, variants: [row('before', 64_000_000), row('best', 16_000_000)] };
    expect(allAtOnce(report)?.figures[0]).toEqual({
      figure: 'instructions',
      before: 64_000_000,
      after: [24_000_000, 16_000_000],
    });
    expect(renderReport(report)).toContain('<td>16,000,000 (-75.0 %)</td>');
  });

  it('is left out where the study lacks the row from before', () => {
    expect(allAtOnce(sampleReport)).toBeUndefined();
    expect(renderReport(sampleReport)).not.toContain('All at once');
  });
});

describe('the page', () => {
  it('is the same, byte for byte, for the same report', () => {
    expect(renderReport(sampleReport)).toBe(renderReport(sampleReport));
  });

  it('asks the network for nothing', () => {
    const page = renderReport(sampleReport);
    expect(page).not.toMatch(/\b(src|href)="(?!#)/);
    expect(page).not.toMatch(/@import|url\(|fetch\(/);
  });

  it('shows text from outside as text', () => {
    expect(renderReport(sampleReport)).toContain('CPython start-up &#x3C;sample>');
  });

  it('shows each claim of the reference beside what holds here', () => {
    const page = renderReport(sampleReport);
    expect(page).toContain(
      '<td class="text">20 ms: “eliminates relocations”</td><td class="text">yes</td><td class="text">There are relocations to process.</td>',
    );
  });
});
