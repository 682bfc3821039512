/** Deadlines of one call that runs a guest: defaults filled in, and turned into the absolute limits of a machine. */
import type { Machine, RunLimits } from '../../emulator/types.ts';
import { checkDeadlines } from './check-number.ts';
import { DEFAULT_VIRTUAL_DEADLINE_MS, DEFAULT_WALL_DEADLINE_MS } from './options.ts';
import type { Deadlines } from './options.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Deadlines in which the times are always there; Infinity means none. */
export type SettledDeadlines = Deadlines & { readonly wallMs: number; readonly virtualMs: number };

/**
 * What a call names counts before what the boot options name, and that before the defaults.
 *
 * @throws InputError for a deadline that is none. Those of the boot options were checked by who took them.
 */
export function settleDeadlines(ofBoot: Deadlines | undefined, ofCall: Deadlines): SettledDeadlines {
  checkDeadlines(ofCall);
  return {
    wallMs: DEFAULT_WALL_DEADLINE_MS,
    virtualMs: DEFAULT_VIRTUAL_DEADLINE_MS,
    ...ofBoot,
    ...ofCall,
  };
}

/** The machine's limits, measured from where it stands now, as a function of the wall milliseconds that are left. */
export function machineLimitsOf(
  deadlines: SettledDeadlines,
  { instructions, virtualNanoseconds }: Pick<Machine, 'instructions' | 'virtualNanoseconds'>,
): (wallMilliseconds: number) => RunLimits {
  const virtualEnd = virtualNanoseconds + deadlines.virtualMs * NANOSECONDS_PER_MILLISECOND;
  const exact = {
    ...(deadlines.instructions === undefined ? {} : { instructions: instructions + deadlines.instructions }),
    ...(Number.isFinite(virtualEnd) ? { virtualNanoseconds: virtualEnd } : {}),
  };
  return (wallMilliseconds) =>
    Number.isFinite(wallMilliseconds) ? { ...exact, wallMilliseconds: Math.max(0, wallMilliseconds) } : exact;
}
