/**
 * What the programs of images/programs/posix check of pipes, sockets, counters and devices holds on Linux too: the checks
 * are no invention of the layer that they check. Skipped where the machine runs no 32-bit programs of Linux.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runNatively, runsNatively } from '../support/native.ts';

const folder = fileURLToPath(new URL('../../images/programs/posix/', import.meta.url));
const native = await runsNatively();
if (!native)
  console.warn('skipped: specs/posix/native.full.spec.ts needs an x86-64 Linux that runs 32-bit programs');

describe.skipIf(!native)('on Linux', () => {
  it.each(['channels', 'devices'])('every check of %s passes', async (name) => {
    const source = { sources: [`${folder}${name}.c`], flags: ['-O2', `-I${folder}`], cwd: folder };
    const output = await runNatively(source, 'upstream');
    expect(output.split('\n').filter((line) => line.startsWith('FAIL '))).toEqual([]);
    expect(output).toContain('all passed');
  });
});
