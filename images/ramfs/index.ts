/**
 * The ramfs: a FAT volume made from a folder or from a map of files, and read back. Open this file first.
 *
 * geometry.ts  where things lie        names.ts   8.3 and long names     tree.ts  files as a tree
 * volume.ts    writes a volume         reader.ts  reads one              errors.ts
 */
import { readFolder, treeOf } from './tree.ts';
import type { RamfsFiles } from './tree.ts';
import { writeVolume } from './volume.ts';
import type { VolumeOptions } from './volume.ts';

export { RamfsError } from './errors.ts';
export type { RamfsErrorKind } from './errors.ts';
export { readRamfs } from './reader.ts';
export { readFolder } from './tree.ts';
export type { RamfsFiles } from './tree.ts';
export type { VolumeOptions as RamfsOptions } from './volume.ts';

/**
 * Makes a FAT volume. Equal files give equal bytes.
 *
 * @param source a folder of the host, or content by path inside the volume.
 * @returns a multiple of 4096 bytes, ready to be placed at the top of the guest's memory.
 * @throws RamfsError with one line that names what is wrong.
 */
export function createRamfs(source: string | RamfsFiles, options: VolumeOptions = {}): Uint8Array {
  return writeVolume(treeOf(typeof source === 'string' ? readFolder(source) : source), options);
}
