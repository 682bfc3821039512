/**
 * A deterministic sampling profiler: the guest is stopped every so many instructions, exactly, and its call stack is
 * walked from the kernel through the program. The same run gives the same samples on every machine.
 */
import { hex } from '../../../emulator/hex.ts';
import { processText } from '../../guest/address-spaces.ts';
import type { GuestProcess } from '../../guest/address-spaces.ts';
import { checkNumber } from '../../guest/check-number.ts';
import type { Guest } from '../../guest/guest.ts';
import type { Deadlines } from '../../guest/options.ts';
import { ProcessWatch } from '../../guest/process-watch.ts';
import { settleDeadlines } from '../../guest/run-limits.ts';
import type { Stop } from '../../guest/stop.ts';
import { addressMap } from '../../../images/abi/memory-map.ts';
import { callStack, walkStart } from '../symbols/index.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { WallClock } from '../../guest/wall-clock.ts';
import type { InlinedAt } from './inlined.ts';

/**
 * A call stack, outermost function first, and in how many samples it was met. In a guest of several processes the first frame is the
 * process, such as `[4 app]`, and a function of a program is `app:main`.
 */
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
  readonly stacks: readonly AddressStack[];
  readonly end: Stop;
}

export interface AddressStack {
  /** Outermost first; each address belongs to the call that has not returned, or to the current instruction. */
  readonly addresses: readonly number[];
  readonly samples: number;
  /** In a guest of several processes, the one whose address space was in use. */
  readonly process?: SampledProcess;
}

/** A process, as far as it is known in the end. */
export type SampledProcess = Readonly<Omit<GuestProcess, 'space'>>;

/** A prime, so that loops whose length divides a round number are not always met at the same place. */
export const DEFAULT_INTERVAL = 10_007;

const INLINED = ' (inlined)';
/** Stands first where no program's address space is in use. */
const KERNEL_FRAME = '[kernel]';

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
  const processes = new ProcessWatch(guest, symbols.programs);
  const counts = new Map<GuestProcess, Map<string, number>>();
  for (;;) {
    const left = lastInstruction - machine.instructions;
    const stop = await guest.runToEnd({
      instructions: Math.min(interval, left),
      wallMs: Math.max(0, wallEnd - clock()),
      virtualMs: Math.max(0, virtualEnd - machine.virtualNanoseconds) / NANOSECONDS_PER_MILLISECOND,
    });
    if (stop.kind !== 'deadline' || stop.deadline !== 'instructions' || left <= interval) {
      processes.detach();
      const stacks = [...counts].flatMap(([process, met]) =>
        [...met].map(([key, samples]) => ({
          addresses: key.split(' ').map(Number),
          samples,
          ...(processes.areSeveral && { process }),
        })),
      );
      const end = stop.kind === 'deadline' ? { ...stop, limit: limits[stop.deadline] } : stop;
      return { interval, stacks, end };
    }
    const process = processes.current();
    const own = namesOf(symbols, process);
    const key = stackOf(guest, own).join(' ');
    const owner = process.order === 0 ? outside : process;
    let met = counts.get(owner);
    if (met === undefined) counts.set(owner, (met = new Map<string, number>()));
    met.set(key, (met.get(key) ?? 0) + 1);
  }
}

/** Stands for all address spaces in which no program has run. */
const outside: GuestProcess = { space: 0, order: 0, pid: undefined, program: undefined, code: undefined };

/** The names for what a process executes; the kernel's where its program is not known. */
const namesOf = (symbols: GuestSymbols, process: SampledProcess | undefined): GuestSymbols =>
  process === undefined ? symbols : (symbols.ofProgram(process.code) ?? symbols.kernelOnly);

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
  const framesOf = (address: number, process: SampledProcess | undefined): string[] => {
    const isProgram = address >= addressMap.userBase;
    const name = namesOf(symbols, process).at(address)?.symbol.name ?? hex(address);
    // What is inlined is known of one program alone.
    const within = isProgram && process !== undefined ? [] : inlined(address);
    const owner = isProgram && process !== undefined ? `${process.program ?? processText(process)}:` : '';
    return [`${owner}${name}`, ...within.map((inner) => inner + INLINED)];
  };
  const named = new Map<string, StackSample>();
  for (const { addresses, samples, process } of stacks) {
    const root =
      process === undefined ? [] : [process.order === 0 ? KERNEL_FRAME : `[${processText(process)}]`];
    const frames = [...root, ...addresses.flatMap((address) => framesOf(address, process))];
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
