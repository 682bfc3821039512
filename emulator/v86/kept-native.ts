/**
 * Modules whose machine code V8 need not produce anew in each process, since it is kept in a folder.
 *
 * What must hold: V8 is never given machine code of another module, for it does not look. Therefore the file is named after a
 * digest of the module's own bytes, or of a file that holds them.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readKept, writeKept } from './kept-file.ts';
import { deserializeNative, nativeKey, serializeNative } from './native-code.ts';

export interface ModuleOfKept {
  readonly module: WebAssembly.Module;
  /** Bytes of machine code that it came with; 0 when it was compiled here. */
  readonly nativeLength: number;
}

const pathOf = (folder: string, digest: string): string => join(folder, `${nativeKey(digest)}.native`);

/** Whether there is machine code for this V8 of what has this digest. */
export const nativeIsKept = (folder: string, digest: string): boolean => existsSync(pathOf(folder, digest));

/** The module of some WebAssembly, with the machine code that is kept, if V8 takes it. */
export function moduleWithNative(folder: string, digest: string, wire: Uint8Array): ModuleOfKept {
  const native = readKept(pathOf(folder, digest))?.content;
  const module = native === undefined ? undefined : deserializeNative(native, wire);
  return module === undefined || native === undefined
    ? { module: new WebAssembly.Module(wire), nativeLength: 0 }
    : { module, nativeLength: native.length };
}

/**
 * Keeps the machine code that V8 has by now, if it is more than `atLeast` bytes.
 *
 * @param witness See {@link serializeNative}.
 */
export function keepNative(
  folder: string,
  digest: string,
  module: WebAssembly.Module,
  witness: CallableFunction,
  atLeast = 0,
): void {
  const native = serializeNative(module, witness);
  if (native !== undefined && native.length > atLeast) writeKept(pathOf(folder, digest), native);
}
