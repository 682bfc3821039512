/**
 * The note in a dumped program: what it was dumped with, so that it is not started with something else.
 *
 * A dumped program remembers its volume: where files lie, and what is in them. With another one it would read garbage.
 */
import * as v from 'valibot';

/** Of the ELF note: who wrote it, and what kind it is. */
const OWNER = 'nanvix-v86';
const DUMPED_WITH = 1;
const ELF_MAGIC = 0x464c_457f;
const PROGRAM_NOTE = 4;
const HEADER_BYTES = 52;
const NOTE_HEADER_BYTES = 12;
const wordCeil = (bytes: number): number => Math.ceil(bytes / 4) * 4;

const dumpedWith = v.object({
  /** SHA-256 of the volume; null where there was none. */
  ramfs: v.nullable(v.string()),
  /** SHA-256 of the program that was dumped. */
  program: v.string(),
  /** Base name of its file. */
  name: v.string(),
  era: v.string(),
});

export type DumpedWith = v.InferOutput<typeof dumpedWith>;

/** The bytes of a PT_NOTE segment. */
export function encodeDumpNote(dumped: DumpedWith): Uint8Array {
  const owner = Buffer.from(`${OWNER}\0`);
  const content = Buffer.from(JSON.stringify(dumped));
  const note = Buffer.alloc(NOTE_HEADER_BYTES + wordCeil(owner.length) + wordCeil(content.length));
  note.writeUInt32LE(owner.length, 0);
  note.writeUInt32LE(content.length, 4);
  note.writeUInt32LE(DUMPED_WITH, 8);
  owner.copy(note, NOTE_HEADER_BYTES);
  content.copy(note, NOTE_HEADER_BYTES + wordCeil(owner.length));
  return note;
}

/** What a program was dumped with; undefined for any other file. */
export function readDumpNote(file: Uint8Array): DumpedWith | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== ELF_MAGIC) return undefined;
  const headers = bytes.readUInt32LE(28);
  const [size, count] = [bytes.readUInt16LE(42), bytes.readUInt16LE(44)];
  if (size < 32 || headers + size * count > bytes.length) return undefined;
  for (let index = 0; index < count; index += 1) {
    const at = headers + size * index;
    if (bytes.readUInt32LE(at) !== PROGRAM_NOTE) continue;
    const offset = bytes.readUInt32LE(at + 4);
    const found = noteIn(bytes.subarray(offset, offset + bytes.readUInt32LE(at + 16)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function noteIn(segment: Buffer): DumpedWith | undefined {
  if (segment.length < NOTE_HEADER_BYTES) return undefined;
  const [ownerBytes, contentBytes] = [segment.readUInt32LE(0), segment.readUInt32LE(4)];
  const owner = segment.toString('latin1', NOTE_HEADER_BYTES, NOTE_HEADER_BYTES + ownerBytes);
  if (segment.readUInt32LE(8) !== DUMPED_WITH || owner !== `${OWNER}\0`) return undefined;
  const start = NOTE_HEADER_BYTES + wordCeil(ownerBytes);
  try {
    const parsed = v.safeParse(dumpedWith, JSON.parse(segment.toString('utf8', start, start + contentBytes)));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
