/**
 * Code compiled from a guest, kept for later processes: the compiled layer of an image, its modules merged into one, and V8's
 * machine code of that module.
 *
 * What must hold: code is taken only of those pages that are, in the machine that takes it, the same as where it was kept. Then it
 * is nothing but a saving: what the guest does stays what it is.
 */

import type { CodeStore } from './code-store.ts';
import { captureCompiled, type CompiledLayer, type FittingCode } from './image.ts';
import { deserialize, serialize } from './kept-values.ts';
import { sha256 } from './sha256.ts';
import type { KeepCodeOptions } from './types.ts';
import type { CompiledCode } from './v86/compiled-code.ts';
import type { V86Instance } from './v86/instance.ts';
import { PAGE, REWRITTEN_SHA256, TABLE_SLOTS } from './v86/internals.ts';
import { keepNative, moduleWithNative, nativeIsKept, type NativePlace } from './v86/kept-native.ts';
import { lengthsOf, mergeModules, pieceOf } from './v86/merge-modules.ts';
import {
  compileHinted,
  isOptimized,
  LONG_FUNCTION,
  nativeKey,
  optimize,
  optimizeExecuted,
} from './v86/native-code.ts';

/** A function of a merged module: where it goes, and what it was compiled from. */
interface Piece {
  readonly slot: number;
  /** Number of the physical page. */
  readonly page: number;
  /** Its number in its module: that of the code that this was added to, or its own. */
  readonly index: number;
  readonly inBase: boolean;
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
  readonly pieces: readonly Piece[];
  /** SHA-256 of the pages that they were compiled from, each once: the first thing to compare, since it seldom differs. */
  readonly sources: Uint8Array;
  /** SHA-256 of what each of them was compiled from: the content of its page. One after another. */
  readonly source: Uint8Array;
  /** The module as WebAssembly, of those pieces that are in no other. */
  readonly wire: Uint8Array;
  /** Other code that is kept, with the machine code that V8 has made of it, and that only needs to be added to. */
  readonly base: { readonly key: string; readonly digest: string } | undefined;
}

/** A layer as it was read, for all machines of this process. */
interface ReadCode extends Pick<KeptLayer, 'ramSize' | 'pieces' | 'sources' | 'source'> {
  readonly key: string;
  readonly layer: CompiledLayer;
  /** Digest of what was read. */
  readonly digest: string;
  /** The module of those pieces that are in no other. */
  readonly module: WebAssembly.Module;
  readonly wire: Uint8Array;
  /** Bytes of machine code that were kept of it. */
  readonly nativeLength: number;
  /** The code that this was added to. It was not added to any. */
  readonly base: ReadCode | undefined;
}

/** Layout of {@link KeptLayer}: to be raised with every change, so that what has another one is not found. */
const LAYOUT = 11;

const DIGEST_LENGTH = 32;

const KIND = 'guest-code';

/** What was read from each store, by key. */
const read = new WeakMap<CodeStore, Map<string, ReadCode>>();

function readFrom(store: CodeStore): Map<string, ReadCode> {
  let found = read.get(store);
  if (found === undefined) read.set(store, (found = new Map<string, ReadCode>()));
  return found;
}

/**
 * `key` names what the guest consists of; the emulator names itself. Machine code belongs to one module, byte for byte, and to one V8
 * with its flags: each of these keeps a module of its own, else two that are used in turn would replace each other's.
 */
const wholeKey = (key: string): string => nativeKey(`${REWRITTEN_SHA256}\n${LAYOUT}\n${key}`);

const nativePlace = (store: CodeStore, digest: string): NativePlace => ({ store, kind: KIND, digest });

/** Whether there is code under a key, and V8's machine code of it. */
export function codeIsKept(store: CodeStore, key: string): boolean {
  const digest = store.digestOf(KIND, wholeKey(key));
  return digest !== undefined && nativeIsKept(nativePlace(store, digest));
}

