/**
 * Finds the files a guest is made of: those a caller names, and those built here where nothing is named.
 *
 * Touches the host through host-files.ts alone.
 */
import { memorySizes } from '../../images/abi/memory-map.ts';
import { BundleError, bundledName, isBundle, readBundle } from '../../images/bundle/index.ts';
import type { BootImages, ImageFile, KernelMemory, LaterPython } from '../../images/types.ts';
import type { NamedProgram, SymbolSource } from './crash-report.ts';
import type { Era, EraName } from '../../images/abi/era.ts';
import { eraNames, stepsOf } from '../../images/abi/era.ts';
import { readDumpNote } from './elf/dump-note.ts';
import type { DumpedWith } from './elf/dump-note.ts';
import { EraContradictionError, InputError } from './errors.ts';
import {
  basename,
  builtImages,
  fileKind,
  fullLibraryFolder,
  hasRelease,
  ramfsOf,
  readHostFile,
  readHostFileNow,
  stdlibFolder,
} from './host-files.ts';
import { identify } from './identity.ts';
import type { ComponentIdentity } from './identity.ts';
import { kernelEvidence, programEvidence } from './monitor/eras/evidence.ts';
import { judgementOf } from './monitor/eras/in-force.ts';
import { givenEra, isContradiction, narrowByFile, preferred, UNJUDGED } from './monitor/eras/judgement.ts';
import type { Evidence, Judgement } from './monitor/eras/judgement.ts';
import type { BootOptions, FileSource } from './options.ts';

/** One file of a guest. */
export interface GuestFile {
  readonly identity: ComponentIdentity;
  readonly bytes: Uint8Array;
  /** Why this one: `named`, `built here`, `made from a folder`. */
  readonly why: string;
}

export interface GuestFiles {
  readonly kernel: GuestFile;
  readonly program: GuestFile;
  readonly programName: string;
  /** Undefined when there is no volume. */
  readonly ramfs: GuestFile | undefined;
  /** What the files, and the caller, say of the guest's era. */
  readonly era: Judgement;
  /** What the program was dumped with, if it was. */
  readonly dumped: DumpedWith | undefined;
  /** A file with the program's symbols, where the program itself has none. */
  readonly programSymbols: ImageFile | undefined;
}

/** CPython with all modules; its volume has the whole library. */
const FULL_PYTHON = 'python-full';
/** The same with the modules that only tests use; its volume has CPython's own tests as well. */
const TESTS_PYTHON = 'python-tests';

/** Names that {@link BootOptions.program} can be instead of a path, besides `python3.13` and the like. */
const BUILT_PROGRAMS: readonly string[] = ['python', FULL_PYTHON, TESTS_PYTHON];

/** Another release of CPython than the usual one, by the name of its program; undefined too for one that is not to be had here. */
function laterPython(program: FileSource): LaterPython | undefined {
  const name = typeof program === 'string' ? releaseName(program) : undefined;
  return name !== undefined && hasRelease(name) ? name : undefined;
}

function releaseName(program: string): LaterPython | undefined {
  return /^python(3\.\d+(\.\w+)?)$/.exec(program)?.[1] as LaterPython | undefined;
}

/** Base name of the built program's file. */
const BUILT_ELF = 'python.elf';
const EMPTY_NAME = 'program';

export async function findGuestFiles(options: BootOptions, memoryMiB: number): Promise<GuestFiles> {
  const builtProgram = isBuiltProgram(options.program);
  const kernelMemory = options.kernel === undefined ? builtMemory(memoryMiB) : undefined;
  const wantsImages = builtProgram || kernelMemory !== undefined;
  const given = {
    kernel: options.kernel === undefined ? undefined : await readSource('kernel', options.kernel),
    program: builtProgram ? undefined : await readSource('program', options.program),
  };
  const dumped = given.program === undefined ? undefined : readDumpNote(given.program.bytes);
  const { judgement, built } = judge(options.era, given.kernel?.bytes, given.program?.bytes, dumped);
  const images = wantsImages
    ? (options.images ??
      (await builtImages({ kernel: kernelMemory, python: wantedPython(options.program), era: built })))
    : undefined;
  const kernel =
    given.kernel ??
    (await readBuilt(kernelMemory && images?.kernel[kernelMemory], `kernel for ${memoryMiB} MiB`));
  const program = given.program ?? (await readBuilt(images?.python?.elf, 'program'));
  const own = builtProgram ? images : await dumpedImages(options, dumped, built);
  return {
    kernel,
    program,
    programName: options.programName ?? nameOf(options.program),
    ramfs: await findRamfs(options, own),
    era: judgement,
    dumped,
    programSymbols: own?.python?.symbols,
  };
}

