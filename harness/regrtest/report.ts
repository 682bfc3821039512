/** A run of the suite as data: the shape of `--json`, which is part of the command's promise. */
import type { Difference } from './known.ts';
import type { ModuleOutcome, ModuleStatus, TestOutcome } from './outcome.ts';

type ModuleCounts = Readonly<Record<ModuleStatus, number>>;
type TestCounts = Readonly<Record<TestOutcome['outcome'], number>>;

export interface RegrtestReport {
  readonly modules: ModuleCounts;
  readonly tests: TestCounts;
  /** What differs from the list of what is known not to pass. */
  readonly unexpected: readonly Difference[];
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
export function countTests(tests: readonly TestOutcome[]): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of tests) counts[outcome] += 1;
  return counts;
}

export function reportOf(
  outcomes: readonly ModuleOutcome[],
  unexpected: readonly Difference[],
): RegrtestReport {
  const modules = { passed: 0, failed: 0, skipped: 0, timedOut: 0 };
  for (const { status } of outcomes) modules[status] += 1;
  return {
    modules,
    tests: countTests(outcomes.flatMap(({ tests }) => tests)),
    unexpected,
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
