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

  it('draws a flame graph as one HTML file', async () => {
    const { stdout } = await nanvix(['profile', '--format', 'html', '--', program]);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toMatch(/<title>busy: \d+\.\d %, /);
  });

  it('keeps the deadlines of the whole run, and says which was met', async () => {
    const args = ['--deadline-instructions', '300000', '--format', 'folded'];
    const { stdout, stderr, status } = await nanvix(['profile', ...args, '--', program]);
    expect(status).toBe(124);
    expect(stderr).toContain('timed out after 300000 instructions');
    const samples = [...stdout.matchAll(/ (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(samples).toBe(Math.floor(300_000 / 10_007));
  });

  it('gives the program its standard input', async () => {
    const reader = await compileC(
      'profiled-reader',
      '#include <unistd.h>\nint main(void) { char c; while (read(0, &c, 1) == 1) write(1, &c, 1); }',
    );
    const { stderr } = await nanvix(['profile', '--json', '--', reader], 'abc');
    expect(stderr).toContain('abc');
  });

  it.each([
    [
      ['--symbols', '/etc/hostname'],
      'the symbol file /etc/hostname has no symbols: give an ELF file that is not stripped',
    ],
    [
      ['--json', '--format', 'folded'],
      "option '--json' cannot be used with option '--format <format>'; `--help` tells more",
    ],
  ])('refuses %j with one line', async (args, message) => {
    const { stderr, status } = await nanvix(['profile', ...args, '--', program]);
    expect({ stderr: stderr.trimEnd().split('\n').at(-1), status }).toEqual({
      stderr: `nanvix-v86: ${message}`,
      status: 2,
    });
  });

  it('refuses a format that does not exist', async () => {
    expect(await nanvix(['profile', '--format', 'svg', '--', program])).toMatchObject({
      stdout: '',
      status: 2,
    });
  });

  it('tells with --host where the host’s time goes, and passes output and status through', async () => {
    const { stdout, stderr, status } = await nanvix(['profile', '--host', '--', program]);
    expect({ stdout, status }).toEqual({ stdout: 'done\n', status: 3 });
    expect(stderr).toMatch(/^ +\d+\.\d {2}page look-ups$/m);
    expect(stderr).toMatch(/of them interpreted: \d+/);
  });

  it('gives the same as numbers: shares of the time, and instructions interpreted', async () => {
    const { stdout, stderr } = await nanvix(['profile', '--host', '--json', '--', program]);
    expect(stderr).toContain('done');
    const host = JSON.parse(stdout) as {
      instructions: number;
      interpreted: number;
      interpretedShare: number;
      shares: { interpreted: number };
    };
    expect(Object.values(host.shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    // a short program is interpreted
    expect(host.shares.interpreted).toBeGreaterThan(0);
    expect(host.interpreted).toBeLessThanOrEqual(host.instructions);
    expect(host.interpretedShare).toBeCloseTo(host.interpreted / host.instructions);
  });

  it.each([
    [['--format', 'html'], /--host has no format html: give table or json/],
    [['--interval', '5'], /leave --interval out/],
  ])('refuses %j with --host', async (options, line) => {
    const { stderr, status } = await nanvix(['profile', '--host', ...options, '--', program]);
    expect(stderr).toMatch(line);
    expect(status).not.toBe(0);
  });
});
