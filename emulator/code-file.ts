/**
 * Code compiled from a guest, kept in two files for later processes: the compiled layer of an image, and V8's machine code of
 * its modules.
 *
 * What must hold: code is taken only by a machine whose memory is, in every page that code was compiled from, the same as
 * where it was kept. Then it is nothing but a saving: what the guest does stays what it is.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { decodeCompiled, encodeCompiled, type MakeModule } from './serialize-compiled.ts';
import { captureCompiled, type CompiledLayer } from './image.ts';
import { moduleFrom, originOf } from './v86/compiled-module.ts';
import { PAGE, type V86Instance } from './v86/instance.ts';
import { REWRITTEN_SHA256 } from './v86/internals.ts';
import { readKept, writeKept } from './v86/kept-file.ts';
import { deserializeNative, nativeKey, optimize, serializeNative } from './v86/native-code.ts';

/** What code was compiled from: a page, and the SHA-256 of its content. */
interface Source {
  readonly page: number;
  readonly content: Uint8Array;
}

/** What lies in the file of a compiled layer. */
interface KeptCode {
  readonly ramSize: number;
  readonly sources: ReadonlyMap<number, Source>;
  readonly layer: Uint8Array;
}

/** Machine code by slot. */
type KeptNative = ReadonlyMap<number, Uint8Array<ArrayBuffer>>;

/** A layer as it was read, for all machines of this process. */
interface ReadCode extends Pick<KeptCode, 'ramSize' | 'sources'> {
  readonly layer: CompiledLayer;
}

const read = new Map<string, ReadCode>();

/** `key` names what the guest consists of; the emulator and V8 name themselves. */
function pathsOf(folder: string, key: string): { code: string; native: string } {
  const name = createHash('sha256').update(`${REWRITTEN_SHA256}\n${key}`).digest('hex');
  return { code: join(folder, `${name}.code`), native: join(folder, `${nativeKey(name)}.native`) };
}

/** Whether there is code under a key, and V8's machine code of it. */
export function codeIsKept(folder: string, key: string): boolean {
  const { code, native } = pathsOf(folder, key);
  return existsSync(code) && existsSync(native);
}

/** The layer kept under a key, if it fits the instance's memory as it stands. */
export function readCode(folder: string, key: string, instance: V86Instance): CompiledLayer | undefined {
  const paths = pathsOf(folder, key);
  const found = read.get(paths.code) ?? readFiles(paths);
  if (found === undefined) return undefined;
  read.set(paths.code, found);
  const fits =
    found.ramSize === instance.ramSize &&
    [...found.sources.values()].every(({ page, content }) => digestOfPage(instance, page).equals(content));
  return fits ? found.layer : undefined;
}

function readFiles(paths: { code: string; native: string }): ReadCode | undefined {
  const bytes = readKept(paths.code);
  if (bytes === undefined) return undefined;
  const { ramSize, sources, layer } = deserialize(bytes) as KeptCode;
  const nativeBytes = readKept(paths.native);
  const native = nativeBytes === undefined ? undefined : (deserialize(nativeBytes) as KeptNative);
  const make: MakeModule = (wire, slot) =>
    moduleFrom({ wire, page: sources.get(slot)?.page }, () => {
      const code = native?.get(slot);
      return (code === undefined ? undefined : deserializeNative(code, wire)) ?? new WebAssembly.Module(wire);
    });
  return { ramSize, sources, layer: decodeCompiled(layer, ramSize, make) };
}

/**
 * Keeps the code of an instance under a key, and V8's machine code of it, which V8 is made to produce first. Takes some
 * seconds.
 */
export function writeCode(folder: string, key: string, instance: V86Instance): void {
  const paths = pathsOf(folder, key);
  const captured = captureCompiled(instance);
  const layer = encodeCompiled(captured);
  const sources = new Map<number, Source>();
  const native = new Map<number, Uint8Array>();
  for (const [slot, module] of captured.modules.entries()) {
    if (module === undefined) continue;
    const page = originOf(module)?.page;
    // what another thread compiled cannot be kept, and none can be left out
    if (page === undefined) return;
    sources.set(slot, { page, content: digestOfPage(instance, page) });
    const run = instance.functionOf(module);
    optimize(run);
    const bytes = serializeNative(module, run);
    if (bytes !== undefined) native.set(slot, bytes);
  }
  if (layer === undefined) return;
  writeKept(paths.native, serialize(native));
  writeKept(paths.code, serialize({ ramSize: instance.ramSize, sources, layer }));
  read.delete(paths.code);
}

function digestOfPage(instance: V86Instance, page: number): Buffer {
  const content = instance.ram().subarray(page * PAGE, (page + 1) * PAGE);
  return createHash('sha256').update(content).digest();
}
