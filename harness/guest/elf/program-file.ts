/**
 * An ELF file as those see it who explain addresses: its function names, and its bytes by address.
 *
 * A file that is stripped, or whose section headers were cut off, gives no names; that is an answer, not an error.
 * Touches only the bytes it was given. Addresses are those of the file; {@link ./guest-symbols.ts} adds the load bias.
 */
import type elfy from 'elfy';
import { parseElf } from './load-segments.ts';

/** A function or object of the symbol table. */
export interface FileSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes, 0 where the assembler did not say. */
  readonly size: number;
  readonly kind: 'function' | 'object' | 'label';
  /** `local` symbols may repeat a name. */
  readonly binding: 'local' | 'global' | 'weak';
}

/** A stretch of the file that is loaded at `address`. */
export interface FileSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory; what the file does not hold is zero. */
  readonly memoryBytes: number;
  readonly executable: boolean;
}

export interface ProgramFile {
  readonly symbols: readonly FileSymbol[];
  readonly segments: readonly FileSegment[];
  /** True for a position-independent executable: its addresses start at 0. */
  readonly relocatable: boolean;
  /** DWARF's `.debug_line` and the string sections it refers to, where present. */
  readonly debugSections: ReadonlyMap<string, Uint8Array>;
}

const SYMBOL_BYTES = 16;
const symbolKinds: Readonly<Record<number, FileSymbol['kind']>> = { 0: 'label', 1: 'object', 2: 'function' };
const bindings: Readonly<Record<number, FileSymbol['binding']>> = { 0: 'local', 1: 'global', 2: 'weak' };
const SECTION_UNDEFINED = 0;
const FIRST_RESERVED_SECTION = 0xff00;
/** What compilers name their own jump targets; some are left in position-independent programs. */
const COMPILER_LABEL = '.L';
/** A byte that is not the same letter in every encoding. */
const BEYOND_ASCII = /[\u0080-\u00ff]/;

/**
 * Reads names out of a string table. All of it is decoded at once, as one byte per letter: a table has some ten thousand
 * names, and a decoder called for each of them takes longer than all the rest.
 */
function nameReader(strings: Uint8Array): (offset: number) => string {
  const bytes = Buffer.from(strings.buffer, strings.byteOffset, strings.byteLength);
  const text = bytes.toString('latin1');
  return (offset) => {
    const end = text.indexOf('\0', offset);
    const name = text.slice(offset, end === -1 ? text.length : end);
    return BEYOND_ASCII.test(name) ? bytes.toString('utf8', offset, offset + name.length) : name;
  };
}

function readSymbols(sections: readonly elfy.Section[]): FileSymbol[] {
  const table = sections.find((section) => section.type === 'symtab');
  const strings = table === undefined ? undefined : sections[table.link]?.data;
  if (table === undefined || strings === undefined) return [];
  const nameAt = nameReader(strings);
  const view = new DataView(table.data.buffer, table.data.byteOffset, table.data.byteLength);
  const symbols: FileSymbol[] = [];
  for (let at = 0; at + SYMBOL_BYTES <= view.byteLength; at += SYMBOL_BYTES) {
    const info = view.getUint8(at + 12);
    const section = view.getUint16(at + 14, true);
    const kind = symbolKinds[info & 15];
    const binding = bindings[info >> 4];
    if (kind === undefined || binding === undefined) continue;
    if (section === SECTION_UNDEFINED || section >= FIRST_RESERVED_SECTION) continue;
    const name = nameAt(view.getUint32(at, true));
    if (name === '' || (kind === 'label' && name.startsWith(COMPILER_LABEL))) continue;
    symbols.push({
      name,
      address: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
      kind,
      binding,
    });
  }
  return symbols;
}

const nothing: ProgramFile = { symbols: [], segments: [], relocatable: false, debugSections: new Map() };

/**
 * Reads what an ELF file says about its addresses.
 *
 * @param file An ELF32 for the guest's processor. Anything else, or a damaged file, gives a description without names.
 */
export function readProgramFile(file: Uint8Array): ProgramFile {
  let elf: elfy.Elf;
  try {
    elf = parseElf('program', file);
  } catch {
    return nothing;
  }
  const { programs, sections } = elf.body;
  return {
    symbols: readSymbols(sections),
    segments: programs
      .filter((program) => program.type === 'load' && program.memsz > 0)
      .map((program) => ({
        address: program.vaddr,
        bytes: program.data,
        memoryBytes: program.memsz,
        executable: program.flags['x'] === true,
      })),
    relocatable: elf.type === 'dyn',
    debugSections: new Map(
      sections
        .filter((section) => ['.debug_line', '.debug_line_str', '.debug_str'].includes(section.name))
        .map((section): [string, Uint8Array] => [section.name, section.data]),
    ),
  };
}
