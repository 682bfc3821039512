/**
 * The same sources give the same package, whoever builds it, where and when: here, and by another user in another folder, with an
 * empty cache, another time zone, another locale and another umask.
 */
import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildSteps } from '../../images/build/engine.ts';
import { readLockFile, type SourceName } from '../../images/build/lock-file.ts';
import { cacheRoot } from '../../images/build/paths.ts';
import { sourceStep } from '../../images/toolchain/sources.ts';
import { copyCheckout, packGuests } from '../support/packed.ts';

const isRoot = process.getuid?.() === 0;
const SOMEBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-twice-'));
  chmodSync(folder, 0o777);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Puts the sources that were downloaded into a checkout, where people put them by hand. */
async function giveSources(checkout: string): Promise<void> {
  const target = join(checkout, 'vendor', 'sources');
  await mkdir(target, { recursive: true });
  const sources = Object.entries(readLockFile().sources);
  const steps = sources.map(([name]) => sourceStep(name as SourceName));
  const { built } = await buildSteps(steps, { cacheRoot: cacheRoot() });
  for (const [index, [, { file }]] of sources.entries())
    await cp(join(built[index]?.files ?? '', file), join(target, file));
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The digest of each file of a tarball, so that a difference is named. */
async function membersOf(file: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const members = extract();
  createReadStream(file).pipe(createGunzip()).pipe(members);
  for await (const member of members) digests[member.header.name] = digestOf(await buffer(member));
  return digests;
}

it('two builds are equal, to the byte of their tarballs', async () => {
  const here = await packGuests(join(folder, 'here'));

  const elsewhere = join(folder, 'a-folder-with-a-longer-name');
  const checkout = join(elsewhere, 'checkout');
  await copyCheckout(checkout);
  await giveSources(checkout);
  const [home, out] = [join(elsewhere, 'home'), join(elsewhere, 'out')];
  for (const one of [home, out]) await mkdir(one, { recursive: true });
  if (isRoot) await execa('chown', ['-R', '65534:65534', elsewhere]);
  const pack = `umask 077; cd ${out} && exec ${process.execPath} --import ${checkout}/node_modules/tsx/dist/loader.mjs ${checkout}/images/prebuilt/pack.ts`;
  const { stdout } = await execa(
    isRoot ? 'setpriv' : 'sh',
    [...(isRoot ? [...SOMEBODY.slice(1), 'sh'] : []), '-c', pack],
    {
      extendEnv: false,
      env: {
        ...{ PATH: process.env['PATH'], HOME: home, TMPDIR: out },
        ...{ TZ: 'Pacific/Kiritimati', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
      },
    },
  );

  const there = stdout.split('\n').filter((line) => line.endsWith('.tgz'));
  expect(there.map((file) => basename(file))).toEqual(here.map((file) => basename(file)));
  for (const [index, file] of there.entries()) {
    const other = here[index] ?? '';
    expect(await membersOf(file)).toEqual(await membersOf(other));
    expect(digestOf(readFileSync(file))).toBe(digestOf(readFileSync(other)));
  }
});
