/**
 * A release of Nanvix as it was published: a folder, or an archive of one, in which kernel, daemons and programs are found by their
 * base names, since nobody knows the folders above them.
 *
 * What comes from an archive is kept in the user's store: a list under the archive's digest, each file under its own. The archive is
 * read once.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { userStore } from '../../cache/index.ts';
import { InputError } from '../errors.ts';
import { readArchive } from './archive.ts';

/** An open release. */
export interface Sysroot {
  /** As the caller named it. */
  readonly path: string;
  /** SHA-256 of the archive, in hex; undefined for a folder. */
  readonly sha256: string | undefined;
  /** Base names of what can be booted, sorted. */
  readonly names: readonly string[];
  /**
   * The file of a base name; undefined where there is none.
   *
   * @throws InputError where there are several that differ.
   */
  find(name: string): Promise<Uint8Array | undefined>;
}

/** One file: where it lies, and how to read it. */
interface Place {
  readonly path: string;
  readonly read: () => Promise<Uint8Array>;
}

const MOST_ENTRIES = 100_000;
/** Links are followed so far; one that goes round never ends. */
const MOST_LINKS = 16;

/** @throws InputError for what is neither a folder nor an archive, or an archive that is refused. */
export async function openSysroot(path: string): Promise<Sysroot> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw new InputError(
      `the sysroot ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
  if (isFolder) return sysrootOf(path, undefined, await placesInFolder(path));
  const sha256 = await digestOf(path);
  return sysrootOf(path, sha256, await placesInArchive(path, sha256));
}

function sysrootOf(path: string, sha256: string | undefined, places: readonly Place[]): Sysroot {
  return {
    path,
    sha256,
    names: [...new Set(places.map((place) => posix.basename(place.path)))].sort(),
    find: async (name) => {
      const found = places.filter((place) => posix.basename(place.path) === name);
      // A release keeps what runs in `bin`; copies elsewhere are its build's.
      const inBin = found.filter((place) => posix.basename(posix.dirname(place.path)) === 'bin');
      const [first, ...others] = inBin.length > 0 ? inBin : found;
      if (first === undefined) return undefined;
      const content = await first.read();
      for (const other of others) {
        if (Buffer.compare(content, await other.read()) === 0) continue;
        throw new InputError(
          `the sysroot ${path} has two different files ${name}, ${first.path} and ${other.path}: name a folder that has one`,
        );
      }
      return content;
    },
  };
}

async function placesInFolder(path: string): Promise<Place[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  if (entries.length > MOST_ENTRIES)
    throw new InputError(
      `the sysroot ${path} has more than ${MOST_ENTRIES} entries: name a folder of a release`,
    );
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: file, read: async () => await readFile(file) };
    });
}

const kept = v.array(v.object({ path: v.string(), sha256: v.string() }));
const listKey = (sha256: string): string[] => ['list', sha256];
const fileKey = (sha256: string): string[] => ['file', sha256];

async function placesInArchive(path: string, sha256: string): Promise<Place[]> {
  const store = userStore();
  const list = store.read('sysroots', listKey(sha256))?.content;
  const known =
    list === undefined ? undefined : v.parse(kept, JSON.parse(Buffer.from(list).toString('utf8')));
  if (known?.every((file) => store.digestOf('sysroots', fileKey(file.sha256)) === file.sha256)) {
    return known.map((file) => ({
      path: file.path,
      read: async () =>
        store.read('sysroots', fileKey(file.sha256))?.content ??
        (await contentOf(path)).get(file.path) ??
        new Uint8Array(0),
    }));
  }
  const content = await contentOf(path);
  const files = [...content].map(([name, bytes]) => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    store.write('sysroots', fileKey(digest), bytes);
    return { path: name, sha256: digest };
  });
  store.write('sysroots', listKey(sha256), Buffer.from(JSON.stringify(files)));
  return [...content].map(([name, bytes]) => ({ path: name, read: () => Promise.resolve(bytes) }));
}

/** Files and, under the names of links, the files that these lead to. */
async function contentOf(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const { files, links } = await readArchive(path);
  const content = new Map(files);
  for (const link of links.keys()) {
    let target: string | undefined = link;
    for (let hops = 0; hops < MOST_LINKS && target !== undefined && !files.has(target); hops += 1)
      target = links.get(target);
    const bytes = target === undefined ? undefined : files.get(target);
    if (bytes !== undefined) content.set(link, bytes);
  }
  return content;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new InputError(
      `the archive ${basename(path)} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
  return hash.digest('hex');
}
