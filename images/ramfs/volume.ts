// Writes a FAT12, FAT16 or FAT32 volume from a tree of files. Pure: bytes out of bytes, nothing else touched.
// Must hold: equal trees and options give equal bytes. Times are fixed, names sorted, files contiguous.
import { RamfsError } from './errors.ts';
import type { Geometry } from './geometry.ts';
import {
  clusterBytes,
  clusterOffset,
  entryBytes,
  fatCopies,
  geometryOf,
  rootEntries,
  sectorBytes,
  smallestVolume,
  volumeAlignment,
} from './geometry.ts';
import { longEntries, longEntryCount, ShortNames } from './names.ts';
import type { FileNode, FolderNode } from './tree.ts';

export interface VolumeOptions {
  /** Space for what the guest writes, in bytes. Default: 1 MiB. */
  readonly freeBytes?: number;
  /** Refuse to make a volume larger than this, in bytes. Default: 1 GiB. */
  readonly maximumBytes?: number;
  /** The size of the volume, in bytes, a multiple of 4096: what the files leave of it is free. `freeBytes` does not count then. */
  readonly totalBytes?: number;
}

const defaultFreeBytes = 1 << 20;
const defaultMaximumBytes = 1 << 30;

/** 1 January 1980, 00:00: the first date that FAT can say. */
const fixedDate = (1 << 5) | 1;
const folderAttribute = 0x10;
const archiveAttribute = 0x20;
/** Media descriptor of a fixed disk, repeated in the table's first entry. */
const media = 0xf8;
const endOfChain = 0x0fffffff;
/** Volume serial number, "NV86" in ASCII: fixed, because equal files must give equal volumes. */
const serial = 0x4e563836;
const label = 'NO NAME    ';
const rootCluster32 = 2;
const fsInfoSector = 1;
const backupBootSector = 6;

interface Sized {
  readonly folder: FolderNode;
  /** Entries with long names and, except in the root folder, `.` and `..`. */
  readonly entries: number;
}

function folderEntries(folder: FolderNode, isRoot: boolean): number {
  const shortNames = new ShortNames();
  let entries = isRoot ? 0 : 2;
  for (const child of folder.children) {
    entries += 1 + (shortNames.add(child.name).needsLong ? longEntryCount(child.name) : 0);
  }
  return entries;
}

/** Byte sizes of everything that takes clusters: folders below the root, and files. */
function contentSizes(root: FolderNode): { root: Sized; sizes: readonly number[] } {
  const sizes: number[] = [];
  const walk = (folder: FolderNode): void => {
    for (const child of folder.children) {
      if (child.kind === 'file') sizes.push(child.content.length);
      else {
        sizes.push(folderEntries(child, false) * entryBytes);
        walk(child);
      }
    }
  };
  walk(root);
  return { root: { folder: root, entries: folderEntries(root, true) }, sizes };
}

/** The smallest layout, from a size on, that holds the tree and the free space. */
function fitGeometry(
  root: FolderNode,
  freeBytes: number,
  maximumBytes: number,
  minimumBytes = smallestVolume,
): Geometry {
  const content = contentSizes(root);
  let bytes = minimumBytes;
  for (;;) {
    const geometry = geometryOf(bytes);
    const cluster = clusterBytes(geometry);
    const used = content.sizes.reduce((sum, size) => sum + Math.ceil(size / cluster), 0);
    const rootClusters =
      geometry.type === 32 ? Math.max(1, Math.ceil((content.root.entries * entryBytes) / cluster)) : 0;
    const missing = used + rootClusters + Math.ceil(freeBytes / cluster) - geometry.clusters;
    if (missing <= 0) {
      if (geometry.type !== 32 && content.root.entries > rootEntries) {
        const message = `the top folder needs ${content.root.entries} entries (long names take several), FAT has ${rootEntries}; move files into folders`;
        throw new RamfsError('too-large', message);
      }
      return geometry;
    }
    bytes += Math.max(1, Math.ceil((missing * cluster) / volumeAlignment)) * volumeAlignment;
    if (bytes > maximumBytes) {
      const message = `the files need a volume of more than ${maximumBytes} bytes; leave some out or allow a larger one`;
      throw new RamfsError('too-large', message);
    }
  }
}

