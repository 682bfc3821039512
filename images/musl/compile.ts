/**
 * What all builds of musl have in common, the guest's and the one for this machine: how its sources are unpacked, which
 * of its math functions are generic C, and how it is configured and made.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { guestFlags } from '../toolchain/guest-compiler.ts';
import { toolPath } from '../toolchain/recipe.ts';
import { sourceStep, unpackSource } from '../toolchain/sources.ts';
import { inexactFiles } from './exact-math.ts';

/** The tarball, an input of every build. */
export const muslSourceStep: Step = sourceStep('musl');

/** Files of the project that every build is made from. */
export const muslBuildFiles: readonly string[] = ['compile.ts', 'exact-math.ts'].map((name) =>
  inProject('images/musl', name),
);

/** Flags of every build, behind those that say what for. */
export const muslFlags: readonly string[] = [
  '-O2',
  '-fomit-frame-pointer',
  '-fno-unwind-tables',
  '-fno-asynchronous-unwind-tables',
];

/** Unpacks the sources into the step's work folder and returns the folder's path. */
export async function unpackMusl(context: StepContext): Promise<string> {
  return path.join(context.work, await unpackSource(context, muslSourceStep, 'musl', toolPath(context)));
}

/** Leaves musl's generic C in the place of assembler whose results hang on the processor: see exact-math.ts. */
export function leaveOutInexactMath(context: StepContext, folder: string): void {
  const math = path.join(folder, 'src/math/i386');
  const files = readdirSync(math).map((name): [string, string] => [
    name,
    readFileSync(path.join(math, name), 'utf8'),
  ]);
  const left = inexactFiles(new Map(files));
  for (const name of left) rmSync(path.join(math, name));
  context.log(`generic C in the place of ${left.join(' ')}`);
}

/** Configures and makes the static library; results are `include/` and `lib/`. */
export async function makeMusl(
  context: StepContext,
  folder: string,
  flags: readonly string[],
): Promise<void> {
  const env = toolPath(context);
  await context.run(
    './configure',
    ['--target=i686-linux-musl', `--prefix=${context.out}`, '--disable-shared', '--disable-gcc-wrapper'],
    {
      cwd: folder,
      env: {
        ...env,
        CC: ['gcc', ...guestFlags].join(' '),
        CFLAGS: [...flags, ...context.prefixMap].join(' '),
        AR: 'ar',
        RANLIB: 'ranlib',
      },
    },
  );
  await context.run('make', [`-j${availableParallelism()}`, 'install-libs', 'install-headers'], {
    cwd: folder,
    env,
  });
}
