/** Taking a snapshot of a guest that stands at hello's snapshot call, all of whose memory is new to the machine. */
import { boot } from '../../guest/boot.ts';
import { HELLO } from '../../guest/hello.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { Figure } from '../figure.ts';

export const captureMs: Figure = {
  name: 'captureMs',
  unit: 'ms',
  meaning: 'capture at the snapshot call',
  target: 60,
  samples: 30,
  warmUp: 1,
  prepare: () =>
    Promise.resolve({
      sample: async () => {
        const guest = await boot(HELLO);
        guest.runToSnapshot();
        const startedAt = wallClock();
        guest.capture();
        const elapsed = wallClock() - startedAt;
        guest.dispose();
        return elapsed;
      },
    }),
};
