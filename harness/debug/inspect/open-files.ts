/**
 * The files the program has open, read from its POSIX layer where the program's symbols are known.
 *
 * Knows the layout of `struct descriptor`, `struct nvx_file`, `struct nvx_kind`, `struct fat_node` and `struct fat_volume`
 * of images/libposix (files.c, files.h, kinds.h, fat/node.h, fat/volume.h); a program without that layer, or stripped, gives undefined. A path is put
 * together from the slots of the volume in the guest's memory. Reads the guest, changes nothing, and follows no pointer
 * further than a sound volume needs.
 */
import type { LinearMemory, Machine } from '../../../emulator/types.ts';
import { ENTRY_BYTES } from '../../../images/ramfs/geometry.ts';
import { longEntryText } from '../../../images/ramfs/names.ts';
import type { GuestSymbols } from '../../look/symbols/index.ts';
import { openFlagsText } from '../../look/trace/posix/constants.ts';

interface Opened {
  readonly descriptor: number;
  /** As `O_RDWR|O_APPEND`. */
  readonly flags: string;
  readonly closeOnExec: boolean;
}

/** What a descriptor stands for. */
export type OpenFile = Opened &
  (
    | { readonly kind: 'stream'; readonly stream: 'stdin' | 'stdout' | 'stderr' }
    /** A device (`/dev/null`), an end of a pipe, a socket, an eventfd: as the layer calls it. */
    | { readonly kind: 'special'; readonly name: string }
    | {
        readonly kind: 'file' | 'directory';
        /** From the root of the volume; undefined for a file whose name has been removed. */
        readonly path: string | undefined;
        /** Bytes; of a directory the slots passed, plus 2. */
        readonly offset: number;
        /** Bytes; 0 for a directory. */
        readonly size: number;
      }
  );

const DESCRIPTORS = 256;
const Descriptor = { file: 0, closeOnExec: 4, bytes: 8 } as const;
const File = { flags: 4, node: 8, offset: 12, stream: 20, kind: 28, bytes: 36 } as const;
const Kind = { name: 0 } as const;
/** More than any kind's name has. */
const KIND_NAME_BYTES = 32;
const Node = {
  parent: 4,
  slot: 8,
  firstSlot: 12,
  slots: 16,
  firstCluster: 56,
  size: 60,
  isDirectory: 65,
  unlinked: 66,
  bytes: 76,
} as const;
const Volume = {
  base: 0,
  entryBits: 8,
  clusterBytes: 16,
  tableOffset: 24,
  rootOffset: 36,
  dataOffset: 40,
  rootEntries: 44,
  bytes: 64,
} as const;
const PAGING = 0x80000000;
const STREAMS = ['stdin', 'stdout', 'stderr'] as const;
/** More than a path of 4096 bytes can have. */
const DEEPEST = 2048;
/** Slots of the longest name: 255 units, 13 a slot, and the short one. */
const SLOTS_MAXIMUM = 21;
const SHORT_BASE_BYTES = 8;
const SHORT_BYTES = 11;
const CASE_FLAGS = 12;
const LOWER_BASE = 0x08;
const LOWER_EXTENSION = 0x10;

/** A structure in guest memory, or undefined where it is not mapped. */
function structure(memory: LinearMemory, address: number, bytes: number): DataView | undefined {
  const found = memory.readMapped(address, bytes);
  return found.length < bytes ? undefined : new DataView(found.buffer, found.byteOffset, bytes);
}

/** Names and chains of a volume that the guest has mounted. */
class GuestVolume {
  readonly #memory: LinearMemory;
  readonly #fields: DataView;

  constructor(memory: LinearMemory, fields: DataView) {
    this.#memory = memory;
    this.#fields = fields;
  }

