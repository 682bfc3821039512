/** Compiled code: of CPython, of a snapshot and of short runs, made by the second of them; of what runs for long, by its first run. */
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../images/build/paths.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';
import { keptFiles } from '../emulator/kept-files.ts';

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

const LONG = `
#include <stdio.h>
#include <stdlib.h>
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static int numbers[20000];
int main(int argc, char **argv)
{
    unsigned sum = 0;
    for (int round = 0; round < atoi(argv[1]); round++) {
        for (int i = 0; i < 20000; i++) numbers[i] = (i * 7919 + round) % 20011;
        qsort(numbers, 20000, sizeof numbers[0], compare);
        sum = sum * 31 + numbers[round % 20000];
    }
    printf("%u\\n", sum);
    return 0;
}
`;

/** Rounds of {@link LONG} that take more than 100 million instructions, and fewer. */
const [MANY, FEW] = [4, 1];

describe('the compiled code of a program that runs for long', () => {
  const run = async (program: string, rounds: number, ...options: string[]): Promise<string> => {
    const args = ['run', ...options, '--', program, String(rounds)];
    const { stdout } = await nanvix(args, '', { NANVIX_V86_CACHE: cache });
    return stdout;
  };
  /** Who looks on at phases takes code, and keeps none. */
  const counted = async (program: string, ...options: string[]): Promise<Told> => {
    const { output, instructions, virtualMs } = JSON.parse(
      await run(program, MANY, '--json', ...options),
    ) as Told;
    return { output, instructions, virtualMs };
  };
  const layers = async (): Promise<number> => (await keptFiles(cache, 'guest-code', 'layer')).length;

  it('is kept by its first run, taken by the next, and changes nothing', async () => {
    const program = await compileC('long-run', LONG);
    const interpreted = await counted(program, '--no-compile');
    expect(await layers()).toBe(0);
    for (let i = 0; i < 3; i++) {
      expect(await run(program, MANY)).toBe(interpreted.output);
      expect(await layers()).toBe(1);
    }
    expect(await counted(program)).toEqual(interpreted);
    // one with other arguments takes it, too, and has nothing to add
    await run(program, MANY + 1);
    expect(await layers()).toBe(1);
  });

  it("is kept for all later runs also where the first makes V8's code of the command line besides", async () => {
    const program = await compileC('long-run', LONG);
    await run(program, MANY);
    expect(await layers()).toBe(1);
    await run(program, MANY);
    expect(await layers()).toBe(1);
  });

  it('is kept of a shorter run when that is made for the second time', async () => {
    const program = await compileC('long-run', LONG);
    const interpreted = await run(program, FEW, '--no-compile');
    for (const kept of [0, 1, 1, 1]) {
      expect(await run(program, FEW)).toBe(interpreted);
      expect(await layers()).toBe(kept);
    }
  });

  it('is not kept of a run that is over at once', async () => {
    const program = await compileC(
      'short-run',
      '#include <stdio.h>\nint main(void) { return puts("done") < 0; }\n',
    );
    for (let i = 0; i < 3; i++) expect(await run(program, 0)).toBe('done\n');
    expect(await layers()).toBe(0);
  });
});

describe('the compiled code of a snapshot', () => {
  const environment = { NANVIX_V86_CACHE: '' };
  let file: string;
  beforeEach(async () => {
    environment.NANVIX_V86_CACHE = cache;
    file = join(cache, 'early.snapshot');
    const program = await compileC('long-run', LONG);
    const taking = ['--snapshot-at', '1000000', '--snapshot-to', file, '--snapshot-then', 'exit'];
    await nanvix(['run', ...taking, '--', program, String(FEW)], '', environment);
  });
  const restored = async (...options: string[]) =>
    await nanvix(['run', ...options, '--restore', file], '', environment);
  /** Who looks on at phases takes code, and has none made. */
  const counted = async (...options: string[]): Promise<Told> => {
    const { stdout } = await restored('--json', ...options);
    const { output, instructions, virtualMs } = JSON.parse(stdout) as Told;
    return { output, instructions, virtualMs };
  };

  it('is made by the second run from it, which says so, and changes nothing that the guest does', async () => {
    const interpreted = await counted('--no-compile');
    const runs = [await restored(), await restored(), await restored()];
    const notice = 'Compiling code for this snapshot, once (some seconds)\n';
    expect(runs.map(({ stderr }) => stderr)).toEqual(['', notice, '']);
    for (const { stdout } of runs) expect(stdout).toBe(interpreted.output);
    expect(await counted()).toEqual(interpreted);
    expect(await keptFiles(cache, 'guest-code', 'layer')).toHaveLength(1);
  });

  it('is made also where there is code of its program, which holds more than a run from it needs', async () => {
    await nanvix(['run', '--', await compileC('long-run', LONG), String(MANY)], '', environment);
    expect(await keptFiles(cache, 'guest-code', 'layer')).toHaveLength(1);
    for (let i = 0; i < 3; i++) expect((await restored()).status).toBe(0);
    expect(await keptFiles(cache, 'guest-code', 'layer')).toHaveLength(2);
  });

  it('is not made where the guest has files of the host, which a run more would change', async () => {
    const outcomes = [await restored('--mount', cache), await restored('--mount', cache)];
    expect(outcomes.map(({ stderr, status }) => [stderr, status])).toEqual([
      ['', 0],
      ['', 0],
    ]);
  });
});
