/** The kernel's ELF for an era and a size of memory, compiled as build.ts says. */
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import { headersSteps } from '../abi/recipe.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { compileAll, compileFile } from '../toolchain/compile.ts';
import { toolchainStep } from '../toolchain/recipe.ts';
import type { KernelMemory } from '../types.ts';
import { kernelBuild, memoryFlag } from './build.ts';

const folder = inProject('images/kernel');

const sourcesOf = (era: Era): readonly string[] => [...kernelBuild.sources, ...kernelBuild.eraSources[era]];

async function buildKernel(context: StepContext, era: Era, memory: KernelMemory): Promise<void> {
  const compiler = path.join(context.filesOf(toolchainStep), 'bin', 'gcc');
  // The compiler's own headers lie elsewhere on each machine, and debug information would say where.
  const said = await context.run(compiler, ['-m32', '-print-file-name=include'], { quiet: true });
  const own = path.normalize(said.trim());
  const objects = await compileAll(context, {
    compiler,
    root: folder,
    sources: sourcesOf(era),
    flags: [
      ...kernelBuild.compileFlags,
      memoryFlag(memory),
      `-I${context.filesOf(headersSteps[era])}`,
      `-ffile-prefix-map=${own}=/gcc/include`,
    ],
    objects: path.join(context.work, 'objects'),
  });
  const script = path.join(folder, kernelBuild.linkerScript);
  const target = path.join(context.out, kernelFile(memory, era));
  await context.run(compiler, [...kernelBuild.linkFlags, '-T', script, ...objects, '-o', target]);
}

/** Name of the result of a kernel's step. */
export function kernelFile(memory: KernelMemory, era: Era = 'S'): string {
  return `${kernelName(memory, era)}.elf`;
}

function kernelName(memory: KernelMemory, era: Era): string {
  return era === 'S' ? `kernel-${memory}` : `kernel-${era.toLowerCase()}-${memory}`;
}

function kernelStep(era: Era, memory: KernelMemory): Step {
  return {
    name: kernelName(memory, era),
    files: [
      compileFile,
      ...['recipe.ts', kernelBuild.linkerScript, ...sourcesOf(era), ...kernelBuild.headers].map((name) =>
        path.join(folder, name),
      ),
    ],
    steps: [toolchainStep, headersSteps[era]],
    parameters: { memory, compileFlags: kernelBuild.compileFlags, linkFlags: kernelBuild.linkFlags },
    run: (context) => buildKernel(context, era, memory),
  };
}

/** By era and memory size in MiB. Results: {@link kernelFile} with symbols. */
export const kernelSteps: Readonly<Record<Era, Readonly<Record<KernelMemory, Step>>>> = {
  S: { 128: kernelStep('S', 128), 256: kernelStep('S', 256) },
  M: { 128: kernelStep('M', 128), 256: kernelStep('M', 256) },
};
