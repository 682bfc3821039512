/**
 * Guest memory as the parts of a file: runs of up to 256 pages, each deflated by itself, so that they can be inflated
 * side by side and never need much memory at once.
 *
 * An inflated part is: u32 count; count times u32 page number, ascending; count times 4096 bytes. Little-endian.
 */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { GuestPage } from './contents.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import { PAGE_BYTES, PAGE_NUMBER_BYTES, PAGES_PER_PART, memoryPartBytes } from './format.ts';

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

const deflate = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);

/** What zlib answers when asked to tell how much of its input it used. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
interface InflateOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
  readonly info: true;
}

const inflate = promisify<Uint8Array, InflateOptions, Inflated>(
  inflateRaw as unknown as (
    bytes: Uint8Array,
    options: InflateOptions,
    done: (error: Error | null, result: Inflated) => void,
  ) => void,
);

/** The least that zlib takes for the size of a piece of output. */
const MIN_PIECE_BYTES = 64;

/** Parts under way at once, each of about a megabyte: enough for the thread pool to be busy while this thread is as well. */
export const PARTS_AT_ONCE = 16;

/** How hard to deflate: the level below which inflating does not get faster any more. */
const LEVEL = 6;

export function deflateBytes(bytes: Uint8Array): Promise<Buffer> {
  return deflate(bytes, { level: LEVEL });
}

/**
 * Inflates `bytes` to exactly `length` bytes, never allocating more. Too long, too short, garbage or anything after its
 * end: {@link SnapshotError} of kind `corrupted`.
 */
export async function inflateBytes(bytes: Uint8Array, length: number, name: string): Promise<Buffer> {
  let result: Inflated;
  try {
    // One byte of room tells "too long" apart from "exact". All in one piece: each takes a turn of the event loop, and pieces
    // have to be put together.
    const room = length + 1;
    result = await inflate(bytes, {
      maxOutputLength: room,
      chunkSize: Math.max(room, MIN_PIECE_BYTES),
      info: true,
    });
  } catch (error) {
    throw new SnapshotError('corrupted', `part ${name} does not inflate to the ${length} bytes it claims`, {
      cause: error,
    });
  }
  if (result.buffer.length !== length || result.engine.bytesWritten !== bytes.length) {
    throw new SnapshotError(
      'corrupted',
      `part ${name} does not inflate to exactly the ${length} bytes it claims`,
    );
  }
  return result.buffer;
}

/** Cuts pages into parts, leaving out those that are all zero. Pages must ascend: RangeError otherwise. */
export function* packPages(pages: Iterable<GuestPage>): Generator<{ pages: number; bytes: Buffer }> {
  let batch: GuestPage[] = [];
  let last = -1;
  for (const page of pages) {
    if (page.number <= last) throw new RangeError(`page ${page.number} comes after page ${last}`);
    if (page.bytes.length !== PAGE_BYTES)
      throw new RangeError(`page ${page.number} has ${page.bytes.length} bytes`);
    last = page.number;
    if (ZERO_PAGE.equals(page.bytes)) continue;
    batch.push(page);
    if (batch.length === PAGES_PER_PART) {
      yield packPart(batch);
      batch = [];
    }
  }
  if (batch.length > 0) yield packPart(batch);
}

function packPart(batch: readonly GuestPage[]): { pages: number; bytes: Buffer } {
  const bytes = Buffer.allocUnsafe(memoryPartBytes(batch.length));
  bytes.writeUInt32LE(batch.length, 0);
  batch.forEach((page, index) => {
    bytes.writeUInt32LE(page.number, PAGE_NUMBER_BYTES * (1 + index));
    bytes.set(page.bytes, PAGE_NUMBER_BYTES * (1 + batch.length) + index * PAGE_BYTES);
  });
  return { pages: batch.length, bytes };
}

/** The pages of an inflated part, views into it. Their numbers must ascend and stay below `memoryBytes`; none is all zero. */
export function unpackPages(bytes: Buffer, pages: number, memoryBytes: number, name: string): GuestPage[] {
  if (bytes.readUInt32LE(0) !== pages) {
    throw new SnapshotError('corrupted', `part ${name} holds another number of pages than the manifest says`);
  }
  const result: GuestPage[] = [];
  let last = -1;
  for (let index = 0; index < pages; index += 1) {
    const number = bytes.readUInt32LE(PAGE_NUMBER_BYTES * (1 + index));
    if (number <= last)
      throw new SnapshotError('corrupted', `part ${name}: page ${number} comes after page ${last}`);
    if ((number + 1) * PAGE_BYTES > memoryBytes) {
      throw new SnapshotError(
        'corrupted',
        `part ${name}: page ${number} is outside the ${memoryBytes} bytes of memory`,
      );
    }
    last = number;
    const start = PAGE_NUMBER_BYTES * (1 + pages) + index * PAGE_BYTES;
    const page = bytes.subarray(start, start + PAGE_BYTES);
    if (ZERO_PAGE.equals(page))
      throw new SnapshotError('corrupted', `part ${name}: page ${number} is all zero, and such are left out`);
    result.push({ number, bytes: page });
  }
  return result;
}
