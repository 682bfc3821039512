/**
 * Reads an ELF32 file for the guest's processor: entry point and loadable segments. Parsing is elfy's; this file checks
 * what elfy does not, because a file of a user may be anything.
 */
import { hex } from '../../../emulator/hex.ts';
import elfy from 'elfy';
import { InputError } from '../errors.ts';

export interface LoadSegment {
  /** p_vaddr, which is also the physical address in a kernel. */
  readonly address: number;
  /** The bytes of the file; the rest up to `memoryBytes` is zero. */
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
}

export interface LoadableElf {
  readonly entry: number;
  readonly segments: readonly LoadSegment[];
}

/**
 * Parses an ELF file with elfy.
 *
 * @param what What the file is to the caller, such as `kernel`; opens the message of the {@link InputError} thrown for a
 *   file that is not an executable for 32-bit x86.
 */
export function parseElf(what: string, file: Uint8Array): elfy.Elf {
  const buffer = withSections(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  let elf;
  try {
    elf = elfy.parse(buffer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `the ${what} is not an ELF file that can be read (${reason}): give a 32-bit x86 executable`,
    );
  }
  if (elf.class !== '32' || elf.endian !== 'lsb' || elf.machine !== '386') {
    throw new InputError(`the ${what} is an ELF file for another processor: give a 32-bit x86 executable`);
  }
  return elf;
}

const HEADER_BYTES = 52;
const SECTION_BYTES = 40;
const STRING_TABLE = 3;
/** Where the ELF header says where the sections are, and how many. */
const At = { offset: 32, entryBytes: 46, count: 48, namesIndex: 50 } as const;

/** elfy reads no file without sections, which need not be there. Such a file gets two empty ones. */
function withSections(file: Buffer): Buffer {
  if (file.length < HEADER_BYTES || file.readUInt16LE(At.count) !== 0) return file;
  const bytes = Buffer.concat([file, Buffer.alloc(2 * SECTION_BYTES)]);
  bytes.writeUInt32LE(file.length, At.offset);
  bytes.writeUInt16LE(SECTION_BYTES, At.entryBytes);
  bytes.writeUInt16LE(2, At.count);
  bytes.writeUInt16LE(1, At.namesIndex);
  const names = file.length + SECTION_BYTES;
  bytes.writeUInt32LE(STRING_TABLE, names + 4);
  bytes.writeUInt32LE(file.length, names + 16);
  bytes.writeUInt32LE(1, names + 20);
  return bytes;
}

/** Entry point and PT_LOAD segments of a file. */
export function loadSegments(what: string, file: Uint8Array): LoadableElf {
  const elf = parseElf(what, file);
  const segments = elf.body.programs
    .filter((program) => program.type === 'load' && program.memsz > 0)
    .map((program) => {
      if (program.data.length !== program.filesz || program.memsz < program.filesz) {
        throw new InputError(
          `the ${what}'s segment at ${hex(program.vaddr)} is cut off: the file is damaged`,
        );
      }
      return { address: program.vaddr, bytes: program.data, memoryBytes: program.memsz };
    });
  if (segments.length === 0)
    throw new InputError(`the ${what} has nothing to load: give an executable, not an object file`);
  return { entry: elf.entry, segments };
}
