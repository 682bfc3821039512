/**
 * The Python program: our main and the snapshot call linked with CPython's library, libc and libposix; then stripped.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { headersSteps } from '../abi/recipe.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { libraryArchive, libraryStep } from '../libraries/recipe.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { layoutFile } from '../toolchain/layout.ts';
import { toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { zlibStep } from '../zlib/recipe.ts';
import { includeFolders, LIBRARY, own } from './common.ts';
import { compileFlags } from './compile.ts';
import { freezeStep } from './freeze.ts';
import { functionOrderFile, writeOrderOptions } from './function-order.ts';
import { keptFunctions } from './kept-functions.ts';
import { linkTargetFile, type LinkTarget } from './link-target.ts';
import { moduleLibraries, MODULES_LIBRARY, tableFile, type ModuleSet } from './modules.ts';
import { symbolTable } from './symbol-table.ts';
import type { Variant } from './variant.ts';

const FOLDER = 'images/cpython';

/** The linked program with its debug information, for gdb and the like: large. */
export const DEBUG_FILE = 'python.debug.elf';
/** The same with symbols only, small and fast to read. */
export const SYMBOLS_FILE = 'python.sym.elf';
/** The one for the guest. */
export const PROGRAM_FILE = 'python.elf';

/** What of CPython is linked, which differs between its releases. */
export interface PythonObjects {
  /** The step with `library` and headers. */
  readonly compiled: Step;
  readonly library: string;
  /** Archives to link behind the library, from the same step. */
  readonly archives: (context: StepContext) => readonly string[];
  /** The package `encodings` as C: the step that makes it, and our file that takes it in. */
  readonly frozen: { readonly step: Step; readonly source: string } | undefined;
}

/** Those of 3.11. */
export function objectsOf(compiled: Step): PythonObjects {
  return {
    compiled,
    library: LIBRARY,
    archives: () => [],
    frozen: { step: freezeStep, source: 'frozen.c' },
  };
}

/** Modules to link besides those in CPython's library. */
export interface MoreModules {
  readonly set: ModuleSet;
  /** The step with their archive. */
  readonly step: Step;
}

async function link(
  context: StepContext,
  python: PythonObjects,
  variant: Variant,
  target: LinkTarget,
  more: MoreModules | undefined,
): Promise<void> {
  const env = toolPath(context);
  const objects = context.filesOf(python.compiled);
  const compiler = await writeGuestCompiler(context, {
    includes: includeFolders(context),
    ...target.options(context, variant.link),
  });
  const include = path.join(objects, 'include');
  const flags = [
    ...compileFlags(variant),
    `-I${include}`,
    `-I${path.join(include, 'internal')}`,
    `-I${context.filesOf(headersSteps[target.era])}`,
    `-I${inProject(FOLDER)}`,
  ];
  const ours: string[] = [inProject(FOLDER, 'snapshot.S'), inProject(FOLDER, 'finalize.c')];
  if (variant.allocator === 'size-classes') ours.push(inProject(FOLDER, 'allocator.c'));
  const defines: string[] = [];
  if (variant.encodings === 'frozen' && python.frozen !== undefined) {
    const { step, source } = python.frozen;
    const frozen = ['-DPy_BUILD_CORE', `-I${context.filesOf(step)}`, '-Wno-missing-braces'];
    await context.run(compiler, [...flags, ...frozen, '-c', inProject(FOLDER, source), '-o', 'frozen.o'], {
      env,
    });
    ours.push('frozen.o');
    defines.push('-DNVX_FROZEN_ENCODINGS');
  }
  if (more !== undefined) {
    const files = context.filesOf(more.step);
    defines.push('-DNVX_MORE_MODULES');
    ours.push(path.join(files, tableFile(more.set)), path.join(files, MODULES_LIBRARY));
    ours.push(inProject(FOLDER, 'loader.c'), inProject(FOLDER, 'sinh.c'));
    ours.push(...keptFunctions.map((name) => `-Wl,-u,${name}`));
    ours.push(...moduleLibraries.map((library) => libraryArchive(context, library)));
  }
  let compiledLibrary = path.join(objects, python.library);
  if (variant.functionOrder === 'by-use') {
    const ordered = path.join(context.work, python.library);
    const options = writeOrderOptions(path.join(context.work, 'function-order'));
    await context.run('objcopy', [options, compiledLibrary, ordered], { env });
    compiledLibrary = ordered;
  }
  const linked = path.join(context.out, DEBUG_FILE);
  const exported = variant.link === 'pie' ? ['-Wl,--export-dynamic'] : [];
  const linkTo = async (target: string, more: readonly string[]): Promise<void> => {
    const args = [
      ...flags,
      ...defines,
      // Where all of CPython is compiled here again, what gcc warns of is not ours.
      ...(variant.lto ? ['-w'] : ['-Wall', '-Wextra', '-Werror']),
      inProject(FOLDER, 'main.c'),
      ...ours,
      ...more,
      compiledLibrary,
      ...python.archives(context),
      '-lz',
      '-lm',
      ...exported,
      ...variant.linkFlags,
      '-Wl,--wrap=Py_FinalizeEx',
      ...['-o', target],
    ];
    await context.run(compiler, args, { env });
  };
  await linkTo(linked, more === undefined ? [] : [await writeSymbolTable(context, linkTo)]);
  await context.run('objcopy', ['--strip-debug', linked, path.join(context.out, SYMBOLS_FILE)], { env });
}

