/** Where a run ends at the latest, in the units in which the loop counts. */

import { checkNumber } from './numbers.ts';
import type { RunLimits } from './types.ts';

export interface RunBounds {
  readonly lastInstruction: number;
  readonly lastTick: number;
  /** In milliseconds of the host's clock. */
  readonly wallEnd: number;
}

/** @throws RangeError for a limit that is none. */
export function runBounds(
  limits: RunLimits,
  ticksPerMicrosecond: number,
  wallClock: () => number,
): RunBounds {
  const { instructions, virtualNanoseconds, wallMilliseconds } = limits;
  if (instructions !== undefined) checkNumber('the limit in instructions', instructions, { infinite: true });
  for (const [name, value] of Object.entries({ virtualNanoseconds, wallMilliseconds }))
    if (value !== undefined) checkNumber(name, value, { fractions: true, infinite: true });
  return {
    lastInstruction: instructions ?? Infinity,
    lastTick:
      virtualNanoseconds === undefined
        ? Infinity
        : Math.ceil((virtualNanoseconds * ticksPerMicrosecond) / 1000),
    wallEnd: wallMilliseconds === undefined ? Infinity : wallClock() + wallMilliseconds,
  };
}
