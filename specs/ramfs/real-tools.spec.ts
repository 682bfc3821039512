/**
 * The volumes checked by other people's programs: fsck.fat of dosfstools, mdir and mtype of mtools.
 * Debian's packages dosfstools and mtools; without them these specs are skipped, in CI they fail.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRamfs } from '../../images/ramfs/index.ts';
import { lacks, toolEnvironment } from '../support/tools.ts';

const skip = lacks('fsck.fat', 'mdir');

const MEBIBYTE = 1 << 20;
const files = {
  'test_hello.py': "print('hello')\n",
  'UPPER.TXT': 'short name\n',
  'lib/python3.11/encodings/a module with a long name.py': 'long name\n',
  'lib/big.bin': Uint8Array.from({ length: 70_000 }, (_, i) => i & 0xff),
  'empty/': '',
};

describe.skipIf(skip).each([
  ['FAT12', 0],
  ['FAT12 near its limit', 3.9 * MEBIBYTE],
  ['FAT16', 5 * MEBIBYTE],
  ['large FAT16', 200 * MEBIBYTE],
  ['FAT32', 513 * MEBIBYTE],
])('a volume of type %s', (_, freeBytes) => {
  let folder: string;
  let path: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ramfs-'));
    path = join(folder, 'volume.img');
    writeFileSync(path, createRamfs(files, { freeBytes }));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has no fault that fsck.fat finds', () => {
    const result = spawnSync('fsck.fat', ['-n', path], { env: toolEnvironment, encoding: 'utf8' });
    // A line with the program's version and one with the counts; each fault would add lines.
    expect(result.stdout.trim().split('\n').slice(1)).toEqual([expect.stringContaining('8 files')]);
    expect(result.status).toBe(0);
  });

  it('is listed by mdir with its long names', () => {
    const listing = execFileSync('mdir', ['-b', '-/', '-i', path, '::'], {
      env: toolEnvironment,
      encoding: 'utf8',
    });
    expect(listing.trim().split('\n').sort()).toEqual([
      '::/UPPER.TXT',
      '::/empty/',
      '::/lib/',
      '::/lib/big.bin',
      '::/lib/python3.11/',
      '::/lib/python3.11/encodings/',
      '::/lib/python3.11/encodings/a module with a long name.py',
      '::/test_hello.py',
    ]);
  });

  it('has contents that mtype prints', () => {
    const read = (name: string): Buffer =>
      execFileSync('mtype', ['-i', path, `::/${name}`], { env: toolEnvironment });
    expect(read('test_hello.py').toString()).toBe("print('hello')\n");
    expect(read('lib/big.bin').equals(files['lib/big.bin'])).toBe(true);
  });
});
