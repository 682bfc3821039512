/** An archive of a release is read within limits; what leaves them is refused by the name of the entry. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS, readArchive } from '../../harness/guest/sysroot/archive.ts';
import type { ArchiveLimits } from '../../harness/guest/sysroot/archive.ts';
import { lacks } from '../support/tools.ts';
import { bzip2, gzip, tarOf, zipOf } from './archives.ts';
import type { Item, ZipItem } from './archives.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-archive-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function read(bytes: Uint8Array, limits: Partial<ArchiveLimits> = {}) {
  const path = join(folder, 'release.tar.bz2');
  writeFileSync(path, bytes);
  const { files, links } = await readArchive(path, { ...ARCHIVE_LIMITS, ...limits });
  return {
    files: [...files].map(([name, content]) => [name, Buffer.from(content).toString('latin1')]),
    links: [...links],
  };
}

const KERNEL = '\x7fELF kernel';
const items: readonly Item[] = [
  { name: './nanvix-x86/', type: 'directory' },
  { name: './nanvix-x86/bin/kernel.elf', content: KERNEL },
  { name: './nanvix-x86/lib/user.ld', content: 'text' },
  { name: './nanvix-x86/bin/all.img', content: `NVMB${'x'.repeat(100_000)}` },
  { name: './nanvix-x86/bin/link.elf', type: 'symlink', linkname: 'kernel.elf' },
];
const found = {
  files: [
    ['nanvix-x86/bin/kernel.elf', KERNEL],
    ['nanvix-x86/bin/all.img', `NVMB${'x'.repeat(100_000)}`],
  ],
  links: [['nanvix-x86/bin/link.elf', 'nanvix-x86/bin/kernel.elf']],
};

describe('what can be booted is read, and links within it are known', () => {
  it('from a tar', async () => {
    expect(await read(await tarOf(items))).toEqual(found);
  });

  it('from a tar by gzip', async () => {
    expect(await read(gzip(await tarOf(items)))).toEqual(found);
  });

  it.skipIf(lacks('bzip2'))('from a tar by bzip2', async () => {
    expect(await read(bzip2(await tarOf(items)))).toEqual(found);
  });

  it('from a zip', async () => {
    const zip = zipOf([
      { name: 'nanvix-x86/', mode: 0o040755 },
      { name: 'nanvix-x86/bin/kernel.elf', content: KERNEL },
      { name: 'nanvix-x86/bin/link.elf', content: 'kernel.elf', mode: 0o120777 },
      { name: 'readme', content: 'text', mode: 0 },
    ]);
    expect(await read(zip)).toEqual({ files: [found.files[0]], links: found.links });
  });
});

/** The same for tar and zip. */
const refusedPaths: readonly [what: string, name: string, message: RegExp][] = [
  [
    'leads out of it',
    '../kernel.elf',
    /"\.\.\/kernel\.elf" leads out|invalid relative path: \.\.\/kernel\.elf/,
  ],
  ['leads out of it, further in', 'a/../../kernel.elf', /a\/\.\.\/\.\.\/kernel\.elf/],
  ['is absolute', '/bin/kernel.elf', /\/bin\/kernel\.elf/],
  ['is absolute on Windows', 'C:/kernel.elf', /C:\/kernel\.elf/],
  ['has a backslash', 'bin\\kernel.elf', /bin\\+kernel\.elf/],
  ['is too long', `${'x'.repeat(1100)}.elf`, /path of more than 1024 bytes/],
];

describe('an archive is refused whose path', () => {
  it.each(refusedPaths)('%s, in a tar', async (_what, name, message) => {
    await expect(read(await tarOf([{ name, content: KERNEL }]))).rejects.toThrow(message);
  });

  it.each(refusedPaths)('%s, in a zip', async (_what, name, message) => {
    await expect(read(zipOf([{ name, content: KERNEL }]))).rejects.toThrow(message);
  });
});

