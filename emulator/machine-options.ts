/** What the options of a machine must hold, and what they are where they say nothing. */

import { checkNumber, WORD_BOUNDS } from './numbers.ts';
import { MOST_TICKS_PER_MICROSECOND } from './scheduler.ts';
import type { MachineOptions } from './types.ts';

export interface CheckedOptions {
  readonly memoryBytes: number;
  readonly ticksPerMicrosecond: number;
  readonly randomSeed: number;
  readonly bootTimeSeconds: number;
}

/** @throws RangeError for a number that the machine cannot have. */
export function checkOptions(options: MachineOptions): CheckedOptions {
  const { memoryMiB, compile } = options;
  const { instructionsPerMicrosecond = 1000, randomSeed = 1, bootTimeSeconds = 0 } = options;
  checkNumber('memoryMiB', memoryMiB, { least: 1, most: 2048 });
  checkNumber('instructionsPerMicrosecond', instructionsPerMicrosecond, {
    least: 1,
    most: MOST_TICKS_PER_MICROSECOND,
  });
  checkNumber('randomSeed', randomSeed, WORD_BOUNDS);
  checkNumber('bootTimeSeconds', bootTimeSeconds);
  if (typeof compile === 'number') checkNumber('compile', compile, { infinite: true });
  return {
    memoryBytes: memoryMiB * 2 ** 20,
    ticksPerMicrosecond: instructionsPerMicrosecond,
    randomSeed,
    bootTimeSeconds,
  };
}
