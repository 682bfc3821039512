/** Source archives of CPython that users give: what is kept of them, and what is refused, by tiny ones made here. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../images/build/digest-memo.ts';
import { ArchiveError, findKnownRelease, keepCPythonArchive } from '../../images/index.ts';
import { nanvix } from '../support/command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'nanvix-v86-archives-'));
const before = process.env['NANVIX_V86_CACHE'];
const cache = path.join(scratch, 'cache');
beforeEach(() => {
  rmSync(cache, { recursive: true, force: true });
  process.env['NANVIX_V86_CACHE'] = cache;
});
afterAll(() => {
  if (before === undefined) delete process.env['NANVIX_V86_CACHE'];
  else process.env['NANVIX_V86_CACHE'] = before;
  rmSync(scratch, { recursive: true, force: true });
});

const patchlevel = (version: string, level = 'FINAL'): string => {
  const [major = '', minor = '', micro = ''] = version.split('.');
  return [
    `#define PY_MAJOR_VERSION        ${major}`,
    `#define PY_MINOR_VERSION        ${minor}`,
    `#define PY_MICRO_VERSION        ${/^\d+/.exec(micro)?.[0] ?? ''}`,
    `#define PY_RELEASE_LEVEL        PY_RELEASE_LEVEL_${level}`,
    `#define PY_VERSION              "${version}"`,
    '',
  ].join('\n');
};

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  return await buffer(tar);
}

const sourcesOf = (version: string): Promise<Buffer> =>
  tarOf({
    [`Python-${version}/README.rst`]: 'x'.repeat(100_000),
    [`Python-${version}/Include/patchlevel.h`]: patchlevel(version),
    [`Python-${version}/configure`]: '#!/bin/sh\n',
  });

function fileOf(name: string, bytes: Uint8Array): string {
  const file = path.join(scratch, name);
  writeFileSync(file, bytes);
  return file;
}

const givenTgz = async (version: string): Promise<string> =>
  fileOf(`Python-${version}.tgz`, gzipSync(await sourcesOf(version)));

describe('a source archive', () => {
  it('is kept under its version and digest, and found by either name of the release', async () => {
    const file = await givenTgz('3.14.2');
    const kept = await keepCPythonArchive(file);
    const digest = sha256(readFileSync(file));
    expect(kept).toEqual({
      version: '3.14.2',
      minor: '3.14',
      file: path.join(cache, 'cpythons', `3.14.2-${digest}.tar.gz`),
      sha256: digest,
    });
    expect(readFileSync(kept.file)).toEqual(readFileSync(file));
    for (const name of ['3.14', '3.14.2'])
      expect(findKnownRelease(name)).toMatchObject({ version: '3.14.2' });
    expect(() => findKnownRelease('3.14.1')).toThrow('give their archive once');
  });

  it('may be packed by xz', async (context) => {
    const tar = await sourcesOf('3.12.11');
    const { stdout, status } = spawnSync('xz', ['-c'], { input: tar });
    if (status !== 0) context.skip('no xz on this machine');
    expect(await keepCPythonArchive(fileOf('python3.12_3.12.11.orig.tar.xz', stdout))).toMatchObject({
      version: '3.12.11',
    });
    const cut = keepCPythonArchive(fileOf('cut.tar.xz', stdout.subarray(0, -40)));
    await expect(cut).rejects.toThrow('cut.tar.xz is damaged or cut off: get it again');
  });

  it('of the newest release is meant by the minor one; what is pinned stays what it is', async () => {
    for (const version of ['3.14.10', '3.14.9', '3.14.0rc2', '3.13.15'])
      await keepCPythonArchive(await givenTgz(version));
    expect(findKnownRelease('3.14').version).toBe('3.14.10');
    expect(findKnownRelease('3.14.0rc2').version).toBe('3.14.0rc2');
    expect(findKnownRelease('3.13')).toEqual({ kind: 'pinned', minor: '3.13', version: '3.13.5' });
    expect(findKnownRelease('3.13.15').kind).toBe('given');
  });

  it('takes the place of another of the same version', async () => {
    await keepCPythonArchive(await givenTgz('3.14.2'));
    const again = fileOf('again.tgz', gzipSync(await sourcesOf('3.14.2'), { level: 0 }));
    await keepCPythonArchive(again);
    expect(readdirSync(path.join(cache, 'cpythons'))).toEqual([
      `3.14.2-${sha256(readFileSync(again))}.tar.gz`,
    ]);
  });
});

describe('what is refused', () => {
  const refused = async (file: string): Promise<string> => {
    const failure: unknown = await keepCPythonArchive(file).catch((error: unknown) => error);
    if (!(failure instanceof ArchiveError)) throw new Error(`${file} is not refused`, { cause: failure });
    return failure.message.replaceAll(`${scratch}/`, '');
  };
  const EXPECTED = 'give the source archive of a release of CPython, .tar.xz or .tar.gz';

  it('a file that is not there, a folder, and what is no archive', async () => {
    mkdirSync(path.join(scratch, 'folder'), { recursive: true });
    expect(await refused(path.join(scratch, 'missing.tgz'))).toBe(
      'the archive missing.tgz does not exist: check the path',
    );
    expect(await refused(path.join(scratch, 'folder'))).toBe(`the archive folder is a folder: ${EXPECTED}`);
    for (const text of ['', 'hello'])
      expect(await refused(fileOf('text', Buffer.from(text)))).toBe(`text is not an archive: ${EXPECTED}`);
  });

  it('an archive that is cut off, packed or not, and one that is no tar', async () => {
    const tar = await sourcesOf('3.14.2');
    for (const bytes of [
      gzipSync(tar).subarray(0, -20),
      gzipSync(tar.subarray(0, 50_000)),
      gzipSync(Buffer.from('hello'.repeat(300))),
    ])
      expect(await refused(fileOf('bad.tgz', bytes))).toBe('bad.tgz is damaged or cut off: get it again');
  });

  it('an archive of something else', async () => {
    const other = fileOf('other.tgz', gzipSync(await tarOf({ 'zlib-1.3/README': 'zlib' })));
    expect(await refused(other)).toBe(`other.tgz has no Include/patchlevel.h in its folder: ${EXPECTED}`);
    const silent = fileOf(
      'silent.tgz',
      gzipSync(await tarOf({ 'Python/Include/patchlevel.h': '/* no version */' })),
    );
    expect(await refused(silent)).toBe(
      `silent.tgz does not say in Include/patchlevel.h which version it is: ${EXPECTED}`,
    );
  });

  it('a release that the recipe does not know', async () => {
    for (const version of ['2.7.18', '3.10.4', '3.15.0'])
      expect(await refused(await givenTgz(version))).toBe(
        `Python-${version}.tgz is CPython ${version}: there is a recipe for releases from 3.11 to 3.14`,
      );
  });

  it('nothing is kept of it', async () => {
    const kept = await keepCPythonArchive(await givenTgz('3.14.2'));
    await refused(fileOf('bad.tgz', gzipSync(await sourcesOf('3.14.2')).subarray(0, -20)));
    expect(readdirSync(path.join(cache, 'cpythons'))).toEqual([path.basename(kept.file)]);
  });
});

