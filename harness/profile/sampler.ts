/**
 * A deterministic sampling profiler: the guest is stopped every so many instructions, exactly, and its call stack is
 * walked from the kernel through the program. The same run gives the same samples on every machine.
 */
import type { Guest } from '../guest.ts';
import type { Stop } from '../stop.ts';
import { callStack, walkStart } from '../symbols/index.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import type { InlinedAt } from './inlined.ts';

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

/** What was sampled, before the addresses get names. */
export interface AddressProfile {
  readonly interval: number;
  /** Outermost first; each address belongs to the call that has not returned, or to the current instruction. */
  readonly stacks: readonly { readonly addresses: readonly number[]; readonly samples: number }[];
  readonly end: Stop;
}

/** A prime, so that loops whose length divides a round number are not always met at the same place. */
export const DEFAULT_INTERVAL = 10_007;

const INLINED = ' (inlined)';

/** A return address may lie in the next line, or behind the end of its function: the byte before it does not. */
function callBefore(address: number, symbols: GuestSymbols): number {
  const before = symbols.at(address - 1);
  return before === undefined || before.symbol !== symbols.at(address)?.symbol ? address : address - 1;
}

function stackOf(guest: Guest, symbols: GuestSymbols): number[] {
  const { registers, linear } = guest.machine;
  return callStack(walkStart(registers), linear, symbols)
    .map(({ address }, index) => (index === 0 ? address : callBefore(address, symbols)))
    .reverse();
}

/** Runs a guest to its end, sampling on the way. Standard input must be there in full. */
export function sample(guest: Guest, symbols: GuestSymbols, interval = DEFAULT_INTERVAL): AddressProfile {
  const counts = new Map<string, number>();
  for (;;) {
    const stop = guest.runToInstruction(guest.machine.instructions + interval);
    if (stop.kind !== 'reached') {
      const stacks = [...counts].map(([key, samples]) => ({
        addresses: key.split(' ').map(Number),
        samples,
      }));
      return { interval, stacks, end: stop };
    }
    const key = stackOf(guest, symbols).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}

/** Every address of a profile, once. */
export function addressesOf({ stacks }: AddressProfile): number[] {
  return [...new Set(stacks.flatMap(({ addresses }) => addresses))];
}

/** Gives the addresses names, and inlined calls frames of their own. Stacks of equal names become one. */
export function nameStacks(
  { interval, stacks, end }: AddressProfile,
  symbols: GuestSymbols,
  inlined: InlinedAt = () => [],
): Profile {
  const framesOf = (address: number): string[] => [
    symbols.at(address)?.symbol.name ?? `0x${address.toString(16)}`,
    ...inlined(address).map((name) => name + INLINED),
  ];
  const named = new Map<string, StackSample>();
  for (const { addresses, samples } of stacks) {
    const frames = addresses.flatMap(framesOf);
    const key = frames.join('\n');
    named.set(key, { frames, samples: samples + (named.get(key)?.samples ?? 0) });
  }
  return { interval, stacks: [...named.values()], end };
}

/** Samples a guest to its end and names what was met, without looking for inlined calls. */
export function profile(guest: Guest, symbols: GuestSymbols, interval = DEFAULT_INTERVAL): Profile {
  return nameStacks(sample(guest, symbols, interval), symbols);
}
