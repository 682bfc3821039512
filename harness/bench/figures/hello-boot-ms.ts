/** A cold hello from the call of boot to the exit of the guest, in a process that has booted before. */
import { ensureImages } from '../../../images/index.ts';
import { boot } from '../../guest/boot.ts';
import { HELLO } from '../../guest/hello.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { Figure } from '../figure.ts';

export const helloBootMs: Figure = {
  name: 'helloBootMs',
  unit: 'ms',
  meaning: 'cold boot to exit in a process that has booted before',
  target: 450,
  samples: 11,
  warmUp: 3,
  prepare: async () => {
    const images = await ensureImages();
    return {
      sample: async () => {
        const startedAt = wallClock();
        const guest = await boot({ ...HELLO, images });
        guest.run();
        const milliseconds = wallClock() - startedAt;
        guest.dispose();
        return milliseconds;
      },
    };
  },
};
