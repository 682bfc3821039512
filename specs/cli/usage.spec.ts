/** A mistake of the user is one clear line on stderr and exit status 2. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

describe('a mistake', () => {
  it.each([
    ['no command', [], /name a command/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['an unknown option', ['run', '--frobnicate', '--', 'x'], /unknown option '--frobnicate'/],
    ['no program', ['run'], /name a program to run/],
    ['a missing program', ['run', '--', '/no/such.elf'], /program \/no\/such\.elf does not exist/],
    [
      'a missing kernel',
      ['run', '--kernel', '/no/kernel.elf', '--', '/bin/true'],
      /kernel \/no\/kernel\.elf does not exist/,
    ],
    [
      'a missing ramfs',
      ['run', '--ramfs', '/no/folder', '--', 'python'],
      /ramfs \/no\/folder does not exist/,
    ],
    ['a seed that is no number', ['run', '--seed', 'x', '--', 'python'], /give a whole number/],
    ['a memory size no kernel has', ['run', '--memory', '64', '--', 'python'], /128 or 256/],
    ['a time that is none', ['run', '--boot-time', 'yesterday', '--', 'python'], /give a time such as/],
    ['a deadline that is none', ['run', '--deadline-wall', 'soon', '--', 'python'], /milliseconds/],
    ['an unknown log level', ['--log-level', 'loud', 'images', 'list'], /choose one of trace, debug/],
    [
      'an era that is none',
      ['cc', '--era', 'X', 'a.c', '-o', '/tmp/x.elf'],
      /--era X is no era: give S or M/,
    ],
    ['nothing to compile', ['cc', '-o', '/tmp/x.elf'], /no source to compile/],
    ['no program to write', ['cc', 'x.c'], /add -o FILE/],
    ['an unknown images action', ['images', 'burn'], /choose build or list/],
  ])('%s', async (_what, args, message) => {
    const result = await nanvix(args);
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('help', () => {
  it('lists the commands on stdout', async () => {
    const result = await nanvix(['--help']);
    expect(result.status).toBe(0);
    for (const command of ['hello', 'run', 'images', 'cc'])
      expect(result.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it('tells the version', async () => {
    expect((await nanvix(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it('the command line is one file of ASCII, which its launcher relies on', async () => {
  await nanvix(['--version']);
  const bundle = await readFile(new URL('../../harness/dist/cli.cjs', import.meta.url));
  expect(bundle.every((byte) => byte < 0x80)).toBe(true);
});
