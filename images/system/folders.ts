/** Makes folders, as `mkdir -p` does. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Node's own recursive `mkdirSync` never ends where the system says that
 * something is missing and nothing can be made, as below `/proc` (seen with Node 20.20).
 *
 * @param mode Of each folder that is made.
 * @throws what the operating system says.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  const above = path.dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
