/**
 * What a guest is made from, as the host keeps it: files that a caller names, and the images that are built here. The only file
 * of this room that reads the host's files; a page that runs a guest has all bytes already (`host-files.browser.ts`).
 *
 * The image build is loaded only if something of it is wanted, because a guest of other people's files must start without it.
 */
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isUsualRelease, knownRelease } from '../../images/cpython/given.ts';
import type { BootImages, LaterPython, WantedImages } from '../../images/types.ts';
import { InputError } from './errors.ts';

export { basename } from 'node:path';

/** Room for what a guest writes into a volume made from a folder. */
const FOLDER_FREE_BYTES = 8 * 1024 * 1024;

export const readHostFile = (path: string): Promise<Uint8Array> => readFile(path);

/** For who cannot wait. */
export const readHostFileNow = (path: string): Uint8Array => readFileSync(path);

/** @throws InputError for what does not exist, or cannot be looked at. */
export async function fileKind(what: string, path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const hint = code === 'ENOENT' ? 'does not exist: check the path' : `cannot be read (${code})`;
    throw new InputError(`the ${what} ${path} ${hint}`);
  }
}

/** What is built here, built now where it is not there yet. */
export async function builtImages(wanted: WantedImages): Promise<BootImages> {
  const { ensureWanted } = await import('../../images/index.ts');
  return await ensureWanted(wanted);
}

/** Whether another release of CPython than the usual one can be built: it is pinned, or its source archive was given. */
export function hasRelease(name: LaterPython): boolean {
  return !isUsualRelease(name) && knownRelease(name) !== undefined;
}

/** The folder of CPython's standard library, or that of another release. */
export async function stdlibFolder(python?: LaterPython): Promise<string> {
  const { ensureStdlib } = await import('../../images/index.ts');
  return await ensureStdlib({}, python);
}

/** The folder of all that the full CPython brings. */
export async function fullLibraryFolder(): Promise<string> {
  const { ensureFullLibrary } = await import('../../images/index.ts');
  return await ensureFullLibrary();
}

/**
 * A volume of the files of some folders and volumes; where two have the same, the last one's counts.
 *
 * @param what Names them in an error.
 * @throws InputError for files that no volume can hold.
 */
export async function ramfsOf(sources: readonly (string | Uint8Array)[], what: string): Promise<Uint8Array> {
  const { createRamfs, RamfsError, readFolder, readRamfs } = await import('../../images/ramfs/index.ts');
  try {
    const files = new Map(
      sources.flatMap((one) => [...(typeof one === 'string' ? readFolder(one) : readRamfs(one))]),
    );
    return createRamfs(files, { freeBytes: FOLDER_FREE_BYTES });
  } catch (error) {
    if (!(error instanceof RamfsError)) throw error;
    throw new InputError(`no ramfs can be made from ${what}: ${error.message}`);
  }
}
