/**
 * The guest's memory as a decoder sees it: every read may fail, because a pointer may be anything.
 *
 * Reads through the machine's own page walk: nothing in the guest changes, no page is touched.
 */
import { hex } from '../../../emulator/hex.ts';
import type { LinearMemory } from '../../../emulator/types.ts';
import { addressMap } from '../../../images/abi/memory-map.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import { quote } from './values.ts';

/** Longest path or name read, in bytes. */
const STRING_MAXIMUM = 4096;
/** What is read of a string at first, and how much more each time its end was not among it. */
const STRING_START = 64;
const STRING_GROWTH = 8;
const BUFFER_BYTES = 1 << 16;

export interface ViewOptions {
  /** Longest text or data printed, in bytes; as strace's `-s`. */
  readonly stringLimit: number;
  /**
   * Only what the program itself can reach: a pointer into the kernel, which the kernel refuses, is shown as a pointer and
   * not as what lies there.
   */
  readonly userOnly?: boolean;
}

export class GuestView {
  readonly #memory: Pick<LinearMemory, 'readMappedInto'>;
  readonly #symbols: GuestSymbols | undefined;
  readonly #options: ViewOptions;
  /** Reads share large buffers: one of its own for each would make V8 collect garbage again and again. */
  #buffer = new Uint8Array(0);
  #used = 0;

  constructor(
    memory: Pick<LinearMemory, 'readMappedInto'>,
    symbols: GuestSymbols | undefined,
    options: ViewOptions,
  ) {
    this.#memory = memory;
    this.#symbols = symbols;
    this.#options = options;
  }

  /** All bytes of a range, or undefined when a part of it is not mapped. */
  bytes(address: number, length: number): DataView | undefined {
    const target = this.#read(address, length);
    if (target.length < length) return undefined;
    return new DataView(target.buffer, target.byteOffset, length);
  }

  /** The longest part of a range that is there, from its start. */
  #read(address: number, length: number): Uint8Array {
    const start = address >>> 0;
    const { userBase, userEnd } = addressMap;
    const outside = start < userBase || start >= userEnd;
    if (this.#options.userOnly === true && outside) return this.#buffer.subarray(0, 0);
    if (this.#used + length > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.max(BUFFER_BYTES, length));
      this.#used = 0;
    }
    const target = this.#buffer.subarray(this.#used, this.#used + length);
    this.#used += length;
    return target.subarray(0, this.#memory.readMappedInto(start, target));
  }

  word(address: number): number | undefined {
    return this.bytes(address, 4)?.getUint32(0, true);
  }

  /** The bytes of a string without its terminator; undefined when it is not mapped up to there. */
  cString(address: number): Uint8Array | undefined {
    for (let length = STRING_START; ; length = Math.min(length * STRING_GROWTH, STRING_MAXIMUM)) {
      const bytes = this.#read(address, length);
      const end = bytes.indexOf(0);
      if (end >= 0) return bytes.subarray(0, end);
      if (bytes.length < length) return undefined;
      if (length === STRING_MAXIMUM) return bytes;
    }
  }

  /** A string as text without quotation marks; undefined when it cannot be read. */
  text(address: number): string | undefined {
    const bytes = address === 0 ? undefined : this.cString(address);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  /** `"text"`, or the pointer when there is no string behind it. */
  quotedString(address: number): string {
    const bytes = address === 0 ? undefined : this.cString(address);
    if (bytes === undefined) return this.pointer(address);
    const { stringLimit } = this.#options;
    return quote(bytes.subarray(0, stringLimit), bytes.length <= stringLimit);
  }

  /** `"data"...`, or the pointer when the data is not mapped. */
  quotedBytes(address: number, length: number): string {
    if (address === 0) return 'NULL';
    const shown = Math.min(length, this.#options.stringLimit);
    const view = this.bytes(address, shown);
    if (view === undefined) return this.pointer(address);
    return quote(new Uint8Array(view.buffer, view.byteOffset, shown), shown === length);
  }

  /** `NULL`, `0x40001234`, or `0x40001234 <main+0x10>` where a symbol covers the address. */
  pointer(address: number): string {
    if (address === 0) return 'NULL';
    const symbol = this.#symbols?.describe(address >>> 0);
    return symbol === undefined ? hex(address) : `${hex(address)} <${symbol}>`;
  }
}
