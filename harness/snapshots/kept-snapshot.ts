/**
 * Snapshot files that are restored again and again: what came out of such a file, verified, is kept in the user's store as it lies in
 * memory. To inflate a file and to check each of its parts takes longer than all else of a short restore.
 *
 * What must hold: what is kept is found only by the SHA-256 of a whole file, and is what that very file gave. So a file that has changed
 * by one bit, in place or not, is read and judged anew. Compiled code in a file is never kept.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { emulatorVersion, packImage, unpackImage, type PackedImage } from '../../emulator/index.ts';
import { userStore } from '../cache/index.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { FORMAT_VERSION } from './format.ts';

/** Layout of {@link KeptSnapshot}, and of a guest's state: to be raised with every change, so that what has another one is not found. */
const LAYOUT = 1;

const KIND = 'restored';

/** What is kept of a file. Nothing of it has a source of input: see `SnapshotInput`. */
interface KeptSnapshot extends Omit<GuestSnapshot, 'machine'> {
  readonly machine: PackedImage;
}

/** Files beyond this size take so long to restore, and so much room, that they are not kept. */
const MOST_BYTES = 64 * 2 ** 20;

/** A snapshot and the length of its file. */
export interface RestoredFile {
  readonly snapshot: GuestSnapshot;
  readonly bytes: number;
}

/**
 * Loads a snapshot, without its compiled code, for a run from it.
 *
 * @param isRepeated Whether something, by its key, has been told of before. It is told of by asking.
 * @throws SnapshotError as `loadSnapshot` does.
 */
export async function loadRepeated(
  path: string,
  isRepeated: (key: string) => boolean,
): Promise<RestoredFile> {
  const kept = readKept(path);
  if (kept !== undefined) return kept;
  const { loadWatched } = await import('./guest-file.ts');
  const read = createHash('sha256');
  const { snapshot, bytes } = await loadWatched(path, {}, (chunk) => read.update(chunk));
  const key = keyOf(read.digest('hex'));
  if (bytes <= MOST_BYTES && isRepeated(key)) {
    const content: KeptSnapshot = { ...snapshot, machine: packImage(snapshot.machine) };
    userStore().write(KIND, key, serialize(content));
  }
  return { snapshot, bytes };
}

function readKept(path: string): RestoredFile | undefined {
  const file = digestOf(path);
  if (file === undefined) return undefined;
  const kept = userStore().read(KIND, keyOf(file.sha256));
  if (kept === undefined) return undefined;
  const { machine, ...rest } = deserialize(kept.content) as KeptSnapshot;
  return { snapshot: { ...rest, machine: unpackImage(machine) }, bytes: file.bytes };
}

const keyOf = (sha256: string): string =>
  [LAYOUT, FORMAT_VERSION, emulatorVersion().sha256, sha256].join('\n');

/** Bytes that are read and digested at once: they stay in a processor's cache. */
const PIECE = 2 ** 18;

/** Length and SHA-256 of a file; undefined for what is no plain file, cannot be read or is too long: whoever reads it will say so. */
function digestOf(path: string): { readonly bytes: number; readonly sha256: string } | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > MOST_BYTES) return undefined;
    const opened = openSync(path, 'r');
    try {
      const hash = createHash('sha256');
      const piece = Buffer.allocUnsafe(PIECE);
      let bytes = 0;
      for (let length = -1; length !== 0; bytes += length) {
        length = readSync(opened, piece);
        hash.update(piece.subarray(0, length));
      }
      return { bytes, sha256: hash.digest('hex') };
    } finally {
      closeSync(opened);
    }
  } catch {
    return undefined;
  }
}
