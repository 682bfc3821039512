// The kernel's ELF for one size of memory, compiled as build.ts says.
import path from 'node:path';
import { headersStep } from '../abi/recipe.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { compileAll, compileFile } from '../toolchain/compile.ts';
import { toolchainStep } from '../toolchain/recipe.ts';
import type { KernelMemory } from '../types.ts';
import { kernelBuild, memoryFlag } from './build.ts';

const folder = inProject('images/kernel');

async function buildKernel(context: StepContext, memory: KernelMemory): Promise<void> {
  const compiler = path.join(context.filesOf(toolchainStep), 'bin', 'gcc');
  // The compiler's own headers lie elsewhere on each machine, and debug information would say where.
  const said = await context.run(compiler, ['-m32', '-print-file-name=include'], { quiet: true });
  const own = path.normalize(said.trim());
  const objects = await compileAll(context, {
    compiler,
    root: folder,
    sources: kernelBuild.sources,
    flags: [
      ...kernelBuild.compileFlags,
      memoryFlag(memory),
      `-I${context.filesOf(headersStep)}`,
      `-ffile-prefix-map=${own}=/gcc/include`,
    ],
    objects: path.join(context.work, 'objects'),
  });
  const script = path.join(folder, kernelBuild.linkerScript);
  const target = path.join(context.out, kernelFile(memory));
  await context.run(compiler, [...kernelBuild.linkFlags, '-T', script, ...objects, '-o', target]);
}

/** Name of the result of a kernel's step. */
export function kernelFile(memory: KernelMemory): string {
  return `kernel-${memory}.elf`;
}

function kernelStep(memory: KernelMemory): Step {
  return {
    name: `kernel-${memory}`,
    files: [
      compileFile,
      ...['recipe.ts', kernelBuild.linkerScript, ...kernelBuild.sources, ...kernelBuild.headers].map((name) =>
        path.join(folder, name),
      ),
    ],
    steps: [toolchainStep, headersStep],
    parameters: { memory, compileFlags: kernelBuild.compileFlags, linkFlags: kernelBuild.linkFlags },
    run: (context) => buildKernel(context, memory),
  };
}

/** By memory size in MiB. Results: `kernel-<size>.elf` with symbols. */
export const kernelSteps: Readonly<Record<KernelMemory, Step>> = {
  128: kernelStep(128),
  256: kernelStep(256),
};
