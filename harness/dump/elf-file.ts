/** Writes a static ELF file whose segments are pages of memory, so that a kernel may map them where they lie in the file. */
import { PAGE_SIZE } from '../../images/abi/memory-map.ts';
import type { MemoryPiece } from './user-pages.ts';

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const Type = { load: 1, note: 4 } as const;
const Flag = { execute: 1, write: 2, read: 4 } as const;
const EXECUTABLE = 2;
const MACHINE_386 = 3;
/** Magic, 32-bit, little-endian, version 1. */
const IDENTIFICATION = [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1];

const pageCeil = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;

/** @param note The content of a note segment. */
export function elfFile(pieces: readonly MemoryPiece[], entry: number, note: Uint8Array): Uint8Array {
  const headers = HEADER_BYTES + PROGRAM_HEADER_BYTES * (pieces.length + 1);
  const offsets: number[] = [];
  let end = pageCeil(headers + note.length);
  for (const { bytes } of pieces) {
    offsets.push(end);
    end += pageCeil(bytes.length);
  }
  const file = Buffer.alloc(end);
  file.set(IDENTIFICATION);
  file.writeUInt16LE(EXECUTABLE, 16);
  file.writeUInt16LE(MACHINE_386, 18);
  file.writeUInt32LE(1, 20);
  file.writeUInt32LE(entry, 24);
  file.writeUInt32LE(HEADER_BYTES, 28);
  file.writeUInt16LE(HEADER_BYTES, 40);
  file.writeUInt16LE(PROGRAM_HEADER_BYTES, 42);
  file.writeUInt16LE(pieces.length + 1, 44);
  let at = HEADER_BYTES;
  const add = (fields: readonly number[]): void => {
    fields.forEach((field, index) => file.writeUInt32LE(field >>> 0, at + 4 * index));
    at += PROGRAM_HEADER_BYTES;
  };
  pieces.forEach(({ address, writable, bytes }, index) => {
    const offset = offsets[index] ?? 0;
    const flags = Flag.read | Flag.execute | (writable ? Flag.write : 0);
    add([Type.load, offset, address, address, bytes.length, bytes.length, flags, PAGE_SIZE]);
    file.set(bytes, offset);
  });
  add([Type.note, headers, 0, 0, note.length, note.length, Flag.read, 4]);
  file.set(note, headers);
  return file;
}
