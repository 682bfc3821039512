/**
 * CPython of another release than 3.11.2, compiled for the guest. Results: a library with all objects, archives that it needs, and headers.
 *
 * CPython's makefile needs a Python of the same release to freeze modules, and no machine here is sure to have one. So it makes
 * one, as CPython does where it is compiled for the machine itself: from the very objects that the guest gets, which make no system
 * call and are linked for Linux (link-target.ts). Hence it asks for more than 3.11 does: a processor and kernel that run
 * 32-bit programs of Linux. What configure is told beforehand is the same, by the same config.site.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Step, StepContext } from '../build/step.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { pythonToolsStep, toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { zlibStep } from '../zlib/recipe.ts';
import { BUILD_FOLDER, includeFolders, own } from './common.ts';
import { compileFlags } from './compile.ts';
import { configureArguments, configureEnvironment } from './configure.ts';
import { linkTargetFile, linuxTarget } from './link-target.ts';
import { differences, libraryName, unpackRelease, type Differences, type Release } from './releases.ts';
import type { Variant } from './variant.ts';

/** What pkg-config would say of zlib. Without it configure looks for the functions for files, which our zlib does not have. */
const ZLIB = { ZLIB_CFLAGS: '-DUSE_ZLIB', ZLIB_LIBS: '-lz' };

const [answersFile, setupFile] = own('config.site', 'Setup.local') as [string, string];

/** How configure is told of what it cannot find out, and of modules to leave out. */
function writeAnswers(context: StepContext, { leftOut }: Differences): string {
  const file = path.join(context.work, 'config.site');
  const answers = leftOut.map((name) => `py_cv_module_${name}=n/a\n`);
  writeFileSync(file, [`. ${answersFile}\n`, ...answers].join(''));
  return file;
}

/** What configure takes for a Python of the release, to read its version: there is none yet. */
function writeVersionTeller(context: StepContext, { minor }: Release): string {
  const file = path.join(context.work, 'build-python');
  writeFileSync(file, `#!/bin/sh\necho ${minor}\n`, { mode: 0o755 });
  return file;
}

/** The guest's compiler, which says what configure expects to hear of the platform. */
async function writeCompiler(context: StepContext, { platform }: Differences): Promise<string> {
  const compiler = await writeGuestCompiler(context, {
    includes: includeFolders(context),
    ...linuxTarget.options(context, 'no-pie'),
  });
  const file = path.join(context.work, 'cc');
  const lines = [
    '#!/bin/sh',
    `[ "$1" = --print-multiarch ] && echo ${platform} && exit`,
    `exec ${compiler} "$@"`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o755 });
  return file;
}

/** Archives that the makefile made for modules, and links beside the library. */
function archivesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.a'))
    .sort()
    .map((name) => path.join(folder, name));
}

async function build(context: StepContext, release: Release, variant: Variant): Promise<void> {
  const differs = differences[release.minor];
  const env = toolPath(context, toolchainStep, pythonToolsStep);
  const sources = await unpackRelease(context, release, env);
  const folder = path.join(context.work, BUILD_FOLDER);
  mkdirSync(path.join(folder, 'Modules'), { recursive: true });
  if (differs.usesSetupLocal) copyFileSync(setupFile, path.join(folder, 'Modules', 'Setup.local'));
  const compiler = await writeCompiler(context, differs);
  const bin = path.join(context.filesOf(toolchainStep), 'bin');
  await context.run(
    `../${sources}/configure`,
    [...configureArguments(variant, writeVersionTeller(context, release)), ...differs.configureFlags],
    {
      cwd: folder,
      env: {
        ...env,
        ...configureEnvironment(compiler, bin),
        ...ZLIB,
        CONFIG_SITE: writeAnswers(context, differs),
        MODULE_BUILDTYPE: 'static',
      },
    },
  );
  const library = libraryName(release);
  await context.run(
    'make',
    [
      `-j${availableParallelism()}`,
      library,
      'OPT=',
      `CONFIGURE_CFLAGS=${compileFlags(variant).join(' ')}`,
      // As configure has it where the machine itself is compiled for.
      'PYTHON_FOR_FREEZE=./_bootstrap_python',
      'FREEZE_MODULE_BOOTSTRAP=./Programs/_freeze_module',
      'FREEZE_MODULE_BOOTSTRAP_DEPS=Programs/_freeze_module',
      'FREEZE_MODULE=$(PYTHON_FOR_FREEZE) $(srcdir)/Programs/_freeze_module.py',
      'FREEZE_MODULE_DEPS=_bootstrap_python $(srcdir)/Programs/_freeze_module.py',
    ],
    { cwd: folder, env },
  );
  copyFileSync(path.join(folder, library), path.join(context.out, library));
  for (const archive of archivesOf(path.join(folder, 'Modules')))
    copyFileSync(archive, path.join(context.out, path.basename(archive)));
  const include = path.join(context.out, 'include');
  cpSync(path.join(context.work, sources, 'Include'), include, { recursive: true });
  copyFileSync(path.join(folder, 'pyconfig.h'), path.join(include, 'pyconfig.h'));
}

/** Results: the library, archives to link with it, and `include/` for programs that embed Python. */
export function laterCompileStep(release: Release, variant: Variant): Step {
  const { docStrings, computedGotos, configureFlags } = variant;
  const differs = differences[release.minor];
  return {
    name: `cpython-${release.minor}-compile`,
    files: [
      ...own('later.ts', 'configure.ts'),
      answersFile,
      ...(differs.usesSetupLocal ? [setupFile] : []),
      compilerFile,
      linkTargetFile,
    ],
    steps: [
      ...new Set([
        release.source,
        toolchainStep,
        pythonToolsStep,
        muslStep,
        zlibStep,
        ...linuxTarget.steps('no-pie'),
      ]),
    ],
    parameters: {
      flags: compileFlags(variant),
      docStrings,
      computedGotos,
      configureFlags,
      differs: { ...differs },
    },
    run: (context) => build(context, release, variant),
  };
}
