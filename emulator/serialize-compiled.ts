/**
 * Compiled code of an image as bytes that can leave the process, and back: FORMAT.md in harness/snapshots has the layout.
 *
 * What must hold: bytes that come back are checked for their form, and each module by WebAssembly itself, before a machine
 * sees any; modules reach v86's memory and functions and nothing else. But what they do there is not checked: such code can
 * make a machine lie or never come back. Whether to take it at all is the caller's decision, and no by default.
 */

import type { CompiledLayer } from './image.ts';
import { ImageDataError, OtherEmulatorError } from './image-data-error.ts';
import { PAGE, ProbeMap, REWRITTEN_SHA256, TABLE_SLOTS } from './v86/internals.ts';
import { type CompiledCode, compiledFrom } from './v86/compiled-code.ts';

const WASM_PAGE = 65536;
const WORD = 4;
const DIGEST_BYTES = 32;
const EXITS_BYTES = ProbeMap.exitsLength;
/** What v86 may need beside guest RAM: more than it ever came to. */
const MOST_BESIDE_RAM = 256 * 2 ** 20;

/** The layer as bytes; undefined when another thread compiled some of it, so that its bytes are not at hand. */
export function encodeCompiled(layer: CompiledLayer): Uint8Array | undefined {
  const numbers = [...layer.pages.keys()].sort((a, b) => a - b);
  const modules: { slot: number; bytes: Uint8Array }[] = [];
  for (const [slot, code] of layer.code.entries()) {
    if (code === undefined) continue;
    const bytes = code.origin?.wire();
    if (bytes === undefined) return undefined;
    modules.push({ slot, bytes });
  }
  return Buffer.concat([
    Buffer.from(REWRITTEN_SHA256, 'hex'),
    words(layer.memoryLength / WASM_PAGE, numbers.length, modules.length),
    words(...numbers.map((address) => address / PAGE)),
    ...modules.map(({ slot, bytes }) => words(slot, bytes.length)),
    layer.exits,
    ...numbers.map((address) => layer.pages.get(address) ?? new Uint8Array(PAGE)),
    ...modules.map(({ bytes }) => bytes),
  ]);
}

/** The layer that bytes stand for. @throws {@link ImageDataError} when it is none, or another emulator's. */
export function decodeCompiled(data: Uint8Array, ramBytes: number): CompiledLayer {
  const reader = new Reader(data);
  const emulator = reader.bytes(DIGEST_BYTES);
  if (Buffer.from(emulator).toString('hex') !== REWRITTEN_SHA256) {
    throw new OtherEmulatorError(
      'its compiled code is that of another build of the emulator: use the snapshot without that code',
    );
  }
  const memoryLength = reader.word() * WASM_PAGE;
  reader.check(memoryLength >= ramBytes && memoryLength <= ramBytes + MOST_BESIDE_RAM);
  const pageCount = reader.word();
  const moduleCount = reader.word();
  reader.check(pageCount <= memoryLength / PAGE && moduleCount <= TABLE_SLOTS);
  const numbers = Array.from({ length: pageCount }, () => reader.word());
  const table = Array.from({ length: moduleCount }, () => ({ slot: reader.word(), length: reader.word() }));
  reader.check(ascend(numbers) && ascend(table.map(({ slot }) => slot)));
  reader.check(numbers.every((number) => number * PAGE < memoryLength));
  reader.check(table.every(({ slot }) => slot < TABLE_SLOTS));
  const exits = reader.bytes(EXITS_BYTES);
  const pages = new Map(numbers.map((number) => [number * PAGE, reader.bytes(PAGE)]));
  const code = new Array<CompiledCode | undefined>(TABLE_SLOTS).fill(undefined);
  for (const { slot, length } of table) code[slot] = codeOf(reader.bytes(length), slot);
  reader.check(reader.atEnd);
  return { memoryLength, pages, code, exits };
}

function codeOf(wire: Uint8Array, slot: number): CompiledCode {
  try {
    return compiledFrom(wire, undefined);
  } catch (error) {
    throw new ImageDataError(`its compiled code in slot ${slot} is no WebAssembly`, { cause: error });
  }
}

const ascend = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));

function words(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * WORD);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * WORD));
  return bytes;
}

/** Takes bytes from the front; never more than there are. */
class Reader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.length);
  }

  get atEnd(): boolean {
    return this.#at === this.#data.length;
  }

  bytes(length: number): Uint8Array {
    this.check(length <= this.#data.length - this.#at);
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  word(): number {
    return Buffer.from(this.bytes(WORD)).readUInt32LE();
  }

  check(holds: boolean): void {
    if (!holds) throw new ImageDataError('its compiled code contradicts itself');
  }
}
