/**
 * The guest's memory as a decoder sees it: every read may fail, because a pointer may be anything.
 *
 * Reads through the machine's own page walk: nothing in the guest changes, no page is touched.
 */
import type { LinearMemory } from '../../emulator/types.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import { hex, quote } from './values.ts';

/** Longest path or name read, in bytes. */
const stringMaximum = 4096;
const pageSize = 4096;

export interface ViewOptions {
  /** Longest text or data printed, in bytes; as strace's `-s`. */
  readonly stringLimit: number;
}

export class GuestView {
  readonly #memory: LinearMemory;
  readonly #symbols: GuestSymbols | undefined;
  readonly #stringLimit: number;

  constructor(memory: LinearMemory, symbols: GuestSymbols | undefined, options: ViewOptions) {
    this.#memory = memory;
    this.#symbols = symbols;
    this.#stringLimit = options.stringLimit;
  }

  /** All bytes of a range, or undefined when a part of it is not mapped. */
  bytes(address: number, length: number): DataView | undefined {
    const bytes = this.#memory.readMapped(address >>> 0, length);
    return bytes.length < length ? undefined : new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  word(address: number): number | undefined {
    return this.bytes(address, 4)?.getUint32(0, true);
  }

  /** The bytes of a string without its terminator; undefined when it is not mapped up to there. */
  cString(address: number): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    let at = address >>> 0;
    for (let left = stringMaximum; left > 0;) {
      const length = Math.min(left, pageSize - (at % pageSize));
      const part = this.#memory.readMapped(at, length);
      const end = part.indexOf(0);
      if (end >= 0) {
        parts.push(part.subarray(0, end));
        return Buffer.concat(parts);
      }
      if (part.length < length) return undefined;
      parts.push(part);
      at += length;
      left -= length;
    }
    return Buffer.concat(parts);
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
    return quote(bytes.subarray(0, this.#stringLimit), bytes.length <= this.#stringLimit);
  }

  /** `"data"...`, or the pointer when the data is not mapped. */
  quotedBytes(address: number, length: number): string {
    if (address === 0) return 'NULL';
    const shown = Math.min(length, this.#stringLimit);
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
