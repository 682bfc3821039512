// What the harness knows of the guest's files: open this first. ramfs/ writes volumes, build/ makes everything else.
export { createRamfs, RamfsError, readRamfs } from './ramfs/index.ts';
export type { RamfsErrorKind, RamfsFiles, RamfsOptions } from './ramfs/index.ts';
export { referenceVariant } from './cpython/variant.ts';
export type { Variant } from './cpython/variant.ts';
export type {
  BuildEvent,
  CompiledProgram,
  CompileOptions,
  EnsureOptions,
  ImageFile,
  ImageListing,
  Images,
  KernelMemory,
} from './types.ts';