/** The code kept under a key, if any of it fits the instance's memory as it stands. */
export function readCode(store: CodeStore, key: string, instance: V86Instance): FittingCode | undefined {
  const found = readLayer(store, key);
  if (found?.ramSize !== instance.ramSize) return undefined;
  if (isEqual(digestOfSources(instance, found.pieces), found.sources))
    return { layer: found.layer, stale: [] };
  const now = digestsOfSource(instance, found.pieces);
  const digest = (all: Uint8Array, index: number): Uint8Array =>
    all.subarray(index * DIGEST_LENGTH, (index + 1) * DIGEST_LENGTH);
  const stale = found.pieces.filter((_, i) => !isEqual(digest(now, i), digest(found.source, i)));
  if (stale.length === found.pieces.length) return undefined;
  return { layer: found.layer, stale: stale.map(({ page }) => page) };
}

function readLayer(store: CodeStore, key: string): ReadCode | undefined {
  const known = readFrom(store).get(key);
  if (known !== undefined) return known;
  const kept = store.read(KIND, wholeKey(key));
  if (kept === undefined) return undefined;
  const { digest } = kept;
  const content = deserialize(kept.content) as KeptLayer;
  const { ramSize, memoryLength, exits, addresses, pages, pieces, wire, sources, source } = content;
  const base = content.base === undefined ? undefined : readLayer(store, content.base.key);
  // kept anew meanwhile: what was added to the other does not go with this one
  if (base?.digest !== content.base?.digest) return undefined;
  const { module, nativeLength } = moduleWithNative(nativePlace(store, digest), wire);
  const layer: CompiledLayer = {
    memoryLength,
    pages: new Map([...addresses].map((address, i) => [address, pages.subarray(i * PAGE, (i + 1) * PAGE)])),
    code: codeBySlot({ module, wire }, base, pieces),
    exits,
  };
  const found = { ramSize, pieces, sources, source, key, layer, digest, module, wire, nativeLength, base };
  readFrom(store).set(key, found);
  return found;
}

/** The functions of a merged module, and those of the one that it was added to. */
function codeBySlot(
  own: Pick<ReadCode, 'module' | 'wire'>,
  base: Pick<ReadCode, 'module' | 'wire'> | undefined,
  pieces: readonly Piece[],
): (CompiledCode | undefined)[] {
  const code = new Array<CompiledCode | undefined>(TABLE_SLOTS).fill(undefined);
  for (const { slot, page, index, inBase } of pieces) {
    const { module, wire } = inBase && base !== undefined ? base : own;
    code[slot] = { module, name: String(index), origin: { wire: () => pieceOf(wire, index), page } };
  }
  return code;
}

/** How much more code than was taken is worth to keep all anew: a part of it, and at the least so many pieces. */
const WORTH_KEEPING = { part: 1 / 20, pieces: 3 };

/** Whether an instance has hardly any code but what is kept under a key, from which it took it. */
export function hasLittleElse(store: CodeStore, key: string, instance: V86Instance): boolean {
  const found = readFrom(store).get(key);
  if (found === undefined) return false;
  const others = instance.functions
    .code()
    .filter((one) => one !== undefined && one.module !== found.module && one.module !== found.base?.module);
  return others.length < Math.max(WORTH_KEEPING.pieces, WORTH_KEEPING.part * found.pieces.length);
}

export interface WriteOptions {
  /** The key from which the instance took code, if it did: only what it has besides is written. */
  readonly taken: string | undefined;
  /**
   * Has V8 produce the machine code of it, which takes some seconds. Else that is left to a process that has taken the code, and has
   * executed what is used of it ({@link writeMachineCode}).
   */
  readonly optimizes: boolean;
}

