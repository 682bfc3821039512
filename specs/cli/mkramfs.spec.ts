/** `mkramfs` takes the options of Nanvix's tool, makes images of its sizes, and ends with its statuses. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRamfs } from '../../images/index.ts';
import { nanvix } from '../support/command.ts';

const MEBIBYTE = 2 ** 20;

let folder = '';
let source = '';
let output = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-mkramfs-'));
  source = join(folder, 'root');
  output = join(folder, 'root.img');
  mkdirSync(join(source, 'lib'), { recursive: true });
  writeFileSync(join(source, 'hello.py'), 'print(1)\n');
  writeFileSync(join(source, 'lib', 'big'), new Uint8Array(MEBIBYTE).fill(7));
  symlinkSync('hello.py', join(source, 'link'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('makes an image half again as large as the content, and says so', async () => {
  const { stderr, status } = await nanvix(['mkramfs', '-o', output, source]);
  const content = MEBIBYTE + 9;
  const image = Math.ceil((content * 1.5) / 4096) * 4096;
  expect({ stderr, status }).toEqual({
    stderr: `mkramfs: source=${source} content=${content}B image=${image}B output=${output}\n`,
    status: 0,
  });
  expect(readFileSync(output)).toHaveLength(image);
});

it('takes files and folders, and leaves out links', async () => {
  await nanvix(['mkramfs', '-o', output, source]);
  expect([...readRamfs(readFileSync(output)).keys()].sort()).toEqual(['/hello.py', '/lib/big']);
});

it.each([
  ['-s', String(3 * MEBIBYTE), 3 * MEBIBYTE],
  ['-f', '2.5', Math.ceil(((MEBIBYTE + 9) * 2.5) / 4096) * 4096],
])('%s %s sets the size', async (option, value, bytes) => {
  await nanvix(['mkramfs', option, value, '-o', output, source]);
  expect(readFileSync(output)).toHaveLength(bytes);
});

it('tells its usage when asked, as every command does', async () => {
  expect(await nanvix(['mkramfs', '--help'])).toMatchObject({
    status: 0,
    stdout: 'usage: mkramfs -o OUT [-s BYTES] [-f FACTOR] DIR\n',
  });
});

describe('a mistake', () => {
  it.each([
    ['no image', () => [source], 1, /add -o OUT/],
    ['no folder', () => ['-o', output], 1, /name one folder/],
    ['a size below a mebibyte', () => ['-s', '1000', '-o', output, source], 1, /at least 1048576 bytes/],
    ['a factor below one', () => ['-f', '0.5', '-o', output, source], 1, /from 1\.0 on/],
    ['help, which is a wrong usage for Nanvix', () => ['-h'], 1, /usage: mkramfs/],
    ['a folder that is not there', () => ['-o', output, join(folder, 'none')], 2, /can't be read \(ENOENT\)/],
    [
      'a place that cannot be written',
      () => ['-o', join(folder, 'none', 'x'), source],
      2,
      /cannot be written/,
    ],
    [
      'a size that is too small',
      () => ['-s', String(MEBIBYTE), '-o', output, source],
      3,
      /volume of more than/,
    ],
  ])('%s is one line and a status', async (_name, words, status, message) => {
    const result = await nanvix(['mkramfs', ...words()]);
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
