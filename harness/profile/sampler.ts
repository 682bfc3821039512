/**
 * A deterministic sampling profiler: the guest is stopped every so many instructions, exactly, and its call stack is
 * walked from the kernel through the program. The same run gives the same samples on every machine.
 */
import type { Guest } from '../guest.ts';
import type { Stop } from '../stop.ts';
import { callStack } from '../symbols/index.ts';
import type { GuestSymbols } from '../symbols/index.ts';

/** A call stack, outermost function first, and in how many samples it was met. */
export interface StackSample {
  readonly frames: readonly string[];
  readonly samples: number;
}

export interface Profile {
  /** Instructions between two samples. */
  readonly interval: number;
  /** In the order in which each stack was first met. */
  readonly stacks: readonly StackSample[];
  /** Why the guest came back for good. */
  readonly end: Stop;
}

/** A prime, so that loops whose length divides a round number are not always met at the same place. */
export const DEFAULT_INTERVAL = 10_007;

const SEPARATOR = '\n';

function stackOf(guest: Guest, symbols: GuestSymbols): string[] {
  const { registers, linear } = guest.machine;
  const start = { eip: registers.get('eip'), esp: registers.get('esp'), ebp: registers.get('ebp') };
  return callStack(start, linear, symbols)
    .map((frame) => frame.function ?? `0x${frame.address.toString(16)}`)
    .reverse();
}

/** Runs a guest to its end, sampling on the way. Standard input must be there in full. */
export function profile(guest: Guest, symbols: GuestSymbols, interval = DEFAULT_INTERVAL): Profile {
  const counts = new Map<string, number>();
  for (;;) {
    const stop = guest.runToInstruction(guest.machine.instructions + interval);
    if (stop.kind !== 'reached') {
      const stacks = [...counts].map(([key, samples]) => ({ frames: key.split(SEPARATOR), samples }));
      return { interval, stacks, end: stop };
    }
    const key = stackOf(guest, symbols).join(SEPARATOR);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
