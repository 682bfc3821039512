/**
 * Programs for the guest from anyone's C and C++ files, and what goes into them: what `nanvix-v86 cc` and `c++` do. The result
 * depends on contents and flags, not on where the files lie, so equal programs are compiled once.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import { headersSteps } from '../abi/recipe.ts';
import { sha256 } from '../build/digest-memo.ts';
import { BuildError } from '../build/errors.ts';
import { inProject } from '../build/paths.ts';
import { failedOutput } from '../build/run-tool.ts';
import type { Parameter, Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { cxxFiles, cxxSteps, cxxTools } from '../cxx/recipe.ts';
import { libposixSteps } from '../libposix/recipe.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, guestFlags, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { layoutFile, layoutFlags } from '../toolchain/layout.ts';
import { dependenciesOf } from '../toolchain/includes.ts';
import { toolchainStep, toolPath } from '../toolchain/recipe.ts';

/** Result with what the compiler said. */
export const DIAGNOSTICS_FILE = 'diagnostics.txt';
/** Result with the files that an object was made from, as make reads them; only where flags ask for it. */
export const DEPENDENCIES_FILE = 'dependencies.d';

/**
 * What is made. `program`: an ELF. `object`, `assembly` and `preprocessed`: what `-c`, `-S` and `-E` give, of one source.
 * `answer`: nothing, the compiler is asked about itself and what it says is the result.
 */
export type Product = 'program' | 'object' | 'assembly' | 'preprocessed' | 'answer';

const products: Readonly<Record<Product, { readonly extension: string; readonly flag: readonly string[] }>> =
  {
    program: { extension: '.elf', flag: [] },
    object: { extension: '.o', flag: ['-c'] },
    assembly: { extension: '.s', flag: ['-S'] },
    preprocessed: { extension: '.i', flag: ['-E'] },
    answer: { extension: '', flag: [] },
  };

/** A program to compile. Paths are absolute or relative to `cwd`. */
export interface ProgramSource {
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  readonly cwd: string;
  /** Kernel interface that the program is for; `S` by default. */
  readonly era?: Era;
  /** `program` by default. */
  readonly product?: Product;
  /** `c++`: C is compiled as C++, and C++'s library is linked; by default that is so for files in C++ only. */
  readonly language?: 'c' | 'c++';
}

/** Endings of files in C++. */
export const cxxExtensions: ReadonlySet<string> = new Set([
  '.cc',
  '.cp',
  '.cxx',
  '.cpp',
  '.c++',
  '.C',
  '.CPP',
  '.ii',
]);

function isCxx({ sources, language }: ProgramSource): boolean {
  return language === 'c++' || sources.some((file) => cxxExtensions.has(path.extname(file)));
}

/** Name of a program's result, or of another product's: that of its first source. */
export function programName(sources: readonly string[], product: Product = 'program'): string {
  return `${path.parse(sources[0] ?? 'program').name}${products[product].extension}`;
}

function librarySteps({ era = 'S' }: ProgramSource): readonly Step[] {
  return [muslStep, headersSteps[era], libposixSteps[era]['no-pie']];
}

