/** Restore, hello and exit in the process and machine the snapshot was taken in, with its code compiled. */
import { GuestStateError } from '../../guest/errors.ts';
import { bootHello, restoreHello } from '../../guest/hello.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { Figure } from '../figure.ts';

export const helloRestoreMs: Figure = {
  name: 'helloRestoreMs',
  unit: 'ms',
  meaning: 'restore, hello and exit in the same process, from a warm snapshot',
  target: 60,
  samples: 30,
  warmUp: 25,
  prepare: async () => {
    const { guest, cold, snapshot } = await bootHello();
    if (snapshot === undefined) throw new GuestStateError('hello made no snapshot call');
    const warm = { guest, cold, snapshot: guest.warm(snapshot) };
    return {
      sample: async () => {
        const startedAt = wallClock();
        await restoreHello(warm);
        return wallClock() - startedAt;
      },
      dispose: () => {
        guest.dispose();
      },
    };
  },
};
