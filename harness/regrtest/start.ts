/**
 * The snapshot that every module starts from: Python stands where `images/cpython/regrtest.py` waits to be told what to run,
 * with `test.support` and `unittest` imported. Kept like the snapshots of test suites.
 */
import { ensureRegressionTests, TEST_RUNNER } from '../../images/index.ts';
import type { EnsureOptions, RegressionTests } from '../../images/types.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { BootOptions } from '../guest/options.ts';
import { cachedSnapshot } from '../snapshots/snapshot-cache.ts';

export interface RegrtestStart {
  readonly snapshot: GuestSnapshot;
  /** Names of all modules there are, such as `test_math`. */
  readonly modules: readonly string[];
}

/** The guest of the tests, cold. */
function bootOptions(tests: RegressionTests): BootOptions {
  return {
    program: tests.python.path,
    programName: 'python',
    ramfs: tests.ramfs.path,
    args: ['-W', 'default', TEST_RUNNER],
    env: { PYTHONHOME: '/', HOME: '/' },
  };
}

/**
 * Builds what is missing and boots once.
 *
 * @throws BuildError when something cannot be built, GuestStateError when Python does not get there.
 */
export async function regrtestStart(options: Omit<EnsureOptions, 'variant'> = {}): Promise<RegrtestStart> {
  const tests = await ensureRegressionTests(options);
  const { snapshot } = await cachedSnapshot(bootOptions(tests), 'input');
  return { snapshot, modules: tests.modules };
}
