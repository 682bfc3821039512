/** A mistake of the user is one clear line on stderr and exit status 2. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { LAUNCHER, nanvix } from '../support/command.ts';

const THIS_FILE = fileURLToPath(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-usage-'));
const EMPTY = join(folder, 'empty');
writeFileSync(EMPTY, '');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

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
    ['a source that is not there', ['cc', '/no/such.c', '-o', '/tmp/x.elf'], /\/no\/such\.c can't be read/],
    [
      'a command below a command that lacks a word',
      ['snapshot', 'diff', 'a.snap'],
      /missing required argument 'b'/,
    ],
    ['no command below a command', ['snapshot'], /name a command; `nanvix-v86 snapshot --help` lists them/],
    ['an empty program', ['run', '--', EMPTY], /program \S+ is empty/],
    ['an empty kernel', ['run', '--kernel', EMPTY, '--', EMPTY], /kernel \S+ is empty/],
    [
      'a snapshot that is not there',
      ['run', '--restore', '/no/such.snap'],
      /such\.snap: cannot be read \(ENOENT\)/,
    ],
    ['a file that is no snapshot', ['run', '--restore', THIS_FILE], /no snapshot: its first entry is not/],
    ['an empty snapshot', ['snapshot', 'info', EMPTY], /the file ends before manifest\.json/],
  ])('%s', async (_what, args, message) => {
    const result = await nanvix(args);
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

it('a folder that is gone is said to be', async () => {
  const script = 'mkdir "$1/gone" && cd "$1/gone" && rmdir "$1/gone" && exec "$0" run -- "$2"';
  const { exitCode, stderr } = await execa('sh', ['-c', script, LAUNCHER, folder, THIS_FILE], {
    reject: false,
  });
  expect(stderr).toBe('nanvix-v86: the folder that this was started in is gone: change to another');
  expect(exitCode).toBe(2);
});

describe('help', () => {
  it('lists the commands on stdout', async () => {
    const result = await nanvix(['--help']);
    expect(result.status).toBe(0);
    for (const command of ['hello', 'run', 'images', 'cc'])
      expect(result.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it('is what every command prints when asked', async () => {
    const { stdout: all } = await nanvix(['--help']);
    const names = [...all.matchAll(/^ {2}(\S+) (?:\[|<| {2,}).*$/gm)].flatMap(([, name]) => name ?? []);
    expect(names).toEqual(expect.arrayContaining(['run', 'c++', 'cache', 'dap', 'mkramfs', 'mkimage']));
    for (const name of names.filter((one) => one !== 'help' && !one.startsWith('-'))) {
      const { stdout, stderr, status } = await nanvix([name, '--help']);
      expect([name, stderr, status]).toEqual([name, '', 0]);
      expect(stdout.toLowerCase()).toMatch(
        new RegExp(`^usage: (nanvix-v86 )?${name.replaceAll('+', '\\+')} `),
      );
    }
  });

  it('tells the version', async () => {
    expect((await nanvix(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it.each([
  ['cli', '--version'],
  ['run', 'run --help'],
])('the bundle %s is ASCII, which its launcher relies on', async (name, words) => {
  await nanvix(words.split(' '));
  const bundle = await readFile(new URL(`../../harness/dist/${name}.cjs`, import.meta.url));
  expect(bundle.every((byte) => byte < 0x80)).toBe(true);
});
