/** What a store of the emulator's holds, told apart by how it begins: names of files say nothing. */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeKind } from '../../emulator/index.ts';
import { CONTENT_AT } from '../../images/store/store.ts';

/** `wire`: WebAssembly of v86; `layer`: code compiled from a guest; `native`: V8's machine code of either. */
export type KeptForm = 'wire' | 'layer' | 'native';

/** "\0asm", as each module begins. */
const WASM_MAGIC = 0x6d736100;
/** The upper half of what V8's machine code begins with. */
const V8_MAGIC = 0xc0de;

export function formOf(file: Uint8Array): KeptForm {
  const start = new DataView(file.buffer, file.byteOffset + CONTENT_AT);
  if (start.getUint32(0, true) === WASM_MAGIC) return 'wire';
  return start.getUint16(2, true) === V8_MAGIC ? 'native' : 'layer';
}

/** Paths of the files of a form in a store. */
export async function keptFiles(store: string, kind: CodeKind, form: KeptForm): Promise<string[]> {
  const folder = join(store, kind);
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name)).filter((path) => formOf(readFileSync(path)) === form);
}
