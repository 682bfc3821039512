/** There are no files where a page runs a guest: all that it is made from is given as bytes. */
import { InputError } from './errors.ts';

const noFiles = (): never => {
  throw new InputError('a page has no files: give kernel, program and volume as bytes');
};

export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const readHostFile: (path: string) => Promise<Uint8Array> = noFiles;
export const readHostFileNow: (path: string) => Uint8Array = noFiles;
export const fileKind: (what: string, path: string) => Promise<'file' | 'folder'> = noFiles;
export const builtImages: () => Promise<never> = noFiles;
export const hasRelease = (): boolean => false;
export const stdlibFolder: () => Promise<string> = noFiles;
export const fullLibraryFolder: () => Promise<string> = noFiles;
export const ramfsOf: () => Promise<Uint8Array> = noFiles;
