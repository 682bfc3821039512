/**
 * Writes a FAT12, FAT16 or FAT32 volume from a tree of files. Pure: bytes out of bytes, nothing else touched.
 * Must hold: equal trees and options give equal bytes. Times are fixed, names sorted, files contiguous.
 */
import { RamfsError } from './errors.ts';
import type { Geometry } from './geometry.ts';
import {
  clusterBytes,
  clusterOffset,
  ENTRY_BYTES,
  FAT_COPIES,
  geometryOf,
  ROOT_ENTRIES,
  SECTOR_BYTES,
  SMALLEST_VOLUME,
  VOLUME_ALIGNMENT,
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

const DEFAULT_FREE_BYTES = 1 << 20;
const DEFAULT_MAXIMUM_BYTES = 1 << 30;

/** 1 January 1980, 00:00: the first date that FAT can say. */
const FIXED_DATE = (1 << 5) | 1;
const FOLDER_ATTRIBUTE = 0x10;
const ARCHIVE_ATTRIBUTE = 0x20;
/** Media descriptor of a fixed disk, repeated in the table's first entry. */
const MEDIA = 0xf8;
const END_OF_CHAIN = 0x0fffffff;
/** Volume serial number, "NV86" in ASCII: fixed, because equal files must give equal volumes. */
const SERIAL = 0x4e563836;
const LABEL = 'NO NAME    ';
const ROOT_CLUSTER32 = 2;
const FS_INFO_SECTOR = 1;
const BACKUP_BOOT_SECTOR = 6;

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
        sizes.push(folderEntries(child, false) * ENTRY_BYTES);
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
  minimumBytes = SMALLEST_VOLUME,
): Geometry {
  const content = contentSizes(root);
  let bytes = minimumBytes;
  for (;;) {
    const geometry = geometryOf(bytes);
    const cluster = clusterBytes(geometry);
    const used = content.sizes.reduce((sum, size) => sum + Math.ceil(size / cluster), 0);
    const rootClusters =
      geometry.type === 32 ? Math.max(1, Math.ceil((content.root.entries * ENTRY_BYTES) / cluster)) : 0;
    const missing = used + rootClusters + Math.ceil(freeBytes / cluster) - geometry.clusters;
    if (missing <= 0) {
      if (geometry.type !== 32 && content.root.entries > ROOT_ENTRIES) {
        const message = `the top folder needs ${content.root.entries} entries (long names take several), FAT has ${ROOT_ENTRIES}; move files into folders`;
        throw new RamfsError('too-large', message);
      }
      return geometry;
    }
    bytes += Math.max(1, Math.ceil((missing * cluster) / VOLUME_ALIGNMENT)) * VOLUME_ALIGNMENT;
    if (bytes > maximumBytes) {
      const message = `the files need a volume of more than ${maximumBytes} bytes; leave some out or allow a larger one`;
      throw new RamfsError('too-large', message);
    }
  }
}

