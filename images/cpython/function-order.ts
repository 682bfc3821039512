/**
 * Lays functions out by use: those that hello executes stand next to one another, in the order of their first use, so
 * that fewer pages of code are touched and, by an emulator, compiled.
 *
 * How: the variant is compiled with a section for each function, and the linker's own script sorts sections named
 * `.text.sorted.*` by name. So the sections of the functions listed in function-order.txt get such names.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from '../build/paths.ts';

/** Function names, one a line, in the order of their first use. Made by `npm run images:order`. */
export const functionOrderFile: string = inProject('images/cpython/function-order.txt');

/** Writes options for objcopy that give listed functions their place; returns the argument that names the file. */
export function writeOrderOptions(target: string): string {
  const names = readFileSync(functionOrderFile, 'utf8').split('\n').filter(Boolean);
  const options = names.map(
    (name, place) => `--rename-section .text.${name}=.text.sorted.${String(place).padStart(5, '0')}`,
  );
  writeFileSync(target, `${options.join('\n')}\n`);
  return `@${target}`;
}
