/**
 * Compiled guest code as a value: a function that a WebAssembly module exports, and where it comes from, which cannot be asked
 * of a module.
 *
 * v86 makes a module for each piece. One that was kept for later processes holds many (merge-modules.ts), for V8 takes them
 * up in a fraction of the time.
 */

import { compileHinted } from './native-code.ts';

/** Name under which the modules that v86 makes export their function. */
export const PIECE_EXPORT = 'f';

export interface Origin {
  /** The WebAssembly of this piece alone, as v86 made it: a module that exports it as {@link PIECE_EXPORT}. */
  readonly wire: () => Uint8Array;
  /** Number of the physical page that it was compiled from; unknown when it came from a file that does not say. */
  readonly page: number | undefined;
}

export interface CompiledCode {
  readonly module: WebAssembly.Module;
  /** Name of the function among the module's exports. */
  readonly name: string;
  /** Unknown for code of another thread. */
  readonly origin: Origin | undefined;
}

/** The code that v86 has made. @throws WebAssembly.CompileError for bytes that are no module. */
export function compiledFrom(wire: Uint8Array, page: number | undefined): CompiledCode {
  return {
    module: compileHinted(wire),
    name: PIECE_EXPORT,
    origin: { wire: () => wire, page },
  };
}
