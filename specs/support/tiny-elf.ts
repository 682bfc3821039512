/** Writes ELF32 files for x86 that are just large enough to be loaded. */

export interface TinySegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
}

const HEADER = 52;
const PROGRAM_HEADER = 32;
const SECTION_HEADER = 40;
const STRING_TABLE = 3;

export function tinyElf({
  entry,
  segments,
}: {
  entry: number;
  segments: readonly TinySegment[];
}): Uint8Array {
  const dataStart = HEADER + segments.length * PROGRAM_HEADER;
  const dataBytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  const sections = dataStart + dataBytes;
  const file = new Uint8Array(sections + 2 * SECTION_HEADER);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 3, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, HEADER, true);
  view.setUint32(32, sections, true);
  view.setUint16(40, HEADER, true);
  view.setUint16(42, PROGRAM_HEADER, true);
  view.setUint16(44, segments.length, true);
  view.setUint16(46, SECTION_HEADER, true);
  view.setUint16(48, 2, true);
  view.setUint16(50, 1, true);
  view.setUint32(sections + SECTION_HEADER + 4, STRING_TABLE, true);
  let at = dataStart;
  segments.forEach((segment, i) => {
    const header = HEADER + i * PROGRAM_HEADER;
    view.setUint32(header, 1, true);
    view.setUint32(header + 4, at, true);
    view.setUint32(header + 8, segment.address, true);
    view.setUint32(header + 12, segment.address, true);
    view.setUint32(header + 16, segment.bytes.length, true);
    view.setUint32(header + 20, segment.memoryBytes, true);
    view.setUint32(header + 24, 5, true);
    file.set(segment.bytes, at);
    at += segment.bytes.length;
  });
  return file;
}