function digestOf(file: string): string {
  try {
    return sha256(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BuildError('source-unreadable', `${file} can't be read (${code}): check the path`, {
      cause: error,
    });
  }
}

/** How the compiler is called: the program, what comes before all sources and flags, and what comes behind. */
interface Invocation {
  readonly command: string;
  readonly first: readonly string[];
  readonly last: readonly string[];
}

async function invocationForC(context: StepContext, program: ProgramSource): Promise<Invocation> {
  const [musl, headers, posix] = librarySteps(program).map((step) => context.filesOf(step));
  const command = await writeGuestCompiler(context, {
    includes: [path.join(musl ?? '', 'include'), headers ?? '', inProject('images/libposix/include')],
    layout: layoutFlags('no-pie'),
    linkFirst: [`-L${musl ?? ''}/lib`, `-L${posix ?? ''}/lib`, '-Wl,-u,_start'],
    linkLast: ['-lposix', '-lc'],
  });
  return { command, first: [], last: [] };
}

/** The same with headers and libraries of C++. Exceptions are found by the table that the linker sorts for them. */
async function invocationForCxx(context: StepContext, program: ProgramSource): Promise<Invocation> {
  const { gcc, includes, libraries } = cxxTools(context);
  const [musl, headers, posix] = librarySteps(program).map((step) => context.filesOf(step));
  const ask = async (word: string): Promise<string> =>
    (await context.run(gcc, ['-m32', word], { quiet: true })).trim();
  const folders = [
    ...includes,
    path.join(musl ?? '', 'include'),
    headers ?? '',
    inProject('images/libposix/include'),
    await ask('-print-file-name=include'),
  ];
  const first = [
    ...guestFlags,
    '-nostdinc',
    ...folders.flatMap((folder) => ['-isystem', folder]),
    ...context.prefixMap,
  ];
  if (program.product !== undefined && program.product !== 'program')
    return { command: gcc, first, last: [] };
  const runtime = [await ask('-print-file-name=libgcc_eh.a'), await ask('-print-libgcc-file-name')];
  const link = [...layoutFlags('no-pie'), '-Wl,--eh-frame-hdr', '-nostdlib', '-Wl,-u,_start'];
  const places = [libraries, `${musl ?? ''}/lib`, `${posix ?? ''}/lib`].map((folder) => `-L${folder}`);
  const own = ['-lstdc++', '-lcxx-musl', '-lposix', '-lc', ...runtime];
  return {
    command: gcc,
    first: [...first, ...link, ...places],
    last: ['-Wl,--start-group', ...own, '-Wl,--end-group'],
  };
}

/** The sources as the compiler is told of them: for `c++`, files in C are in C++. */
function sourceWords(program: ProgramSource, sources: readonly string[]): string[] {
  if (program.language !== 'c++') return [...sources];
  return sources.flatMap((file) =>
    path.extname(file) === '.c' ? ['-x', 'c++', file, '-x', 'none'] : [file],
  );
}

/** Where a product and what make reads go. */
function outputWords(context: StepContext, program: ProgramSource, target: string): string[] {
  if (program.product === 'answer') return [];
  const asksForDependencies = program.flags.some((word) => /^-MM?D$/.test(word));
  const place = path.join(context.out, DEPENDENCIES_FILE);
  return [...(asksForDependencies ? ['-MF', place] : []), '-o', target];
}

async function compile(
  context: StepContext,
  program: ProgramSource,
  sources: readonly string[],
): Promise<void> {
  const { command, first, last } = await (isCxx(program) ? invocationForCxx : invocationForC)(
    context,
    program,
  );
  const folders = [...new Set(sources.map((file) => path.dirname(file)))];
  const places = folders.map((folder) => `-ffile-prefix-map=${folder}=/program`);
  const product = program.product ?? 'program';
  const name = programName(sources, product);
  const output = outputWords(context, program, path.join(context.out, name));
  const words = [...sourceWords(program, sources), ...products[product].flag, ...program.flags];
  let said: string;
  try {
    said = await context.run(command, [...first, ...places, ...words, ...output, ...last], {
      cwd: program.cwd,
      env: toolPath(context),
    });
  } catch (error) {
    const printed = failedOutput(error);
    if (printed === undefined) throw error;
    const what = product === 'answer' ? 'the compiler refuses' : `${name} can't be compiled`;
    throw new BuildError('compile-failed', `${what}:\n${printed.trimEnd()}`, { cause: error });
  }
  writeFileSync(path.join(context.out, DIAGNOSTICS_FILE), said);
}

/** What of a program's own files its result depends on. */
export function sourceDigests({ sources, flags, cwd }: ProgramSource): Readonly<Record<string, Parameter>> {
  const named = (file: string): Parameter => ({ name: path.basename(file), sha256: digestOf(file) });
  const absolute = sources.map((file) => path.resolve(cwd, file));
  return {
    sources: absolute.map(named),
    flags,
    others: dependenciesOf(absolute, flags, cwd).map(named),
  };
}

/** The step that compiles and links a program. Results: `programName(sources, product)`, but for answers, and what was said. */
export function programStep(program: ProgramSource): Step {
  const sources = program.sources.map((file) => path.resolve(program.cwd, file));
  const cxx = isCxx(program);
  return {
    name: 'program',
    files: [
      inProject('images/programs/recipe.ts'),
      compilerFile,
      layoutFile,
      ...projectFiles('images/libposix/include', ['.h']),
      ...(cxx ? cxxFiles : []),
    ],
    steps: [toolchainStep, ...librarySteps(program), ...(cxx ? cxxSteps : [])],
    parameters: {
      ...sourceDigests(program),
      product: program.product ?? 'program',
      ...(program.language === 'c++' ? { language: 'c++' } : {}),
    },
    run: (context) => compile(context, program, sources),
  };
}
