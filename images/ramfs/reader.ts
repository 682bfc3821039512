// Reads a FAT volume back into files: what a guest left behind, and the writer's own proof. Never writes.
// Must hold: a damaged volume is refused with an error, never followed in a circle or past its end.
import { RamfsError } from './errors.ts';
import type { FatType } from './geometry.ts';
import { entryBytes } from './geometry.ts';
import { longEntryText } from './names.ts';

const folderAttribute = 0x10;
const labelAttribute = 0x08;
const longNameAttribute = 0x0f;

interface Mounted {
  readonly image: Uint8Array;
  readonly view: DataView;
  readonly type: FatType;
  readonly fatStart: number;
  readonly clusterBytes: number;
  readonly dataStart: number;
  readonly clusters: number;
  readonly rootStart: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
}

function refuse(what: string): RamfsError {
  return new RamfsError('not-a-volume', `not a sound FAT volume: ${what}`);
}

function mount(image: Uint8Array): Mounted {
  if (image.length < 512) throw refuse('shorter than a sector');
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  if (view.getUint16(510, true) !== 0xaa55) throw refuse('no boot sector signature');
  const sector = view.getUint16(11, true);
  const sectorsPerCluster = view.getUint8(13);
  const sectorsPerFat = view.getUint16(22, true) || view.getUint32(36, true);
  const total = view.getUint16(19, true) || view.getUint32(32, true);
  const rootBytes = view.getUint16(17, true) * entryBytes;
  const fatStart = view.getUint16(14, true) * sector;
  const rootStart = fatStart + view.getUint8(16) * sectorsPerFat * sector;
  const dataStart = rootStart + rootBytes;
  const clusterBytes = sectorsPerCluster * sector;
  if (sector < 512 || clusterBytes === 0) throw refuse('sectors or clusters without a size');
  if (total * sector > image.length || dataStart >= image.length) throw refuse('larger than its bytes');
  const clusters = Math.floor((total * sector - dataStart) / clusterBytes);
  const type: FatType = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
  const rootCluster = type === 32 ? view.getUint32(44, true) : 0;
  if (fatStart + Math.ceil(((clusters + 2) * type) / 8) > rootStart) throw refuse('its table is too short');
  return {
    image,
    view,
    type,
    fatStart,
    clusterBytes,
    dataStart,
    clusters,
    rootStart,
    rootBytes,
    rootCluster,
  };
}

function nextOf(volume: Mounted, cluster: number): number | undefined {
  const { view, type, fatStart } = volume;
  let value: number;
  if (type === 12) {
    const word = view.getUint16(fatStart + Math.floor((cluster * 3) / 2), true);
    value = cluster % 2 === 0 ? word & 0xfff : word >> 4;
  } else if (type === 16) value = view.getUint16(fatStart + cluster * 2, true);
  else value = view.getUint32(fatStart + cluster * 4, true) & 0x0fffffff;
  const last = type === 12 ? 0xff8 : type === 16 ? 0xfff8 : 0x0ffffff8;
  return value >= last ? undefined : value;
}

function readChain(volume: Mounted, first: number, path: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let cluster: number | undefined = first; cluster !== undefined; cluster = nextOf(volume, cluster)) {
    if (cluster < 2 || cluster >= volume.clusters + 2) throw refuse(`${path} has a cluster outside it`);
    if (parts.length > volume.clusters) throw refuse(`${path} is a circle of clusters`);
    const at = volume.dataStart + (cluster - 2) * volume.clusterBytes;
    parts.push(volume.image.subarray(at, at + volume.clusterBytes));
  }
  const bytes = new Uint8Array(parts.length * volume.clusterBytes);
  parts.forEach((part, i) => {
    bytes.set(part, i * volume.clusterBytes);
  });
  return bytes;
}

function shortText(folder: Uint8Array, at: number): string {
  const text = (from: number, to: number): string =>
    String.fromCharCode(...folder.subarray(from, to)).trimEnd();
  const extension = text(at + 8, at + 11);
  return text(at, at + 8) + (extension === '' ? '' : `.${extension}`);
}

/**
 * The files of a volume by path (`/folder/file`); an empty folder's path ends with `/`.
 *
 * @throws RamfsError `not-a-volume`, with what is wrong.
 */
export function readRamfs(image: Uint8Array): Map<string, Uint8Array> {
  const volume = mount(image);
  const files = new Map<string, Uint8Array>();
  const walk = (folder: Uint8Array, inside: string, depth: number): void => {
    if (depth > 128) throw refuse(`${inside} is nested too deep`);
    const view = new DataView(folder.buffer, folder.byteOffset, folder.length);
    const before = files.size;
    let long = '';
    for (let at = 0; at < folder.length && folder[at] !== 0; at += entryBytes) {
      const attributes = view.getUint8(at + 11);
      if (folder[at] === 0xe5) long = '';
      else if (attributes === longNameAttribute) long = longEntryText(view, at) + long;
      else {
        const name = long === '' ? shortText(folder, at) : long;
        long = '';
        if ((attributes & labelAttribute) !== 0 || name === '.' || name === '..') continue;
        const first =
          view.getUint16(at + 26, true) | (volume.type === 32 ? view.getUint16(at + 20, true) << 16 : 0);
        const path = `${inside}/${name}`;
        if ((attributes & folderAttribute) !== 0) walk(readChain(volume, first, path), path, depth + 1);
        else {
          const size = view.getUint32(at + 28, true);
          const content = first === 0 ? new Uint8Array() : readChain(volume, first, path);
          if (size > content.length) throw refuse(`${path} is longer than its clusters`);
          files.set(path, content.subarray(0, size));
        }
      }
    }
    if (files.size === before && inside !== '') files.set(`${inside}/`, new Uint8Array());
  };
  const root =
    volume.type === 32
      ? readChain(volume, volume.rootCluster, '/')
      : volume.image.subarray(volume.rootStart, volume.rootStart + volume.rootBytes);
  walk(root, '', 0);
  return files;
}
