/**
 * Code compiled from a guest, kept for later processes: the compiled layer of an image, its modules merged into one, and V8's
 * machine code of that module.
 *
 * What must hold: code is taken only by a machine whose memory is, in every page that code was compiled from, the same as
 * where it was kept. Then it is nothing but a saving: what the guest does stays what it is.
 */

import type { CodeStore } from './code-store.ts';
import { captureCompiled, type CompiledLayer } from './image.ts';
import { deserialize, serialize } from './kept-values.ts';
import { sha256 } from './sha256.ts';
import type { CompiledCode } from './v86/compiled-code.ts';
import type { V86Instance } from './v86/instance.ts';
import { PAGE, REWRITTEN_SHA256, TABLE_SLOTS } from './v86/internals.ts';
import { keepNative, moduleWithNative, nativeIsKept, type NativePlace } from './v86/kept-native.ts';
import { mergeModules, pieceOf } from './v86/merge-modules.ts';
import { optimize } from './v86/native-code.ts';

/** A function of the merged module: where it goes, and what it was compiled from. */
interface Piece {
  readonly slot: number;
  /** Number of the physical page. */
  readonly page: number;
}

/** What is kept of a compiled layer. */
interface KeptLayer {
  readonly ramSize: number;
  readonly memoryLength: number;
  readonly exits: Uint8Array;
  /** Addresses of v86's pages. */
  readonly addresses: Uint32Array;
  /** Those pages, one after another. */
  readonly pages: Uint8Array;
  /** In the order of the module's functions. */
  readonly pieces: readonly Piece[];
  /** SHA-256 of what they were compiled from: the content of their pages, one after another. */
  readonly source: Uint8Array;
  /** The module as WebAssembly. */
  readonly wire: Uint8Array;
}

/** A layer as it was read, for all machines of this process. */
interface ReadCode extends Pick<KeptLayer, 'ramSize' | 'pieces' | 'source'> {
  readonly layer: CompiledLayer;
  /** Digest of what was read. */
  readonly digest: string;
}

/** Layout of {@link KeptLayer}: to be raised with every change, so that what has another one is not found. */
const LAYOUT = 3;

const KIND = 'guest-code';

/** What was read from each store, by key. */
const read = new WeakMap<CodeStore, Map<string, ReadCode>>();

function readFrom(store: CodeStore): Map<string, ReadCode> {
  let found = read.get(store);
  if (found === undefined) read.set(store, (found = new Map<string, ReadCode>()));
  return found;
}

/** `key` names what the guest consists of; the emulator names itself. */
const wholeKey = (key: string): string => `${REWRITTEN_SHA256}\n${LAYOUT}\n${key}`;

const nativePlace = (store: CodeStore, digest: string): NativePlace => ({ store, kind: KIND, digest });

/** Whether there is code under a key, and V8's machine code of it. */
export function codeIsKept(store: CodeStore, key: string): boolean {
  const digest = store.digestOf(KIND, wholeKey(key));
  return digest !== undefined && nativeIsKept(nativePlace(store, digest));
}

/** The layer kept under a key, if it fits the instance's memory as it stands. */
export function readCode(store: CodeStore, key: string, instance: V86Instance): CompiledLayer | undefined {
  const found = readFrom(store).get(key) ?? readLayer(store, key);
  if (found === undefined) return undefined;
  readFrom(store).set(key, found);
  const fits =
    found.ramSize === instance.ramSize &&
    Buffer.compare(digestOfSource(instance, found.pieces), found.source) === 0;
  return fits ? found.layer : undefined;
}

function readLayer(store: CodeStore, key: string): ReadCode | undefined {
  const kept = store.read(KIND, wholeKey(key));
  if (kept === undefined) return undefined;
  const { digest } = kept;
  const { ramSize, memoryLength, exits, addresses, pages, pieces, wire, source } = deserialize(
    kept.content,
  ) as KeptLayer;
  const { module } = moduleWithNative(nativePlace(store, digest), wire);
  const layer: CompiledLayer = {
    memoryLength,
    pages: new Map([...addresses].map((address, i) => [address, pages.subarray(i * PAGE, (i + 1) * PAGE)])),
    code: codeBySlot(module, wire, pieces),
    exits,
  };
  return { ramSize, pieces, source, layer, digest };
}

/** The functions of a merged module. */
function codeBySlot(
  module: WebAssembly.Module,
  wire: Uint8Array,
  pieces: readonly Piece[],
): (CompiledCode | undefined)[] {
  const code = new Array<CompiledCode | undefined>(TABLE_SLOTS).fill(undefined);
  for (const [index, { slot, page }] of pieces.entries()) {
    code[slot] = { module, name: String(index), origin: { wire: () => pieceOf(wire, index), page } };
  }
  return code;
}

/** Keeps the code of an instance under a key, and V8's machine code of it. Takes some seconds. */
export function writeCode(store: CodeStore, key: string, instance: V86Instance): void {
  const { memoryLength, exits, pages, code } = captureCompiled(instance);
  const pieces: Piece[] = [];
  const wires: Uint8Array[] = [];
  for (const [slot, one] of code.entries()) {
    if (one === undefined) continue;
    // what another thread compiled cannot be kept, and none can be left out
    if (one.origin?.page === undefined) return;
    const { page, wire } = one.origin;
    pieces.push({ slot, page });
    wires.push(wire());
  }
  if (wires.length === 0) return;
  const wire = mergeModules(wires);
  const kept: KeptLayer = {
    ...{ ramSize: instance.ramSize, memoryLength, exits, pieces, wire },
    source: digestOfSource(instance, pieces),
    addresses: Uint32Array.from(pages.keys()),
    pages: Buffer.concat([...pages.values()]),
  };
  const digest = store.write(KIND, wholeKey(key), serialize(kept));
  const merged = codeBySlot(new WebAssembly.Module(wire), wire, pieces);
  writeNative(nativePlace(store, digest), merged, instance);
  readFrom(store).delete(key);
}

/** Keeps V8's machine code of what {@link readCode} gave. Takes some seconds. */
export function writeMachineCode(store: CodeStore, key: string, instance: V86Instance): void {
  const found = readFrom(store).get(key);
  if (found !== undefined) writeNative(nativePlace(store, found.digest), found.layer.code, instance);
}

/** Has V8 produce the machine code of a merged module first. */
function writeNative(
  place: NativePlace,
  code: readonly (CompiledCode | undefined)[],
  instance: V86Instance,
): void {
  for (const one of code) {
    if (one !== undefined) optimize(instance.functions.functionOf(one));
  }
  const first = code.find((one) => one !== undefined);
  if (first !== undefined) keepNative(place, first.module, instance.functions.functionOf(first));
}

function digestOfSource(instance: V86Instance, pieces: readonly Piece[]): Uint8Array {
  const ram = instance.ram();
  const hash = sha256();
  for (const { page } of pieces) hash.update(ram.subarray(page * PAGE, (page + 1) * PAGE));
  return hash.bytes();
}
