/**
 * TinyCC as a program of the guest, for machines without a compiler, and the folder of headers and libraries that it compiles with.
 * Its sources are unpatched; `harness/cli/compile-in-guest.ts` runs it.
 */
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import { headersSteps } from '../abi/recipe.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { libposixSteps } from '../libposix/recipe.ts';
import { muslStep } from '../musl/recipe.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { layoutFile, layoutFlags } from '../toolchain/layout.ts';
import { pythonToolsStep, toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { sourceStep, unpackSource } from '../toolchain/sources.ts';

const FOLDER = 'images/tcc';
const source = sourceStep('tcc');

/** Result of {@link tccStep}: the compiler. */
export const TCC_FILE = 'tcc.elf';
/** Of the sysroot: linked first and last, in this order. */
export const START_FILES = ['start.o', 'crti.o'] as const;
export const LIBRARIES = [
  'libposix.a',
  'libc.a',
  'libposix.a',
  'libc.a',
  'libtcc1.a',
  'libgcc.a',
  'crtn.o',
] as const;

const compileFlags = ['-O2', '-w', '-DTCC_TARGET_I386', '-DONE_SOURCE=1'];
const runtimeFlags = ['-O2', '-w', '-DTCC_TARGET_I386', '-fno-asynchronous-unwind-tables'];

async function buildTcc(context: StepContext): Promise<void> {
  const env = toolPath(context, toolchainStep, pythonToolsStep);
  const folder = path.join(context.work, await unpackSource(context, source, 'tcc', env));
  const [musl, headers, posix] = [muslStep, headersSteps.S, libposixSteps.S['no-pie']].map(context.filesOf);
  const compiler = await writeGuestCompiler(context, {
    includes: [path.join(musl ?? '', 'include'), headers ?? ''],
    layout: layoutFlags('no-pie'),
    linkFirst: [`-L${musl ?? ''}/lib`, `-L${posix ?? ''}/lib`, '-Wl,-u,_start'],
    linkLast: ['-lposix', '-lc'],
  });
  const config = [`-I${inProject(FOLDER)}`, `-I${folder}`];
  const built = path.join(context.out, TCC_FILE);
  await context.run(compiler, [...compileFlags, ...config, path.join(folder, 'tcc.c'), '-s', '-o', built]);
  // Its own headers, and the functions that its code calls.
  cpSync(path.join(folder, 'include'), path.join(context.out, 'tcc', 'include'), { recursive: true });
  const objects = await Promise.all(
    ['libtcc1.c', 'alloca86.S'].map(async (name) => {
      const object = path.join(context.work, `${path.parse(name).name}.o`);
      await context.run(compiler, [
        ...runtimeFlags,
        ...config,
        '-c',
        path.join(folder, 'lib', name),
        '-o',
        object,
      ]);
      return object;
    }),
  );
  mkdirSync(path.join(context.out, 'lib'));
  await context.run('ar', ['rcsD', path.join(context.out, 'lib', 'libtcc1.a'), ...objects], { env });
  copyFileSync(path.join(folder, 'COPYING'), path.join(context.out, 'COPYING'));
}

/** Results: {@link TCC_FILE}, `tcc/include/`, `lib/libtcc1.a`, `COPYING`. */
export const tccStep: Step = {
  name: 'tcc',
  files: [inProject(FOLDER, 'recipe.ts'), inProject(FOLDER, 'config.h'), compilerFile, layoutFile],
  steps: [source, toolchainStep, pythonToolsStep, muslStep, headersSteps.S, libposixSteps.S['no-pie']],
  parameters: { compileFlags, runtimeFlags },
  run: buildTcc,
};

/** Libraries are stripped of what only debuggers read: the compiler reads them through a volume. */
async function buildSysroot(context: StepContext, era: Era): Promise<void> {
  const env = toolPath(context);
  const [tcc, musl, headers, posix] = [
    tccStep,
    muslStep,
    headersSteps[era],
    libposixSteps[era]['no-pie'],
  ].map(context.filesOf);
  const gcc = path.join(context.filesOf(toolchainStep), 'bin', 'gcc');
  const libgcc = (await context.run(gcc, ['-m32', '-print-libgcc-file-name'], { quiet: true })).trim();
  const [include, lib] = [path.join(context.out, 'include'), path.join(context.out, 'lib')];
  for (const from of [path.join(musl ?? '', 'include'), headers ?? '', inProject('images/libposix/include')])
    cpSync(from, include, { recursive: true });
  cpSync(path.join(tcc ?? '', 'tcc'), path.join(context.out, 'tcc'), { recursive: true });
  mkdirSync(lib);
  const files = [
    ...['libc.a', 'crti.o', 'crtn.o'].map((name) => path.join(musl ?? '', 'lib', name)),
    path.join(posix ?? '', 'lib', 'libposix.a'),
    path.join(tcc ?? '', 'lib', 'libtcc1.a'),
    libgcc,
  ];
  for (const file of files) {
    const target = path.join(lib, path.basename(file));
    await context.run('strip', ['--strip-debug', '--enable-deterministic-archives', '-o', target, file], {
      env,
    });
  }
  await context.run(gcc, ['-m32', '-c', inProject(FOLDER, 'start.S'), '-o', path.join(lib, 'start.o')]);
}

function sysrootFor(era: Era): Step {
  return {
    name: era === 'S' ? 'tcc-sysroot' : `tcc-sysroot-${era.toLowerCase()}`,
    files: [
      inProject(FOLDER, 'recipe.ts'),
      inProject(FOLDER, 'start.S'),
      ...projectFiles('images/libposix/include', ['.h']),
    ],
    steps: [tccStep, toolchainStep, muslStep, headersSteps[era], libposixSteps[era]['no-pie']],
    run: (context) => buildSysroot(context, era),
  };
}

/** Results of each: `include/`, `lib/` and `tcc/`, as the compiler finds them at the top of its volume. */
export const tccSysrootSteps: Readonly<Record<Era, Step>> = { S: sysrootFor('S'), M: sysrootFor('M') };
