/** What differs between a module in the guest and on Linux, test by test. Pure functions over what both came to. */
import type { ModuleStatus, ModuleVerdict, TestOutcome } from './outcome.ts';

/** What one of the two made of a test; `absent` where it did not come to it. */
export type Side = TestOutcome['outcome'] | 'absent';

export interface NativeDifference {
  readonly module: string;
  /** The test; undefined where the module as a whole differs. */
  readonly test?: string;
  readonly guest: Side | ModuleStatus;
  readonly native: Side | ModuleStatus;
  /** What the side that failed says, else why it was skipped. */
  readonly text: string;
}

const WORST_LAST = ['passed', 'skipped', 'failed'];

/** Each test with the worst that was said of it: parts of one may be told one by one. */
function byName({ tests }: ModuleVerdict): Map<string, TestOutcome> {
  const worst = new Map<string, TestOutcome>();
  for (const test of tests) {
    const before = worst.get(test.name);
    if (before === undefined || WORST_LAST.indexOf(test.outcome) > WORST_LAST.indexOf(before.outcome))
      worst.set(test.name, test);
  }
  return worst;
}

/** What a test came to, by name; `absent` for one that did not run. */
export function outcomesOf(verdict: ModuleVerdict): (test: string) => Side {
  const tests = byName(verdict);
  return (test) => tests.get(test)?.outcome ?? 'absent';
}

/** The tests of a module that came to something else in the guest than on Linux; the module itself where only that differs. */
export function differencesFromNative(guest: ModuleVerdict, native: ModuleVerdict): NativeDifference[] {
  const { module } = guest;
  const [here, there] = [byName(guest), byName(native)];
  const found: NativeDifference[] = [];
  for (const name of new Set([...here.keys(), ...there.keys()])) {
    const [one, other] = [here.get(name), there.get(name)];
    if (one?.outcome === other?.outcome) continue;
    const text = [one, other].map((side) => side?.text ?? '').find((said) => said !== '') ?? '';
    found.push({
      module,
      test: name,
      guest: one?.outcome ?? 'absent',
      native: other?.outcome ?? 'absent',
      text,
    });
  }
  if (found.length === 0 && guest.status !== native.status)
    found.push({
      module,
      guest: guest.status,
      native: native.status,
      text: guest.reason ?? native.reason ?? '',
    });
  return found;
}
