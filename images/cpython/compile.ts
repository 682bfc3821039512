/**
 * CPython compiled for a variant, by its own makefile. Results: a library with all objects, and the headers.
 */
import { copyFileSync, cpSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Step, StepContext } from '../build/step.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { debugFlags } from '../toolchain/debug-info.ts';
import { pythonToolsStep, toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { unpackSource } from '../toolchain/sources.ts';
import { zlibStep } from '../zlib/recipe.ts';
import { BUILD_FOLDER, cpythonSource, includeFolders, LIBRARY, own } from './common.ts';
import type { Variant } from './variant.ts';

/** What of a variant changes objects. */
type CompileFields = Pick<
  Variant,
  'optimize' | 'framePointer' | 'unwindTables' | 'lto' | 'link' | 'functionOrder' | 'compileFlags'
>;

/** The variant's flags for every object of CPython. */
export function compileFlags(fields: CompileFields): string[] {
  const not = (flag: string, on: boolean): string => (on ? `-f${flag}` : `-fno-${flag}`);
  return [
    `-${fields.optimize}`,
    fields.framePointer ? '-fno-omit-frame-pointer' : '-fomit-frame-pointer',
    not('unwind-tables', fields.unwindTables),
    not('asynchronous-unwind-tables', fields.unwindTables),
    ...(fields.link === 'pie' ? ['-fPIE'] : ['-fno-pie', '-fno-pic']),
    ...(fields.lto ? ['-flto=auto', '-ffat-lto-objects'] : []),
    ...(fields.functionOrder === 'by-use' ? ['-ffunction-sections'] : []),
    // What CPython itself asks for: its arithmetic may wrap.
    '-fwrapv',
    '-DNDEBUG',
    ...debugFlags,
    ...fields.compileFlags,
  ];
}

/**
 * What link-time optimization would take from elsewhere: names that it would choose at random, for which make puts each
 * object's own name in, and names of sources, which it would write down as seen from the folder of the link.
 */
function reproducibleFlags({ lto }: CompileFields): string[] {
  if (!lto) return [];
  const places = [
    ['../', '/work/'],
    ...['Modules/', 'Python/'].map((folder) => [folder, `/work/${BUILD_FOLDER}/${folder}`]),
  ];
  return ['-frandom-seed=$@', ...places.map((map) => `-fdebug-prefix-map=${map.join('=')}`)];
}

async function compile(context: StepContext, configured: Step, fields: CompileFields): Promise<void> {
  const env = toolPath(context, toolchainStep, pythonToolsStep);
  const sources = await unpackSource(context, cpythonSource, 'cpython', env);
  const build = path.join(context.work, BUILD_FOLDER);
  cpSync(path.join(context.filesOf(configured), BUILD_FOLDER), build, {
    recursive: true,
    preserveTimestamps: true,
  });
  const compiler = await writeGuestCompiler(context, {
    includes: includeFolders(context),
    layout: [],
    linkFirst: [],
    linkLast: [],
  });
  const python = path.join(context.filesOf(pythonToolsStep), 'bin', 'python3.11');
  await context.run(
    'make',
    [
      `-j${availableParallelism()}`,
      LIBRARY,
      // What configure wrote down with absolute paths or for all variants alike.
      `CC=${compiler}`,
      `PYTHON_FOR_FREEZE=${python}`,
      'OPT=',
      `CONFIGURE_CFLAGS=${[...compileFlags(fields), ...reproducibleFlags(fields)].join(' ')}`,
    ],
    { cwd: build, env },
  );
  copyFileSync(path.join(build, LIBRARY), path.join(context.out, LIBRARY));
  const include = path.join(context.out, 'include');
  cpSync(path.join(context.work, sources, 'Include'), include, { recursive: true });
  copyFileSync(path.join(build, 'pyconfig.h'), path.join(include, 'pyconfig.h'));
}

/** Results: `library`, and `include/` for programs that embed Python. */
export function compileStep(variant: Variant, configured: Step): Step {
  const { optimize, framePointer, unwindTables, lto, link, functionOrder } = variant;
  const fields: CompileFields = {
    optimize,
    framePointer,
    unwindTables,
    lto,
    link,
    functionOrder,
    compileFlags: variant.compileFlags,
  };
  const flags = compileFlags(fields);
  return {
    name: 'cpython-compile',
    files: [...own('compile.ts'), compilerFile],
    steps: [cpythonSource, configured, toolchainStep, pythonToolsStep, muslStep, zlibStep],
    parameters: { flags },
    run: (context) => compile(context, configured, fields),
  };
}
