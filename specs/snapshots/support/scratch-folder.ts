/** A folder for one spec file, removed at its end, and what specs do with files in it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  readSnapshot,
  SnapshotError,
  writeSnapshot,
  type SnapshotContents,
} from '../../../harness/snapshots/index.ts';

export interface ScratchFolder {
  /** Absolute path of a file in the folder. */
  path(name: string): string;
  /** Writes bytes and returns the path. */
  put(name: string, bytes: Uint8Array): Promise<string>;
  /** Bytes of a snapshot file of these contents. */
  snapshotBytes(contents: SnapshotContents): Promise<Buffer>;
  /** Reads bytes as a snapshot file and returns the error it was refused with; fails if it was accepted. */
  refusal(bytes: Uint8Array): Promise<SnapshotError>;
}

export function scratchFolder(): ScratchFolder {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-specs-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  const put = async (name: string, bytes: Uint8Array): Promise<string> => {
    await writeFile(path(name), bytes);
    return path(name);
  };
  return {
    path,
    put,
    snapshotBytes: async (contents) => {
      await writeSnapshot(path('made.snapshot'), contents);
      return readFile(path('made.snapshot'));
    },
    refusal: async (bytes) => {
      const file = await put('refused.snapshot', bytes);
      const error: unknown = await readSnapshot(file).then(
        () => new Error('the file was accepted'),
        (reason: unknown) => reason,
      );
      if (error instanceof SnapshotError) return error;
      throw error;
    },
  };
}
