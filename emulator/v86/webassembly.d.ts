/** The part of the WebAssembly interface that is used here; TypeScript ships it only with the library for browsers. */
declare namespace WebAssembly {
  type ImportValue = CallableFunction | Memory | Table;
  type ModuleImports = Record<string, ImportValue>;
  type Exports = Record<string, ImportValue>;
  /** Opaque: made from bytes, handed to instances. */
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { module: string; name: string; kind: string }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
    private readonly compiled: unknown;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>);
    readonly exports: Exports;
  }
  class Memory {
    constructor(descriptor: { initial: number });
    readonly buffer: ArrayBufferLike;
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc'; initial: number });
    readonly length: number;
    get(index: number): CallableFunction | null;
    set(index: number, value: CallableFunction | null): void;
  }
  class RuntimeError extends Error {}
  class CompileError extends Error {}
}
