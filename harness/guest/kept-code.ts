/**
 * Compiled code that is kept between processes: made for CPython by running hello, for a snapshot that is restored again and again by
 * running that (both by the command line), and for anything else by the first long run of it, or the second shorter one.
 *
 * There is code for a program, which every guest of the same kernel and program takes, and code for a run, which only one with the
 * same arguments and volume takes: where it needs much more than what there is for its program; and code for what comes after one
 * place of a run, where snapshots are taken. A machine takes no code of pages that differ in its own memory. What a guest does is the same to the instruction with and without.
 */
import type { Machine } from '../../emulator/types.ts';
import type { GuestIdentity } from './identity.ts';

const MEBIBYTE = 2 ** 20;

/**
 * From here on code is kept by the first run already: to keep it takes a tenth of a second. Shorter runs may be the only ones of their
 * kind, as those of a test suite are that compiles its programs; they keep code when they are repeated.
 */
const LONG_RUN = 100_000_000;

/** Shorter runs are over before code of their own would save anything. Measured: at 3 million instructions it saves a third of the process. */
const SHORT_RUN = 2_000_000;

/** The same where there is prepared code, and more than a hello needs: that has nearly all of what it needs in there. */
const SHORT_RUN_OF_PREPARED = 30_000_000;

/** A name for what prepared code is compiled from: the files' SHA-256, and the size of memory. */
export const codeKey = (kernel: string, program: string, memoryMiB: number): string =>
  JSON.stringify([kernel, program, memoryMiB]);

/** Keys of what a guest can take. */
interface Keys {
  /** Of its very run from where it was restored, if it was. */
  readonly restored: string | undefined;
  /** Of its very run. Its clock and its seed make little difference to what gets hot. */
  readonly run: string;
  /** Of its program: prepared, and no more than a short run needs. */
  readonly prepared: string;
  /** Of its program, from the first run of it that kept code. */
  readonly program: string;
}

function keysOf(
  machine: Machine,
  { kernel, program, ramfs, options }: GuestIdentity,
  startedAt: number,
): Keys {
  const { commandLine = '', kernelArguments = '' } = options;
  const prepared = codeKey(kernel.sha256, program.sha256, machine.memory.size / MEBIBYTE);
  const run = [prepared, ramfs?.sha256 ?? '', commandLine, kernelArguments];
  return {
    restored: startedAt === 0 ? undefined : JSON.stringify([...run, startedAt]),
    run: JSON.stringify(run),
    prepared,
    program: JSON.stringify([prepared]),
  };
}

/** How a machine began: at which instruction, under which keys it looked for code, and under which it took some. */
interface Start {
  readonly instructions: number;
  readonly keys: Keys;
  readonly taken: string | undefined;
}

const starts = new WeakMap<Machine, Start>();

/** Gives a machine that stands at its first instruction, or in a snapshot, the code that is kept for its guest, if there is any. */
export function takeKeptCode(machine: Machine, identity: GuestIdentity): void {
  const { instructions } = machine;
  const keys = keysOf(machine, identity, instructions);
  const { restored, run, prepared, program } = keys;
  const taken = [restored, run, prepared, program].find((key) => key !== undefined && machine.takeCode(key));
  starts.set(machine, { instructions, keys, taken });
}

/**
 * Keeps the code of a guest that has run to its end, if it ran for long, or for some time and not for the first time. V8 is not asked to
 * optimize any of it: the next process that takes the code has it optimize what was executed.
 *
 * @param isRepeated Whether a run, by its key, has been told of before. It is told of by asking.
 * @param onOptimize Told of the pages whose code V8 is to optimize now.
 */
export function keepCodeOfRun(
  machine: Machine,
  isRepeated: (key: string) => boolean,
  onOptimize: (pages: number) => void,
): void {
  const start = starts.get(machine);
  if (start === undefined) return;
  const { restored, run, prepared, program } = start.keys;
  const ran = machine.instructions - start.instructions;
  if (ran < LONG_RUN) {
    // from a snapshot: see wantedKeyOfRestored
    if (restored !== undefined) return;
    if (ran < (start.taken === prepared ? SHORT_RUN_OF_PREPARED : SHORT_RUN) || !isRepeated(run)) return;
  }
  machine.keepCode(start.taken === undefined ? program : run, { optimize: false, onOptimize });
}

/**
 * The key under which code would be kept for a guest that was restored and has run to its end: where it found none of its own, and
 * ran for long enough to gain by some. Code of its own is half of what there is for a whole run, and a short run is over in the time
 * that the other half takes to be read.
 */
export function wantedKeyOfRestored(machine: Machine): string | undefined {
  const start = starts.get(machine);
  if (start === undefined || start.taken === start.keys.restored) return undefined;
  const ran = machine.instructions - start.instructions;
  return ran < SHORT_RUN || ran >= LONG_RUN ? undefined : start.keys.restored;
}
