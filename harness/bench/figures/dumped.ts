/** What a start without starting takes: the best hello, dumped after `Py_Initialize`. */
import { boot } from '../../guest/boot.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import { dumpedOptions } from '../best.ts';
import type { Figure } from '../figure.ts';

export const dumpedInstructions: Figure = {
  name: 'dumpedInstructions',
  unit: '',
  meaning: 'guest instructions of the best hello, dumped after Py_Initialize, from reset to exit',
  target: 1_000_000,
  samples: 1,
  warmUp: 0,
  prepare: async () => {
    const options = await dumpedOptions();
    return {
      sample: async () => {
        const guest = await boot(options);
        await guest.runToEnd();
        const { instructions } = guest.machine;
        guest.dispose();
        return instructions;
      },
    };
  },
};

export const dumpedBootMs: Figure = {
  name: 'dumpedBootMs',
  unit: 'ms',
  meaning: 'its boot to exit, in a process that has booted before',
  samples: 11,
  warmUp: 3,
  prepare: async () => {
    const options = await dumpedOptions();
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
  },
};
