/**
 * musl for the guest: upstream's sources with overlay/ laid over them, so that each system call is a call of libposix.
 * No line of musl is patched; files are replaced or left out.
 */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { projectFiles } from '../build/tree.ts';
import { debugFlags } from '../toolchain/debug-info.ts';
import { guestFlags } from '../toolchain/guest-compiler.ts';
import { objectFlags } from '../toolchain/layout.ts';
import type { Link } from '../toolchain/layout.ts';
import { toolchainStep } from '../toolchain/recipe.ts';
import {
  leaveOutInexactMath,
  makeMusl,
  muslBuildFiles,
  muslFlags,
  muslSourceStep,
  unpackMusl,
} from './compile.ts';

const OVERLAY = 'images/musl/overlay';

/** Assembler that makes Linux system calls of its own; without it musl compiles its generic C, which does not. */
const leftOut = [
  'src/thread/i386/__set_thread_area.s',
  'src/thread/i386/clone.s',
  'src/thread/i386/__unmapself.s',
  'src/process/i386/vfork.s',
  'src/signal/i386/restore.s',
  'src/internal/i386/defsysinfo.s',
];

const flags = [...muslFlags, ...debugFlags];

async function buildMusl(context: StepContext, link: Link): Promise<void> {
  const folder = await unpackMusl(context);
  for (const file of leftOut) rmSync(path.join(folder, file));
  leaveOutInexactMath(context, folder);
  cpSync(inProject(OVERLAY), folder, { recursive: true, filter: (file) => !file.endsWith('.md') });
  await makeMusl(context, folder, [...flags, ...objectFlags[link]]);
  // Start files for dynamic and profiled programs; ours is libposix.
  for (const name of readdirSync(path.join(context.out, 'lib'))) {
    if (/^(crt1|Scrt1|rcrt1)\.o$/.test(name)) rmSync(path.join(context.out, 'lib', name));
  }
}

function stepFor(link: Link): Step {
  return {
    name: link === 'pie' ? 'musl-pie' : 'musl',
    files: [
      inProject('images/musl/recipe.ts'),
      ...muslBuildFiles,
      ...projectFiles(OVERLAY, ['.h', '.s', '.c', '.in']),
    ],
    steps: [muslSourceStep, toolchainStep],
    parameters: { flags: [...guestFlags, ...flags, ...objectFlags[link]], leftOut },
    run: (context) => buildMusl(context, link),
  };
}

/** Results of each: `include/` and `lib/` (libc.a, crti.o, crtn.o and musl's empty libm.a and others). */
export const muslSteps: Readonly<Record<Link, Step>> = { 'no-pie': stepFor('no-pie'), pie: stepFor('pie') };

/** The one that every program but a position-independent one is linked with; the headers are the same. */
export const muslStep: Step = muslSteps['no-pie'];
