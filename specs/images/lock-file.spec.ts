/** vendor/: what others wrote is pinned by digest, and only those very bytes are used. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildSteps } from '../../images/build/engine.ts';
import { lockFilePath, readLockFile } from '../../images/build/lock-file.ts';
import type { LockedSource } from '../../images/build/lock-file.ts';
import { sha256 } from '../../images/build/digest-memo.ts';
import { sourceStepOf } from '../../images/toolchain/sources.ts';

const { sources, packages } = readLockFile();

describe('the lock file', () => {
  it('pins each source by version, digest and licence', () => {
    expect(Object.entries(sources).map(([name, one]) => `${name} ${one.version} ${one.licence}`)).toEqual([
      'cpython 3.11.2 PSF-2.0',
      'cpython-3.13 3.13.5 PSF-2.0',
      'musl 1.2.3 MIT',
      'zlib 1.2.13 Zlib',
      'tcc 0.9.27+git20200814.62c30a4a LGPL-2.1',
      'bzip2 1.0.8 bzip2-1.0.6',
      'xz 5.4.1 LicenseRef-public-domain',
      'sqlite 3.39.4 blessing',
      'libffi 3.4.4 MIT',
    ]);
  });

  it('pins the time zones', () => {
    const { file, licence } = packages.tzdata;
    expect([file, licence]).toEqual(['tzdata_2026b-0+deb12u1_all.deb', 'LicenseRef-public-domain']);
  });

  it('names no host', () => {
    expect(readFileSync(lockFilePath, 'utf8')).not.toMatch(/https?:|\.(org|com|net)\b/);
  });

  it('is refused if a digest is not one', () => {
    const text = JSON.stringify({ format: 1, sources: { musl: { ...sources.musl, sha256: 'abc' } } });
    expect(() => readLockFile(text)).toThrow('musl has no SHA-256');
  });

  it('is refused if a file name leads elsewhere', () => {
    const text = JSON.stringify({ format: 1, sources: { musl: { ...sources.musl, file: '../x' } } });
    expect(() => readLockFile(text)).toThrow('musl has no plain file name');
  });

  it('is refused in a format of the future', () => {
    expect(() => readLockFile('{"format": 2}')).toThrow('vendor/lock.json has format 2, not 1');
  });
});

describe('a tarball put into vendor/sources by hand', () => {
  const locked = (content: string): LockedSource => ({
    package: 'demo',
    version: '1',
    file: 'demo_1.orig.tar.gz',
    bytes: 7,
    sha256: sha256(content),
    folder: 'demo-1',
    licence: 'MIT',
  });

  async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(path.join(tmpdir(), 'sources-'));
    try {
      mkdirSync(path.join(folder, 'sources'));
      writeFileSync(path.join(folder, 'sources', 'demo_1.orig.tar.gz'), 'content');
      return await use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is used, without a network, if its digest is the one in the lock file', async () => {
    await inFolder(async (folder) => {
      const step = sourceStepOf('demo', locked('content'), path.join(folder, 'sources'));
      const { built } = await buildSteps([step], { cacheRoot: path.join(folder, 'cache') });
      expect(existsSync(path.join(built[0]?.files ?? '', 'demo_1.orig.tar.gz'))).toBe(true);
    });
  });

  it('is refused, and named, if it is another file', async () => {
    await inFolder(async (folder) => {
      const step = sourceStepOf('demo', locked('other'), path.join(folder, 'sources'));
      await expect(buildSteps([step], { cacheRoot: path.join(folder, 'cache') })).rejects.toMatchObject({
        kind: 'digest-mismatch',
        message: expect.stringMatching(
          /demo_1\.orig\.tar\.gz is not the file that vendor\/lock\.json names/,
        ) as string,
      });
    });
  });
});
