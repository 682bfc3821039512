/** What a start without starting takes: the best hello, dumped after `Py_Initialize`. */
import { dumpedOptions } from '../best.ts';
import { bootMs, instructionsToExit } from '../boots.ts';
import type { Figure } from '../figure.ts';

export const dumpedInstructions: Figure = {
  name: 'dumpedInstructions',
  unit: '',
  meaning: 'guest instructions of the best hello, dumped after Py_Initialize, from reset to exit',
  target: 1_000_000,
  samples: 1,
  warmUp: 0,
  prepare: async () => instructionsToExit(await dumpedOptions()),
};

export const dumpedBootMs: Figure = {
  name: 'dumpedBootMs',
  unit: 'ms',
  meaning: 'its boot to exit, in a process that has booted before',
  samples: 11,
  warmUp: 3,
  prepare: async () => bootMs(await dumpedOptions()),
};
