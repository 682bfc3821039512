/** The disassembler. It is large: it is loaded when something is first disassembled. */
import { createRequire } from 'node:module';
import type * as Iced from 'iced-x86';

let loaded: typeof Iced | undefined;

export function iced(): typeof Iced {
  loaded ??= createRequire(import.meta.url)('iced-x86') as typeof Iced;
  return loaded;
}
