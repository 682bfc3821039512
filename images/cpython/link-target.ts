/**
 * What the Python program is linked for: what lies below CPython's own objects, which make no system call themselves. The same
 * objects are linked for the guest, and for Linux, as the reference that the guest is held against.
 */
import path from 'node:path';
import type { Era } from '../abi/eras.ts';
import { inProject } from '../build/paths.ts';
import type { Step, StepContext } from '../build/step.ts';
import { libposixSteps } from '../libposix/recipe.ts';
import { nativeLibcSteps } from '../musl/native.ts';
import { muslSteps } from '../musl/recipe.ts';
import type { GuestCompilerOptions } from '../toolchain/guest-compiler.ts';
import { layoutFlags, type Link } from '../toolchain/layout.ts';
import { zlibSteps } from '../zlib/recipe.ts';

/** This file: an input of every step that links Python. */
export const linkTargetFile: string = inProject('images/cpython/link-target.ts');

export interface LinkTarget {
  /** Part of the name of the step; empty for the guest's usual one. */
  readonly name: string;
  /** Whose kernel calls the snapshot is asked for by. Linux answers them with an error. */
  readonly era: Era;
  /** The steps with the libraries. */
  readonly steps: (link: Link) => readonly Step[];
  /** How the compiler links with them. */
  readonly options: (context: StepContext, link: Link) => Omit<GuestCompilerOptions, 'includes'>;
}

const librariesOf = (context: StepContext, steps: readonly Step[]): string[] =>
  steps.map((step) => path.join(context.filesOf(step), 'lib'));

/** A guest with the kernel interface of an era. */
export function guestTarget(era: Era): LinkTarget {
  const steps = (link: Link): readonly Step[] => [muslSteps[link], zlibSteps[link], libposixSteps[era][link]];
  return {
    name: era === 'S' ? '' : era.toLowerCase(),
    era,
    steps,
    options: (context, link) => ({
      layout: layoutFlags(link),
      linkFirst: [...librariesOf(context, steps(link)).map((one) => `-L${one}`), '-Wl,-u,_start'],
      linkLast: ['-lposix', '-lc'],
    }),
  };
}

const linuxLibc = nativeLibcSteps['guest-math'];

/** Linux on this machine's own processor, with the guest's musl but for its system calls. */
export const linuxTarget: LinkTarget = {
  name: 'linux',
  era: 'S',
  steps: (link) => [linuxLibc, zlibSteps[link]],
  options: (context, link) => {
    const [libc = '', zlib = ''] = librariesOf(context, [linuxLibc, zlibSteps[link]]);
    return {
      layout: ['-static', '-no-pie', '-Wl,--build-id=none'],
      linkFirst: [`-L${libc}`, `-L${zlib}`, path.join(libc, 'crt1.o'), path.join(libc, 'crti.o')],
      linkLast: ['-lc', path.join(libc, 'crtn.o')],
    };
  },
};
