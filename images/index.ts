/**
 * What the harness knows of the guest's files: open this first. ramfs/ writes volumes, toolchain/ gives the tools,
 * build/ is the engine, and each other folder has the sources and the recipe of one part.
 *
 * On a machine where everything is built, `ensureImages` reads a few small files and starts nothing, so nothing is
 * imported here that only a build needs.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Era } from './abi/eras.ts';
import { build, imageOf, prebuiltGuests } from './build-images.ts';
import { findSteps } from './build/engine.ts';
import { cacheRoot } from './build/paths.ts';
import { differs, readResults } from './build/results.ts';
import type { Step } from './build/step.ts';
import {
  debugFile,
  laterLibraryStep,
  nativePythonStep,
  programFile,
  pythonSteps,
  stdlibStep,
  symbolsFile,
  type PythonSteps,
} from './cpython/recipe.ts';
import { givenArchives, type GivenArchive } from './cpython/given.ts';
import { libraryStep } from './cpython/library.ts';
import { TEST_MODULES_FILE, TESTS_RAMFS_FILE, testsStep } from './cpython/tests.ts';
import type { LaterPython, Variant } from './cpython/variant.ts';
import { fullVariant, referenceVariant } from './cpython/variant.ts';
import { kernelFile, kernelSteps } from './kernel/recipe.ts';
import { HELLO_RAMFS_FILE, helloRamfsStep } from './ramfs/recipe.ts';
import { ADDR2LINE_FILE, toolchainStep } from './toolchain/recipe.ts';
import type {
  BootImages,
  EnsureOptions,
  ImageFile,
  ImageListing,
  Images,
  RegressionTests,
  WantedImages,
} from './types.ts';

export { compileProduct, compileProgram, ensureTinyCompiler, hasCompiler } from './compile.ts';
export type { TinyCompiler } from './compile.ts';
export { BuildError } from './build/errors.ts';
export type { BuildErrorKind } from './build/errors.ts';
export { TEST_RUNNER } from './cpython/tests.ts';
export { ArchiveError, findKnownRelease } from './cpython/given.ts';
export type { GivenArchive, KnownRelease } from './cpython/given.ts';
export { laterPythons, referenceVariant } from './cpython/variant.ts';
export type { LaterPython, Variant } from './cpython/variant.ts';
export { createRamfs, RamfsError, readFolder, readRamfs } from './ramfs/index.ts';
export { LIBRARIES as TCC_LIBRARIES, START_FILES as TCC_START_FILES } from './tcc/recipe.ts';
export type { RamfsErrorKind, RamfsFiles, RamfsOptions } from './ramfs/index.ts';
export type {
  BootImages,
  BuildEvent,
  CompiledProduct,
  CompiledProgram,
  CompileOptions,
  EnsureOptions,
  ImageFile,
  ImageListing,
  Images,
  KernelMemory,
  Product,
  ProductOptions,
  RegressionTests,
  WantedImages,
} from './types.ts';

interface NamedResult {
  readonly name: string;
  readonly step: Step;
  readonly file: string;
}

/** `python-full` and `python-tests`, each with the same with symbols, as far as both are built. */
export async function findFullPythons(): Promise<readonly { elf: ImageFile; symbols: ImageFile }[]> {
  const steps = (['full', 'tests'] as const).flatMap((set) => {
    const { stripped, linked } = pythonSteps(fullVariant, 'S', set);
    return [stripped, linked];
  });
  const found = await findSteps(steps, { cacheRoot: cacheRoot(), prebuilt: prebuiltGuests });
  return [0, 2].flatMap((first) => {
    const [elf, symbols] = found.slice(first, first + 2);
    if (elf === undefined || symbols === undefined) return [];
    return [{ elf: imageOf(elf, programFile), symbols: imageOf(symbols, symbolsFile) }];
  });
}

/** Every image of a variant for an era: what people call it, and where it comes from. */
function imageList(
  variant: Variant,
  era: Era = 'S',
): readonly [NamedResult, NamedResult, NamedResult, NamedResult, NamedResult, NamedResult] {
  const python = pythonSteps(variant, era);
  const kernels = kernelSteps[era];
  return [
    { name: 'kernel, 128 MiB', step: kernels[128], file: kernelFile(128, era) },
    { name: 'kernel, 256 MiB', step: kernels[256], file: kernelFile(256, era) },
    { name: 'python', step: python.stripped, file: programFile },
    { name: 'python, with symbols', step: python.linked, file: symbolsFile },
    { name: 'python, with debug information', step: python.linked, file: debugFile },
    { name: 'ramfs, hello', step: helloRamfsStep, file: HELLO_RAMFS_FILE },
  ];
}

