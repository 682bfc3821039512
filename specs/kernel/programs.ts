/** The kernel-call programs of images/programs/kcalls: C without a libc, each with checks of its own. */
import { fileURLToPath } from 'node:url';
import type { Era } from '../../images/abi/index.ts';
import { compileProgram } from '../../images/index.ts';

const folder = fileURLToPath(new URL('../../images/programs/kcalls/', import.meta.url));

/** Compiles one of them for an era and gives the path of its ELF. */
export async function kernelCallProgram(name: string, era: Era = 'S'): Promise<string> {
  const { elf } = await compileProgram({
    era,
    sources: [`${folder}start.S`, `${folder}${name}.c`],
    flags: ['-nostdlib', '-ffreestanding', '-O2', '-std=gnu11', '-Wall', '-Wextra', '-Werror'],
  });
  return elf.path;
}

/** What a program's checks said: names of those that passed, and lines of those that did not. */
export function checks(console: string): {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
} {
  const lines = console.split('\n');
  return {
    passed: lines.filter((line) => line.startsWith('PASS ')).map((line) => line.slice('PASS '.length)),
    failed: lines.filter((line) => line.startsWith('FAIL ')),
  };
}