/** Links with an empty table first, to learn what the program holds. @returns The table's file. */
async function writeSymbolTable(
  context: StepContext,
  linkTo: (target: string, more: readonly string[]) => Promise<void>,
): Promise<string> {
  const [first, table] = ['first.elf', 'symbols.S'].map((name) => path.join(context.work, name)) as [
    string,
    string,
  ];
  writeFileSync(table, symbolTable(''));
  await linkTo(first, [table]);
  const nm = ['--extern-only', '--defined-only', '--format=posix', first];
  writeFileSync(table, symbolTable(await context.run('nm', nm, { env: toolPath(context), quiet: true })));
  return table;
}

/** Results: `debugFile` and `symbolsFile`. */
export function linkStep(
  variant: Variant,
  python: PythonObjects,
  target: LinkTarget,
  more?: MoreModules,
): Step {
  return {
    name: ['cpython-link', target.name, more?.set ?? ''].filter(Boolean).join('-'),
    files: [
      ...own('link.ts', 'main.c', 'finalize.c', 'snapshot.S', 'snapshot.h', 'frozen.h'),
      ...(python.frozen === undefined ? [] : own(python.frozen.source)),
      ...(variant.allocator === 'size-classes' ? own('allocator.c') : []),
      ...(more ? own('loader.c', 'sinh.c', 'symbol-table.ts', 'kept-functions.ts') : []),
      ...(variant.functionOrder === 'by-use' ? [...own('function-order.ts'), functionOrderFile] : []),
      compilerFile,
      layoutFile,
      linkTargetFile,
    ],
    // musl and zlib as always are there for their headers.
    steps: [
      ...new Set([
        toolchainStep,
        muslStep,
        zlibStep,
        ...target.steps(variant.link),
        headersSteps[target.era],
        ...(python.frozen === undefined ? [] : [python.frozen.step]),
        python.compiled,
        ...(more ? [more.step, ...moduleLibraries.map(libraryStep)] : []),
      ]),
    ],
    parameters: {
      flags: compileFlags(variant),
      link: variant.link,
      encodings: variant.encodings,
      functionOrder: variant.functionOrder,
      allocator: variant.allocator,
      linkFlags: variant.linkFlags,
    },
    run: (context) => link(context, python, variant, target, more),
  };
}

/** Result: `programFile`. */
export function stripStep(variant: Variant, linked: Step, more?: MoreModules): Step {
  return {
    name: more === undefined ? 'cpython-strip' : `cpython-strip-${more.set}`,
    files: own('link.ts'),
    steps: [toolchainStep, linked],
    parameters: { strip: variant.strip, unwindTables: variant.unwindTables },
    run: async (context) => {
      const whole = variant.strip === 'none' ? DEBUG_FILE : SYMBOLS_FILE;
      const input = path.join(context.filesOf(linked), whole);
      const output = path.join(context.out, PROGRAM_FILE);
      // libgcc's and musl's assembler bring tables that only unwinding would read.
      const remove = variant.unwindTables ? [] : ['--remove-section=.eh_frame'];
      const strip = variant.strip === 'none' ? [] : [`--strip-${variant.strip}`];
      await context.run('objcopy', [...remove, ...strip, input, output], { env: toolPath(context) });
    },
  };
}