/** Writes a tree as a volume: a multiple of 4096 bytes, no partition table. */
export function writeVolume(root: FolderNode, options: VolumeOptions = {}): Uint8Array {
  const { freeBytes = DEFAULT_FREE_BYTES, maximumBytes = DEFAULT_MAXIMUM_BYTES, totalBytes } = options;
  const geometry =
    totalBytes === undefined
      ? fitGeometry(root, freeBytes, maximumBytes)
      : fitGeometry(root, 0, totalBytes, totalBytes);
  const image = new Uint8Array(geometry.totalSectors * SECTOR_BYTES);
  const view = new DataView(image.buffer);
  const table = new Uint32Array(geometry.clusters + 2);
  const cluster = clusterBytes(geometry);
  let nextCluster = 2;

  const allocate = (bytes: number): number => {
    const count = Math.ceil(bytes / cluster);
    if (count === 0) return 0;
    const first = nextCluster;
    for (let i = first; i < first + count - 1; i++) table[i] = i + 1;
    table[first + count - 1] = END_OF_CHAIN;
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
    image[at + 11] = node === 'folder' ? FOLDER_ATTRIBUTE : ARCHIVE_ATTRIBUTE;
    view.setUint16(at + 16, FIXED_DATE, true);
    view.setUint16(at + 18, FIXED_DATE, true);
    view.setUint16(at + 20, first >>> 16, true);
    view.setUint16(at + 24, FIXED_DATE, true);
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
    const first = allocate(folderEntries(node, false) * ENTRY_BYTES);
    const at = clusterOffset(geometry, first);
    writeEntry(at, '.'.padEnd(11), 'folder', first, 0);
    writeEntry(at + ENTRY_BYTES, '..'.padEnd(11), 'folder', parent, 0);
    writeChildren(node, at + 2 * ENTRY_BYTES, first);
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
      at += ENTRY_BYTES;
    }
  };

  if (geometry.type === 32) {
    const first = allocate(Math.max(1, folderEntries(root, true) * ENTRY_BYTES));
    writeChildren(root, clusterOffset(geometry, first), 0);
  } else {
    writeChildren(root, (geometry.dataSector - geometry.rootSectors) * SECTOR_BYTES, 0);
  }

  table[0] = 0x0fffff00 | MEDIA;
  table[1] = END_OF_CHAIN;
  writeTables(image, geometry, table);
  writeBootSector(view, geometry);
  if (geometry.type === 32) writeFat32Sectors(image, view, geometry, nextCluster);
  return image;
}

function writeTables(image: Uint8Array, geometry: Geometry, table: Uint32Array): void {
  const view = new DataView(image.buffer);
  const start = geometry.reservedSectors * SECTOR_BYTES;
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
  const bytes = geometry.sectorsPerFat * SECTOR_BYTES;
  for (let copy = 1; copy < FAT_COPIES; copy++) image.copyWithin(start + copy * bytes, start, start + bytes);
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
  view.setUint16(11, SECTOR_BYTES, true);
  view.setUint8(13, geometry.sectorsPerCluster);
  view.setUint16(14, geometry.reservedSectors, true);
  view.setUint8(16, FAT_COPIES);
  view.setUint16(17, isFat32 ? 0 : ROOT_ENTRIES, true);
  const is16Bit = geometry.totalSectors < 0x10000 && !isFat32;
  view.setUint16(19, is16Bit ? geometry.totalSectors : 0, true);
  view.setUint8(21, MEDIA);
  view.setUint16(22, isFat32 ? 0 : geometry.sectorsPerFat, true);
  view.setUint16(24, 63, true);
  view.setUint16(26, 255, true);
  view.setUint32(32, is16Bit ? 0 : geometry.totalSectors, true);
  if (isFat32) {
    view.setUint32(36, geometry.sectorsPerFat, true);
    view.setUint32(44, ROOT_CLUSTER32, true);
    view.setUint16(48, FS_INFO_SECTOR, true);
    view.setUint16(50, BACKUP_BOOT_SECTOR, true);
  }
  const extended = isFat32 ? 64 : 36;
  view.setUint8(extended, 0x80);
  view.setUint8(extended + 2, 0x29);
  view.setUint32(extended + 3, SERIAL, true);
  writeText(view, extended + 7, LABEL);
  writeText(view, extended + 18, `FAT${geometry.type}   `);
  view.setUint16(510, 0xaa55, true);
}

/** FAT32's sector of free space, and the copies of it and of the boot sector. */
function writeFat32Sectors(image: Uint8Array, view: DataView, geometry: Geometry, nextCluster: number): void {
  const info = FS_INFO_SECTOR * SECTOR_BYTES;
  view.setUint32(info, 0x41615252, true);
  view.setUint32(info + 484, 0x61417272, true);
  view.setUint32(info + 488, geometry.clusters + 2 - nextCluster, true);
  view.setUint32(info + 492, nextCluster, true);
  view.setUint16(info + 510, 0xaa55, true);
  image.copyWithin(BACKUP_BOOT_SECTOR * SECTOR_BYTES, 0, 2 * SECTOR_BYTES);
}
