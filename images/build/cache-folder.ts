/** Makes the folder that keeps what is built. Each folder in it is made by somebody else, none of whom says that it is private. */
import { makeFolder } from '../system/folders.ts';
import { cacheUnwritable } from './errors.ts';

/** @throws BuildError of kind `cache-unwritable`, with what to do, where it cannot be made. */
export function makeCacheFolder(cacheRoot: string): void {
  try {
    makeFolder(cacheRoot, 0o700);
  } catch (error) {
    throw cacheUnwritable(cacheRoot, error);
  }
}
