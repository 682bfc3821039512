/** `nanvix-v86 profile`: the forms a profile comes in. */
import { beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <unistd.h>
static volatile unsigned sum;
__attribute__((noinline, noclone)) void busy(void) { for (unsigned i = 0; i < 200000; i++) sum += i; }
int main(void) { busy(); write(1, "done\\n", 5); return 3; }
`;

let program: string;
beforeAll(async () => {
  program = await compileC('profiled', SOURCE);
});

describe('nanvix-v86 profile', () => {
  it('prints phases, functions and calls to stderr, and passes output and status through', async () => {
    const { stdout, stderr, status } = await nanvix(['profile', '--', program]);
    expect({ stdout, status }).toEqual({ stdout: 'done\n', status: 3 });
    expect(stderr).toMatch(/kernel start/);
    expect(stderr).toMatch(/│ busy /);
    expect(stderr).toMatch(/posix +│ write /);
  });

  it('writes folded stacks for flame graphs, outermost function first', async () => {
    const { stdout } = await nanvix(['profile', '--format', 'folded', '--', program]);
    expect(stdout).toMatch(/^_start;.*;main;busy \d+$/m);
  });

  it('writes a file for speedscope whose weights are instructions', async () => {
    const { stdout } = await nanvix([
      'profile',
      '--format',
      'speedscope',
      '--interval',
      '5000',
      '--',
      program,
    ]);
    const file = JSON.parse(stdout) as {
      shared: { frames: { name: string }[] };
      profiles: { samples: number[][]; weights: number[] }[];
    };
    expect(file.shared.frames.map(({ name }) => name)).toContain('busy');
    expect(file.profiles[0]?.weights.every((weight) => weight % 5000 === 0)).toBe(true);
    expect(file.profiles[0]?.samples.length).toBe(file.profiles[0]?.weights.length);
  });

  it('is the same each time', async () => {
    const args = ['profile', '--json', '--', program];
    const first = await nanvix(args);
    expect(JSON.parse(first.stdout)).toMatchObject({ interval: 10_007 });
    expect((await nanvix(args)).stdout).toBe(first.stdout);
  });

  it('refuses a format that does not exist', async () => {
    expect(await nanvix(['profile', '--format', 'svg', '--', program])).toMatchObject({
      stdout: '',
      status: 2,
    });
  });
});
