/**
 * The programs of images/programs/libc, run in the guest and on this machine: the same C against the guest's libc, and
 * against musl for Linux on the host's own processor.
 */
import { fileURLToPath } from 'node:url';
import { boot } from '../../harness/index.ts';
import { compileProgram, createRamfs } from '../../images/index.ts';
import type { NativeLibc } from '../../images/musl/native.ts';
import { runNatively } from '../support/native.ts';

const folder = fileURLToPath(new URL('../../images/programs/libc/', import.meta.url));

/** Programs that print sections of text; `math` prints a line for each function. */
export const textPrograms = [
  'strings',
  'numbers',
  'sorting',
  'times',
  'text',
  'patterns',
  'streams',
] as const;
export type LibcProgram = (typeof textPrograms)[number] | 'math';

/** Rounding modes count, and a call is a call: the compiler knows nothing of what it could compute itself. */
const flags = ['-O2', '-fno-builtin', '-frounding-math', '-Wall', '-Wextra', '-Werror'];
export const sourceOf = (name: LibcProgram) => ({ sources: [`${folder}${name}.c`], flags });

/** What the program prints in the guest. */
export async function sayInGuest(name: LibcProgram, ...args: readonly string[]): Promise<string> {
  const { elf } = await compileProgram(sourceOf(name));
  const guest = await boot({
    program: elf.path,
    programName: name,
    args,
    ramfs: createRamfs({}, { freeBytes: 1 << 20 }),
  });
  const { output, outcome } = guest.result(await guest.runToEnd());
  guest.dispose();
  if (outcome.kind !== 'exit' || outcome.status !== 0) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
  return output;
}

/** What the program prints on this machine. */
export async function sayNatively(
  name: LibcProgram,
  libc: NativeLibc,
  ...args: readonly string[]
): Promise<string> {
  return await runNatively({ ...sourceOf(name), cwd: folder }, libc, args);
}

/** Sections of what a program printed: their names and texts. */
export function sectionsOf(output: string): Map<string, string> {
  const parts = output.split(/^== (.*)\n/m).slice(1);
  return new Map(parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1] ?? '']] : [])));
}

/** What `math` says of a function: digests of its results and of the exceptions they raised. */
export interface FunctionDigests {
  readonly values: string;
  readonly exceptions: string;
}

/** The lines of `math` by function. */
export function digestsOf(output: string): Map<string, FunctionDigests> {
  const lines = output.trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', values = '', exceptions = ''] = line.split(/\s+/);
      return [name, { values, exceptions }];
    }),
  );
}