/** Writes a tree as a volume: a multiple of 4096 bytes, no partition table. */
export function writeVolume(root: FolderNode, options: VolumeOptions = {}): Uint8Array {
  const { freeBytes = defaultFreeBytes, maximumBytes = defaultMaximumBytes, totalBytes } = options;
  const geometry =
    totalBytes === undefined
      ? fitGeometry(root, freeBytes, maximumBytes)
      : fitGeometry(root, 0, totalBytes, totalBytes);
  const image = new Uint8Array(geometry.totalSectors * sectorBytes);
  const view = new DataView(image.buffer);
  const table = new Uint32Array(geometry.clusters + 2);
  const cluster = clusterBytes(geometry);
  let nextCluster = 2;

  const allocate = (bytes: number): number => {
    const count = Math.ceil(bytes / cluster);
    if (count === 0) return 0;
    const first = nextCluster;
    for (let i = first; i < first + count - 1; i++) table[i] = i + 1;
    table[first + count - 1] = endOfChain;
    nextCluster += count;
    return first;
  };

  const writeEntry = (
    at: number,
    name: string,
    node: 'file' | 'folder',
    first: number,
    size: number,
  ): void => {
    for (let i = 0; i < 11; i++) image[at + i] = name.charCodeAt(i);
    image[at + 11] = node === 'folder' ? folderAttribute : archiveAttribute;
    view.setUint16(at + 16, fixedDate, true);
    view.setUint16(at + 18, fixedDate, true);
    view.setUint16(at + 20, first >>> 16, true);
    view.setUint16(at + 24, fixedDate, true);
    view.setUint16(at + 26, first & 0xffff, true);
    view.setUint32(at + 28, size, true);
  };

  /** Places a child's content, and returns the first cluster. `parent` is 0 for the root folder, as `..` wants it. */
  const place = (node: FileNode | FolderNode, parent: number): number => {
    if (node.kind === 'file') {
      const first = allocate(node.content.length);
      if (first !== 0) image.set(node.content, clusterOffset(geometry, first));
      return first;
    }
    const first = allocate(folderEntries(node, false) * entryBytes);
    const at = clusterOffset(geometry, first);
    writeEntry(at, '.'.padEnd(11), 'folder', first, 0);
    writeEntry(at + entryBytes, '..'.padEnd(11), 'folder', parent, 0);
    writeChildren(node, at + 2 * entryBytes, first);
    return first;
  };

  const writeChildren = (folder: FolderNode, start: number, self: number): void => {
    const shortNames = new ShortNames();
    let at = start;
    for (const child of folder.children) {
      const short = shortNames.add(child.name);
      if (short.needsLong) {
        const entries = longEntries(child.name, short.text);
        image.set(entries, at);
        at += entries.length;
      }
      const first = place(child, self);
      writeEntry(at, short.text, child.kind, first, child.kind === 'file' ? child.content.length : 0);
      at += entryBytes;
    }
  };

  if (geometry.type === 32) {
    const first = allocate(Math.max(1, folderEntries(root, true) * entryBytes));
    writeChildren(root, clusterOffset(geometry, first), 0);
  } else {
    writeChildren(root, (geometry.dataSector - geometry.rootSectors) * sectorBytes, 0);
  }

  table[0] = 0x0fffff00 | media;
  table[1] = endOfChain;
  writeTables(image, geometry, table);
  writeBootSector(view, geometry);
  if (geometry.type === 32) writeFat32Sectors(image, view, geometry, nextCluster);
  return image;
}

function writeTables(image: Uint8Array, geometry: Geometry, table: Uint32Array): void {
  const view = new DataView(image.buffer);
  const start = geometry.reservedSectors * sectorBytes;
  table.forEach((value, index) => {
    if (geometry.type === 16) view.setUint16(start + index * 2, value & 0xffff, true);
    else if (geometry.type === 32) view.setUint32(start + index * 4, value, true);
    else {
      // Two entries of 12 bits share three bytes.
      const at = start + Math.floor((index * 3) / 2);
      const word = view.getUint16(at, true);
      const entry = value & 0xfff;
      view.setUint16(at, index % 2 === 0 ? (word & 0xf000) | entry : (word & 0x000f) | (entry << 4), true);
    }
  });
  const bytes = geometry.sectorsPerFat * sectorBytes;
  for (let copy = 1; copy < fatCopies; copy++) image.copyWithin(start + copy * bytes, start, start + bytes);
}

function writeText(view: DataView, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
}

function writeBootSector(view: DataView, geometry: Geometry): void {
  const isFat32 = geometry.type === 32;
  view.setUint8(0, 0xeb);
  view.setUint8(1, isFat32 ? 0x58 : 0x3c);
  view.setUint8(2, 0x90);
  writeText(view, 3, 'NANVIX86');
  view.setUint16(11, sectorBytes, true);
  view.setUint8(13, geometry.sectorsPerCluster);
  view.setUint16(14, geometry.reservedSectors, true);
  view.setUint8(16, fatCopies);
  view.setUint16(17, isFat32 ? 0 : rootEntries, true);
  const is16Bit = geometry.totalSectors < 0x10000 && !isFat32;
  view.setUint16(19, is16Bit ? geometry.totalSectors : 0, true);
  view.setUint8(21, media);
  view.setUint16(22, isFat32 ? 0 : geometry.sectorsPerFat, true);
  view.setUint16(24, 63, true);
  view.setUint16(26, 255, true);
  view.setUint32(32, is16Bit ? 0 : geometry.totalSectors, true);
  if (isFat32) {
    view.setUint32(36, geometry.sectorsPerFat, true);
    view.setUint32(44, rootCluster32, true);
    view.setUint16(48, fsInfoSector, true);
    view.setUint16(50, backupBootSector, true);
  }
  const extended = isFat32 ? 64 : 36;
  view.setUint8(extended, 0x80);
  view.setUint8(extended + 2, 0x29);
  view.setUint32(extended + 3, serial, true);
  writeText(view, extended + 7, label);
  writeText(view, extended + 18, `FAT${geometry.type}   `);
  view.setUint16(510, 0xaa55, true);
}

/** FAT32's sector of free space, and the copies of it and of the boot sector. */
function writeFat32Sectors(image: Uint8Array, view: DataView, geometry: Geometry, nextCluster: number): void {
  const info = fsInfoSector * sectorBytes;
  view.setUint32(info, 0x41615252, true);
  view.setUint32(info + 484, 0x61417272, true);
  view.setUint32(info + 488, geometry.clusters + 2 - nextCluster, true);
  view.setUint32(info + 492, nextCluster, true);
  view.setUint16(info + 510, 0xaa55, true);
  image.copyWithin(backupBootSector * sectorBytes, 0, 2 * sectorBytes);
}
