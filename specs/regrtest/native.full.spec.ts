/**
 * The guest's Python beside the same objects on Linux: modules of the language come to the same, test by test, and what the list
 * calls a fault of libc or of CPython fails there as well.
 */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moduleOf, nativeStart, readKnown, runModulesNatively } from '../../harness/regrtest/index.ts';
import type { NativeStart, RegrtestReport } from '../../harness/regrtest/index.ts';
import { nanvix } from '../support/command.ts';
import { runsNatively } from '../support/native.ts';

const isNative = await runsNatively();
const known = readKnown();
const MODULES = ['bool', 'contains', 'dict', 'list', 'struct', 'textwrap', 'unary'];
/** Kinds of the list that say that the guest is not at fault. */
const NOT_OURS = ['libc', 'python'];
const tests = [...known.tests].flatMap(([name, { kind }]) => (NOT_OURS.includes(kind) ? [name] : []));

describe.skipIf(!isNative)('on Linux', () => {
  let start: NativeStart;
  beforeAll(async () => {
    start = await nativeStart();
  });
  afterAll(() => {
    start.dispose();
  });

  it('the command runs each module there too, and no test comes to something else', async () => {
    const { stdout, status } = await nanvix(['regrtest', ...MODULES, '--native', '--json']);
    const { native, tests: counts } = JSON.parse(stdout) as RegrtestReport;
    expect(status).toBe(0);
    expect(native?.differences).toEqual([]);
    expect(native?.tests).toEqual(counts);
    expect(counts.passed).toBeGreaterThan(100);
  });

  it('what the list calls a fault of libc or of CPython fails there', async () => {
    const verdicts = await runModulesNatively(start, [...new Set(tests.map(moduleOf))], {
      match: tests,
      timeoutMs: 120_000,
      workers: availableParallelism(),
      known: { ...known, tests: new Map() },
    });
    const passed = verdicts.flatMap((verdict) =>
      verdict.tests.flatMap(({ name, outcome }) => (outcome === 'passed' ? [name] : [])),
    );
    expect(passed).toEqual([]);
    const failed = verdicts.flatMap((verdict) =>
      verdict.tests.flatMap(({ name, outcome }) => (outcome === 'failed' ? [name] : [])),
    );
    expect(failed.sort()).toEqual([...tests].sort());
  });

  it('a module that is not done in its time is ended, and its running test has failed', async () => {
    const [verdict] = await runModulesNatively(start, ['test_decimal'], {
      ...{ match: [], timeoutMs: 2000, workers: 1, known },
    });
    expect(verdict).toMatchObject({ status: 'timedOut', reason: 'not done after 2000 ms of real time' });
  });
});
