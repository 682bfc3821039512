/**
 * Puts a file in the place of another: written under a temporary name beside the final one, flushed to the disk, then renamed.
 * Whoever looks finds the old file or the whole new one, also after a crash of the machine.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SnapshotError } from '../guest/snapshot-error.ts';

/** Serial number of temporary files, so that two writers in one process never share one. */
let temporaries = 0;

/**
 * Has `write` write and flush a new file, and puts it at `path`.
 *
 * @throws {@link SnapshotError} of kind `unwritable` when the file cannot be written; nothing is left of it then.
 */
export async function replaceFile<Result>(
  path: string,
  write: (temporary: string) => Promise<Result>,
): Promise<Result> {
  temporaries += 1;
  const temporary = `${path}.${process.pid}-${temporaries}.tmp`;
  try {
    if ((await stat(path).catch(() => undefined))?.isFile() === false) {
      throw new SnapshotError('unwritable', `${path}: is no plain file`);
    }
    const result = await write(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof Error && 'code' in error) {
      throw new SnapshotError('unwritable', `${path}: cannot be written (${error.message})`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** A rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
