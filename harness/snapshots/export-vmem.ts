/**
 * The memory of a snapshot as the real monitor keeps it: 4096 zero bytes, then all of RAM.
 *
 * The processor's state, which the real monitor keeps in a file beside it, follows KVM's structures and is not written:
 * this is for tools that look at memory.
 */
import { serializeImage } from '../../emulator/index.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { PAGE_BYTES } from './format.ts';
import { writeWhole } from './write-whole.ts';

/** Zero bytes before RAM. Source: ABI reference, "Snapshot". */
const VMEM_HEADER_BYTES = 4096;

/** Pieces in which zeros are written. */
const PIECE_BYTES = 1 << 20;

/**
 * Writes the file, one page after another, whole or not at all. @returns Its length in bytes.
 *
 * @throws {@link SnapshotError} when it cannot be written.
 */
export function exportVmem(path: string, snapshot: GuestSnapshot): Promise<number> {
  return writeWhole(path, () => vmemBytes(snapshot));
}

function* vmemBytes(snapshot: GuestSnapshot): Generator<Uint8Array> {
  const { memoryBytes, pages } = serializeImage(snapshot.machine);
  yield new Uint8Array(VMEM_HEADER_BYTES);
  let written = 0;
  for (const { number, bytes } of pages) {
    yield* zeros(number * PAGE_BYTES - written);
    yield bytes;
    written = (number + 1) * PAGE_BYTES;
  }
  yield* zeros(memoryBytes - written);
}

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= PIECE_BYTES) yield new Uint8Array(Math.min(left, PIECE_BYTES));
}
