/** V8's machine code in a page: a browser gives none away and takes none, so that every module is compiled as usual. */

export const compileHinted = (wire: Uint8Array): WebAssembly.Module => new WebAssembly.Module(wire);
export const serializeNative = (): undefined => undefined;
export const deserializeNative = (): undefined => undefined;
export const nativeKey = (name: string): string => name;
export const LONG_FUNCTION = Infinity;
export const isOptimized = (): boolean => false;
export const optimizeExecuted = (): void => undefined;
export const optimize = (): void => undefined;
export const atProcessEnd = (): void => undefined;
