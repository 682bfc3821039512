import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figures, sampleReport } from '../report/sample.ts';
import { claimedShare, verdictOn } from '../../harness/study/claim.ts';
import type { Claim, Measured } from '../../harness/study/claim.ts';
import { contradictionIn } from '../../harness/study/contradictions.ts';
import { readStudy } from '../../harness/study/kept.ts';
import { countRow, readyRow } from '../../harness/study/measure.ts';
import { parseVariants } from '../../harness/study/parse-variant.ts';
import { movedInRecord } from '../../harness/study/record.ts';
import { studyReference, studyRow } from '../../harness/study/row.ts';
import { studyVariants } from '../../harness/study/variants.ts';
import { nanvix } from '../support/command.ts';

describe('the rows of the study', () => {
  it('have names of their own', () => {
    const names = [studyReference.name, ...studyVariants.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
  });

  it('each differ from the reference', () => {
    const { build, run } = studyReference;
    for (const variant of studyVariants) {
      const row = studyRow(variant);
      expect({ ...row.build, name: build.name, ...row.run }, row.name).not.toEqual({ ...build, ...run });
    }
  });

  it('contradict themselves in nothing', () => {
    for (const variant of studyVariants) expect(contradictionIn(variant), variant.name).toBeUndefined();
  });

  it('take from the reference what they do not name', () => {
    const row = studyRow({ name: 'new', change: 'one line is all a row needs', build: { optimize: 'O2' } });
    expect(row.build).toEqual({ ...studyReference.build, name: 'new', optimize: 'O2' });
    expect(row.run).toEqual(studyReference.run);
  });
});

describe('a row of your own', () => {
  it('is one line of JSON, or a list of them', () => {
    const line = { name: 'O1', build: { optimize: 'O1', compileFlags: ['-fno-plt'] }, run: { site: true } };
    const change = 'optimize O1, compileFlags ["-fno-plt"], site true';
    expect(parseVariants(JSON.stringify(line), '--add')).toEqual([{ ...line, change }]);
    expect(parseVariants(JSON.stringify({ ...line, change: 'mine' }), '--add')[0]?.change).toBe('mine');
    expect(parseVariants(JSON.stringify([line, line]), 'rows.json')).toHaveLength(2);
  });

  it.each([
    ['{', '--add is not JSON: give a row such as {"name":"O1","build":{"optimize":"O1"}}'],
    [
      '{"name":"x","build":{"optimise":"O1"}}',
      /^--add is no row .*: there is no field build\.optimise: there are docStrings, /,
    ],
    ['{"name":"x","runs":{}}', /: there is no field runs: there are name, change, build, run, claim$/],
    [
      '{"name":"x","build":{"optimize":"O9"}}',
      /: build\.optimize: expected one of "O0", .*, "Og", got "O9"$/,
    ],
    ['{"name":"x","build":{"lto":"yes"}}', /: build\.lto: expected true or false, got "yes"$/],
    ['{"name":"x","build":null}', /: build: expected an object, got null$/],
    ['{"name":"x","run":{"pythonOptions":"-I"}}', /: run\.pythonOptions: expected a list, got "-I"$/],
    ['{"name":"x","run":{"pythonOptions":["-c x"]}}', /run\.pythonOptions\.0: expected text without spaces/],
    ['{"name":" x"}', /: name: expected 1 to 40 characters on one line, without spaces around them$/],
    ['[{"name":"x"},{"build":{}}]', 'row 2 of --add is no row of the study: name is missing'],
    ['7', /is no row of the study/],
  ])('that is wrong is refused with what is wrong: %s', (text, message) => {
    expect(() => parseVariants(text, '--add')).toThrow(message);
  });

  it.each([
    [{ build: { compileFlags: ['-O1'] } }, '-O1 is for the field build.optimize to decide'],
    [{ build: { linkFlags: ['-static-pie'] } }, '-static-pie is for the field build.link to decide'],
    [{ build: { linkFlags: ['-Wl,--strip-all'] } }, 'for the field build.strip'],
    [{ build: { configureFlags: ['--with-lto'] } }, 'for the field build.lto'],
    [{ run: { pythonOptions: ['-IS'] } }, '-IS is for the field run.site to decide'],
    [{ run: { environment: { NANVIX_SNAPSHOT: '1' } } }, 'for the field run.fromSnapshot or run.dumped'],
    [{ run: { fixedHashSeed: true, environment: { PYTHONHASHSEED: '1' } } }, 'leave one of them out'],
    [{ build: { lto: true, functionOrder: 'by-use' } }, 'cannot be had with build.lto'],
  ])('that contradicts itself is refused: %j', (fields, message) => {
    const row = JSON.stringify({ name: 'x', ...fields });
    expect(() => parseVariants(row, '--add')).toThrow(message);
  });

  it('may fix the hash seed to another value', () => {
    const row = { name: 'seed-1', run: { environment: { PYTHONHASHSEED: '1' } } };
    expect(parseVariants(JSON.stringify(row), '--add')).toMatchObject([row]);
  });
});

describe('whether a claim holds here', () => {
  const measured = (instructions: number, phases: Measured['phases'] = []): Measured => ({
    figures: figures(instructions),
    phases,
  });
  const reference = measured(20_000_000, [{ name: 'script', from: 0, to: 20_000_000 }]);
  const claim = { says: 'faster', savesMs: 20, side: 'before', of: 'instructions' } satisfies Claim;

  it('is yes when its share of instructions is saved, and says in which phases', () => {
    const before = measured(21_000_000, [
      { name: 'relocation', from: 0, to: 900_000 },
      { name: 'script', from: 900_000, to: 21_000_000 },
    ]);
    expect(verdictOn(claim, before, reference)).toEqual({
      holds: 'yes',
      why: '1,000,000 instructions fewer (4.8 %), 4.3 % of the boot claimed; most in relocation (900,000) and script (100,000)',
    });
  });

  it('compares phases that only one of the two tells apart together', () => {
    const before = measured(22_000_000, [
      { name: 'kernel start', from: 0, to: 1_000_000 },
      { name: 'types', from: 1_000_000, to: 22_000_000 },
    ]);
    const after = measured(20_000_000, [
      { name: 'kernel start', from: 0, to: 1_000_000 },
      { name: 'types', from: 1_000_000, to: 2_000_000 },
      { name: 'encodings', from: 2_000_000, to: 20_000_000 },
    ]);
    expect(verdictOn(claim, before, after).why).toMatch(/; most in types and what follows \(2,000,000\)$/);
  });

  it('says how much of it lies where the claim sees the cause', () => {
    const before = measured(21_000_000, [
      { name: 'relocation', from: 0, to: 100_000 },
      { name: 'script', from: 100_000, to: 21_000_000 },
    ]);
    expect(verdictOn({ ...claim, phase: 'relocation' }, before, reference).why).toMatch(
      /; in relocation, which the claim puts it down to, 100,000 fewer \(0\.5 %\)$/,
    );
  });

  it('is no when far less is saved, and says what else is', () => {
    const before = { ...measured(20_010_000), figures: { ...figures(20_010_000), codePages: 500 } };
    expect(verdictOn({ ...claim, savesMs: 60 }, before, reference)).toEqual({
      holds: 'no',
      why:
        '10,000 instructions fewer (0.0 %), 11.8 % of the boot claimed; ' +
        'the rest can only lie in what a real machine pays for besides instructions, here fewer 71 pages of code',
    });
  });

  it('is no when the change costs instructions', () => {
    const after = measured(20_500_000);
    expect(verdictOn({ ...claim, side: 'after' }, after, reference)).toMatchObject({
      holds: 'no',
      why: expect.stringContaining('500,000 instructions more (2.5 %)') as string,
    });
  });

  it('without a number goes by the figure that it is about', () => {
    const small = { says: 'smaller', side: 'before', of: 'imageBytes' } satisfies Claim;
    const larger = { ...measured(20_000_000), figures: { ...figures(20_000_000), imageBytes: 7_000_000 } };
    expect(verdictOn(small, larger, reference)).toEqual({
      holds: 'yes',
      why: '1,400,000 bytes of image fewer (20.0 %)',
    });
    expect(verdictOn(small, measured(20_000_000), reference).holds).toBe('no');
    expect(verdictOn(small, measured(20_500_000), reference)).toEqual({
      holds: 'no',
      why: 'as many bytes of image with it as without it here, and 500,000 instructions fewer',
    });
  });

  it('is drawn as a share of the reference’s boot, above zero for what a row gives up', () => {
    expect(claimedShare({ ...claim, savesMs: 45 })).toBeCloseTo(0.1);
    expect(claimedShare({ ...claim, savesMs: 45, side: 'after' })).toBeCloseTo(-0.1);
  });
});

describe('measuring a row', () => {
  const frozen = studyRow({ name: 'frozen', change: '', build: { encodings: 'frozen' } });

  it('gives the same exact figures each time', async () => {
    const ready = await readyRow(frozen);
    expect(await countRow(ready)).toEqual(await countRow(ready));
  });

  it('from the snapshot counts what comes after it', async () => {
    const cold = await countRow(await readyRow(frozen));
    const restored = await countRow(
      await readyRow({ ...frozen, run: { ...frozen.run, fromSnapshot: true } }),
    );
    expect(restored.figures.instructions).toBeLessThan(cold.figures.instructions / 2);
    expect(restored.figures.pagesTouched).toBeNull();
    expect(restored.phases.map(({ name }) => name)).toEqual(['restored', 'script', 'finalization', 'exit']);
  });

  it('refuses a row that does not say hello', async () => {
    const ready = await readyRow(frozen);
    await expect(countRow({ ...ready, options: { ...ready.options, args: ['-c', 'pass'] } })).rejects.toThrow(
      /the variant frozen does not say hello/,
    );
  });
});

describe('what moved against the record', () => {
  it('names row and figure, and rows that were never recorded', () => {
    const before = { a: { instructions: 100 } };
    expect(movedInRecord(before, { a: { instructions: 101 }, b: { instructions: 5 } })).toEqual([
      { row: 'a', name: 'instructions', before: 100, after: 101, by: 0.01 },
      { row: 'b', name: 'instructions', before: 'absent', after: 5, by: undefined },
    ]);
  });
});

describe('a study in a file', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'study-')), 'study.json');
  const written = (content: unknown): string => {
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  it('is read as it was written', () => {
    expect(readStudy(written(sampleReport))).toEqual(JSON.parse(JSON.stringify(sampleReport)));
  });

  it.each([
    [null, /is a study of version undefined: only 2 is known$/],
    [{ ...sampleReport, version: 1 }, /is a study of version 1: only 2 is known$/],
    [{ version: 2 }, /is no whole study: give a file written by --save$/],
    [{ ...sampleReport, variants: [{ name: 'x' }] }, /is no whole study: give a file written by --save$/],
  ])('is refused before anything is measured if it is none: %#', (content, message) => {
    expect(() => readStudy(written(content))).toThrow(message);
  });
});

