/**
 * Compiled code that is kept between processes: made for CPython by running hello (prepare-code.ts), and for anything else that runs
 * for long by the first run of it.
 *
 * There is code for a program, which every guest of the same kernel and program takes, and code for a run, which only one with the
 * same arguments and volume takes: where it needs much more than what there is for its program. A machine takes no code of pages
 * that differ in its own memory. What a guest does is the same to the instruction with and without.
 */
import type { Machine } from '../../emulator/types.ts';
import type { GuestIdentity } from './identity.ts';

const MEBIBYTE = 2 ** 20;

/** Shorter runs are not worth it: to keep code takes a tenth of a second, and to take more than a short run needs takes it longer. */
const LONG_RUN = 100_000_000;

/** A name for what prepared code is compiled from: the files' SHA-256, and the size of memory. */
export const codeKey = (kernel: string, program: string, memoryMiB: number): string =>
  JSON.stringify([kernel, program, memoryMiB]);

/** Keys of what a guest can take. */
interface Keys {
  /** Of its very run. Its clock and its seed make little difference to what gets hot. */
  readonly run: string;
  /** Of its program: prepared, and no more than a short run needs. */
  readonly prepared: string;
  /** Of its program, from the first long run of it. */
  readonly program: string;
}

function keysOf(machine: Machine, { kernel, program, ramfs, options }: GuestIdentity): Keys {
  const { commandLine = '', kernelArguments = '' } = options;
  const prepared = codeKey(kernel.sha256, program.sha256, machine.memory.size / MEBIBYTE);
  return {
    run: JSON.stringify([prepared, ramfs?.sha256 ?? '', commandLine, kernelArguments]),
    prepared,
    program: JSON.stringify([prepared]),
  };
}

/** At which instruction machines began, and whether they took code there. */
const starts = new WeakMap<Machine, { readonly instructions: number; readonly took: boolean }>();

/** Gives a machine that stands at its first instruction, or in a snapshot, the code that is kept for its guest, if there is any. */
export function takeKeptCode(machine: Machine, identity: GuestIdentity): void {
  const { run, prepared, program } = keysOf(machine, identity);
  const took = [run, prepared, program].some((key) => machine.takeCode(key));
  starts.set(machine, { instructions: machine.instructions, took });
}

/**
 * Keeps the code of a guest that has run to its end, if it ran for long. V8 is not asked to optimize any of it: the next process that
 * takes the code keeps what V8 has made of it by then.
 */
export function keepCodeOfRun(machine: Machine, identity: GuestIdentity): void {
  const start = starts.get(machine);
  if (start === undefined || machine.instructions - start.instructions < LONG_RUN) return;
  const { run, program } = keysOf(machine, identity);
  machine.keepCode(start.took ? run : program, { optimize: false });
}
