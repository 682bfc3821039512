/** Restore, hello and exit in the process and machine the snapshot was taken in. */
import { bootHello, restoreHello } from '../../hello.ts';
import { wallClock } from '../../wall-clock.ts';
import type { Figure } from '../figure.ts';

export const helloRestoreMs: Figure = {
  name: 'helloRestoreMs',
  unit: 'ms',
  meaning: 'restore and hello and exit, same process',
  target: 60,
  samples: 30,
  warmUp: 5,
  prepare: async () => {
    const booted = await bootHello();
    return {
      sample: async () => {
        const startedAt = wallClock();
        await restoreHello(booted);
        return wallClock() - startedAt;
      },
      dispose: () => {
        booted.guest.dispose();
      },
    };
  },
};
