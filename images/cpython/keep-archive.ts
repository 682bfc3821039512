/**
 * Takes a source archive of CPython that the user gives: reads all of it, finds out its version, and keeps a copy in the cache.
 *
 * What must hold: an archive that is refused changes nothing; one that is kept is whole, and is the very bytes that were looked at.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { makeCacheFolder } from '../build/cache-folder.ts';
import { sha256 } from '../build/digest-memo.ts';
import { cacheUnwritable } from '../build/errors.ts';
import { cacheRoot } from '../build/paths.ts';
import { replaceFile } from '../store/replace-file.ts';
import { Store } from '../store/store.ts';
import { makeFolder } from '../system/folders.ts';
import {
  ArchiveError,
  archivesFolder,
  givenArchives,
  isMinor,
  recipeMinors,
  type GivenArchive,
} from './given.ts';

const EXPECTED = 'give the source archive of a release of CPython, .tar.xz or .tar.gz';

/** The file that says the version, below the one folder of the archive. */
const VERSION_FILE = /^[^/]+\/Include\/patchlevel\.h$/;
const MOST_VERSION_BYTES = 65_536;

/** First bytes of a file, by how it is packed. */
const magic = { xz: 'fd377a585a00', gz: '1f8b' } as const;
type Packing = keyof typeof magic;

function readArchive(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const why: Readonly<Record<string, string>> = {
      ENOENT: 'does not exist: check the path',
      EISDIR: `is a folder: ${EXPECTED}`,
    };
    throw new ArchiveError(`the archive ${file} ${why[code] ?? `cannot be read (${code})`}`);
  }
}

/** Unpacks into the stream that is given, to the end. */
async function unpack(bytes: Buffer, packing: Packing, into: NodeJS.WritableStream): Promise<void> {
  if (packing === 'gz') {
    await pipeline(Readable.from([bytes]), createGunzip(), into);
    return;
  }
  const xz = spawn('xz', ['--decompress', '--stdout'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    xz.once('error', reject);
    xz.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error('xz found an error in it'));
    });
  });
  await Promise.all([
    ended,
    pipeline(xz.stdout, into),
    // What it does not read to the end it says by its status.
    pipeline(Readable.from([bytes]), xz.stdin).catch(() => undefined),
  ]);
}

/** The text of the file with the version. Reads to the end, so that one that is cut off is found out. */
async function versionText(bytes: Buffer, packing: Packing): Promise<string | undefined> {
  const tar = extract();
  let text: string | undefined;
  tar.on('entry', ({ name, size }, body, next) => {
    const parts: Buffer[] = [];
    const isVersion = VERSION_FILE.test(name) && size <= MOST_VERSION_BYTES;
    body.on('data', (part) => {
      if (isVersion) parts.push(part as Buffer);
    });
    // The stream that the archive is written into fails as well, and says so.
    body.on('error', () => undefined);
    body.on('end', () => {
      if (isVersion) text = Buffer.concat(parts).toString('latin1');
      next();
    });
  });
  await unpack(bytes, packing, tar);
  return text;
}

/** The version by CPython's own numbers. @throws ArchiveError for one that the recipe does not know. */
function versionIn(file: string, text: string): Pick<GivenArchive, 'version' | 'minor'> {
  const numberOf = (name: string): string | undefined =>
    new RegExp(`^#define PY_${name}\\s+(\\w+)`, 'm').exec(text)?.[1];
  const [major = '', minor = '', micro = ''] = ['MAJOR_VERSION', 'MINOR_VERSION', 'MICRO_VERSION'].map(
    numberOf,
  );
  if (![major, minor, micro].every((one) => /^\d+$/.test(one)))
    throw new ArchiveError(`${file} does not say in Include/patchlevel.h which version it is: ${EXPECTED}`);
  const short = `${major}.${minor}`;
  // Before a release, as in 3.14.0rc1.
  const [before = ''] = /(?<=^#define PY_VERSION\s+"\d+\.\d+\.\d+)(a|b|rc)\d+/m.exec(text) ?? [];
  const version = `${short}.${micro}${before}`;
  if (!isMinor(short))
    throw new ArchiveError(
      `${file} is CPython ${version}: there is a recipe for releases from ${recipeMinors[0]} to ${recipeMinors.at(-1) ?? ''}`,
    );
  return { version, minor: short };
}

/**
 * Looks at an archive.
 *
 * @throws ArchiveError for what is not the whole source archive of a release that the recipe knows.
 */
async function look(
  file: string,
  bytes: Buffer,
): Promise<Pick<GivenArchive, 'version' | 'minor'> & { packing: Packing }> {
  const packing = (Object.keys(magic) as Packing[]).find((one) =>
    bytes.subarray(0, 6).toString('hex').startsWith(magic[one]),
  );
  if (packing === undefined) throw new ArchiveError(`${file} is not an archive: ${EXPECTED}`);
  const text = await versionText(bytes, packing).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new ArchiveError(
        `${file} cannot be unpacked without xz: install it (xz-utils), or give a .tar.gz`,
      );
    throw new ArchiveError(`${file} is damaged or cut off: get it again`);
  });
  if (text === undefined)
    throw new ArchiveError(`${file} has no Include/patchlevel.h in its folder: ${EXPECTED}`);
  return { ...versionIn(file, text), packing };
}

/**
 * Keeps a source archive, so that its release can be named from now on. One of the same version that was given before goes.
 *
 * @throws ArchiveError for one that is refused, BuildError where the cache cannot be written to.
 */
export async function keepArchive(file: string): Promise<GivenArchive> {
  const bytes = readArchive(file);
  const { version, minor, packing } = await look(file, bytes);
  const digest = sha256(bytes);
  const place = path.join(archivesFolder(), `${version}-${digest}.tar.${packing}`);
  makeCacheFolder(cacheRoot());
  try {
    makeFolder(archivesFolder(), 0o700);
    await replaceFile(
      place,
      (into, flag, mode) => writeFile(into, bytes, { flag, mode, flush: true }),
      0o600,
    );
  } catch (error) {
    throw cacheUnwritable(cacheRoot(), error);
  }
  for (const one of givenArchives())
    if (one.version === version && one.file !== place) rmSync(one.file, { force: true });
  new Store(cacheRoot()).prune('cpythons');
  return { version, minor, file: place, sha256: digest };
}
