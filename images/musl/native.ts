/**
 * The reference that the guest's libc is held against: the same musl for Linux on this machine's own processor, and
 * programs linked with it. Only specs use it, so nothing else waits for it; it runs where the kernel runs 32-bit programs.
 */
import { cpSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import type { ProgramSource } from '../programs/recipe.ts';
import { programName, sourceDigests } from '../programs/recipe.ts';
import { compilerFile, guestFlags, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { toolchainStep, toolPath } from '../toolchain/recipe.ts';
import {
  leaveOutInexactMath,
  makeMusl,
  muslBuildFiles,
  muslFlags,
  muslSourceStep,
  unpackMusl,
} from './compile.ts';

/**
 * Which musl. `upstream`: as it comes, with i386 assembler for the math functions. `guest-math`: with the guest's choice
 * of generic C and its replacements, so that results have to be equal to the last bit.
 */
export type NativeLibc = 'upstream' | 'guest-math';

const recipe = inProject('images/musl/native.ts');
const MATH_OVERLAY = 'images/musl/overlay/src/math';

function libcStep(kind: NativeLibc): Step {
  return {
    name: `musl-native-${kind}`,
    files: [recipe, ...muslBuildFiles, ...(kind === 'guest-math' ? projectFiles(MATH_OVERLAY, ['.c']) : [])],
    steps: [muslSourceStep, toolchainStep],
    parameters: { flags: [...guestFlags, ...muslFlags] },
    run: async (context) => {
      const folder = await unpackMusl(context);
      if (kind === 'guest-math') {
        leaveOutInexactMath(context, folder);
        cpSync(inProject(MATH_OVERLAY), path.join(folder, 'src/math'), { recursive: true });
      }
      await makeMusl(context, folder, muslFlags);
    },
  };
}

/** musl for Linux. Results: `include/` and `lib/`. */
export const nativeLibcSteps: Readonly<Record<NativeLibc, Step>> = {
  upstream: libcStep('upstream'),
  'guest-math': libcStep('guest-math'),
};

async function compile(context: StepContext, libc: Step, program: ProgramSource, sources: readonly string[]) {
  const files = context.filesOf(libc);
  const lib = (name: string): string => path.join(files, 'lib', name);
  const compiler = await writeGuestCompiler(context, {
    includes: [path.join(files, 'include')],
    layout: ['-static', '-no-pie'],
    linkFirst: [lib('crt1.o'), lib('crti.o')],
    linkLast: [lib('libc.a'), lib('crtn.o')],
  });
  const target = path.join(context.out, programName(sources));
  await context.run(compiler, [...sources, ...program.flags, '-o', target], {
    cwd: program.cwd,
    env: toolPath(context),
  });
}

/** The step that compiles and links a program for this machine. Result: `programName(sources)`. */
export function nativeProgramStep(program: ProgramSource, kind: NativeLibc): Step {
  const sources = program.sources.map((file) => path.resolve(program.cwd, file));
  const libc = nativeLibcSteps[kind];
  return {
    name: 'native-program',
    files: [recipe, compilerFile],
    steps: [toolchainStep, libc],
    parameters: { ...sourceDigests(program), libc: kind },
    run: (context) => compile(context, libc, program, sources),
  };
}
