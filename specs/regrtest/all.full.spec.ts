/**
 * All of CPython's test modules that the list does not leave out: in guests, and the same modules on Linux by the same objects.
 * NANVIX_V86_REGRTEST=tenth runs every tenth of them, as continuous integration does, which has other things to do.
 */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonText } from '../../harness/cli/regrtest-text.ts';
import {
  chooseModules,
  differences,
  nativeStart,
  readKnown,
  regrtestStart,
  reportOf,
  runModules,
  runModulesNatively,
} from '../../harness/regrtest/index.ts';
import type {
  ModuleOutcome,
  ModuleVerdict,
  NativeStart,
  SuiteOptions,
} from '../../harness/regrtest/index.ts';
import { runsNatively } from '../support/native.ts';

const TENTH = 10;
const isTenth = process.env['NANVIX_V86_REGRTEST'] === 'tenth';
const LONGEST = 3 * 3_600_000;

const known = readKnown();
const settings: SuiteOptions = {
  match: [],
  timeoutMs: 120_000,
  workers: availableParallelism(),
  known,
};

let modules: readonly string[];
let outcomes: readonly ModuleOutcome[];
beforeAll(async () => {
  const start = await regrtestStart();
  modules = chooseModules(start.modules, [], known).filter((_, place) => !isTenth || place % TENTH === 0);
  outcomes = await runModules(start, modules, settings);
}, LONGEST);

it('every module does what the list says', () => {
  expect(outcomes.map(({ module }) => module)).toEqual(modules);
  expect(outcomes.flatMap((outcome) => differences(known, outcome, true))).toEqual([]);
});

it('the list names only modules that there are', async () => {
  const { modules: all } = await regrtestStart();
  expect([...known.modules.keys()].filter((name) => !all.includes(name))).toEqual([]);
});

describe.skipIf(!(await runsNatively()))('the same modules on Linux', () => {
  let start: NativeStart;
  let verdicts: readonly ModuleVerdict[];
  beforeAll(async () => {
    start = await nativeStart();
    verdicts = await runModulesNatively(start, modules, settings);
    const { native } = reportOf(outcomes, [], { verdicts, known });
    // What differs is what this file is for: machines differ in files, users and tools, so it is shown and not asserted.
    if (native !== undefined) console.info(comparisonText(native));
  }, LONGEST);
  afterAll(() => {
    start.dispose();
  });

  /** Tests that failed, with the kind that the list has for them. */
  const failures = (of: readonly ModuleVerdict[], kinds: readonly string[]): string[] =>
    of.flatMap(({ tests }) =>
      tests.flatMap(({ name, outcome }) =>
        outcome === 'failed' && kinds.includes(known.tests.get(name)?.kind ?? '') ? [name] : [],
      ),
    );

  it('are all run', () => {
    expect(verdicts.map(({ module }) => module)).toEqual(modules);
  });

  it('what fails in the guest, and is laid to libc or CPython itself, fails there too', () => {
    const notOurs = ['libc', 'python'];
    expect(failures(verdicts, notOurs).sort()).toEqual(failures(outcomes, notOurs).sort());
  });

  it('what is laid to the guest passes there', () => {
    expect(failures(verdicts, ['posix', 'volume', 'slow'])).toEqual([]);
  });
});
