/**
 * The rewritten v86 as a compiled module, one for the whole process.
 *
 * Reads v86.wasm from the installed npm package; everything else of the package is unused. To rewrite it takes about 60 ms,
 * and V8 runs it slowly until it has optimized it, again in each process. Given a store, both are kept there for later
 * processes: the rewritten bytes, and V8's machine code of them.
 */

import type { CodeStore } from '../code-store.ts';
import { sha256 } from '../sha256.ts';
import { TABLE_LENGTH } from './host-functions.ts';
import { keepNative, moduleWithNative, type NativePlace } from './kept-native.ts';
import { FunctionName, REWRITTEN_SHA256, V86_WASM_LENGTH } from './internals.ts';
import { ListedFunctions } from './function-list.ts';
import { atProcessEnd, optimizeExecuted } from './native-code.ts';
import { rewriteV86, UnsupportedV86Error } from './rewrite.ts';
import { readV86Wasm } from './wasm-file.ts';

let compiled: WebAssembly.Module | undefined;

/** The module that all machines of this process are instances of. The first call may take bytes and code from a store. */
export function v86Module(store?: CodeStore): WebAssembly.Module {
  compiled ??= store === undefined ? new WebAssembly.Module(rewrittenBytes()) : moduleKeptIn(store);
  return compiled;
}

/** Takes over the module of another thread, unless this one has made its own. */
export function adoptV86Module(module: WebAssembly.Module): void {
  compiled ??= module;
}

function rewrittenBytes(): Uint8Array<ArrayBuffer> {
  const bytes = readV86Wasm();
  if (bytes.length !== V86_WASM_LENGTH) {
    throw new UnsupportedV86Error(`v86.wasm has ${bytes.length} bytes, not ${V86_WASM_LENGTH}`);
  }
  const rewritten = rewriteV86(bytes);
  const digest = sha256().update(rewritten).hex();
  if (digest !== REWRITTEN_SHA256) {
    throw new UnsupportedV86Error(
      `rewritten, it is ${digest}; where the rewrite was changed, internals.ts must say so`,
    );
  }
  return rewritten;
}

// ── between processes ──

function moduleKeptIn(store: CodeStore): WebAssembly.Module {
  let wire = wireKeptIn(store);
  if (wire === undefined) {
    wire = rewrittenBytes();
    store.write('v86', REWRITTEN_SHA256, wire);
  }
  const native: NativePlace = { store, kind: 'v86', digest: REWRITTEN_SHA256 };
  const { module, nativeLength } = moduleWithNative(native, wire);
  keepNativeAtExit(native, module, nativeLength);
  return module;
}

function wireKeptIn(store: CodeStore): Uint8Array<ArrayBuffer> | undefined {
  const kept = store.read('v86', REWRITTEN_SHA256);
  return kept?.digest === REWRITTEN_SHA256 ? kept.content : undefined;
}

/** How much more code than was kept is worth a new file. */
const WORTH_KEEPING = 1.25;
/** Microseconds of processor time in which a process that took code cannot have come by so much more: not worth a look. */
const SHORT_PROCESS = 1_500_000;

function keepNativeAtExit(native: NativePlace, module: WebAssembly.Module, kept: number): void {
  atProcessEnd((processorTime) => {
    if (kept > 0 && processorTime < SHORT_PROCESS) return;
    const functions = functionsOf(module);
    const mainLoop = functions.get(FunctionName.mainLoop);
    if (mainLoop === undefined) return;
    optimizeExecuted(functions.all());
    keepNative(native, module, mainLoop, WORTH_KEEPING * kept);
  });
}

/** The functions of a module, in an instance of their own: one in use would be kept alive by them. */
function functionsOf(module: WebAssembly.Module): ListedFunctions {
  const imports: WebAssembly.ModuleImports = {};
  for (const { name, kind } of WebAssembly.Module.imports(module)) {
    imports[name] =
      kind === 'table' ? new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_LENGTH }) : () => 0;
  }
  return new ListedFunctions(module, new WebAssembly.Instance(module, { env: imports }));
}