/**
 * The images of a variant, built where they are missing. Nothing is built twice for equal inputs, and no process sees
 * an image before it is whole.
 *
 * @throws BuildError with one line that says what to do.
 */
export async function ensureImages(options: EnsureOptions = {}): Promise<Images> {
  const { variant = referenceVariant, ...others } = options;
  const [images] = await ensureVariants([variant], others);
  if (images === undefined) throw new Error('the engine left out the variant');
  return images;
}

function isLaterPython(python: WantedImages['python']): python is LaterPython {
  return typeof python === 'string' && python.startsWith('3.');
}

function wantedPython(python: WantedImages['python'], era: Era): PythonSteps {
  if (python === 'full' || python === 'tests') return pythonSteps(fullVariant, era, python);
  return pythonSteps(isLaterPython(python) ? { ...referenceVariant, python } : referenceVariant, era);
}

/**
 * The images that a guest needs, and no others: a C program waits for a kernel and never for CPython. Built where they are
 * missing; CPython is the reference variant's, or `fullVariant`'s where its further modules are wanted.
 *
 * @throws BuildError
 */
export async function ensureWanted(
  { kernel, python = false, era = 'S' }: WantedImages,
  options: Omit<EnsureOptions, 'variant'> = {},
): Promise<BootImages> {
  const steps = wantedPython(python, era);
  const kernels = kernel === undefined ? [] : [kernelSteps[era][kernel]];
  const [volumeStep, volumeFile] =
    python === 'tests' ? [testsStep, TESTS_RAMFS_FILE] : [helloRamfsStep, HELLO_RAMFS_FILE];
  const pythons = python ? [steps.stripped, steps.linked, volumeStep] : [];
  if (kernels.length + pythons.length === 0) return { kernel: {}, warnings: [] };
  const { built, warnings } = await build([...kernels, ...pythons], options);
  const resultOfStep = (step: Step, file: string): ImageFile => {
    const found = built[[...kernels, ...pythons].indexOf(step)];
    if (found === undefined) throw new Error(`the engine left out ${step.name}`);
    return imageOf(found, file);
  };
  return {
    kernel:
      kernel === undefined
        ? {}
        : { [kernel]: resultOfStep(kernelSteps[era][kernel], kernelFile(kernel, era)) },
    ...(python && {
      python: {
        elf: resultOfStep(steps.stripped, programFile),
        symbols: resultOfStep(steps.linked, symbolsFile),
        debug: resultOfStep(steps.linked, debugFile),
      },
      ramfs: { hello: resultOfStep(volumeStep, volumeFile) },
    }),
    warnings,
  };
}

/**
 * The images of several variants, in their order: what they share is built once, and two steps run at a time, since
 * configuring and linking leave processors idle that another variant's compiler can use.
 *
 * @throws BuildError
 */
export async function ensureVariants(
  variants: readonly Variant[],
  options: Omit<EnsureOptions, 'variant'> = {},
): Promise<readonly Images[]> {
  const { era, ...settings } = options;
  const lists = variants.map((variant) => imageList(variant, era));
  const steps = lists.flatMap((list) => list.map((image) => image.step));
  const outcome = await build(steps, { ...settings, ...(variants.length > 1 && { mostRunning: 2 }) });
  const upToDate = outcome.ran.length === 0;
  let place = 0;
  return lists.map((list, index) => {
    const [kernel128, kernel256, elf, symbols, debug, hello] = list.map((image) => {
      const built = outcome.built[place++];
      if (built === undefined) throw new Error(`the engine left out ${image.name}`);
      return imageOf(built, image.file);
    }) as [ImageFile, ImageFile, ImageFile, ImageFile, ImageFile, ImageFile];
    return {
      variant: variants[index] ?? referenceVariant,
      kernel: { 128: kernel128, 256: kernel256 },
      python: { elf, symbols, debug },
      ramfs: { hello },
      warnings: outcome.warnings,
      upToDate,
    };
  });
}

