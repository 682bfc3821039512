/**
 * Where things lie on a FAT volume of a given size. Pure arithmetic; knows nothing of files or bytes.
 *
 *   | reserved | FAT | FAT copy | root folder (FAT12/16 only) | clusters 2, 3, ... |
 *
 * Must hold: the number of clusters decides what FAT type a reader sees (below 4085 FAT12, below 65525 FAT16,
 * else FAT32; Microsoft's FAT specification 1.03), and it agrees with the type that Nanvix's tool chooses by size.
 */
/** Bytes per sector; Nanvix's ramfs has no other. */
export const SECTOR_BYTES = 512;
/** Bytes per folder entry. */
export const ENTRY_BYTES = 32;
/** Entries of the root folder on FAT12 and FAT16. */
export const ROOT_ENTRIES = 512;
/** Copies of the allocation table. */
export const FAT_COPIES = 2;
/** A ramfs is mapped by pages, so its size is a multiple of this. */
export const VOLUME_ALIGNMENT = 4096;

const MEBIBYTE = 1 << 20;
/** Sizes, in bytes, from which a volume is FAT16 and FAT32. */
export const fat16From = 4 * MEBIBYTE;
export const fat32From = 512 * MEBIBYTE;

export type FatType = 12 | 16 | 32;

/** Most clusters of each type; one more would make readers take the volume for the next type. */
const maximumClusters: Readonly<Record<FatType, number>> = { 12: 4084, 16: 65524, 32: 0x0ffffff4 };
const minimumClusters: Readonly<Record<FatType, number>> = { 12: 1, 16: 4085, 32: 65525 };

/** The layout of a volume. All positions are sectors from the start. */
export interface Geometry {
  readonly type: FatType;
  readonly totalSectors: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly sectorsPerFat: number;
  /** 0 on FAT32, whose root folder is a chain of clusters. */
  readonly rootSectors: number;
  readonly dataSector: number;
  /** Clusters are numbered from 2 to `clusters + 1`. */
  readonly clusters: number;
}

/** Bytes that `entries` table entries of a type take. */
function fatBytes(type: FatType, entries: number): number {
  return Math.ceil((entries * type) / 8);
}

function layOut(type: FatType, totalSectors: number, sectorsPerCluster: number): Geometry {
  const reservedSectors = type === 32 ? 32 : 1;
  const rootSectors = type === 32 ? 0 : (ROOT_ENTRIES * ENTRY_BYTES) / SECTOR_BYTES;
  // The table must have an entry for each cluster of what the table itself leaves over: grow it until it does.
  let sectorsPerFat = 1;
  for (;;) {
    const dataSector = reservedSectors + FAT_COPIES * sectorsPerFat + rootSectors;
    const clusters = Math.floor((totalSectors - dataSector) / sectorsPerCluster);
    const needed = Math.ceil(fatBytes(type, clusters + 2) / SECTOR_BYTES);
    if (needed <= sectorsPerFat) {
      return {
        type,
        totalSectors,
        sectorsPerCluster,
        reservedSectors,
        sectorsPerFat,
        rootSectors,
        dataSector,
        clusters,
      };
    }
    sectorsPerFat = needed;
  }
}

/**
 * The layout of a volume of `bytes`, a multiple of `volumeAlignment`. Clusters are as small as the type's limit
 * allows, since most files of a guest are small and the guest's memory is what pays for the rest of a cluster.
 */
export function geometryOf(bytes: number): Geometry {
  const type: FatType = bytes < fat16From ? 12 : bytes < fat32From ? 16 : 32;
  const totalSectors = bytes / SECTOR_BYTES;
  for (let sectorsPerCluster = type === 32 ? 8 : 1; ; sectorsPerCluster *= 2) {
    const geometry = layOut(type, totalSectors, sectorsPerCluster);
    if (geometry.clusters <= maximumClusters[type]) {
      if (geometry.clusters < minimumClusters[type]) throw new RangeError(`no FAT volume of ${bytes} bytes`);
      return geometry;
    }
  }
}

/** Bytes per cluster of a layout. */
export function clusterBytes(geometry: Geometry): number {
  return geometry.sectorsPerCluster * SECTOR_BYTES;
}

/** Byte position of a cluster (numbered from 2). */
export function clusterOffset(geometry: Geometry, cluster: number): number {
  return geometry.dataSector * SECTOR_BYTES + (cluster - 2) * clusterBytes(geometry);
}

/** The smallest size of a volume: tables, root folder and one cluster. */
export const SMALLEST_VOLUME = 32 * 1024;
