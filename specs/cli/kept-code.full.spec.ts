/** Code compiled from CPython: made by the second command that runs it, taken by all that come after. */
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../images/build/paths.ts';
import { nanvix } from '../support/command.ts';

const NOTICE = "Compiling CPython's code, once (some seconds)\n";
const HELLO = ['run', '--json', '--', 'python', '-B -S /test_hello.py;PYTHONHOME=/'];

/** A cache folder with the images of the user's own, and nothing of the emulator's. */
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'nanvix-v86-cache-'));
  for (const name of readdirSync(cacheRoot())) {
    if (name === 'images') symlinkSync(join(cacheRoot(), name), join(cache, name));
  }
});
afterEach(() => {
  rmSync(cache, { recursive: true });
});

interface Told {
  readonly output: string;
  readonly instructions: number;
  readonly virtualMs: number;
}

async function hello(...options: string[]): Promise<{ told: Told; stderr: string }> {
  const [command = '', ...rest] = HELLO;
  const result = await nanvix([command, ...options, ...rest], '', { NANVIX_V86_CACHE: cache });
  const { output, instructions, virtualMs } = JSON.parse(result.stdout) as Told;
  return { told: { output, instructions, virtualMs }, stderr: result.stderr };
}

describe("CPython's compiled code", () => {
  it('is made by the second run, which says so, and changes nothing that the guest does', async () => {
    const interpreted = await hello('--no-compile');
    expect(interpreted.stderr).toBe('');
    const runs = [await hello(), await hello(), await hello()];
    // Who runs it once does not wait for what only the next run would have.
    expect(runs.map(({ stderr }) => stderr)).toEqual(['', NOTICE, '']);
    for (const { told } of runs) expect(told).toEqual(interpreted.told);
  });

  it('is taken by other scripts too', async () => {
    await hello();
    await hello();
    const script = ['run', '--', 'python', '-B -S -c print(6*7);PYTHONHOME=/'];
    expect(await nanvix(script, '', { NANVIX_V86_CACHE: cache })).toMatchObject({
      stdout: '42\n',
      stderr: '',
      status: 0,
    });
  });
});
