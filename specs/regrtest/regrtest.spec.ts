/**
 * CPython's own tests in guests: 25 quick modules, each restored from the one snapshot. All modules are in all.full.spec.ts.
 */
import { availableParallelism } from 'node:os';
import { beforeAll, expect, it } from 'vitest';
import { differences, readKnown, regrtestStart, runModules } from '../../harness/regrtest/index.ts';
import type { RegrtestReport, RegrtestStart } from '../../harness/regrtest/index.ts';
import { nanvix } from '../support/command.ts';

/** Together some seconds: of the language, its containers, and a module that only python-full has. */
const QUICK =
  'colorsys compare contains copyreg defaultdict dict_version dictcomps errno exception_hierarchy getopt grp html iterlen keyword opcodes picklebuffer poll pyexpat sched secrets select structseq type_annotations unary xxtestfuzz'
    .split(' ')
    .map((name) => `test_${name}`);

let start: RegrtestStart;
beforeAll(async () => {
  start = await regrtestStart();
});

it('25 quick modules do what the list says', async () => {
  const known = readKnown();
  const outcomes = await runModules(start, QUICK, {
    match: [],
    timeoutMs: 20_000,
    workers: Math.min(2, availableParallelism()),
    known,
  });
  expect(outcomes.map(({ module }) => module)).toEqual(QUICK);
  expect(outcomes.flatMap((outcome) => differences(known, outcome, true))).toEqual([]);
});

it('the command tells in JSON what each module came to', async () => {
  const { stdout, status } = await nanvix(['regrtest', 'bool', 'test_unary', '--json']);
  const { modules, unexpected, results } = JSON.parse(stdout) as RegrtestReport;
  expect({ status, modules, unexpected }).toEqual({
    status: 0,
    modules: { passed: 2, failed: 0, skipped: 0, timedOut: 0 },
    unexpected: [],
  });
  expect(results.map(({ module }) => module)).toEqual(['test_bool', 'test_unary']);
});

it('a module that CPython does not have is refused', async () => {
  const { stderr, status } = await nanvix(['regrtest', 'test_no_such_thing']);
  expect(status).toBe(2);
  expect(stderr).toBe(
    'nanvix-v86: CPython has no test module test_no_such_thing: --list names those it has\n',
  );
});
