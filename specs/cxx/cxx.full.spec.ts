/** C++ in the guest: the language and libstdc++ do what they are to, as the programs of images/programs/cxx check it. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Era } from '../../images/abi/index.ts';
import { compileProgram, createRamfs } from '../../images/index.ts';
import { runGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const folder = fileURLToPath(new URL('../../images/programs/cxx/', import.meta.url));

async function runCxx(name: string, era: Era) {
  const flags = ['-std=c++20', '-O1', '-Wall', '-Wextra', '-Werror'];
  const { elf } = await compileProgram({ sources: [`${folder}${name}.cpp`], flags, era });
  const ramfs = createRamfs({}, { freeBytes: 1 << 20 });
  const { output, outcome } = await runGuest({ program: elf.path, era, programName: name, ramfs });
  const lines = output.split('\n');
  const starting = (word: string): string[] => lines.filter((line) => line.startsWith(word));
  return { passed: starting('PASS '), failed: starting('FAIL '), outcome };
}

describe('C++', () => {
  it.each([
    ['language', 'S', 'exceptions, types at run time, the life of objects', 18],
    ['library', 'S', 'streams, threads, time, files, expressions', 40],
    ['language', 'M', 'exceptions in the other era', 18],
  ] as const)('%s, Era %s: %s', async (name, era, _what, fewest) => {
    const { passed, failed, outcome } = await runCxx(name, era);
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(fewest);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('ends a program whose exception nobody catches as abort does', async () => {
    const program = await compileC('uncaught', 'int main() { throw 1; }', [], 'S', '.cc');
    const { outcome, errorOutput } = await runGuest({ program });
    expect(errorOutput).toContain("terminate called after throwing an instance of 'int'");
    expect(outcome).toEqual({ kind: 'exit', status: 134 });
  });
});
