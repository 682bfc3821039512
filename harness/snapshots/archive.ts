/**
 * The outer shape of the file: a POSIX tar whose every header byte follows from an entry's name and length.
 *
 * What must hold: given the manifest and the parts, there is exactly one file; so whatever differs, down to a padding
 * byte or a timestamp, is noticed.
 */
import type { Header } from 'tar-stream';
import { SnapshotError } from '../guest/snapshot-error.ts';
import { ENTRY_MODE, TAR_BLOCK_BYTES, TAR_END_BYTES } from './format.ts';

// eslint-disable-next-line no-restricted-globals -- a constant, not the host's clock
const EPOCH = new Date(0);

/** The header of an entry: a plain file of nobody, from 1970. */
export function entryHeader(name: string, size: number): Partial<Header> & Pick<Header, 'name'> {
  return { name, size, type: 'file', mode: ENTRY_MODE, mtime: EPOCH, uid: 0, gid: 0 };
}

/** Bytes of a tar with entries of these lengths. */
export function archiveBytes(lengths: readonly number[]): number {
  const blocks = (length: number): number => 1 + Math.ceil(length / TAR_BLOCK_BYTES);
  return lengths.reduce((sum, length) => sum + blocks(length) * TAR_BLOCK_BYTES, TAR_END_BYTES);
}

/** Refuses an entry that is not the expected one. Says `unsafe` where unpacking it could do harm. */
export function checkEntry(found: Header, name: string, size: number): void {
  const shown = JSON.stringify(found.name);
  if (found.type !== 'file' || found.linkname) {
    throw new SnapshotError(
      'unsafe',
      `the entry ${shown} is a ${(found.type as string | null) ?? 'thing of unknown type'}, not a plain file`,
    );
  }
  if (/^\/|\\|(^|\/)\.\.(\/|$)|\0/.test(found.name)) {
    throw new SnapshotError('unsafe', `the entry ${shown} would be unpacked outside its folder`);
  }
  if (found.name !== name) {
    throw new SnapshotError('corrupted', `the entry ${shown} stands where ${name} belongs`);
  }
  if (found.size !== size) {
    throw new SnapshotError(
      'corrupted',
      `the entry ${name} has ${found.size} bytes; the manifest says ${size}`,
    );
  }
}
