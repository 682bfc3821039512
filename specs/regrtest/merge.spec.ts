/** CPython's tests in pieces, as on several machines, are the run in one piece. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeReports, readReport, type RegrtestReport } from '../../harness/regrtest/index.ts';
import { nanvix } from '../support/command.ts';

const result = (module: string, failed: readonly string[] = []): RegrtestReport['results'][number] => ({
  ...{ module, status: failed.length === 0 ? ('passed' as const) : ('failed' as const), failed },
  ...{ tests: { passed: 2, failed: failed.length, skipped: 1 }, instructions: 1, virtualMs: 2, wallMs: 3 },
});

const first: RegrtestReport = {
  modules: { passed: 2, failed: 0, skipped: 0, timedOut: 0 },
  tests: { passed: 4, failed: 0, skipped: 2 },
  unexpected: [],
  results: [result('test_a'), result('test_c')],
};

const second: RegrtestReport = {
  modules: { passed: 0, failed: 1, skipped: 0, timedOut: 0 },
  tests: { passed: 2, failed: 1, skipped: 1 },
  unexpected: [{ module: 'test_b', test: 'test.test_b.C.test_x', did: 'failed', text: 'boom' }],
  results: [result('test_b', ['test.test_b.C.test_x'])],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'regrtest-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function saved(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('merged results', () => {
  it('are those of all pieces, in the order of the modules', () => {
    expect(
      mergeReports([
        ['2', second],
        ['1', first],
      ]),
    ).toEqual({
      modules: { passed: 2, failed: 1, skipped: 0, timedOut: 0 },
      tests: { passed: 6, failed: 1, skipped: 3 },
      unexpected: second.unexpected,
      results: [result('test_a'), ...second.results, result('test_c')],
    });
  });

  it('must not have a module twice', () => {
    expect(() =>
      mergeReports([
        ['1.json', first],
        ['2.json', first],
      ]),
    ).toThrow('test_a is in 1.json and in 2.json: leave one of them out');
  });

  it('come from files of results only', () => {
    const other = saved('other.json', { modules: 5 });
    expect(() => readReport(other)).toThrow(
      `${other} holds no results: give a file that regrtest --save wrote`,
    );
    expect(() => readReport(join(folder, 'none.json'))).toThrow('none.json cannot be read (ENOENT)');
  });

  it('are made by the command, with the status of the whole', async () => {
    const files = [saved('1.json', first), saved('2.json', second)];
    const whole = join(folder, 'whole.json');
    const { status, stdout, stderr } = await nanvix(['regrtest', 'merge', ...files, '--save', whole]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(stdout).toContain('modules: 2 passed, 1 failed, 0 skipped, 0 timed out');
    expect(stdout).toContain('failed, and not listed: test.test_b.C.test_x');
    expect(JSON.parse(readFileSync(whole, 'utf8'))).toMatchObject({ modules: { passed: 2, failed: 1 } });
  });
});