describe('nanvix-v86 study', () => {
  it('lists its rows without measuring any, those of the caller among them', async () => {
    const own = { name: 'no-pymalloc', change: '', build: { configureFlags: ['--without-pymalloc'] } };
    const { stdout, status } = await nanvix(['study', '--list', '--json', '--add', JSON.stringify(own)]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify([...studyVariants, own])));
  });

  it('lists the rows that are named, each once, and those of the caller in any case', async () => {
    const { stdout } = await nanvix([
      'study',
      '--list',
      '--variant',
      'pie',
      'reference',
      'pie',
      '--add',
      '{"name":"own"}',
    ]);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['pie', 'own', '']);
  });

  it('counts rows and holds them against the record', async () => {
    const { stdout, status } = await nanvix(['study', '--check', '--variant', 'frozen']);
    expect({ stdout, status }).toEqual({ stdout: '2 rows are as recorded, to the instruction\n', status: 0 });
  });

  it.each([
    [['--variant', 'O9'], 'there is no variant O9: --list shows those there are'],
    [['--csv', '--json'], "option '--json' cannot be used with option '--csv'; `--help` tells more"],
    [
      ['--list', '--report', 'x'],
      "option '--report <file>' cannot be used with option '--list'; `--help` tells more",
    ],
    [
      ['--report', '/nowhere/study.html'],
      'the file /nowhere/study.html cannot be written (ENOENT): check --report',
    ],
    [['--save', '/'], 'the file / cannot be written (EISDIR): check --save'],
    [
      ['--check', '--add', '{"name":"own"}'],
      'a row of your own is in no record: leave out --check or --record, or give it a line in harness/study/variants.ts',
    ],
    [['--add', '{"name":"default, cold"}'], 'there is a row default, cold already: give yours another name'],
    [['--add', '{"name":"pie"}'], 'there is a row pie already: give yours another name'],
    [['--rows', '/nowhere.json'], 'the file of rows /nowhere.json cannot be read (ENOENT)'],
    [['--previous', '/nowhere.json'], 'the study /nowhere.json cannot be read (ENOENT)'],
    [['--previous', '/etc/hostname'], '/etc/hostname is no study: give a file written by --save'],
  ])('refuses %j with one line that says what to do', async (args, message) => {
    const { stderr, status } = await nanvix(['study', ...args]);
    expect(status).toBe(2);
    expect(stderr.trim()).toBe(`nanvix-v86: ${message}`);
  });
});
