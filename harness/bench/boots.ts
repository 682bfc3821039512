/** Samples of a boot to its end, for the figures about boots. */
import { boot } from '../guest/boot.ts';
import type { BootOptions } from '../guest/options.ts';
import { wallClock } from '../guest/wall-clock.ts';
import type { Measurement } from './figure.ts';

/** Guest instructions from reset to exit. */
export function instructionsToExit(options: BootOptions): Measurement {
  return {
    sample: async () => {
      const guest = await boot(options);
      await guest.runToEnd();
      const { instructions } = guest.machine;
      guest.dispose();
      return instructions;
    },
  };
}

/** Milliseconds from the call of `boot` to the guest's exit. */
export function bootMs(options: BootOptions): Measurement {
  return {
    sample: async () => {
      const startedAt = wallClock();
      const guest = await boot(options);
      guest.run();
      const milliseconds = wallClock() - startedAt;
      guest.dispose();
      return milliseconds;
    },
  };
}
