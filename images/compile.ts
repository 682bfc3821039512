/** Compiles for the guest: programs and what goes into them, by this machine's compiler or by the one that runs in the guest. */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Era } from './abi/eras.ts';
import { build, imageOf } from './build-images.ts';
import { BuildError } from './build/errors.ts';
import { DEPENDENCIES_FILE, DIAGNOSTICS_FILE, programName, programStep } from './programs/recipe.ts';
import { replaceFile } from './store/replace-file.ts';
import type { WriteFile } from './store/replace-file.ts';
import { makeFolder } from './system/folders.ts';
import { TCC_FILE, tccStep, tccSysrootSteps } from './tcc/recipe.ts';
import { hasCompiler as machineHasCompiler } from './toolchain/recipe.ts';
import type {
  CompiledProduct,
  CompiledProgram,
  CompileOptions,
  EnsureOptions,
  ImageFile,
  ProductOptions,
} from './types.ts';

/**
 * Compiles for the guest, with its libc and libposix, and for C++ with libstdc++: a program, or what goes into one. Found in
 * the cache if it was made before.
 *
 * @throws BuildError `compile-failed` with all that the compiler said, or any other kind if the toolchain can't be had.
 */
export async function compileProduct(options: ProductOptions): Promise<CompiledProduct> {
  const { sources, flags = [], product, output, dependencies, era = 'S', language } = options;
  const source = { sources, flags, cwd: process.cwd(), era, product };
  const outcome = await build(
    [programStep(language === undefined ? source : { ...source, language })],
    options,
  );
  const built = outcome.built[0];
  if (built === undefined) throw new Error('the engine left out the program');
  const diagnostics = readFileSync(path.join(built.files, DIAGNOSTICS_FILE), 'utf8');
  if (product === 'answer') return { file: undefined, diagnostics };
  if (dependencies !== undefined)
    await copyTo(dependencies, path.join(built.files, DEPENDENCIES_FILE), 0o666);
  const file = imageOf(built, programName(sources, product));
  if (output === undefined) return { file, diagnostics };
  const placed = await copyTo(output, file.path, product === 'program' ? 0o777 : 0o666);
  return { file: { ...file, path: placed }, diagnostics };
}

/**
 * Compiles a program for the guest: {@link compileProduct} for the usual case.
 *
 * @throws BuildError `compile-failed` with all that the compiler said, or any other kind if the toolchain can't be had.
 */
export async function compileProgram(options: CompileOptions): Promise<CompiledProgram> {
  const { file, diagnostics } = await compileProduct({ ...options, product: 'program' });
  if (file === undefined) throw new Error('a program is no answer');
  return { elf: file, diagnostics };
}

/** Whether this machine has a compiler for the guest, or can get one: else there is {@link ensureTinyCompiler}. */
export function hasCompiler(): boolean {
  return machineHasCompiler();
}

/** TinyCC as a program of the guest, and the folder that its volume is made from. */
export interface TinyCompiler {
  readonly elf: ImageFile;
  readonly sysroot: string;
}

/**
 * The compiler that runs in the guest. Built where it is missing, which needs this machine's; a package of prebuilt guests has it.
 *
 * @throws BuildError
 */
export async function ensureTinyCompiler(
  era: Era = 'S',
  options: Omit<EnsureOptions, 'variant' | 'era'> = {},
): Promise<TinyCompiler> {
  const { built } = await build([tccStep, tccSysrootSteps[era]], options);
  const [tcc, sysroot] = built;
  if (tcc === undefined || sysroot === undefined) throw new Error('the engine left out the compiler');
  return { elf: imageOf(tcc, TCC_FILE), sysroot: sysroot.files };
}

/** Copies a result to where the user wants it. @throws BuildError */
async function copyTo(place: string, from: string, mode: number): Promise<string> {
  const target = path.resolve(place);
  const copy: WriteFile<void> = (into, flags, fileMode) =>
    pipeline(
      createReadStream(from),
      createWriteStream(into, { flags, mode: fileMode, flush: flags === 'wx' }),
    );
  try {
    makeFolder(path.dirname(target));
    await replaceFile(target, copy, mode);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new BuildError('output-unwritable', `the file ${place} could not be written (${code})`, {
      cause: error,
    });
  }
  return target;
}
