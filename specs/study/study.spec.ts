import { describe, expect, it } from 'vitest';
import { figures } from '../report/sample.ts';
import { bootOptionsOf, countRow } from '../../harness/study/measure.ts';
import { studyReference, studyRow, studyVariants } from '../../harness/study/variants.ts';
import type { StudyRow } from '../../harness/study/variants.ts';
import { verdictOn } from '../../harness/study/verdict.ts';
import { nanvix } from '../support/command.ts';

describe('the rows of the study', () => {
  it('have names of their own', () => {
    const names = [studyReference.name, ...studyVariants.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
  });

  it('each differ from the reference', () => {
    const { build, run } = studyRow({ name: studyReference.name, change: '' });
    for (const variant of studyVariants) {
      const row = studyRow(variant);
      expect({ ...row.build, name: build.name, ...row.run }, row.name).not.toEqual({ ...build, ...run });
    }
  });

  it('take from the reference what they do not name', () => {
    const row = studyRow({ name: 'new', change: 'one line is all a row needs', build: { optimize: 'O2' } });
    expect(row.build).toEqual({ ...studyReference.build, name: 'new', optimize: 'O2' });
    expect(row.run).toEqual(studyReference.run);
  });
});

describe('whether a claim holds here', () => {
  const reference = figures(20_000_000);

  it('is yes when its share of instructions is saved', () => {
    const before = figures(21_000_000);
    expect(verdictOn({ savesMs: 20, side: 'before' }, before, reference)).toEqual({
      holds: 'yes',
      why: '5.0 % fewer instructions here, 4.4 % of the boot claimed',
    });
  });

  it('is no when far less is saved', () => {
    const before = figures(20_010_000);
    expect(verdictOn({ savesMs: 60, side: 'before' }, before, reference).holds).toBe('no');
  });

  it('is no when the change costs instructions', () => {
    const after = figures(20_500_000);
    expect(verdictOn({ savesMs: 5, side: 'after' }, after, reference)).toMatchObject({
      holds: 'no',
      why: expect.stringContaining('more instructions here') as string,
    });
  });
});

describe('measuring a row', () => {
  const frozen = studyRow({ name: 'frozen', change: '', build: { encodings: 'frozen' } });
  const count = async (row: StudyRow) => await countRow(row, (await bootOptionsOf(row)).options);

  it('gives the same exact figures each time', async () => {
    expect(await count(frozen)).toEqual(await count(frozen));
  });

  it('shows that leaving without finalization executes fewer than three quarters of the instructions', async () => {
    const skipped = await count({ ...frozen, run: { ...frozen.run, skipFinalization: true } });
    expect(skipped.instructions).toBeLessThan((await count(frozen)).instructions * 0.75);
  });

  it('refuses a row that does not say hello', async () => {
    const { options } = await bootOptionsOf(frozen);
    await expect(countRow(frozen, { ...options, args: ['-c', 'pass'] })).rejects.toThrow(
      /the variant frozen does not say hello/,
    );
  });
});

describe('nanvix-v86 study', () => {
  it('lists its rows without measuring any', async () => {
    const { stdout, status } = await nanvix(['study', '--list', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(studyVariants)));
  });

  it('refuses a row that does not exist with one line that says where to look', async () => {
    const { stderr, status } = await nanvix(['study', '--variant', 'O9']);
    expect(status).toBe(2);
    expect(stderr.trim()).toBe('nanvix-v86: there is no variant O9: --list shows those there are');
  });
});
