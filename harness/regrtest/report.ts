/** A run of the suite as data: the shape of `--json`, which is part of the command's promise. */
import type { Difference, Known } from './known.ts';
import { differencesFromNative, outcomesOf, type NativeDifference } from './comparison.ts';
import type { ModuleOutcome, ModuleStatus, ModuleVerdict, TestOutcome } from './outcome.ts';

type ModuleCounts = Readonly<Record<ModuleStatus, number>>;
type TestCounts = Readonly<Record<TestOutcome['outcome'], number>>;

/** Something that differs from the list, with what the test came to on Linux if it was tried there. */
export interface ReportedDifference extends Difference {
  readonly native?: NativeDifference['native'];
}

/** A test that comes to something else in the guest than on Linux, with the kind that the list has for it. */
export interface ReportedNativeDifference extends NativeDifference {
  readonly kind?: string;
}

/** What modules came to on Linux, and the list. */
export interface NativeRun {
  readonly verdicts: readonly ModuleVerdict[];
  readonly known: Known;
}

export interface RegrtestReport {
  readonly modules: ModuleCounts;
  readonly tests: TestCounts;
  /** What differs from the list of what is known not to pass. */
  readonly unexpected: readonly ReportedDifference[];
  /** The same modules on Linux, and what differs there; only with `--native`. */
  readonly native?: {
    readonly modules: ModuleCounts;
    readonly tests: TestCounts;
    readonly differences: readonly ReportedNativeDifference[];
  };
  readonly results: readonly {
    readonly module: string;
    readonly status: ModuleStatus;
    readonly tests: TestCounts;
    readonly reason?: string;
    readonly failed: readonly string[];
    readonly instructions: number;
    readonly virtualMs: number;
    readonly wallMs: number;
  }[];
}

/** How many tests of a module passed, failed and were skipped. */
function countTests(tests: readonly TestOutcome[]): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of tests) counts[outcome] += 1;
  return counts;
}

function countModules(verdicts: readonly ModuleVerdict[]): ModuleCounts {
  const counts = { passed: 0, failed: 0, skipped: 0, timedOut: 0 };
  for (const { status } of verdicts) counts[status] += 1;
  return counts;
}

/** Says of each difference what became of it on Linux. */
function withNative(
  unexpected: readonly Difference[],
  native: readonly ModuleVerdict[],
): ReportedDifference[] {
  return unexpected.map((one) => {
    const verdict = native.find(({ module }) => module === one.module);
    if (verdict === undefined) return one;
    return { ...one, native: one.test === undefined ? verdict.status : outcomesOf(verdict)(one.test) };
  });
}

/** What differs between the guest and Linux, of all modules that ran on both, with the kind that the list has for it. */
function allDifferencesFromNative(
  outcomes: readonly ModuleOutcome[],
  { verdicts, known }: NativeRun,
): ReportedNativeDifference[] {
  return outcomes.flatMap((guest) => {
    const verdict = verdicts.find(({ module }) => module === guest.module);
    if (verdict === undefined) return [];
    return differencesFromNative(guest, verdict).map((one) => {
      const entry =
        known.modules.get(one.module) ?? (one.test === undefined ? undefined : known.tests.get(one.test));
      return entry === undefined ? one : { ...one, kind: entry.kind };
    });
  });
}

/** @param native What the modules came to on Linux, if they ran there. */
export function reportOf(
  outcomes: readonly ModuleOutcome[],
  unexpected: readonly Difference[],
  native?: NativeRun,
): RegrtestReport {
  return {
    modules: countModules(outcomes),
    tests: countTests(outcomes.flatMap(({ tests }) => tests)),
    unexpected: native === undefined ? unexpected : withNative(unexpected, native.verdicts),
    ...(native !== undefined && {
      native: {
        modules: countModules(native.verdicts),
        tests: countTests(native.verdicts.flatMap(({ tests }) => tests)),
        differences: allDifferencesFromNative(outcomes, native),
      },
    }),
    results: outcomes.map(({ module, status, tests, reason, instructions, virtualMs, wallMs }) => ({
      module,
      status,
      tests: countTests(tests),
      ...(reason !== undefined && { reason }),
      failed: tests.flatMap((test) => (test.outcome === 'failed' ? [test.name] : [])),
      ...{ instructions, virtualMs, wallMs },
    })),
  };
}