/** Keeps the code of an instance under a key. */
export function writeCode(
  store: CodeStore,
  key: string,
  instance: V86Instance,
  { taken, optimizes }: WriteOptions,
): void {
  const { memoryLength, exits, pages, code } = captureCompiled(instance);
  const before = taken === undefined ? undefined : readFrom(store).get(taken);
  const base = before?.base ?? before;
  const pieces: Piece[] = [];
  const wires: Uint8Array[] = [];
  for (const [slot, one] of code.entries()) {
    if (one === undefined) continue;
    // what another thread compiled cannot be kept, and none can be left out
    if (one.origin?.page === undefined) return;
    const { page, wire } = one.origin;
    const inBase = one.module === base?.module;
    pieces.push({ slot, page, index: inBase ? Number(one.name) : wires.length, inBase });
    if (!inBase) wires.push(wire());
  }
  if (wires.length === 0) return;
  const wire = mergeModules(wires);
  const kept: KeptLayer = {
    ...{ ramSize: instance.ramSize, memoryLength, exits, pieces, wire },
    sources: digestOfSources(instance, pieces),
    source: digestsOfSource(instance, pieces),
    addresses: Uint32Array.from(pages.keys()),
    pages: Buffer.concat([...pages.values()]),
    base: base && pieces.some(({ inBase }) => inBase) ? { key: base.key, digest: base.digest } : undefined,
  };
  const digest = store.write(KIND, wholeKey(key), serialize(kept));
  readFrom(store).delete(key);
  if (!optimizes) return;
  const module = compileHinted(wire);
  const functions = functionsOf(module, codeBySlot({ module, wire }, base, pieces), instance);
  for (const one of functions) optimize(one);
  writeNative(nativePlace(store, digest), module, functions, 0);
}

/** How much more machine code than was kept is worth a new file. */
const MORE_MACHINE_CODE = 1.1;

/**
 * Keeps V8's machine code of what {@link readCode} gave, as far as that is still what is kept, and if it is clearly more than there was.
 * With `optimizes`, of all of it, which takes some seconds; else of what has been executed. That is optimized for as long at most as
 * this process has been there: a process that ends earlier than V8's other thread would lose the most of it, and so would the next ones.
 */
export function writeMachineCode(
  store: CodeStore,
  key: string,
  instance: V86Instance,
  { optimize: optimizes = true, onOptimize }: KeepCodeOptions,
): void {
  const found = readFrom(store).get(key);
  if (found === undefined) return;
  for (const { key: place, module, wire, digest, layer, nativeLength } of [found, found.base ?? []].flat()) {
    if (store.digestOf(KIND, wholeKey(place)) !== digest) continue;
    const functions = functionsOf(module, layer.code, instance);
    if (optimizes) for (const one of functions) optimize(one);
    else {
      // what V8 has optimized by itself is hot, where all that it has optimized is not what was kept
      const hot = nativeLength === 0 ? functionsOf(module, longOf(wire, layer.code), instance) : [];
      optimizeExecuted(functions, onOptimize, process.uptime(), hot.filter(isOptimized));
    }
    writeNative(
      nativePlace(store, digest),
      module,
      functions,
      optimizes ? 0 : MORE_MACHINE_CODE * nativeLength,
    );
  }
}

/** Those pieces of a merged module's code at which V8 spares itself work. */
function longOf(wire: Uint8Array, code: readonly (CompiledCode | undefined)[]): (CompiledCode | undefined)[] {
  const lengths = lengthsOf(wire);
  return code.filter((one) => (lengths[Number(one?.name)] ?? 0) >= LONG_FUNCTION);
}

/** The functions of a module among code, bound to an instance. */
const functionsOf = (
  module: WebAssembly.Module,
  code: readonly (CompiledCode | undefined)[],
  instance: V86Instance,
): CallableFunction[] =>
  code.flatMap((one) => (one?.module === module ? [instance.functions.functionOf(one)] : []));

/** Keeps what V8 has optimized of a module, if that is more than so many bytes. */
function writeNative(
  place: NativePlace,
  module: WebAssembly.Module,
  functions: readonly CallableFunction[],
  atLeast: number,
): void {
  const witness = functions.find(isOptimized);
  if (witness !== undefined) keepNative(place, module, witness, atLeast);
}

const isEqual = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

function digestOfSources(instance: V86Instance, pieces: readonly Piece[]): Uint8Array {
  const ram = instance.ram();
  const digest = sha256();
  const pages = new Set(pieces.map(({ page }) => page));
  for (const page of pages) digest.update(ram.subarray(page * PAGE, (page + 1) * PAGE));
  return digest.bytes();
}

function digestsOfSource(instance: V86Instance, pieces: readonly Piece[]): Uint8Array {
  const ram = instance.ram();
  const digests = new Uint8Array(pieces.length * DIGEST_LENGTH);
  for (const [i, { page }] of pieces.entries()) {
    digests.set(
      sha256()
        .update(ram.subarray(page * PAGE, (page + 1) * PAGE))
        .bytes(),
      i * DIGEST_LENGTH,
    );
  }
  return digests;
}
