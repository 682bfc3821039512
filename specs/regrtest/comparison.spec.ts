/** What is told of a module that comes to something else in the guest than on Linux. */
import { expect, it } from 'vitest';
import { comparisonText } from '../../harness/cli/regrtest-text.ts';
import { differencesFromNative, reportOf } from '../../harness/regrtest/index.ts';
import type { ModuleOutcome, TestOutcome } from '../../harness/regrtest/index.ts';

const test = (name: string, outcome: TestOutcome['outcome'], text = ''): TestOutcome => ({
  name,
  outcome,
  text,
});

function moduleWith(tests: readonly TestOutcome[], more: Partial<ModuleOutcome> = {}): ModuleOutcome {
  return {
    module: 'test_m',
    status: tests.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'passed',
    tests,
    reason: undefined,
    ended: true,
    printed: '',
    instructions: 1,
    virtualMs: 1,
    wallMs: 1,
    ...more,
  };
}

it('tests that come to the same are not named, whatever they come to', () => {
  const tests = [test('a', 'passed'), test('b', 'failed', 'why'), test('c', 'skipped', 'no')];
  expect(differencesFromNative(moduleWith(tests), moduleWith(tests))).toEqual([]);
});

it('a test that fails in the guest only is named with what it says', () => {
  expect(
    differencesFromNative(moduleWith([test('a', 'failed', 'why')]), moduleWith([test('a', 'passed')])),
  ).toEqual([{ module: 'test_m', test: 'a', guest: 'failed', native: 'passed', text: 'why' }]);
});

it('a test that only one of the two came to is absent from the other', () => {
  expect(differencesFromNative(moduleWith([]), moduleWith([test('a', 'failed', 'why')]))).toEqual([
    { module: 'test_m', test: 'a', guest: 'absent', native: 'failed', text: 'why' },
  ]);
});

it('of a test that is told of in parts the worst counts', () => {
  const parts = [test('a', 'failed', 'why'), test('a', 'passed')];
  expect(differencesFromNative(moduleWith(parts), moduleWith([test('a', 'failed', 'why')]))).toEqual([]);
});

it('a module without a test that differs is named itself', () => {
  const skipped = moduleWith([], { status: 'skipped', reason: 'no network' });
  expect(differencesFromNative(skipped, moduleWith([]))).toEqual([
    { module: 'test_m', guest: 'skipped', native: 'passed', text: 'no network' },
  ]);
});

it('the report says of what is not listed whether it fails on Linux too', () => {
  const here = moduleWith([test('a', 'failed', 'why'), test('b', 'failed', 'why')]);
  const there = moduleWith([test('a', 'failed', 'why'), test('b', 'passed')]);
  const unexpected = here.tests.map(({ name, text }) => ({
    module: 'test_m',
    test: name,
    did: 'failed' as const,
    text,
  }));
  const entry = { kind: 'libc', why: 'why', names: ['b'], leftOut: false };
  const known = { kinds: { libc: 'of libc' }, modules: new Map(), tests: new Map([['b', entry]]) };
  const report = reportOf([here], unexpected, { verdicts: [there], known });
  expect(report.unexpected.map(({ native }) => native)).toEqual(['failed', 'passed']);
  expect(report.native).toEqual({
    modules: { passed: 0, failed: 1, skipped: 0, timedOut: 0 },
    tests: { passed: 1, failed: 1, skipped: 0 },
    differences: [
      { module: 'test_m', test: 'b', guest: 'failed', native: 'passed', text: 'why', kind: 'libc' },
    ],
  });
});

it('people are told each test that failed on one of the two, and how many differ otherwise', () => {
  const here = [test('a', 'failed', 'why'), test('b', 'passed'), test('c', 'passed'), test('d', 'passed')];
  const there = [
    test('a', 'passed'),
    test('b', 'skipped', 'no'),
    test('c', 'skipped', 'no'),
    test('d', 'passed'),
  ];
  const known = { kinds: {}, modules: new Map(), tests: new Map() };
  const { native } = reportOf([moduleWith(here)], [], { verdicts: [moduleWith(there)], known });
  expect(native && comparisonText(native).split('\n')).toEqual([
    '',
    'on Linux, modules: 1 passed, 0 failed, 0 skipped, 0 timed out',
    'on Linux, tests: 2 passed, 0 failed, 2 skipped',
    '    a: failed in the guest, passed on Linux',
    '    test_m: passed in the guest, skipped on Linux: 2 tests',
    '',
    '',
  ]);
});