describe('on the command line', () => {
  it('says what was kept, and lists it', async () => {
    const file = await givenTgz('3.14.2');
    const { stdout, status } = await nanvix(['images', '--cpython', file]);
    expect({ stdout, status }).toEqual({
      stdout: `CPython 3.14.2 is kept (SHA-256 ${sha256(readFileSync(file))}): run it with --python 3.14.2\n`,
      status: 0,
    });
    const listing = JSON.parse((await nanvix(['images', 'list', '--json'])).stdout) as {
      name: string;
      status: string;
    }[];
    expect(listing).toContainEqual(
      expect.objectContaining({ name: 'CPython 3.14.2, source archive', status: 'given' }),
    );
  });

  it('a refusal is one line with the status of bad input', async () => {
    const { stderr, status } = await nanvix(['images', '--cpython', 'missing.tgz']);
    expect([stderr, status]).toEqual([
      'nanvix-v86: the archive missing.tgz does not exist: check the path\n',
      2,
    ]);
  });

  it('a release without an archive is asked for', async () => {
    const { stderr, status } = await nanvix(['run', '--python', '3.14', 'python']);
    expect([stderr, status]).toEqual([
      'nanvix-v86: the sources of CPython 3.14 are not here: give their archive once, by nanvix-v86 images --cpython FILE\n',
      2,
    ]);
  });
});
