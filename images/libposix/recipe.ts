/**
 * libposix: what the guest's libc calls instead of Linux, and the start of a program. One archive for each era and link.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import { headersSteps } from '../abi/recipe.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { muslStep } from '../musl/recipe.ts';
import { compileAll, compileFile } from '../toolchain/compile.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { debugFlags } from '../toolchain/debug-info.ts';
import { objectFlags } from '../toolchain/layout.ts';
import type { Link } from '../toolchain/layout.ts';
import { toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { libposixFlags } from './build.ts';

const FOLDER = 'images/libposix/src';

async function buildLibposix(context: StepContext, era: Era, link: Link): Promise<void> {
  const sources = projectFiles(FOLDER, ['.c', '.S']).map((file) => path.relative(inProject(FOLDER), file));
  const includes = [path.join(context.filesOf(muslStep), 'include')];
  const compiler = await writeGuestCompiler(context, { includes, layout: [], linkFirst: [], linkLast: [] });
  const objects = await compileAll(context, {
    compiler,
    root: inProject(FOLDER),
    sources,
    flags: [
      ...libposixFlags,
      ...debugFlags,
      ...objectFlags[link],
      `-iquote${inProject(FOLDER)}`,
      `-I${context.filesOf(headersSteps[era])}`,
    ],
    objects: path.join(context.work, 'objects'),
  });
  mkdirSync(path.join(context.out, 'lib'));
  await context.run('ar', ['rcsD', path.join(context.out, 'lib', 'libposix.a'), ...objects], {
    env: toolPath(context),
  });
}

function stepFor(era: Era, link: Link): Step {
  return {
    name: ['libposix', ...(era === 'S' ? [] : [era.toLowerCase()]), ...(link === 'pie' ? ['pie'] : [])].join(
      '-',
    ),
    files: [
      compileFile,
      compilerFile,
      inProject('images/libposix/recipe.ts'),
      ...projectFiles('images/libposix', ['.c', '.S', '.h']),
    ],
    steps: [toolchainStep, muslStep, headersSteps[era]],
    parameters: { flags: [...libposixFlags, ...debugFlags, ...objectFlags[link]] },
    run: (context) => buildLibposix(context, era, link),
  };
}

/** Results of each: `lib/libposix.a`, which holds `_start` too. */
export const libposixSteps: Readonly<Record<Era, Readonly<Record<Link, Step>>>> = {
  S: { 'no-pie': stepFor('S', 'no-pie'), pie: stepFor('S', 'pie') },
  M: { 'no-pie': stepFor('M', 'no-pie'), pie: stepFor('M', 'pie') },
};

/** The one that programs are linked with unless they say otherwise. */
export const libposixStep: Step = libposixSteps.S['no-pie'];