  /** `/folder/file`; undefined where the slots do not say it. */
  pathOf(node: number): string | undefined {
    const names: string[] = [];
    for (let at = node; names.length < DEEPEST;) {
      const fields = structure(this.#memory, at, Node.bytes);
      if (fields?.getUint8(Node.unlinked) !== 0) return undefined;
      const parent = fields.getUint32(Node.parent, true);
      if (parent === 0) return `/${names.reverse().join('/')}`;
      const name = this.#nameOf(fields, parent);
      if (name === undefined) return undefined;
      names.push(name);
      at = parent;
    }
    return undefined;
  }

  #nameOf(node: DataView, parent: number): string | undefined {
    const directory = structure(this.#memory, parent, Node.bytes)?.getUint32(Node.firstCluster, true);
    const slots = node.getUint32(Node.slots, true);
    if (directory === undefined || slots === 0 || slots > SLOTS_MAXIMUM) return undefined;
    const first = node.getUint32(Node.firstSlot, true);
    let long = '';
    for (let index = first; index < first + slots - 1; index++) {
      const slot = this.#slot(directory, index);
      if (slot === undefined) return undefined;
      long = longEntryText(slot, 0) + long;
    }
    if (long !== '') return long;
    const short = structure(this.#memory, node.getUint32(Node.slot, true), ENTRY_BYTES);
    return short === undefined ? undefined : shortName(short);
  }

  /** A slot of a directory: in its cluster, which is found along the chain, or in the fixed root. */
  #slot(firstCluster: number, index: number): DataView | undefined {
    const fields = this.#fields;
    const field = (offset: number): number => fields.getUint32(offset, true);
    const base = field(Volume.base);
    if (firstCluster === 0) {
      if (index >= field(Volume.rootEntries)) return undefined;
      return structure(this.#memory, base + field(Volume.rootOffset) + index * ENTRY_BYTES, ENTRY_BYTES);
    }
    const clusterBytes = field(Volume.clusterBytes);
    const perCluster = clusterBytes / ENTRY_BYTES;
    let cluster: number | undefined = firstCluster;
    for (let passed = perCluster; passed <= index && cluster !== undefined; passed += perCluster) {
      cluster = this.#next(cluster);
    }
    if (cluster === undefined) return undefined;
    const at = base + field(Volume.dataOffset) + (cluster - 2) * clusterBytes;
    return structure(this.#memory, at + (index % perCluster) * ENTRY_BYTES, ENTRY_BYTES);
  }

  #next(cluster: number): number | undefined {
    const table =
      this.#fields.getUint32(Volume.base, true) + this.#fields.getUint32(Volume.tableOffset, true);
    const bits = this.#fields.getUint32(Volume.entryBits, true);
    const entry = structure(this.#memory, table + Math.floor((cluster * bits) / 8), bits === 32 ? 4 : 2);
    if (entry === undefined) return undefined;
    if (bits === 32) return entry.getUint32(0, true) & 0x0fff_ffff;
    const word = entry.getUint16(0, true);
    if (bits === 16) return word;
    return cluster % 2 === 0 ? word & 0xfff : word >> 4;
  }
}

function shortName(slot: DataView): string {
  const flags = slot.getUint8(CASE_FLAGS);
  const part = (from: number, to: number, lower: number): string => {
    const bytes = Array.from({ length: to - from }, (_, i) => slot.getUint8(from + i));
    const text = String.fromCharCode(...bytes).trimEnd();
    return (flags & lower) === 0 ? text : text.toLowerCase();
  };
  const extension = part(SHORT_BASE_BYTES, SHORT_BYTES, LOWER_EXTENSION);
  return part(0, SHORT_BASE_BYTES, LOWER_BASE) + (extension === '' ? '' : `.${extension}`);
}

/** All open descriptors, ascending; undefined where the program's table cannot be read, as before the program is loaded. */
export function openFiles(machine: Machine, symbols: GuestSymbols): readonly OpenFile[] | undefined {
  const bytes = DESCRIPTORS * Descriptor.bytes;
  const table = symbols.program
    ?.allNamed('descriptors')
    .find(({ kind, size }) => kind === 'object' && size === bytes);
  const mounted = symbols.program?.allNamed('fat_volume').find(({ size }) => size === Volume.bytes);
  if (table === undefined || mounted === undefined) return undefined;
  if ((machine.registers.control(0) & PAGING) === 0) return undefined;
  const memory = machine.linear;
  const descriptors = structure(memory, table.address, bytes);
  const fields = structure(memory, mounted.address, Volume.bytes);
  if (descriptors === undefined || fields === undefined) return undefined;
  const volume = new GuestVolume(memory, fields);
  const found: OpenFile[] = [];
  for (let descriptor = 0; descriptor < DESCRIPTORS; descriptor++) {
    const at = descriptor * Descriptor.bytes;
    const address = descriptors.getUint32(at + Descriptor.file, true);
    const file = address === 0 ? undefined : structure(memory, address, File.bytes);
    if (file === undefined) continue;
    found.push(
      describeFile(memory, volume, file, {
        descriptor,
        flags: openFlagsText(file.getUint32(File.flags, true)),
        closeOnExec: descriptors.getUint8(at + Descriptor.closeOnExec) !== 0,
      }),
    );
  }
  return found;
}

/** What a kind of open file is called. */
function kindName(memory: LinearMemory, kind: number): string {
  const place = structure(memory, kind + Kind.name, 4)?.getUint32(0, true);
  const text = place === undefined ? '' : memory.readMapped(place, KIND_NAME_BYTES);
  return Buffer.from(text).toString('latin1').split('\0')[0] ?? '';
}

function describeFile(memory: LinearMemory, volume: GuestVolume, file: DataView, opened: Opened): OpenFile {
  const node = file.getUint32(File.node, true);
  if (node === 0) {
    const name = kindName(memory, file.getUint32(File.kind, true));
    if (name !== 'stream') return { ...opened, kind: 'special', name };
    return { ...opened, kind: 'stream', stream: STREAMS[file.getUint32(File.stream, true)] ?? 'stdin' };
  }
  const fields = structure(memory, node, Node.bytes);
  return {
    ...opened,
    kind: fields?.getUint8(Node.isDirectory) === 1 ? 'directory' : 'file',
    path: volume.pathOf(node),
    offset: Number(file.getBigUint64(File.offset, true)),
    size: fields?.getUint32(Node.size, true) ?? 0,
  };
}

/** `3  /test.py  offset 12 of 345  O_RDONLY|O_CLOEXEC`. */
export function formatOpenFile(file: OpenFile): string {
  const flags = file.closeOnExec ? `${file.flags}|O_CLOEXEC` : file.flags;
  return `${file.descriptor}  ${openFilePlace(file)}  ${flags}`;
}

/** `/test.py  offset 12 of 345`, or the name of a standard stream. */
export function openFilePlace(file: OpenFile): string {
  if (file.kind === 'stream') return file.stream;
  if (file.kind === 'special') return file.name;
  const path = file.path ?? '(removed)';
  if (file.kind === 'directory') return `${path}  directory, position ${file.offset}`;
  return `${path}  offset ${file.offset} of ${file.size}`;
}
