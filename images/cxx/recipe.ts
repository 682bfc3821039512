/**
 * C++ for the guest: a compiler, and Debian's libstdc++ joined to musl. Only programs in C++ wait for these steps.
 *
 * The library is the static one for 32 bits, built with another C library. What it asks of that one and musl lacks is in src/;
 * headers that say what that one has are replaced by those of include/.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../build/digest-memo.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { muslStep } from '../musl/recipe.ts';
import { compileAll, compileFile } from '../toolchain/compile.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { which } from '../toolchain/machine-tools.ts';
import { cxxPackages, packages, UNPACKED, unpackPackages, wrapCompiler } from '../toolchain/packages.ts';
import { toolchainStep, toolPath } from '../toolchain/recipe.ts';

const FOLDER = 'images/cxx';

/** Release of gcc that the library and its headers are of: the compiler has to be of the same. */
const RELEASE = '12';

/** Where the packages have things. */
const places = {
  library: `usr/lib/gcc/x86_64-linux-gnu/${RELEASE}/32/libstdc++.a`,
  headers: `usr/include/c++/${RELEASE}`,
  headersFor32: `usr/include/x86_64-linux-gnu/c++/${RELEASE}/32`,
} as const;

/** Functions of locales: those of src/locale.c take the place of the C library's. */
const replaced = {
  __newlocale: 'nvx_cxx_newlocale',
  __duplocale: 'nvx_cxx_duplocale',
  __freelocale: 'nvx_cxx_freelocale',
};

const runtimeFlags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'] as const;

/** The C++ compiler that belongs to a gcc, if that has one of the release. */
function cxxOf(gcc: string): string | undefined {
  const ask = (word: string): string => {
    const { status, stdout } = spawnSync(gcc, [word], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : '';
  };
  const program = ask('-print-prog-name=cc1plus');
  return ask('-dumpversion').split('.')[0] === RELEASE && path.isAbsolute(program) && existsSync(program)
    ? program
    : undefined;
}

async function buildCompiler(context: StepContext): Promise<void> {
  const bin = path.join(context.out, 'bin');
  const machine = cxxOf(path.join(context.filesOf(toolchainStep), 'bin', 'gcc'));
  const missing = machine === undefined ? [...packages.compiler, ...cxxPackages.compiler] : [];
  mkdirSync(bin);
  await unpackPackages(context, [...missing, ...cxxPackages.library]);
  if (machine === undefined) wrapCompiler(bin, ['as', 'ld']);
  const compiler = machine ?? cxxOf(path.join(bin, 'gcc')) ?? '';
  context.identify({
    compiler: sha256(readFileSync(compiler)),
    library: sha256(readFileSync(path.join(context.out, UNPACKED, places.library))),
  });
}

/** Results: the unpacked library and its headers; `bin/gcc` where the toolchain's own knows no C++. */
const compilerStep: Step = {
  name: 'cxx-compiler',
  files: [inProject(FOLDER, 'recipe.ts'), inProject('images/toolchain/packages.ts')],
  steps: [toolchainStep],
  isTool: true,
  parameters: () => ({
    packages: [...cxxPackages.compiler, ...cxxPackages.library],
    machine: cxxOf(which('gcc') ?? 'gcc') !== undefined,
  }),
  run: buildCompiler,
};

async function buildLibrary(context: StepContext): Promise<void> {
  const lib = path.join(context.out, 'lib');
  const env = toolPath(context);
  const sources = path.join(FOLDER, 'src');
  const compiler = await writeGuestCompiler(context, {
    includes: [path.join(context.filesOf(muslStep), 'include')],
    layout: [],
    linkFirst: [],
    linkLast: [],
  });
  const objects = await compileAll(context, {
    compiler,
    root: inProject(sources),
    sources: projectFiles(sources, ['.c']).map((file) => path.relative(inProject(sources), file)),
    flags: runtimeFlags,
    objects: path.join(context.work, 'objects'),
  });
  mkdirSync(lib);
  await context.run('ar', ['rcsD', path.join(lib, 'libcxx-musl.a'), ...objects], { env });
  const renamed = Object.entries(replaced).flatMap(([from, to]) => ['--redefine-sym', `${from}=${to}`]);
  const library = path.join(context.filesOf(compilerStep), UNPACKED, places.library);
  await context.run('objcopy', [...renamed, library, path.join(lib, 'libstdc++.a')], { env });
}

/** Results: `lib/` with libstdc++.a, and libcxx-musl.a for what it lacks. */
const libraryStep: Step = {
  name: 'cxx-library',
  files: [
    inProject(FOLDER, 'recipe.ts'),
    compileFile,
    compilerFile,
    ...projectFiles(`${FOLDER}/src`, ['.c']),
  ],
  steps: [toolchainStep, muslStep, compilerStep],
  parameters: { flags: [...runtimeFlags], replaced },
  run: buildLibrary,
};

/** What a step needs that compiles C++. */
export const cxxSteps: readonly Step[] = [compilerStep, libraryStep];

/** Files of the project that decide how C++ is compiled. */
export const cxxFiles: readonly string[] = [
  inProject(FOLDER, 'recipe.ts'),
  ...projectFiles(`${FOLDER}/include`, ['.h']),
];

/** How a step that has {@link cxxSteps} among its inputs compiles and links C++. */
export interface CxxTools {
  /** The program to start: it tells languages apart by the names of files. */
  readonly gcc: string;
  /** Folders of headers, to be searched before those of the C library. */
  readonly includes: readonly string[];
  /** Folder of the libraries. */
  readonly libraries: string;
}

export function cxxTools(context: StepContext): CxxTools {
  const unpacked = path.join(context.filesOf(compilerStep), UNPACKED);
  const own = path.join(context.filesOf(compilerStep), 'bin', 'gcc');
  return {
    gcc: existsSync(own) ? own : path.join(context.filesOf(toolchainStep), 'bin', 'gcc'),
    includes: [
      inProject(FOLDER, 'include'),
      path.join(unpacked, places.headers),
      path.join(unpacked, places.headersFor32),
      path.join(unpacked, places.headers, 'backward'),
    ],
    libraries: path.join(context.filesOf(libraryStep), 'lib'),
  };
}
