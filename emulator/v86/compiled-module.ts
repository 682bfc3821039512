/**
 * Modules of compiled code and where they come from: the WebAssembly that v86 generated, and the page of guest memory that it
 * generated it from. Neither can be asked of a module itself. One that another thread made has no origin here.
 */

export interface Origin {
  readonly wire: Uint8Array;
  /** Number of the physical page; unknown when the module came from a file that does not say. */
  readonly page: number | undefined;
}

const origins = new WeakMap<WebAssembly.Module, Origin>();

const compile = (wire: Uint8Array): WebAssembly.Module => new WebAssembly.Module(wire);

/** The module that `make` makes of the bytes. @throws WebAssembly.CompileError for bytes that are none. */
export function moduleFrom(origin: Origin, make = compile): WebAssembly.Module {
  const module = make(origin.wire);
  origins.set(module, origin);
  return module;
}

/** Undefined for a module that another thread made. */
export const originOf = (module: WebAssembly.Module): Origin | undefined => origins.get(module);
