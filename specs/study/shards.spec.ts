/** A study in pieces is the study in one piece. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeStudies, shardOf } from '../../harness/study/shards.ts';
import { studyVariants } from '../../harness/study/variants.ts';
import { sampleReport } from '../report/sample.ts';
import { nanvix } from '../support/command.ts';

describe('the pieces of a list', () => {
  it.each([1, 2, 3, 7, 40])('are %i, and together all of it', (count) => {
    const pieces = Array.from({ length: count }, (_, at) => shardOf(studyVariants, { index: at + 1, count }));
    expect(new Set(pieces.flat())).toEqual(new Set(studyVariants));
    expect(pieces.flat()).toHaveLength(studyVariants.length);
    const lengths = pieces.map(({ length }) => length);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
  });
});

describe('merged studies', () => {
  const names = sampleReport.variants.map(({ name }) => name);
  const piece = (index: number) => ({
    ...sampleReport,
    variants: shardOf(sampleReport.variants, { index, count: 2 }),
  });

  it('have all rows in the order of the study', () => {
    const { variants } = mergeStudies(
      [
        ['b', piece(2)],
        ['a', piece(1)],
      ],
      names,
    );
    expect(variants).toEqual(sampleReport.variants);
  });

  it('must be of one reference', () => {
    const { reference } = sampleReport;
    const figures = { ...reference.figures, instructions: reference.figures.instructions + 1 };
    const other = { ...piece(2), reference: { ...reference, figures } };
    expect(() =>
      mergeStudies(
        [
          ['a', piece(1)],
          ['b', other],
        ],
        names,
      ),
    ).toThrow(/a and b are not of one study: the reference takes/);
  });

  it('must not have a row twice', () => {
    expect(() =>
      mergeStudies(
        [
          ['a', piece(1)],
          ['b', piece(1)],
        ],
        names,
      ),
    ).toThrow(/is in two of the studies/);
  });

  it('are made by the command', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'study-'));
    const files = [1, 2].map((index) => join(folder, `${index}.json`));
    files.forEach((file, at) => {
      writeFileSync(file, JSON.stringify(piece(at + 1)));
    });
    const whole = join(folder, 'whole.json');
    const { status, stderr, stdout } = await nanvix(['study', 'merge', ...files, '--save', whole, '--csv']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(names.length);
    expect(JSON.parse(readFileSync(whole, 'utf8'))).toMatchObject({
      variants: names.map((name) => ({ name })),
    });
  });
});

it('a shard that is none is refused', async () => {
  for (const shard of ['0/3', '4/3', '1', 'x/y']) {
    const { status, stderr } = await nanvix(['study', '--shard', shard, '--list']);
    expect(status).toBe(2);
    expect(stderr).toContain('give K/N');
  }
  expect((await nanvix(['study', '--shard', '2/9', '--list'])).stdout.split('\n').length).toBeLessThan(6);
});
