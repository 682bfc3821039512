/**
 * A deterministic sampling profiler: the guest is stopped every so many instructions, exactly, and its call stack is
 * walked from the kernel through the program. The same run gives the same samples on every machine.
 */
import { hex } from '../../../emulator/hex.ts';
import { checkNumber } from '../../guest/check-number.ts';
import type { Guest } from '../../guest/guest.ts';
import type { Deadlines } from '../../guest/options.ts';
import { settleDeadlines } from '../../guest/run-limits.ts';
import type { Stop } from '../../guest/stop.ts';
import { callStack, walkStart } from '../symbols/index.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { WallClock } from '../../guest/wall-clock.ts';
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

const NANOSECONDS_PER_MILLISECOND = 1e6;

/**
 * Runs a guest to its end, sampling on the way, and waits for standard input where the guest does.
 *
 * @param deadlines Of the whole run; {@link AddressProfile.end} tells which of them was met.
 */
export async function sample(
  guest: Guest,
  symbols: GuestSymbols,
  interval = DEFAULT_INTERVAL,
  deadlines: Deadlines = {},
  clock: WallClock = wallClock,
): Promise<AddressProfile> {
  checkNumber('the interval between samples', interval, { least: 1 });
  const { machine } = guest;
  const whole = settleDeadlines({}, deadlines);
  const limits = {
    wall: whole.wallMs,
    virtual: whole.virtualMs,
    instructions: whole.instructions ?? Infinity,
  };
  const lastInstruction = machine.instructions + limits.instructions;
  const wallEnd = clock() + limits.wall;
  const virtualEnd = machine.virtualNanoseconds + limits.virtual * NANOSECONDS_PER_MILLISECOND;
  const counts = new Map<string, number>();
  for (;;) {
    const left = lastInstruction - machine.instructions;
    const stop = await guest.runToEnd({
      instructions: Math.min(interval, left),
      wallMs: Math.max(0, wallEnd - clock()),
      virtualMs: Math.max(0, virtualEnd - machine.virtualNanoseconds) / NANOSECONDS_PER_MILLISECOND,
    });
    if (stop.kind !== 'deadline' || stop.deadline !== 'instructions' || left <= interval) {
      const stacks = [...counts].map(([key, samples]) => ({
        addresses: key.split(' ').map(Number),
        samples,
      }));
      const end = stop.kind === 'deadline' ? { ...stop, limit: limits[stop.deadline] } : stop;
      return { interval, stacks, end };
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
    symbols.at(address)?.symbol.name ?? hex(address),
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
export async function profile(
  guest: Guest,
  symbols: GuestSymbols,
  interval = DEFAULT_INTERVAL,
  deadlines: Deadlines = {},
): Promise<Profile> {
  return nameStacks(await sample(guest, symbols, interval, deadlines), symbols);
}