/** The part of a guest's options that says of which era what is built for it has to be. */
export interface EraQuestion {
  readonly kernel?: FileSource | undefined;
  readonly program: FileSource;
  readonly era?: EraName | undefined;
}

/** The era of a kernel or program that is built for a guest of these files. @throws InputError, EraContradictionError */
export async function builtEraOf({ kernel, program, era }: EraQuestion): Promise<Era> {
  if (isBuiltProgram(program)) return judge(era, undefined, undefined).built;
  const { bytes } = await readSource('program', program);
  return judge(era, kernel === undefined ? undefined : new Uint8Array(0), bytes, readDumpNote(bytes)).built;
}

/**
 * Judges the era by the files that are given.
 *
 * @param kernel Undefined for one that is built here; a program that is built here goes with it.
 * @throws EraContradictionError when they do not belong together.
 */
function judge(
  era: EraName | undefined,
  kernel: Uint8Array | undefined,
  program: Uint8Array | undefined,
  dumped?: DumpedWith,
): { judgement: Judgement; built: Era } {
  const told = [
    ...(era === undefined ? [] : [givenEra(era)]),
    ...(program === undefined
      ? []
      : [...dumpEvidence(dumped), ...programEvidence(program), ...bundledEvidence(program)]),
    ...(kernel === undefined ? [] : kernelEvidence(kernel)),
  ];
  const judgement = told.reduce<Judgement>(takeIn, UNJUDGED);
  const built = preferred(judgement).startsWith('M') ? 'M' : 'S';
  if (kernel !== undefined) return { judgement, built };
  const what = `the kernel built here speaks era ${built}`;
  return { judgement: takeIn(judgement, { what, admits: judgementOf(built).steps }), built };
}

/** A program in a bundle says of which era it is, as one that stands alone. */
function bundledEvidence(program: Uint8Array): readonly Evidence[] {
  return bundledPrograms(program).flatMap(({ name, bytes }) => programEvidence(bytes, `its program ${name}`));
}

/** A dumped program says of which era it is. */
function dumpEvidence(dumped: DumpedWith | undefined): readonly Evidence[] {
  const era = eraNames.find((name) => name === dumped?.era);
  return era === undefined ? [] : [{ what: `the program was dumped in era ${era}`, admits: stepsOf(era) }];
}

function takeIn(judgement: Judgement, evidence: Evidence): Judgement {
  const next = narrowByFile(judgement, evidence);
  if (isContradiction(next)) throw new EraContradictionError(next.message);
  return next;
}

/** The files for the log: which they are, and why these. */
export function describeFiles({ kernel, program, ramfs }: GuestFiles): Readonly<Record<string, unknown>> {
  const describe = (file: GuestFile | undefined): unknown =>
    file === undefined ? 'none' : { ...file.identity, why: file.why };
  return { kernel: describe(kernel), program: describe(program), ramfs: describe(ramfs) };
}

/** Where the names of a guest's addresses come from. `parts` are those whose files count. */
export function symbolSource(
  { kernel, program, programSymbols }: GuestFiles,
  parts: readonly ('kernel' | 'program')[] = ['kernel', 'program'],
): SymbolSource {
  const [hasKernel, hasProgram] = [parts.includes('kernel'), parts.includes('program')];
  const bundled = (): readonly NamedProgram[] => bundledPrograms(program.bytes);
  const readProgram = (): Uint8Array =>
    programSymbols === undefined
      ? (bundled().at(-1)?.bytes ?? program.bytes)
      : readHostFileNow(programSymbols.path);
  return {
    kernel: () => (hasKernel ? kernel.bytes : undefined),
    program: () => (hasProgram ? readProgram() : undefined),
    bundled: () => (hasProgram ? bundled() : []),
    sha256: {
      kernel: hasKernel ? kernel.identity.sha256 : undefined,
      program: hasProgram ? (programSymbols ?? program.identity).sha256 : undefined,
    },
  };
}

function bundledPrograms(program: Uint8Array): readonly NamedProgram[] {
  try {
    if (!isBundle(program)) return [];
    return readBundle(program).programs.map((one, index) => ({
      name: bundledName(one, index),
      bytes: one.bytes,
      pid: index + 1,
    }));
  } catch (error) {
    // Its kernel will refuse it.
    if (error instanceof BundleError) return [];
    throw error;
  }
}

