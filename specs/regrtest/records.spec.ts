/** What the guest tells of its tests, read and compared with what is known. */
import { describe, expect, it } from 'vitest';
import { differences, junitXml, moduleOf, readKnown, reportOf } from '../../harness/regrtest/index.ts';
import { leftOutTests } from '../../harness/regrtest/known.ts';
import type { ModuleOutcome } from '../../harness/regrtest/index.ts';
import { outcomeOf } from '../../harness/regrtest/outcome.ts';
import { readRecords } from '../../harness/regrtest/records.ts';
import type { RunResult } from '../../harness/index.ts';

const rs = (record: object): string => `\x1e${JSON.stringify(record)}\n`;

function result(output: string, outcome: RunResult['outcome'] = { kind: 'exit', status: 0 }): RunResult {
  const counts = { instructions: 1, virtualMs: 2, wallMs: 3, stages: [] };
  return { outcome, output, errorOutput: '', console: '', exitStatus: 0, ...counts };
}

const passed = { test: 'test.test_x.C.test_a', outcome: 'passed' };
const failed = { test: 'test.test_x.C.test_b', outcome: 'failed', text: 'boom' };

function ran(...records: object[]): ModuleOutcome {
  return outcomeOf('test_x', result([...records, { done: true }].map(rs).join('')));
}

const known = readKnown(
  JSON.stringify({
    kinds: { libc: 'why' },
    modules: [{ kind: 'libc', why: 'because', names: ['test_y'] }],
    tests: [
      { kind: 'libc', why: 'because', names: ['test.test_x.C.test_b'] },
      { kind: 'libc', why: 'it hangs', names: ['test.test_x.C.test_c'], leftOut: true },
    ],
  }),
);
const nothingKnown = readKnown('{"kinds":{},"modules":[],"tests":[]}');

describe('records', () => {
  it('stand in the midst of what tests print', () => {
    expect(readRecords(`one ${rs(passed)}two\n${rs({ done: true })}`)).toEqual({
      records: [{ ...passed, text: '' }, { done: true }],
      printed: 'one two\n',
    });
  });

  it('that a guest forges or does not finish count as printed', () => {
    expect(readRecords('\x1e{"test": 1}\n\x1enothing\n\x1e{"done": tr').records).toEqual([]);
  });
});

describe('a module', () => {
  it('passes when all its tests do', () => {
    expect(ran(passed)).toMatchObject({ status: 'passed', ended: true });
  });

  it('that runs out of time leaves what it did, and the test that was running has failed', () => {
    const output = rs(passed) + rs({ start: 'test.test_x.C.test_b' });
    const outcome = outcomeOf('test_x', result(output, { kind: 'deadline', deadline: 'virtual', limit: 5 }));
    expect(outcome.status).toBe('timedOut');
    expect(outcome.tests).toEqual([
      { name: 'test.test_x.C.test_a', outcome: 'passed', text: '' },
      { name: 'test.test_x.C.test_b', outcome: 'failed', text: 'not done after 5 ms of guest time' },
    ]);
  });

  it('that ends Python has failed', () => {
    expect(outcomeOf('test_x', result(rs(passed))).status).toBe('failed');
  });
});

describe('what is known', () => {
  it('is no difference', () => {
    expect(differences(known, ran(passed, failed), true)).toEqual([]);
  });

  it('does not cover another failure', () => {
    expect(differences(nothingKnown, ran(passed, failed), true)).toMatchObject([
      { test: 'test.test_x.C.test_b', did: 'failed', text: 'boom' },
    ]);
  });

  it('that passes all the same is a difference', () => {
    expect(differences(known, ran(passed, { ...failed, outcome: 'passed' }), true)).toMatchObject([
      { test: 'test.test_x.C.test_b', did: 'passed' },
    ]);
  });

  it('that does not exist any more is a difference, but not where some tests were chosen', () => {
    expect(differences(known, ran(passed), true)).toMatchObject([{ did: 'gone' }]);
    expect(differences(known, ran(passed), false)).toEqual([]);
  });

  it('does not cover a module that is skipped', () => {
    expect(differences(known, ran({ skipped: 'no such thing' }), true)).toMatchObject([
      { module: 'test_x', did: 'skipped', text: 'no such thing' },
    ]);
    expect(differences(known, { ...ran({ skipped: 'so' }), module: 'test_y' }, true)).toEqual([]);
  });

  it('is of the module that a test is part of', () => {
    expect(moduleOf('test.test_io.CIOTest.test_large_file_ops')).toBe('test_io');
    expect(moduleOf('test.test_importlib.extension.test_loader.C.test_module')).toBe('test_importlib');
    expect(moduleOf('ctypes.test.test_values.PythonValuesTestCase.test_frozentable')).toBe('test_ctypes');
    expect(moduleOf('unittest.test.test_case.Test_TestCase.test_init')).toBe('test_unittest');
  });

  it('is left out by a pattern, and counted one by one where it is run', () => {
    const list = (leftOut: boolean): string =>
      JSON.stringify({
        kinds: { process: '' },
        modules: [],
        tests: [{ kind: 'process', why: '', names: ['test.test_x.Pool*'], leftOut }],
      });
    expect(leftOutTests(readKnown(list(true)), 'test_x')).toEqual(['test.test_x.Pool*']);
    expect(leftOutTests(readKnown(list(true)), 'test_y')).toEqual([]);
    expect(() => readKnown(list(false))).toThrow('name each');
  });

  it('names each once and with a kind that is explained', () => {
    const one = { kind: 'libc', why: '', names: ['test_x'] };
    const text = (modules: object[]): string => JSON.stringify({ kinds: { libc: '' }, modules, tests: [] });
    expect(() => readKnown(text([one, one]))).toThrow('twice');
    expect(() => readKnown(text([{ ...one, kind: 'other' }]))).toThrow('other');
    expect(() => readKnown()).not.toThrow();
  });
});

it('the report counts modules and tests', () => {
  expect(reportOf([ran(passed, failed)], [])).toMatchObject({
    modules: { passed: 0, failed: 1, skipped: 0, timedOut: 0 },
    tests: { passed: 1, failed: 1, skipped: 0 },
    unexpected: [],
  });
});

it('JUnit XML holds each test, and no character that XML does not', () => {
  const xml = junitXml([ran(passed, { ...failed, text: 'a < b \x00' })]);
  expect(xml).toContain('<testcase classname="test.test_x.C" name="test_a"');
  expect(xml).toContain('a &lt; b \ufffd');
  expect(xml).not.toContain('\x00');
});
