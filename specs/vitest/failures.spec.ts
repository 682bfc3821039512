/** What becomes of a test of a guest that fails: it ends in time, it says why, and the next one is not touched. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSnapshot } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';
import type { TestReport } from './failing/reporter.ts';

const SOURCE = `
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
    while (argc > 1 && strcmp(argv[1], "spin") == 0)
        ;
    mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    puts("as expected");
    return 7;
}
`;

const config = fileURLToPath(new URL('failing/vitest.config.ts', import.meta.url));
let folder = '';
let tests: readonly TestReport[] = [];
let told = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-failures-'));
  const reportPath = join(folder, 'report.json');
  const { all } = await execa('npx', ['vitest', 'run', '--config', config, '--root', join(config, '..')], {
    reject: false,
    all: true,
    env: {
      NO_COLOR: '1',
      FAILING_PROGRAM: await compileC('failures', SOURCE),
      FAILING_CACHE: folder,
      FAILING_REPORT: reportPath,
    },
  });
  tests = JSON.parse(readFileSync(reportPath, 'utf8')) as TestReport[];
  told = all;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const named = (name: string): TestReport | undefined => tests.find((test) => test.name === name);

it.each(['on its own', 'before a matcher'])('testTimeout ends a guest that loops %s', (name) => {
  const test = named(name);
  expect(test?.state).toBe('failed');
  expect(test?.errors).toEqual([expect.stringContaining('Test timed out in 2000ms')]);
  // the wall deadline of a guest is 120 s
  expect(test?.milliseconds).toBeLessThan(60_000);
});

it.each([
  'does not move the guest of the next',
  'ends before a run that it does not await',
  'which does not move the guest of the next either',
])('a test that timed out, or awaits too little, %s', (name) => {
  expect(named('goes on all the same')?.errors).toEqual([expect.stringContaining('Test timed out')]);
  expect(named(name)).toMatchObject({ state: 'passed' });
});

it('a fixture that fails is the one error of its test', () => {
  expect(named('is told alone')?.errors).toEqual([
    expect.stringContaining('the guest never got to "snapshot-call"'),
  ]);
  expect(told).not.toContain('disposed of');
});

it('a failure prints output and decoded kernel calls, and leaves a snapshot to look at', async () => {
  const [, report = ''] = told.split('--- is explained (booted) ---');
  expect(report).toContain('end of the output:\n  as expected\n');
  expect(report).toMatch(/last kernel calls:\n( {2}#\d+ \w+\(.*\) at instruction \d+, from \S+\n){8}/);
  expect(report).toMatch(/mmap\(pid=\S+, addr=0x[0-9a-f]+, pages=\d+, prot=READ\|WRITE\)/);
  expect(report).toMatch(/exit\(status=7\) at instruction \d+, from \S+\n/);
  const path = /^left in (\S+\.snapshot): nanvix-v86 debug --restore/m.exec(report)?.[1] ?? '';
  expect(path).toBe(join(folder, 'failed', 'is-explained-booted.snapshot'));
  const { snapshot } = await loadSnapshot(path);
  expect(snapshot.monitor.exitStatus).toBe(7);
});

it('a failure attaches a replay, which the folder of attachments carries; one that passes has none', () => {
  const [path = '', ...more] = named('is explained')?.replays ?? [];
  expect(more).toEqual([]);
  expect(path.startsWith(join(folder, 'attachments'))).toBe(true);
  const page = readFileSync(path, 'utf8');
  expect(page).toContain('<title>is explained (booted) — replay</title>');
  expect(page).toContain('data-part="program"');
  expect(told).toMatch(/left in \S+is-explained-booted\.html: open it in a browser/);
  expect(named('ends before a run that it does not await')?.replays).toEqual([]);
});
