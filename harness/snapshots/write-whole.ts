/** Writes files of snapshots, whole or not at all. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { PipelineSource } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../../images/store/replace-file.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';

/**
 * Puts what `pieces` gives at `path`, replacing what stands there. @returns The file's length in bytes.
 *
 * @throws {@link SnapshotError} of kind `unwritable` when the file cannot be written; nothing is left of it then.
 */
export async function writeWhole(path: string, pieces: () => PipelineSource<unknown>): Promise<number> {
  // A device or a pipe would take it, and nobody could read it from there again.
  if ((await stat(path).catch(() => undefined))?.isFile() === false) {
    throw new SnapshotError('unwritable', `${path}: is no plain file`);
  }
  try {
    return await replaceFile(path, async (place, flags, mode) => {
      const file = createWriteStream(place, { flags, mode, flush: flags === 'wx' });
      await pipeline(pieces(), file);
      return file.bytesWritten;
    });
  } catch (error) {
    // The system's own message names the temporary file.
    if (error instanceof Error && 'code' in error) {
      throw new SnapshotError('unwritable', `${path}: cannot be written (${String(error.code)})`, {
        cause: error,
      });
    }
    throw error;
  }
}
