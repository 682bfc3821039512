/** Putting a guest that has said hello back to its snapshot, without running it. */
import { bootHello } from '../../guest/hello.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import { snapshotOf } from '../hello-snapshot.ts';
import type { Figure } from '../figure.ts';

export const restoreMs: Figure = {
  name: 'restoreMs',
  unit: 'ms',
  meaning: 'restore alone, same process, after a hello',
  target: 5,
  samples: 30,
  warmUp: 5,
  prepare: async () => {
    const booted = await bootHello();
    const snapshot = snapshotOf(booted);
    return {
      sample: async () => {
        const startedAt = wallClock();
        booted.guest.restore(snapshot);
        const elapsed = wallClock() - startedAt;
        await booted.guest.runToEnd();
        return elapsed;
      },
      dispose: () => {
        booted.guest.dispose();
      },
    };
  },
};
