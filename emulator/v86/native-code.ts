/**
 * V8's machine code of a WebAssembly module, as bytes that a later process of the same Node can use.
 *
 * Node offers this for scripts (`vm.Script`'s cachedData) and not for WebAssembly; V8 itself has it, as runtime functions
 * that are reached with natives syntax. It is an optimization only: whatever goes wrong here, the answer is `undefined` and
 * the module is compiled as usual. V8 refuses bytes of another version, processor or set of flags by itself; whoever keeps
 * such bytes must check that they are what was written, for they are executed.
 */

import { setFlagsFromString } from 'node:v8';
import { compileFunction } from 'node:vm';

interface Runtime {
  isOptimized(exported: CallableFunction): boolean;
  serialize(module: WebAssembly.Module): ArrayBuffer;
  deserialize(native: ArrayBuffer, wire: Uint8Array): unknown;
}

let found: Runtime | undefined | null;

/** The runtime functions; undefined where this V8 has others. */
function runtime(): Runtime | undefined {
  if (found === undefined) found = findRuntime() ?? null;
  return found ?? undefined;
}

function findRuntime(): Runtime | undefined {
  setFlagsFromString('--allow-natives-syntax');
  try {
    const define = (expression: string, ...parameters: string[]): CallableFunction =>
      compileFunction(`return ${expression}`, parameters);
    return {
      isOptimized: define('%IsTurboFanFunction(exported)', 'exported') as Runtime['isOptimized'],
      serialize: define('%SerializeWasmModule(module)', 'module') as Runtime['serialize'],
      deserialize: define('%DeserializeWasmModule(native, wire)', 'native', 'wire') as Runtime['deserialize'],
    };
  } catch {
    return undefined;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/**
 * The optimized code of a module. Undefined when there is none: V8 ends the process rather than serialize a module without,
 * so `witness`, a function that the module exports, must be known to be optimized.
 */
export function serializeNative(
  module: WebAssembly.Module,
  witness: CallableFunction,
): Uint8Array<ArrayBuffer> | undefined {
  const v8 = runtime();
  return v8?.isOptimized(witness) === true ? new Uint8Array(v8.serialize(module)) : undefined;
}

/** The module of which `wire` are the WebAssembly bytes and `native` the code. Undefined when V8 refuses them. */
export function deserializeNative(
  native: Uint8Array<ArrayBuffer>,
  wire: Uint8Array<ArrayBuffer>,
): WebAssembly.Module | undefined {
  // a copy, because V8 takes all of the buffer that the bytes lie in
  const module = runtime()?.deserialize(new Uint8Array(native).buffer, wire);
  return module instanceof WebAssembly.Module ? module : undefined;
}
