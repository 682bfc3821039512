/**
 * Only what is wanted is built: a C program waits for a compiler, a libc, the POSIX layer and one kernel, never for CPython.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../images/build/paths.ts';
import type { Step } from '../../images/build/step.ts';
import { ensureWanted } from '../../images/index.ts';
import { kernelSteps } from '../../images/kernel/recipe.ts';
import { libposixStep } from '../../images/libposix/recipe.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

/** What only CPython is made from. */
const CPYTHON = /cpython|zlib|python/;

/** A cache folder with all of the user's images but these. */
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'nanvix-v86-wanted-'));
  mkdirSync(path.join(cache, 'images'));
  const whole = path.join(cacheRoot(), 'images');
  for (const name of readdirSync(whole)) {
    if (!CPYTHON.test(name) && !name.startsWith('kernel-'))
      symlinkSync(path.join(whole, name), path.join(cache, 'images', name));
  }
});
afterEach(() => {
  rmSync(cache, { recursive: true });
});

/** Names of a step and all that it is made from. */
function namesBehind(step: Step): string[] {
  return [step.name, ...step.steps.flatMap(namesBehind)];
}

describe('a C program', () => {
  it('needs no step of CPython, to be compiled or to be run', () => {
    const names = [libposixStep, kernelSteps.S[256]].flatMap(namesBehind);
    expect(names).toContain('musl');
    expect(names.filter((name) => CPYTHON.test(name))).toEqual([]);
  });

  it.each([128, 256])('is run where CPython was never built, on the one kernel of %i MiB', async (memory) => {
    const program = await compileC('seven', 'int main(void) { return 7; }');
    const result = await nanvix(['run', '--memory', String(memory), '--', program], '', {
      NANVIX_V86_CACHE: cache,
    });
    expect(result).toMatchObject({ status: 7, stdout: '' });
    const built = readdirSync(path.join(cache, 'images'), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    );
    expect(built.map(({ name }) => name.replace(/-[0-9a-f]{24}$/, ''))).toEqual([`kernel-${memory}`]);
  });
});

describe('what is wanted', () => {
  it('is given, and nothing else', async () => {
    const { kernel, python, ramfs } = await ensureWanted({ kernel: 128 });
    expect(Object.keys(kernel)).toEqual(['128']);
    expect([python, ramfs]).toEqual([undefined, undefined]);
  });

  it('is CPython with its volume, where that is wanted', async () => {
    const { kernel, python, ramfs } = await ensureWanted({ python: true });
    expect(kernel).toEqual({});
    expect(python?.elf.path).toMatch(/python\.elf$/);
    expect(ramfs?.hello.path).toMatch(/hello\.img$/);
  });

  it('can be nothing', async () => {
    expect(await ensureWanted({})).toEqual({ kernel: {}, warnings: [] });
  });
});
