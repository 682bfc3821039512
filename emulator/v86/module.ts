/**
 * The rewritten v86 as a compiled module, one for the whole process.
 *
 * Reads v86.wasm from the installed npm package; everything else of the package is unused. The first call costs
 * about 60 ms, later ones nothing.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { V86_WASM_LENGTH } from './internals.ts';
import { rewriteV86, UnsupportedV86Error } from './rewrite.ts';

let compiled: WebAssembly.Module | undefined;

/** The module that all machines of this process are instances of. */
export function v86Module(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(rewrittenBytes());
  return compiled;
}

/** Takes over the module of another thread, unless this one has made its own. */
export function adoptV86Module(module: WebAssembly.Module): void {
  compiled ??= module;
}

/** Where the installed npm package keeps v86.wasm. */
export function v86WasmPath(): string {
  return join(dirname(createRequire(import.meta.url).resolve('v86')), 'v86.wasm');
}

function rewrittenBytes(): Uint8Array<ArrayBuffer> {
  const bytes = readFileSync(v86WasmPath());
  if (bytes.length !== V86_WASM_LENGTH) {
    throw new UnsupportedV86Error(`v86.wasm has ${bytes.length} bytes, not ${V86_WASM_LENGTH}`);
  }
  return rewriteV86(bytes);
}
