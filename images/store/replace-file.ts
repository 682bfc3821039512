/**
 * Puts a file of the user's in the place of another: written under a temporary name beside the final one, flushed to the
 * disk, then renamed. Whoever looks finds the old file or the whole new one, also after a crash of the machine.
 *
 * The package write-file-atomic does this for what the store keeps, where a digest tells of damage. It is not used here:
 * it takes all of a file as one buffer and writes it by one call, and a disk that has room for a part of it only, or a file
 * of more than two gigabytes, leaves that part without an error.
 */
import { randomUUID } from 'node:crypto';
import { realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { renameOver, syncFolder } from '../system/durable.ts';

/** Writes and flushes the whole file, opened with these flags and, where it is made, this mode. */
export type WriteFile<Result> = (file: string, flags: 'w' | 'wx', mode: number) => Promise<Result>;

/**
 * Has `write` write a new file and puts it at `place`. A link stays and leads to the new file; a device or a pipe cannot be
 * replaced and is written to. The new file has the mode of the old one, or `mode`.
 *
 * @throws what the operating system says; what stood there stands there still, and nothing else is left.
 */
export async function replaceFile<Result>(
  place: string,
  write: WriteFile<Result>,
  mode = 0o666,
): Promise<Result> {
  const target = await realpath(place).catch(() => place);
  const old = await stat(target).catch(() => undefined);
  if (old?.isDirectory() === true)
    throw Object.assign(new Error(`EISDIR: ${place} is a folder`), { code: 'EISDIR' });
  if (old !== undefined && !old.isFile()) return await write(target, 'w', mode);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const result = await write(temporary, 'wx', old === undefined ? mode : old.mode & 0o777);
    await renameOver(temporary, target);
    syncFolder(path.dirname(target));
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