/** Whether a program is named that is built here. */
export function isBuiltProgram(program: FileSource): boolean {
  return BUILT_PROGRAMS.some((name) => name === program) || laterPython(program) !== undefined;
}

/** What of CPython a program of this name is. */
export function wantedPython(program: FileSource): boolean | 'full' | 'tests' | LaterPython {
  if (program === TESTS_PYTHON) return 'tests';
  return program === FULL_PYTHON ? 'full' : (laterPython(program) ?? isBuiltProgram(program));
}

/**
 * The memory size, if a kernel can be built for it.
 *
 * @throws InputError
 */
export function builtMemory(memoryMiB: number): KernelMemory {
  const size = memorySizes.find((one) => one === memoryMiB);
  if (size === undefined) {
    throw new InputError(
      `no kernel is built for ${memoryMiB} MiB: choose ${memorySizes.join(' or ')} MiB, or give a kernel of your own`,
    );
  }
  return size;
}

async function readBuilt(file: ImageFile | undefined, what: string): Promise<GuestFile> {
  if (file === undefined)
    throw new InputError(`the images that were given have no ${what}: leave them out, or give all`);
  return await readImage(file);
}

async function findRamfs(
  options: BootOptions,
  images: BootImages | undefined,
): Promise<GuestFile | undefined> {
  const { ramfs } = options;
  const isFull = options.program === FULL_PYTHON;
  const folder =
    typeof ramfs === 'string' && (await fileKind('ramfs', ramfs)) === 'folder' ? ramfs : undefined;
  if (options.program === TESTS_PYTHON && (ramfs === undefined || folder !== undefined)) {
    const own = await readBuilt(images?.ramfs?.hello, 'volume');
    return folder === undefined ? own : await makeRamfs(folder, own.bytes);
  }
  if (options.stdlib === true) {
    if (ramfs !== undefined && folder === undefined) {
      throw new InputError(
        'the standard library cannot be laid over a ramfs image: give a folder, or leave the ramfs out',
      );
    }
    return await makeRamfs(
      folder,
      isFull ? await fullLibraryFolder() : await stdlibFolder(laterPython(options.program)),
    );
  }
  if (isFull && (ramfs === undefined || folder !== undefined))
    return await makeRamfs(folder, await fullLibraryFolder());
  if (folder !== undefined) return await makeRamfs(folder, undefined);
  if (ramfs === undefined)
    return images === undefined ? undefined : await readBuilt(images.ramfs?.hello, 'volume');
  return await readSource('ramfs', ramfs);
}

/** The images that a program built here was dumped from: they have its symbols and its volume. */
async function dumpedImages(
  options: BootOptions,
  dumped: DumpedWith | undefined,
  era: Era,
): Promise<BootImages | undefined> {
  if (dumped?.name !== BUILT_ELF) return undefined;
  const images =
    options.images?.python === undefined ? await builtImages({ python: true, era }) : options.images;
  return images.python?.elf.sha256 === dumped.program ? images : undefined;
}

/** A volume of the files of a folder, laid over those of another folder or volume. */
async function makeRamfs(
  folder: string | undefined,
  below: string | Uint8Array | undefined,
): Promise<GuestFile> {
  const sources = [below, folder].filter((one) => one !== undefined);
  const bytes = await ramfsOf(sources, folder ?? 'the standard library');
  return { bytes, identity: identify(basename(folder ?? 'stdlib'), bytes), why: 'made from a folder' };
}

async function readImage(file: ImageFile): Promise<GuestFile> {
  const bytes = await readHostFile(file.path);
  return {
    bytes,
    identity: { name: basename(file.path), bytes: file.bytes, sha256: file.sha256 },
    why: 'built here',
  };
}

async function readSource(what: string, source: FileSource): Promise<GuestFile> {
  if (typeof source !== 'string')
    return { bytes: source, identity: identify(what, source), why: 'given as bytes' };
  const kind = await fileKind(what, source).catch((error: unknown) => {
    if (releaseName(source) === undefined || !(error instanceof InputError)) throw error;
    const hint = 'or give its source archive once, by nanvix-v86 images --cpython FILE';
    throw new InputError(`${error.message}, ${hint}`);
  });
  if (kind === 'folder') throw new InputError(`the ${what} ${source} is a folder: name a file`);
  const bytes = await readHostFile(source);
  if (bytes.length === 0) throw new InputError(`the ${what} ${source} is empty: make it anew`);
  return { bytes, identity: identify(basename(source), bytes), why: 'named' };
}

function nameOf(program: FileSource): string {
  return typeof program === 'string' ? basename(program) : EMPTY_NAME;
}
