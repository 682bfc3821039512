/**
 * Modules whose machine code V8 need not produce anew in each process, since it is kept in a store.
 *
 * What must hold: V8 is never given machine code of another module, for it does not look. Therefore its key is made from a
 * digest of the module's own bytes, or of something that holds them.
 */

import type { CodeKind, CodeStore } from '../code-store.ts';
import { compileHinted, deserializeNative, nativeKey, serializeNative } from './native-code.ts';

export interface ModuleOfKept {
  readonly module: WebAssembly.Module;
  /** Bytes of machine code that it came with; 0 when it was compiled here. */
  readonly nativeLength: number;
}

/** What has machine code in a store: its kind, and the digest of what the code was produced from. */
export interface NativePlace {
  readonly store: CodeStore;
  readonly kind: CodeKind;
  readonly digest: string;
}

/** Whether there is machine code for this V8. */
export const nativeIsKept = ({ store, kind, digest }: NativePlace): boolean =>
  store.digestOf(kind, nativeKey(digest)) !== undefined;

/** The module of some WebAssembly, with the machine code that is kept, if V8 takes it. */
export function moduleWithNative({ store, kind, digest }: NativePlace, wire: Uint8Array): ModuleOfKept {
  const native = store.read(kind, nativeKey(digest))?.content;
  const module = native === undefined ? undefined : deserializeNative(native, wire);
  return module === undefined || native === undefined
    ? { module: compileHinted(wire), nativeLength: 0 }
    : { module, nativeLength: native.length };
}

/**
 * Keeps the machine code that V8 has by now, if it is more than `atLeast` bytes.
 *
 * @param witness See {@link serializeNative}.
 */
export function keepNative(
  { store, kind, digest }: NativePlace,
  module: WebAssembly.Module,
  witness: CallableFunction,
  atLeast = 0,
): void {
  const native = serializeNative(module, witness);
  if (native !== undefined && native.length > atLeast) store.write(kind, nativeKey(digest), native);
}
