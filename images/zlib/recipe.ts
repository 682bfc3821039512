/** zlib for the guest: upstream's sources as they are, for CPython's modules zlib and binascii. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { muslStep } from '../musl/recipe.ts';
import { compileAll, compileFile } from '../toolchain/compile.ts';
import { debugFlags } from '../toolchain/debug-info.ts';
import { compilerFile, writeGuestCompiler } from '../toolchain/guest-compiler.ts';
import { objectFlags } from '../toolchain/layout.ts';
import type { Link } from '../toolchain/layout.ts';
import { pythonToolsStep, toolchainStep, toolPath } from '../toolchain/recipe.ts';
import { sourceStep, unpackSource } from '../toolchain/sources.ts';

const source = sourceStep('zlib');

/** All but the gz functions for files, which CPython does not use. */
const files = 'adler32 compress crc32 deflate infback inffast inflate inftrees trees uncompr zutil'.split(
  ' ',
);
const flags = ['-O2', '-fomit-frame-pointer', '-fno-asynchronous-unwind-tables', ...debugFlags];

async function buildZlib(context: StepContext, link: Link): Promise<void> {
  const env = toolPath(context, toolchainStep, pythonToolsStep);
  const root = path.join(context.work, await unpackSource(context, source, 'zlib', env));
  const includes = [path.join(context.filesOf(muslStep), 'include')];
  const compiler = await writeGuestCompiler(context, { includes, layout: [], linkFirst: [], linkLast: [] });
  const objects = await compileAll(context, {
    compiler,
    root,
    sources: files.map((name) => `${name}.c`),
    flags: [...flags, ...objectFlags[link]],
    objects: path.join(context.work, 'objects'),
  });
  mkdirSync(path.join(context.out, 'lib'));
  mkdirSync(path.join(context.out, 'include'));
  await context.run('ar', ['rcsD', path.join(context.out, 'lib', 'libz.a'), ...objects], { env });
  for (const name of ['zlib.h', 'zconf.h'])
    copyFileSync(path.join(root, name), path.join(context.out, 'include', name));
}

function stepFor(link: Link): Step {
  return {
    name: link === 'pie' ? 'zlib-pie' : 'zlib',
    files: [inProject('images/zlib/recipe.ts'), compileFile, compilerFile],
    steps: [source, toolchainStep, pythonToolsStep, muslStep],
    parameters: { files, flags: [...flags, ...objectFlags[link]] },
    run: (context) => buildZlib(context, link),
  };
}

/** Results of each: `include/` and `lib/libz.a`. */
export const zlibSteps: Readonly<Record<Link, Step>> = { 'no-pie': stepFor('no-pie'), pie: stepFor('pie') };

/** The one that every program but a position-independent one is linked with; the headers are the same. */
export const zlibStep: Step = zlibSteps['no-pie'];
