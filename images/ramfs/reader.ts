/**
 * Reads a FAT volume back into files: what a guest left behind, and the writer's own proof. Never writes.
 * Must hold: a damaged volume is refused with an error, never followed in a circle or past its end.
 */
import { RamfsError } from './errors.ts';
import type { FatType } from './geometry.ts';
import { ENTRY_BYTES } from './geometry.ts';
import { longEntryText, shortNameChecksum } from './names.ts';

const FOLDER_ATTRIBUTE = 0x10;
const LABEL_ATTRIBUTE = 0x08;
const LONG_NAME_ATTRIBUTE = 0x0f;
const LONG_ORDER_MASK = 0x3f;
const LONG_LAST_MARK = 0x40;

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
  const rootBytes = view.getUint16(17, true) * ENTRY_BYTES;
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

/** Bits of an 8.3 entry's byte 12, as Windows NT and mtools set them: base name and extension are meant in lower case. */
const caseFlags = { at: 12, base: 0x08, extension: 0x10 } as const;
const DELETED_MARK = 0xe5;
/** Stands for a first byte of 0xe5, which would mean a deleted entry. */
const STORED_E5 = 0x05;

/** Bytes above 127 are read as Latin-1, as the guest's POSIX layer does: there is no code page here. */
function shortName(folder: Uint8Array, at: number): string {
  const flags = folder[at + caseFlags.at] ?? 0;
  const part = (from: number, to: number, lower: boolean): string => {
    const text = String.fromCharCode(...folder.subarray(from, to)).replace(/ +$/, '');
    return lower ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
  };
  const stored = part(at, at + 8, (flags & caseFlags.base) !== 0);
  const base = folder[at] === STORED_E5 ? String.fromCharCode(DELETED_MARK) + stored.slice(1) : stored;
  const extension = part(at + 8, at + 11, (flags & caseFlags.extension) !== 0);
  return extension === '' ? base : `${base}.${extension}`;
}

/**
 * The long-name entries read so far. They name the 8.3 entry behind them only if they are complete, in order, and bear the
 * checksum of its 11 bytes: a tool that knows no long names moves and deletes that entry without them.
 */
class LongName {
  #text = '';
  #checksum = 0;
  /** Entries still to come; undefined where what came makes no name. */
  #left: number | undefined;

  add(view: DataView, at: number): void {
    const order = view.getUint8(at) & LONG_ORDER_MASK;
    const checksum = view.getUint8(at + 13);
    if ((view.getUint8(at) & LONG_LAST_MARK) !== 0 && order > 0) {
      this.#text = longEntryText(view, at);
      this.#checksum = checksum;
      this.#left = order - 1;
    } else if (this.#left === order && order > 0 && this.#checksum === checksum) {
      this.#text = longEntryText(view, at) + this.#text;
      this.#left = order - 1;
    } else this.forget();
  }

  forget(): void {
    this.#left = undefined;
  }

  /** The name of the 8.3 entry at `at`, if these are its entries. Forgets them. */
  take(folder: Uint8Array, at: number): string | undefined {
    const complete = this.#left === 0;
    this.forget();
    const short = String.fromCharCode(...folder.subarray(at, at + 11));
    return complete && this.#checksum === shortNameChecksum(short) ? this.#text : undefined;
  }
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
    const long = new LongName();
    for (let at = 0; at < folder.length && folder[at] !== 0; at += ENTRY_BYTES) {
      const attributes = view.getUint8(at + 11);
      if (folder[at] === DELETED_MARK) long.forget();
      else if (attributes === LONG_NAME_ATTRIBUTE) long.add(view, at);
      else {
        const name = long.take(folder, at) ?? shortName(folder, at);
        if ((attributes & LABEL_ATTRIBUTE) !== 0 || name === '.' || name === '..') continue;
        const first =
          view.getUint16(at + 26, true) | (volume.type === 32 ? view.getUint16(at + 20, true) << 16 : 0);
        const path = `${inside}/${name}`;
        if ((attributes & FOLDER_ATTRIBUTE) !== 0) walk(readChain(volume, first, path), path, depth + 1);
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
