/** v86.wasm, as the installed npm package has it. In a page `wasm-file.browser.ts` stands in for this. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the installed npm package keeps it. */
export function v86WasmPath(): string {
  return join(dirname(createRequire(import.meta.url).resolve('v86')), 'v86.wasm');
}

/** Its bytes. */
export const readV86Wasm = (): Uint8Array => readFileSync(v86WasmPath());
