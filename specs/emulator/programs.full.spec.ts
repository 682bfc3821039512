/**
 * Whole programs print the same here as on the processor of this host and in QEMU, neither of which was written here: integers with
 * their flags, strings, the x87 and SSE on numbers of every kind in every rounding mode, flags and all; and the libc's programs. In our
 * machine they do so by every way of running: interpreted, compiled, stopped, stepped, restored, from a file, with the code of an earlier run.
 */

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot } from '../../harness/index.ts';
import type { BootOptions } from '../../harness/index.ts';
import { compileProgram } from '../../images/index.ts';
import { sayNatively, textPrograms, sourceOf } from '../libc/programs.ts';
import { type End, finish } from '../snapshots/support/exactness.ts';
import { seededRandom } from '../snapshots/support/random.ts';
import { scratchFolder } from '../snapshots/support/scratch-folder.ts';
import { stopSomewhere, ways } from '../snapshots/support/ways.ts';
import { runNatively, runsNatively, USER_QEMU } from '../support/native.ts';
import { lacks } from '../support/tools.ts';

const folder = fileURLToPath(new URL('../../images/programs/processor/', import.meta.url));
const flags = ['-O2', '-Wall', '-Wextra', '-Werror'];
const PROGRAMS = { integers: flags, x87: flags, sse: [...flags, '-msse2'] } as const;
type ProgramName = keyof typeof PROGRAMS;
const NAMES = Object.keys(PROGRAMS) as ProgramName[];
const source = (name: ProgramName) => ({
  sources: [`${folder}${name}.c`],
  flags: PROGRAMS[name],
  cwd: folder,
});

/** What QEMU 7.2 does otherwise than a processor, by the names of lines. */
const QEMU_OTHERWISE: readonly { readonly reason: string; readonly lines: RegExp }[] = [
  { reason: 'denormal operands and C1 are not reported', lines: /, (details|denormals) / },
  {
    reason: 'remainders, FRNDINT and BCD are rounded to the precision of the control word',
    lines: /^(fprem1?|frndint|fbstp and fbld)[ ,]/,
  },
  { reason: 'of two operands that are no numbers, FSCALE keeps the other', lines: /^fscale / },
  {
    reason: 'with denormal operands taken for zero, MIN and MAX give zero for one',
    lines: /^(min|max)[ps][sd] /,
  },
  { reason: 'a double that becomes a denormal single is not flushed to zero', lines: /^cvt[ps]d2[ps]s[ ,]/ },
];
const comparedInQemu = (output: string): string[] =>
  output.split('\n').filter((line) => !QEMU_OTHERWISE.some(({ lines }) => lines.test(line)));

const native = await runsNatively();
const inQemu = native && !lacks(USER_QEMU);

describe.each(NAMES)('%s', (name) => {
  const scratch = scratchFolder();
  const random = seededRandom(name.length);
  let options: BootOptions;
  let uninterrupted: End;

  beforeAll(async () => {
    const { elf } = await compileProgram(source(name));
    options = { program: elf.path };
    uninterrupted = await finish(await boot(options));
  });

  it('runs to its end, interpreted as well', async () => {
    expect(uninterrupted).toMatchObject({
      outcome: 'exit 0',
      output: expect.stringMatching(/^(.+ [0-9a-f]{16}\n)+$/) as string,
    });
    expect(await finish(await boot({ ...options, compile: false }))).toEqual(uninterrupted);
  });

  it.skipIf(!native)('prints what it prints on the processor of this host', async () => {
    expect(uninterrupted.output).toBe(await runNatively(source(name), 'guest-math'));
  });

  it.skipIf(!inQemu)('prints what it prints in QEMU', async () => {
    const there = await runNatively(source(name), 'guest-math', [], USER_QEMU);
    expect(comparedInQemu(uninterrupted.output)).toEqual(comparedInQemu(there));
  });

  it('ends the same with the code of an earlier run', async () => {
    const guest = await boot(options);
    const start = guest.capture({ compiled: false });
    guest.run();
    guest.restore(start, 'continue', { compiled: 'keep' });
    expect(await finish(guest)).toEqual(uninterrupted);
  });

  const places: (() => void)[] = [];
  afterAll(() => {
    for (const dispose of places) dispose();
  });

  it.each(Object.entries(ways))('ends the same %s', async (_, way) => {
    const stopped = await stopSomewhere(options, uninterrupted.instructions, random, scratch.path('file'));
    places.push(() => {
      stopped.guest.dispose();
    });
    expect(await way(stopped)).toEqual(uninterrupted);
    stopped.guest.dispose();
  });
});

describe.skipIf(!inQemu)('the programs of libc, in QEMU', () => {
  it.each(textPrograms)('%s prints what it prints on the processor of this host', async (name) => {
    const there = await runNatively({ ...sourceOf(name), cwd: folder }, 'upstream', [], USER_QEMU);
    expect(there).toBe(await sayNatively(name, 'upstream'));
  });
});
