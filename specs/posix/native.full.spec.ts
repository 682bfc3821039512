/**
 * What the programs of images/programs/posix check holds on Linux too: the checks are no invention of the layer that they
 * check. Skipped where the machine runs no 32-bit programs of Linux. (mappings asks for addresses that musl's own static
 * programs lie at: linux.spec.ts asks it of the host's libc.)
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runNatively, runsNatively } from '../support/native.ts';

const folder = fileURLToPath(new URL('../../images/programs/posix/', import.meta.url));
const native = await runsNatively();
if (!native)
  console.warn('skipped: specs/posix/native.full.spec.ts needs an x86-64 Linux that runs 32-bit programs');

/** Programs, and those of their checks that say what is missing here: Linux has it. */
const programs: readonly (readonly [name: string, hereOnly: readonly string[]])[] = [
  ['channels', []],
  ['devices', []],
  ['epoll', []],
  ['fairness', []],
  ['fenv', []],
  ['fifos', []],
  ['hosts', []],
  ['links', []],
  ['long-folders', []],
  ['sharing', []],
  ['process', []],
  ['sockets', []],
  ['signals', []],
  ['stdio', []],
  ['threads', ['and how large its stack may get']],
  ['time', []],
  ['timers', ['there is no timer for every clock']],
];

/** Programs that only root may run: the guest's user is root. */
const forRoot = new Set(['links', 'process']);
const isRoot = process.getuid?.() === 0;

/** What a program prints, also when it says by its status that a check failed. */
async function outputOf(name: string): Promise<string> {
  const source = { sources: [`${folder}${name}.c`], flags: ['-O2', `-I${folder}`], cwd: folder };
  try {
    return await runNatively(source, 'upstream');
  } catch (error) {
    const { stdout, code } = error as { stdout?: string; code?: unknown };
    if (code === 1 && stdout !== undefined) return stdout;
    throw error;
  }
}

describe.skipIf(!native)('on Linux', () => {
  it.each(programs.filter(([name]) => isRoot || !forRoot.has(name)))(
    'every check of %s passes',
    async (name, hereOnly) => {
      const lines = (await outputOf(name)).split('\n');
      const failed = lines.filter((line) => line.startsWith('FAIL '));
      expect(failed.map((line) => line.slice('FAIL '.length).replace(/: result .*$/, ''))).toEqual(hereOnly);
      expect(lines).toContain(hereOnly.length === 0 ? 'all passed' : 'some failed');
    },
  );
});
