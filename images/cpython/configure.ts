/**
 * CPython's configure, once for all variants that agree in what pyconfig.h says. Result: the build folder as it left it,
 * with relative paths only, so that the step that compiles can take it elsewhere.
 */
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { layoutFlags } from '../toolchain/layout.ts';
import { pythonToolsStep, toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { unpackSource } from '../toolchain/sources.ts';
import { zlibStep } from '../zlib/recipe.ts';
import { BUILD_FOLDER, cpythonSource, includeFolders, own } from './common.ts';
import type { Variant } from './variant.ts';

/** The guest's compiler as configure needs it: programs link, though the layer below musl is not built yet. */
async function configureCompiler(context: StepContext): Promise<string> {
  const musl = path.join(context.filesOf(muslStep), 'lib');
  const zlib = path.join(context.filesOf(zlibStep), 'lib');
  return await writeGuestCompiler(context, {
    includes: includeFolders(context),
    layout: layoutFlags('no-pie'),
    linkFirst: [`-L${musl}`, `-L${zlib}`, '-Wl,--defsym=nanvix_posix_syscall=0', '-Wl,-emain'],
    linkLast: ['-lc'],
  });
}

/** What of a variant configure is told. */
export type ConfigureFields = Pick<Variant, 'docStrings' | 'computedGotos' | 'configureFlags'>;

/** What configure of any release is told. @param buildPython What it takes for a Python of the same release on this machine. */
export function configureArguments(fields: ConfigureFields, buildPython: string): string[] {
  return [
    '--host=i686-linux-musl',
    '--build=x86_64-linux-gnu',
    `--with-build-python=${buildPython}`,
    '--prefix=/',
    '--disable-shared',
    '--without-ensurepip',
    '--disable-test-modules',
    '--disable-ipv6',
    '--without-static-libpython',
    '--without-readline',
    '--without-pydebug',
    fields.computedGotos ? '--with-computed-gotos' : '--without-computed-gotos',
    fields.docStrings ? '--with-doc-strings' : '--without-doc-strings',
    ...fields.configureFlags,
  ];
}

/** The environment of configure of any release. @param bin Folder of the toolchain's programs. */
export function configureEnvironment(compiler: string, bin: string): Readonly<Record<string, string>> {
  return {
    CC: compiler,
    AR: 'ar',
    RANLIB: 'ranlib',
    // A name alone is taken for a program of the host and refused.
    READELF: path.join(bin, 'readelf'),
    // Or the machine's own zlib and others are found.
    PKG_CONFIG_LIBDIR: '/nonexistent',
    CFLAGS: '-O2',
  };
}

async function configure(context: StepContext, fields: ConfigureFields): Promise<void> {
  const env = toolPath(context, toolchainStep, pythonToolsStep);
  const sources = await unpackSource(context, cpythonSource, 'cpython', env);
  const build = path.join(context.work, BUILD_FOLDER);
  mkdirSync(path.join(build, 'Modules'), { recursive: true });
  copyFileSync(inProject('images/cpython/Setup.local'), path.join(build, 'Modules', 'Setup.local'));
  const compiler = await configureCompiler(context);
  const [bin, pythonBin] = [toolchainStep, pythonToolsStep].map((step) =>
    path.join(context.filesOf(step), 'bin'),
  ) as [string, string];
  await context.run(
    `../${sources}/configure`,
    configureArguments(fields, path.join(pythonBin, 'python3.11')),
    {
      cwd: build,
      env: {
        ...env,
        ...configureEnvironment(compiler, bin),
        CONFIG_SITE: inProject('images/cpython/config.site'),
      },
    },
  );
  rmSync(path.join(build, 'config.log'), { force: true });
  renameSync(build, path.join(context.out, BUILD_FOLDER));
}

/** Results: `build/` with Makefile, pyconfig.h and what else configure makes. */
export function configureStep(variant: Variant): Step {
  const { docStrings, computedGotos, configureFlags } = variant;
  const fields: ConfigureFields = { docStrings, computedGotos, configureFlags };
  return {
    name: 'cpython-configure',
    files: [...own('configure.ts', 'config.site', 'Setup.local'), compilerFile],
    steps: [cpythonSource, toolchainStep, pythonToolsStep, muslStep, zlibStep],
    parameters: { ...fields },
    run: (context) => configure(context, fields),
  };
}
