/**
 * Compiled code that is kept between processes: made once for a kernel and program (prepare-code.ts),
 * taken by every guest of both.
 *
 * Code is compiled from pages of kernel and program alone, so volumes, arguments and environments may differ; a machine
 * takes none that its own memory does not bear out. What a guest does is the same to the instruction with and without.
 */
import type { Machine } from '../../emulator/types.ts';
import type { GuestIdentity } from './identity.ts';

const MEBIBYTE = 2 ** 20;

/** A name for what the code is compiled from: the files' SHA-256, and the size of memory. */
export const codeKey = (kernel: string, program: string, memoryMiB: number): string =>
  JSON.stringify([kernel, program, memoryMiB]);

/** Gives a machine that stands at its first instruction, or in a snapshot, the code that is kept for its guest, if there is any. */
export function takeKeptCode(machine: Machine, identity: GuestIdentity): void {
  const { kernel, program } = identity;
  machine.takeCode(codeKey(kernel.sha256, program.sha256, machine.memory.size / MEBIBYTE));
}
