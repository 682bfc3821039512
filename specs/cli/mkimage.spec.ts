/** `mkimage` takes the options of Nanvix's tool, says what it says, and ends with its statuses. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../images/bundle/index.ts';
import { nanvix } from '../support/command.ts';

let folder = '';
let [one, two, output] = ['', '', ''];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-mkimage-'));
  [one, two, output] = ['one.elf', 'two.elf', 'out.img'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(one, 'first');
  writeFileSync(two, 'the second');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('bundles programs with their command lines, split at the first semicolon, and says so', async () => {
  const { stderr, status } = await nanvix(['mkimage', '-o', output, `${one};one`, `${two};two a b;A=1 B=2`]);
  const file = readFileSync(output);
  expect({ stderr, status }).toEqual({
    stderr:
      `mkimage: adding '${one}' (5 bytes, cmdline='one')\n` +
      `mkimage: adding '${two}' (10 bytes, cmdline='two a b;A=1 B=2')\n` +
      `mkimage: wrote '${output}' (${file.length} bytes, 2 entries)\n`,
    status: 0,
  });
  expect(
    readBundle(file).programs.map(({ bytes, commandLine }) => [Buffer.from(bytes).toString(), commandLine]),
  ).toEqual([
    ['first', 'one'],
    ['the second', 'two a b;A=1 B=2'],
  ]);
});

it('-k keeps words for the kernel', async () => {
  await nanvix(['mkimage', '-o', output, '-k', 'snapshot', `${one};one`]);
  expect(readBundle(readFileSync(output)).kernelArguments).toBe('snapshot');
});

it('-h prints the usage and ends with 0', async () => {
  const { stdout, status } = await nanvix(['mkimage', '-h']);
  expect({ stdout, status }).toEqual({
    stdout: 'usage: mkimage -o OUT [-k KARGS] "PATH;CMDLINE"...\n',
    status: 0,
  });
});

describe('a mistake is one line and status 1', () => {
  it.each([
    ['no image', () => [`${one};one`], /add -o OUT/],
    ['no program', () => ['-o', output], /no program is named/],
    ['an unknown option', () => ['-o', output, '-x', one], /not known/],
    ['a program that is not there', () => ['-o', output, join(folder, 'none')], /none: ENOENT/],
    ['a place that cannot be written', () => ['-o', join(folder, 'none', 'x'), one], /ENOENT/],
    [
      'a command line that is too long',
      () => ['-o', output, `${one};${'x'.repeat(4093)}`],
      /at most 4092 fit/,
    ],
  ])('%s', async (_name, words, message) => {
    const { stderr, status } = await nanvix(['mkimage', ...words()]);
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
  });
});
