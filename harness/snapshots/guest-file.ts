/** A guest's snapshot into a file and out of it. What it consists of there is said in guest-contents.ts. */
import { loadEmulator } from '../../emulator/index.ts';
import { userStore } from '../cache/index.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import { contentsOf, snapshotOf, type LoadOptions, type SaveOptions } from './guest-contents.ts';
import type { SnapshotManifest } from './manifest.ts';
import { readWatched } from './read.ts';
import { writeSnapshot, type WrittenSnapshot } from './write.ts';

/** A snapshot that came out of a file, and what the file said of itself. */
export interface LoadedSnapshot {
  readonly snapshot: GuestSnapshot;
  readonly manifest: SnapshotManifest;
  /** Length of the file. */
  readonly bytes: number;
}

/**
 * Writes a snapshot to a file. What {@link loadSnapshot} would refuse is refused here, before anything is written.
 *
 * @throws {@link SnapshotError} when it cannot be written.
 */
export async function saveSnapshot(
  path: string,
  snapshot: GuestSnapshot,
  options: SaveOptions = {},
): Promise<WrittenSnapshot> {
  const contents = contentsOf(snapshot, options);
  // Pages are bytes of any kind, and compiled code is checked by who trusts it: all else is looked at as a reader does.
  snapshotOf({ ...contents, pages: [] });
  return await writeSnapshot(path, contents);
}

/**
 * Reads and verifies a snapshot file. It fits any guest of the same identity; {@link restoreSnapshot} makes one.
 *
 * @throws {@link SnapshotError}: see FORMAT.md for its kinds.
 */
export function loadSnapshot(path: string, options: LoadOptions = {}): Promise<LoadedSnapshot> {
  return loadWatched(path, options);
}

/**
 * {@link loadSnapshot}, telling what it reads.
 *
 * @param chunk Given all the bytes of the file, in order.
 */
export async function loadWatched(
  path: string,
  options: LoadOptions,
  chunk?: (bytes: Buffer) => void,
): Promise<LoadedSnapshot> {
  // A machine will be wanted next.
  const meanwhile = (): void => {
    loadEmulator(userStore());
  };
  const { contents, manifest, bytes } = await readWatched(path, { meanwhile, chunk });
  try {
    return { snapshot: snapshotOf(contents, options), manifest, bytes };
  } catch (error) {
    throw error instanceof SnapshotError ? error.inFile(path) : error;
  }
}
