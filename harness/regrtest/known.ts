/**
 * What is known not to pass, and why: known.json. Whatever a run does otherwise is told, the good as the bad, so that the list
 * stays true.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { ModuleOutcome } from './outcome.ts';

const entry = v.object({
  /** One of the kinds. */
  kind: v.string(),
  /** For people: why these do not pass. */
  why: v.string(),
  /** Where they are left out, `*` stands for any part of a name: whole classes are left out so. */
  names: v.array(v.string()),
  /** Not even started, since it would take what comes after it along, or far too long. Run all the same when it is named. */
  leftOut: v.optional(v.boolean(), false),
});

const list = v.object({
  kinds: v.record(v.string(), v.string()),
  modules: v.array(entry),
  tests: v.array(entry),
});

type Entry = v.InferOutput<typeof entry>;

export interface Known {
  readonly kinds: Readonly<Record<string, string>>;
  readonly modules: ReadonlyMap<string, Entry>;
  readonly tests: ReadonlyMap<string, Entry>;
}

/** Something that a run did and the list does not say. */
export interface Difference {
  readonly module: string;
  /** The test; undefined where the module as a whole differs. */
  readonly test?: string;
  /** What it did: `gone` is a test of the list that does not exist. */
  readonly did: 'failed' | 'passed' | 'skipped' | 'timedOut' | 'gone';
  readonly text: string;
}

/** Why a success differs. */
const DENIED = 'the list says that it does not';

const place = new URL('known.json', import.meta.url);

/** Reads the list. @throws Error where it is none: it is part of the project. */
export function readKnown(text: string = readFileSync(place, 'utf8')): Known {
  const { kinds, modules, tests } = v.parse(list, JSON.parse(text));
  const byName = (entries: readonly Entry[]): Map<string, Entry> => {
    const names = new Map<string, Entry>();
    for (const one of entries) {
      if (!(one.kind in kinds))
        throw new Error(`known.json names the kind ${one.kind}, which it does not explain`);
      for (const name of one.names) {
        if (names.has(name)) throw new Error(`known.json names ${name} twice`);
        if (name.includes('*') && !one.leftOut)
          throw new Error(`known.json has the pattern ${name} for tests that are not left out: name each`);
        names.set(name, one);
      }
    }
    return names;
  };
  return { kinds, modules: byName(modules), tests: byName(tests) };
}

/** Folders of the library that have tests of their own, and the modules that run these. */
const WITH_OWN_TESTS: readonly (readonly [prefix: string, module: string])[] = [
  ['ctypes.test.', 'test_ctypes'],
  ['distutils.tests.', 'test_distutils'],
  ['lib2to3.tests.', 'test_lib2to3'],
  ['unittest.test.', 'test_unittest'],
];

/** The module of a test: `test_math` of `test.test_math.MathTests.testAcos`. */
export function moduleOf(test: string): string {
  const own = WITH_OWN_TESTS.find(([prefix]) => test.startsWith(prefix));
  return own?.[1] ?? /\btest\.(test_\w+)/.exec(test)?.[1] ?? '';
}

/** Tests of a module that are not to be started, as patterns. */
export function leftOutTests(known: Known, module: string): string[] {
  return [...known.tests].flatMap(([name, { leftOut }]) =>
    leftOut && moduleOf(name) === module ? [name] : [],
  );
}

/**
 * What a module did otherwise than the list says.
 *
 * @param whole False where only some of its tests were asked for: then the others are not missed.
 */
export function differences(known: Known, outcome: ModuleOutcome, whole: boolean): Difference[] {
  const { module, status, tests, reason = '' } = outcome;
  const listed = known.modules.get(module);
  if (listed !== undefined) {
    // Of one that is left out is not said what it would do, given the time.
    const isWrong = status === 'passed' && whole && !listed.leftOut;
    return isWrong ? [{ module, did: 'passed', text: DENIED }] : [];
  }
  const found: Difference[] = [];
  for (const { name, outcome: did, text } of tests) {
    const isListed = known.tests.has(name);
    if (did === 'failed' && !isListed) found.push({ module, test: name, did, text });
    if (did === 'passed' && isListed) found.push({ module, test: name, did, text: DENIED });
  }
  if (status === 'skipped' && whole) found.push({ module, did: status, text: reason });
  const toldByTests =
    tests.some((test) => test.outcome === 'failed') && (outcome.ended || !isUntold(outcome));
  if ((status === 'failed' || status === 'timedOut') && !toldByTests)
    found.push({ module, did: status, text: reason });
  if (whole && outcome.ended && status !== 'skipped') {
    const seen = new Set(tests.map(({ name }) => name));
    for (const [name, { leftOut }] of known.tests)
      if (!leftOut && moduleOf(name) === module && !seen.has(name))
        found.push({ module, test: name, did: 'gone', text: 'the list names it, and no such test ran' });
  }
  return found;
}

/** Whether a module was cut short outside of any test. */
function isUntold({ tests, reason }: ModuleOutcome): boolean {
  return tests.at(-1)?.text !== reason;
}
