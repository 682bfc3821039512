/** The smallest of CPython's test modules, in a guest restored with the module's name: what the restore adds to each module. */
import { availableParallelism } from 'node:os';
import { wallClock } from '../../guest/wall-clock.ts';
import { readKnown, regrtestStart, requestFor } from '../../regrtest/index.ts';
import { ForkPool } from '../../snapshots/fork-pool.ts';
import type { Figure } from '../figure.ts';

/** One test of two million instructions. */
const SMALLEST = 'test_future4';

export const regrtestRestoreMs: Figure = {
  name: 'regrtestRestoreMs',
  unit: 'ms',
  meaning: `restore, ${SMALLEST} and exit, in a pool of guests that run CPython’s tests`,
  target: 60,
  samples: 30,
  warmUp: 5,
  prepare: async () => {
    const { snapshot } = await regrtestStart();
    const pool = await ForkPool.start(snapshot, Math.min(2, availableParallelism()));
    const stdin = requestFor(SMALLEST, { match: [], known: readKnown() });
    return {
      sample: async () => {
        const startedAt = wallClock();
        await pool.run({ stdin });
        return wallClock() - startedAt;
      },
      dispose: () => pool.stop(),
    };
  },
};
