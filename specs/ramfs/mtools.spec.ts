/**
 * A volume that mtools wrote, with its lower-case flags, deleted entries, long names and a label: mtools, the host's reader and
 * the guest's POSIX layer list the same names. Without Debian's mtools and dosfstools it is skipped, in CI it fails.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRamfs, readRamfs } from '../../images/ramfs/index.ts';
import { runGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';
import { lacks, toolEnvironment } from '../support/tools.ts';

const NAMES = [
  'lower.txt',
  'UPPER.TXT',
  'lower.EXT',
  'UPPER.low',
  'Mixed.Txt',
  'noext',
  'a longer name, with more.text',
];

const LISTING = `
#include <dirent.h>
#include <stdio.h>
int main(void) {
  DIR *root = opendir("/");
  for (struct dirent *entry; (entry = readdir(root)) != NULL;)
    if (entry->d_name[0] != '.') puts(entry->d_name);
  return 0;
}`;

describe.skipIf(lacks('mdir'))('a volume that mtools wrote', () => {
  let folder: string;
  let path: string;
  const mtools = (tool: string, ...args: string[]): string =>
    execFileSync(tool, ['-i', path, ...args], { env: toolEnvironment, encoding: 'utf8', cwd: folder });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mtools-'));
    path = join(folder, 'volume.img');
    writeFileSync(path, createRamfs({}, { freeBytes: 1 << 20 }));
    for (const name of [...NAMES, 'gone.txt', 'a long name that will be gone.txt']) {
      writeFileSync(join(folder, name), name);
      mtools('mcopy', name, '::');
    }
    mtools('mdel', '::/gone.txt', '::/a long name that will be gone.txt');
    mtools('mlabel', '::a label');
    mtools('mren', '::/noext', '::/renamed');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const expected = [...NAMES.filter((name) => name !== 'noext'), 'renamed'].sort();

  it('is listed by mtools as it was written', () => {
    const lines = mtools('mdir', '-b', '::').trim().split('\n');
    expect(lines.map((line) => line.replace('::/', '')).sort()).toEqual(expected);
  });

  it('is read by the host with the same names and contents', () => {
    const files = readRamfs(readFileSync(path));
    expect([...files.keys()].sort()).toEqual(expected.map((name) => `/${name}`));
    for (const [name, content] of files) {
      const written = name === '/renamed' ? 'noext' : name.slice(1);
      expect(new TextDecoder().decode(content)).toBe(written);
    }
  });

  it('is listed by the guest with the same names', async () => {
    const { output } = await runGuest({ program: await compileC('listing', LISTING), ramfs: path });
    expect(output.trim().split('\n').sort()).toEqual(expected);
  });
});
