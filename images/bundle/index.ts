// Bundles (`NVMB`): several programs with their command lines in one file, which a kernel of Era M starts, each as a process of its
// own. Nanvix's standalone machine boots one of procd, memd, vfsd and the program.
//
// What must hold: every program lies on a page of its own, so that a kernel can map it where it lies; what is read is checked in
// every part before it is used.
//
// Source: ABI reference for Era M, "initrd" and "mkramfs, mkimage". Where Nanvix's mkimage puts kernel arguments is not known. Ours
// stand in a trailer behind the last program, which no header points at: other kernels and tools pass over it.
import { readStruct, writeStruct } from '../abi/layout.ts';
import { eras } from '../abi/eras.ts';
import { controlPage, PAGE_SIZE } from '../abi/memory-map.ts';
import { bundle as format } from '../abi/messages.ts';
import { bundleEntry, bundleHeader } from '../abi/structs-m.ts';

/** One program of a bundle. */
export interface BundledProgram {
  /** ELF file. */
  readonly bytes: Uint8Array;
  /** `name args;ENV=value`, verbatim. */
  readonly commandLine: string;
}

export interface Bundle {
  /** In the order in which they become processes 1, 2, 3 … */
  readonly programs: readonly BundledProgram[];
  /** Words for the kernel; empty for none. */
  readonly kernelArguments: string;
}

/** Programs that fit into one bundle. */
export const MOST_PROGRAMS = 32;
export const LONGEST_COMMAND_LINE = eras.M.commandLine.maximum;

/** Thrown for what cannot become a bundle, and for bytes that are none. The message is one line that names the culprit. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/** Marks the trailer with kernel arguments: a word, the number of bytes, the text. */
const TRAILER_MAGIC = new TextEncoder().encode('NVKA');
const TRAILER_HEAD = TRAILER_MAGIC.length + 4;

const pageCeil = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether a file begins as a bundle does. */
export function isBundle(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === format.magic;
}

/** The name of a bundled program: the first word of its command line, or its number where that is empty. */
export function bundledName({ commandLine }: Pick<BundledProgram, 'commandLine'>, index: number): string {
  const [name = ''] = commandLine.split(/[ ;]/, 1);
  return name === '' ? `program ${index + 1}` : name;
}

/**
 * Makes a bundle. Equal programs give equal bytes.
 *
 * @throws BundleError where something does not fit.
 */
export function createBundle({ programs, kernelArguments }: Bundle): Uint8Array {
  if (programs.length === 0) throw new BundleError('a bundle of no programs: name at least one');
  if (programs.length > MOST_PROGRAMS)
    throw new BundleError(`${programs.length} programs, at most ${MOST_PROGRAMS} fit into a bundle`);
  const words = encode('the kernel arguments', kernelArguments, controlPage.kernelArgumentsMaximum);
  const lines = programs.map((program, index) =>
    encode(`the command line of ${bundledName(program, index)}`, program.commandLine, LONGEST_COMMAND_LINE),
  );
  let at = bundleHeader.size + programs.length * bundleEntry.size;
  const lineOffsets = lines.map(({ length }) => (at += length) - length);
  const offsets = programs.map(({ bytes }) => {
    const offset = pageCeil(at);
    at = offset + bytes.length;
    return offset;
  });
  const trailer = words.length === 0 ? 0 : TRAILER_HEAD + words.length;
  const file = new Uint8Array(pageCeil(at) + trailer);
  const view = viewOf(file);
  writeStruct(bundleHeader, view, 0, { ...format, count: programs.length, reserved: 0 });
  programs.forEach(({ bytes }, index) => {
    const line = lines[index] ?? new Uint8Array(0);
    const [offset = 0, lineOffset = 0] = [offsets[index], lineOffsets[index]];
    writeStruct(bundleEntry, view, bundleHeader.size + index * bundleEntry.size, {
      offset,
      size: bytes.length,
      command_line_offset: lineOffset,
      command_line_size: line.length,
    });
    file.set(line, lineOffset);
    file.set(bytes, offset);
  });
  if (trailer > 0) {
    const start = pageCeil(at);
    file.set(TRAILER_MAGIC, start);
    view.setUint32(start + TRAILER_MAGIC.length, words.length, true);
    file.set(words, start + TRAILER_HEAD);
  }
  return file;
}

/**
 * Reads a bundle. The programs are views of the bytes, not copies.
 *
 * @throws BundleError for bytes that are none, or a damaged one.
 */
export function readBundle(bytes: Uint8Array): Bundle {
  if (!isBundle(bytes) || bytes.length < bundleHeader.size)
    throw new BundleError('not a bundle: it does not begin with NVMB');
  const view = viewOf(bytes);
  const { version, count } = readStruct(bundleHeader, view);
  if (version !== format.version)
    throw new BundleError(`a bundle of version ${version}: ${format.version} is known`);
  if (count < 1 || count > MOST_PROGRAMS || bundleHeader.size + count * bundleEntry.size > bytes.length)
    throw new BundleError(
      `a bundle of ${count} programs: 1 to ${MOST_PROGRAMS} that are all there are known`,
    );
  let end = 0;
  const programs = Array.from({ length: count }, (_, index) => {
    const entry = readStruct(bundleEntry, view, bundleHeader.size + index * bundleEntry.size);
    const what = `program ${index + 1} of the bundle`;
    if (entry.offset % PAGE_SIZE !== 0) throw new BundleError(`${what} does not begin a page`);
    const line = part(
      bytes,
      entry.command_line_offset,
      entry.command_line_size,
      `the command line of ${what}`,
    );
    const program = part(bytes, entry.offset, entry.size, what);
    end = Math.max(end, entry.offset + entry.size);
    return { bytes: program, commandLine: new TextDecoder().decode(line) };
  });
  return { programs, kernelArguments: readTrailer(bytes, pageCeil(end)) };
}

function readTrailer(bytes: Uint8Array, start: number): string {
  const head = bytes.subarray(start, start + TRAILER_HEAD);
  if (head.length < TRAILER_HEAD || TRAILER_MAGIC.some((byte, at) => head[at] !== byte)) return '';
  const length = viewOf(head).getUint32(TRAILER_MAGIC.length, true);
  return new TextDecoder().decode(part(bytes, start + TRAILER_HEAD, length, 'the kernel arguments'));
}

function part(bytes: Uint8Array, offset: number, length: number, what: string): Uint8Array {
  if (offset + length > bytes.length)
    throw new BundleError(`${what} lies outside the file: it is cut off, or damaged`);
  return bytes.subarray(offset, offset + length);
}

function encode(what: string, text: string, most: number): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > most) throw new BundleError(`${what} has ${bytes.length} bytes, at most ${most} fit`);
  if (bytes.includes(0)) throw new BundleError(`${what} holds a zero byte`);
  return bytes;
}
