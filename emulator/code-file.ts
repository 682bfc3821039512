/**
 * Code compiled from a guest, kept in two files for later processes: the compiled layer of an image, and V8's machine code of
 * its modules.
 *
 * What must hold: code is taken only by a machine whose memory is, in every page that code was compiled from, the same as
 * where it was kept. Then it is nothing but a saving: what the guest does stays what it is. And V8 is never given machine
 * code of other modules than these, for it does not look: the name of the second file follows from the first one's content.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { captureCompiled, type CompiledLayer } from './image.ts';
import { decodeCompiled, encodeCompiled, type MakeModule } from './serialize-compiled.ts';
import { moduleFrom, originOf } from './v86/compiled-module.ts';
import { PAGE, type V86Instance } from './v86/instance.ts';
import { REWRITTEN_SHA256 } from './v86/internals.ts';
import { canKeepIn, digestKept, keepNewest, readKept, writeKept } from './v86/kept-file.ts';
import { deserializeNative, nativeKey, optimize, serializeNative } from './v86/native-code.ts';

/** What code was compiled from: a page, and the SHA-256 of its content. */
interface Source {
  readonly page: number;
  readonly content: Uint8Array;
}

/** What lies in the file of a compiled layer. */
interface KeptCode {
  readonly ramSize: number;
  /** By slot. */
  readonly sources: ReadonlyMap<number, Source>;
  readonly layer: Uint8Array;
}

/** Machine code by slot. */
type KeptNative = ReadonlyMap<number, Uint8Array<ArrayBuffer>>;

/** A layer as it was read, for all machines of this process. */
interface ReadCode extends Pick<KeptCode, 'ramSize' | 'sources'> {
  readonly layer: CompiledLayer;
  /** Digest of the file's content. */
  readonly digest: string;
}

/** Files in the folder; beyond them the oldest go. They come in sets of four for a guest, a Node and its flags. */
const FILES_KEPT = 48;

const read = new Map<string, ReadCode>();

/** `key` names what the guest consists of; the emulator names itself. */
function codePath(folder: string, key: string): string {
  const name = createHash('sha256').update(`${REWRITTEN_SHA256}\n${key}`).digest('hex');
  return join(folder, `${name}.code`);
}

/** The file with V8's machine code of the modules in a file whose content has this digest. */
const nativePath = (folder: string, digest: string): string => join(folder, `${nativeKey(digest)}.native`);

/** Whether there is code under a key, and V8's machine code of it. */
export function codeIsKept(folder: string, key: string): boolean {
  const digest = digestKept(codePath(folder, key));
  return digest !== undefined && existsSync(nativePath(folder, digest));
}

/** Whether code can be kept in a folder at all. */
export const codeCanBeKept = canKeepIn;

/** The layer kept under a key, if it fits the instance's memory as it stands. */
export function readCode(folder: string, key: string, instance: V86Instance): CompiledLayer | undefined {
  const path = codePath(folder, key);
  const found = read.get(path) ?? readFiles(folder, path);
  if (found === undefined) return undefined;
  read.set(path, found);
  const fits =
    found.ramSize === instance.ramSize &&
    [...found.sources.values()].every(({ page, content }) => digestOfPage(instance, page).equals(content));
  return fits ? found.layer : undefined;
}

function readFiles(folder: string, path: string): ReadCode | undefined {
  const kept = readKept(path);
  if (kept === undefined) return undefined;
  const { digest } = kept;
  const { ramSize, sources, layer } = deserialize(kept.content) as KeptCode;
  const keptNative = readKept(nativePath(folder, digest));
  const native = keptNative === undefined ? undefined : (deserialize(keptNative.content) as KeptNative);
  const make: MakeModule = (wire, slot) =>
    moduleFrom({ wire, page: sources.get(slot)?.page }, () => {
      const code = native?.get(slot);
      return (code === undefined ? undefined : deserializeNative(code, wire)) ?? new WebAssembly.Module(wire);
    });
  return { ramSize, sources, layer: decodeCompiled(layer, ramSize, make), digest };
}

/** Keeps the code of an instance under a key, and V8's machine code of it. Takes some seconds. */
export function writeCode(folder: string, key: string, instance: V86Instance): void {
  const captured = captureCompiled(instance);
  const layer = encodeCompiled(captured);
  const sources = new Map<number, Source>();
  for (const [slot, module] of captured.modules.entries()) {
    if (module === undefined) continue;
    const page = originOf(module)?.page;
    // what another thread compiled cannot be kept, and none can be left out
    if (page === undefined) return;
    sources.set(slot, { page, content: digestOfPage(instance, page) });
  }
  if (layer === undefined) return;
  const path = codePath(folder, key);
  const kept: KeptCode = { ramSize: instance.ramSize, sources, layer };
  writeNative(folder, writeKept(path, serialize(kept)), captured, instance);
  read.delete(path);
}

/** Keeps V8's machine code of what {@link readCode} gave. Takes some seconds. */
export function writeMachineCode(folder: string, key: string, instance: V86Instance): void {
  const found = read.get(codePath(folder, key));
  if (found !== undefined) writeNative(folder, found.digest, found.layer, instance);
}

/** Has V8 produce the machine code of a layer's modules first. */
function writeNative(folder: string, digest: string, layer: CompiledLayer, instance: V86Instance): void {
  const path = nativePath(folder, digest);
  const native = new Map<number, Uint8Array>();
  for (const [slot, module] of layer.modules.entries()) {
    if (module === undefined) continue;
    const run = instance.functions.functionOf(module);
    optimize(run);
    const bytes = serializeNative(module, run);
    if (bytes !== undefined) native.set(slot, bytes);
  }
  writeKept(path, serialize(native));
  keepNewest(folder, FILES_KEPT);
}

function digestOfPage(instance: V86Instance, page: number): Buffer {
  const content = instance.ram().subarray(page * PAGE, (page + 1) * PAGE);
  return createHash('sha256').update(content).digest();
}
