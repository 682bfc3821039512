/** Makes small ELF files, right and wrong ones, byte by byte. */

export const LOAD = 1;

export interface Segment {
  readonly type: number;
  /** 1 execute, 2 write, 4 read. */
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Size in the file; by default that of the bytes. */
  readonly fileSize?: number;
  /** Size in memory; by default that of the bytes. */
  readonly memory?: number;
}

export interface ElfOptions {
  readonly segments: readonly Segment[];
  readonly entry: number;
  /** ET_EXEC (2) by default. */
  readonly type?: number;
  /** EM_386 (3) by default. */
  readonly machine?: number;
  /** Offset of the program headers; by default behind the file header. */
  readonly programHeaders?: number;
}

const HEADER = 52;
const PROGRAM_HEADER = 32;

export function elfFile(options: ElfOptions): Uint8Array {
  const { segments, entry, type = 2, machine = 3, programHeaders = HEADER } = options;
  const size = Math.max(...segments.map((segment) => segment.offset + segment.bytes.length));
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, type, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, programHeaders, true);
  view.setUint16(40, HEADER, true);
  view.setUint16(42, PROGRAM_HEADER, true);
  view.setUint16(44, segments.length, true);
  segments.forEach((segment, i) => {
    const { bytes, fileSize = bytes.length, memory = bytes.length } = segment;
    const words = [
      segment.type,
      segment.offset,
      segment.address,
      segment.address,
      fileSize,
      memory,
      segment.flags,
    ];
    words.forEach((word, j) => {
      view.setUint32(HEADER + i * PROGRAM_HEADER + j * 4, word, true);
    });
    file.set(bytes, segment.offset);
  });
  return file;
}