/**
 * The standard library as a folder to make a ramfs from, or to copy into one: it holds `lib/python3.11`, or that of `python`, and a Python
 * started with `PYTHONHOME=/` finds it. Built where it is missing.
 *
 * @returns the folder's absolute path.
 * @throws BuildError
 */
export async function ensureStdlib(
  options: Omit<EnsureOptions, 'variant'> = {},
  python?: LaterPython,
): Promise<string> {
  return await folderOf(python === undefined ? stdlibStep : laterLibraryStep(python), options);
}

/**
 * The volume of `python-full` as a folder: the whole library, time zones, and what else programs look for. Built where it is
 * missing.
 *
 * @returns the folder's absolute path.
 * @throws BuildError
 */
export async function ensureFullLibrary(options: Omit<EnsureOptions, 'variant'> = {}): Promise<string> {
  return await folderOf(libraryStep, options);
}

async function folderOf(step: Step, options: Omit<EnsureOptions, 'variant'>): Promise<string> {
  const outcome = await build([step], options);
  return outcome.built[0]?.files ?? '';
}

/**
 * Keeps a source archive of CPython, `.tar.xz` or `.tar.gz`, from which a release is built whenever it is named from then on.
 *
 * @throws ArchiveError for a file that is not the whole archive of a release from 3.11 to 3.14, BuildError where it can't be kept.
 */
export async function keepCPythonArchive(file: string): Promise<GivenArchive> {
  const { keepArchive } = await import('./cpython/keep-archive.ts');
  return await keepArchive(file);
}

/**
 * CPython's own regression tests, from its source archive, as a volume to boot from. Built where it is missing.
 *
 * @throws BuildError
 */
export async function ensureRegressionTests(
  options: Omit<EnsureOptions, 'variant'> = {},
): Promise<RegressionTests> {
  const { linked, stripped } = pythonSteps(fullVariant, 'S', 'tests');
  const { built } = await build([testsStep, linked, stripped], options);
  const [tests, whole, program] = built;
  if (tests === undefined || whole === undefined || program === undefined)
    throw new Error('the engine left out the tests');
  const modules = readFileSync(imageOf(tests, TEST_MODULES_FILE).path, 'utf8');
  return {
    python: imageOf(program, programFile),
    symbols: imageOf(whole, symbolsFile),
    ramfs: imageOf(tests, TESTS_RAMFS_FILE),
    modules: JSON.parse(modules) as string[],
  };
}

/**
 * The Python of the regression tests linked for Linux on this machine: the same objects, and the same musl but for its system
 * calls. Built where it is missing.
 *
 * @throws BuildError
 */
export async function ensureNativePython(options: Omit<EnsureOptions, 'variant'> = {}): Promise<ImageFile> {
  const { built } = await build([nativePythonStep(fullVariant, 'tests')], options);
  const [linked] = built;
  if (linked === undefined) throw new Error('the engine left out the native Python');
  return imageOf(linked, symbolsFile);
}

/**
 * binutils' addr2line, for those who look into the guest's files: the toolchain has it.
 *
 * @returns its absolute path.
 * @throws BuildError
 */
export async function ensureAddr2line(options: Omit<EnsureOptions, 'variant'> = {}): Promise<string> {
  const outcome = await build([toolchainStep], options);
  return path.join(outcome.built[0]?.files ?? '', ADDR2LINE_FILE);
}

/** The images of a variant and whether they are there, and the source archives that were given. Builds nothing. */
export async function listImages(variant: Variant = referenceVariant): Promise<readonly ImageListing[]> {
  const recorded = readResults();
  const list = imageList(variant);
  const found = await findSteps(
    list.map((image) => image.step),
    { cacheRoot: cacheRoot(), prebuilt: prebuiltGuests },
  );
  const images = list.map(({ name, file }, i): ImageListing => {
    const built = found[i];
    if (built === undefined) return { name, status: 'missing', file: undefined };
    return { name, status: differs(built, recorded) ? 'differs' : 'built', file: imageOf(built, file) };
  });
  const archives = givenArchives().map(({ version, file, sha256 }): ImageListing => ({
    name: `CPython ${version}, source archive`,
    status: 'given',
    file: { path: file, bytes: statSync(file).size, sha256 },
  }));
  return [...images, ...archives];
}