describe('an archive is refused for', () => {
  it.each([
    ['a link to an absolute path', { type: 'symlink', linkname: '/etc/passwd' }],
    ['a link out of it', { type: 'symlink', linkname: '../../x' }],
    ['a hard link out of it', { type: 'link', linkname: '../x' }],
  ] as const)('%s', async (_what, header) => {
    await expect(read(await tarOf([{ name: 'bin/kernel.elf', ...header }]))).rejects.toThrow(
      /"bin\/kernel\.elf" is a link that leads out of the archive/,
    );
  });

  it('a link out of it, in a zip', async () => {
    const link: ZipItem = { name: 'kernel.elf', content: '/etc/passwd', mode: 0o120777 };
    await expect(read(zipOf([link]))).rejects.toThrow(/"kernel\.elf" is a link that leads out/);
  });

  it.each(['character-device', 'fifo'] as const)('a %s', async (type) => {
    await expect(read(await tarOf([{ name: 'dev/x', type }]))).rejects.toThrow(/"dev\/x" is neither a file/);
  });

  it('a file that is too large', async () => {
    const large = await tarOf([{ name: 'bin/kernel.elf', content: KERNEL }]);
    await expect(read(large, { fileBytes: 5 })).rejects.toThrow(/"bin\/kernel\.elf" has 11 bytes, at most 5/);
    await expect(read(zipOf([{ name: 'k.elf', content: KERNEL }]), { fileBytes: 5 })).rejects.toThrow(
      /"k\.elf" has 11/,
    );
  });

  it('too many entries', async () => {
    await expect(read(await tarOf(items), { entries: 3 })).rejects.toThrow(
      /all\.img" is one of more than 3 entries/,
    );
  });

  it('too much of everything', async () => {
    await expect(read(await tarOf(items), { totalBytes: 50_000 })).rejects.toThrow(/more than 50000 bytes/);
    const zip = zipOf([
      { name: 'a', content: KERNEL },
      { name: 'b', content: KERNEL },
    ]);
    await expect(read(zip, { totalBytes: 20 })).rejects.toThrow(
      /"b" brings the content to more than 20 bytes/,
    );
  });

  it('growing without end', async () => {
    const bomb = gzip(await tarOf([{ name: 'zeros', content: new Uint8Array(2 ** 22) }]));
    await expect(read(bomb, { ratioFromBytes: 2 ** 20 })).rejects.toThrow(
      /more than 200 times its size: a bomb/,
    );
  });

  it('a zip that claims another size than it has', async () => {
    await expect(read(zipOf([{ name: 'k.elf', content: KERNEL, claims: 5 }]))).rejects.toThrow(
      /cannot be read/,
    );
  });

  it('an entry that is encrypted', async () => {
    await expect(read(zipOf([{ name: 'k.elf', content: KERNEL, flags: 1 }]))).rejects.toThrow(
      /"k\.elf" is encrypted|cannot be read/,
    );
  });
});

describe('a damaged archive is refused', () => {
  it('when a tar by gzip is cut off', async () => {
    const whole = gzip(await tarOf(items));
    await expect(read(whole.subarray(0, whole.length - 20))).rejects.toThrow(/cannot be read/);
  });

  it.skipIf(lacks('bzip2'))('when a tar by bzip2 is cut off, or a bit is wrong', async () => {
    const whole = bzip2(await tarOf(items));
    await expect(read(whole.subarray(0, whole.length >> 1))).rejects.toThrow(/cannot be read/);
    const wrong = Buffer.from(whole);
    wrong[whole.length >> 1] = (wrong[whole.length >> 1] ?? 0) ^ 16;
    await expect(read(wrong)).rejects.toThrow(/cannot be read/);
  });

  it('when a tar is cut off', async () => {
    await expect(read((await tarOf(items)).subarray(0, 1024 + 512 + 700))).rejects.toThrow(/cannot be read/);
  });

  it('when it is none', async () => {
    await expect(read(Buffer.from('nothing of the kind'))).rejects.toThrow(
      /no archive that is known: give a \.tar/,
    );
  });
});
