/**
 * What lies in the store: counted, and removed by age, by size, or all of it. Touches the folders of the kinds, and what
 * processes that died have left in `tmp` and `locks`; of anything else in the store's folder it knows nothing.
 *
 * Must hold: a process that meets a removal finds a whole thing or none. Files go one by one, folders by a rename.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { earlier, kinds } from './kinds.ts';
import type { Kind, KindName } from './kinds.ts';
import { makeFolder } from '../system/folders.ts';
import { isLockDead, isProcessAlive } from './lock.ts';

const HOUR_MS = 3600 * 1000;
const dayMs = 24 * HOUR_MS;

/** One thing that is kept. */
interface Thing {
  readonly path: string;
  readonly bytes: number;
  /** When it was last used, to the day, in milliseconds since 1970. */
  readonly used: number;
}

/** What there is of a kind. */
export interface KindContents {
  readonly kind: string;
  /** For people. */
  readonly holds: string;
  readonly entries: number;
  readonly bytes: number;
  /** When the thing that was used longest ago was last used; undefined where there is nothing. */
  readonly oldest: Date | undefined;
  /** The folder, or the folder that the things lie in. */
  readonly folder: string;
}

/** What was removed. */
export interface Removed {
  readonly entries: number;
  readonly bytes: number;
}

const noneRemoved: Removed = { entries: 0, bytes: 0 };

/** What a writer has not finished, by its name. */
const isUnfinished = (name: string): boolean => /\.(\d+|tmp)$/.test(name);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What is there of `paths`: another process may have removed some. */
function present(paths: readonly string[], look: (place: string) => Thing | undefined): Thing[] {
  return paths.flatMap((place) => {
    try {
      return look(place) ?? [];
    } catch {
      return [];
    }
  });
}

function fileThing(place: string): Thing {
  const { size, mtimeMs } = statSync(place);
  return { path: place, bytes: size, used: mtimeMs };
}

/** A folder of results: its list says how large they are, its manifest's time when they were last used. A damaged one is counted too. */
function folderThing(place: string): Thing {
  try {
    const { mtimeMs } = statSync(path.join(place, 'manifest.json'));
    const files = JSON.parse(readFileSync(path.join(place, 'files.json'), 'utf8')) as { bytes: number }[];
    return { path: place, bytes: files.reduce((sum, file) => sum + file.bytes, 0), used: mtimeMs };
  } catch {
    return wholeThing(place);
  }
}

/** A file or folder of any kind, counted file by file. */
function wholeThing(place: string): Thing {
  const stat = lstatSync(place);
  if (!stat.isDirectory()) return { path: place, bytes: stat.size, used: stat.mtimeMs };
  const inside = present(
    namesIn(place).map((name) => path.join(place, name)),
    wholeThing,
  );
  return {
    path: place,
    bytes: inside.reduce((sum, one) => sum + one.bytes, 0),
    used: Math.max(stat.mtimeMs, ...inside.map((one) => one.used)),
  };
}

function thingsOf(root: string, kind: Kind): Thing[] {
  const folder = path.join(root, kind.name);
  const paths = (names: readonly string[]): string[] => names.map((name) => path.join(folder, name));
  switch (kind.shape) {
    case 'files':
    case 'places':
      return present(paths(namesIn(folder).filter((name) => !isUnfinished(name))), fileThing);
    case 'folders':
      return present(paths(namesIn(folder)), folderThing);
    case 'whole':
      return present([folder], (place) => (existsSync(place) ? wholeThing(place) : undefined));
    case 'earlier':
      return present(
        namesIn(root)
          .filter((name) => earlier.names.test(name))
          .map((name) => path.join(root, name)),
        wholeThing,
      );
  }
}

/** Those beyond a kind's limits: too long unused, or used longest ago where there are too many bytes. */
function beyondLimits(things: readonly Thing[], kind: Kind, now: number): Thing[] {
  let bytes = 0;
  return [...things]
    .sort((a, b) => b.used - a.used)
    .filter((thing) => {
      bytes += thing.bytes;
      return now - thing.used > kind.days * dayMs || bytes > kind.bytes;
    });
}

function removeFiles(things: readonly Thing[]): Removed {
  for (const thing of things) rmSync(thing.path, { force: true });
  return sumOf(things);
}

const sumOf = (things: readonly Thing[]): Removed => ({
  entries: things.length,
  bytes: things.reduce((sum, thing) => sum + thing.bytes, 0),
});

/** Removes what is beyond the limits of a kind of files in a folder, and what writers that died have left there. */
export function pruneFiles(folder: string, kind: Kind, now: number): Removed {
  const left = present(
    namesIn(folder)
      .filter(isUnfinished)
      .map((name) => path.join(folder, name)),
    fileThing,
  ).filter(({ used }) => now - used > HOUR_MS);
  removeFiles(left);
  return removeFiles(beyondLimits(thingsOf(path.dirname(folder), kind), kind, now));
}

/** Removes a folder in one move, so that nobody meets half of it. */
export function removeFolder(root: string, folder: string): void {
  const graveyard = path.join(root, 'tmp');
  const grave = path.join(graveyard, `dropped-${process.pid}-${path.basename(folder)}`);
  makeFolder(graveyard, 0o700);
  rmSync(grave, { recursive: true, force: true });
  try {
    renameSync(folder, grave);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  rmSync(grave, { recursive: true, force: true });
}

function remove(root: string, kind: Kind, things: readonly Thing[]): Removed {
  if (kind.shape === 'files' || kind.shape === 'places') return removeFiles(things);
  for (const thing of things) removeFolder(root, thing.path);
  return sumOf(things);
}

/** Removes what is beyond the limits of a kind, but nothing that was used within a day: somebody may be using it. */
export function pruneKind(root: string, name: KindName, now: number): Removed {
  const kind: Kind = kinds[name];
  if (kind.shape === 'files' || kind.shape === 'places') return pruneFiles(path.join(root, name), kind, now);
  const old = beyondLimits(thingsOf(root, kind), kind, now).filter(({ used }) => now - used > dayMs);
  return remove(root, kind, old);
}

/** Removes what processes that died have left: folders they worked in, which begin with their numbers, and locks. */
export function sweep(root: string): void {
  const temporary = path.join(root, 'tmp');
  for (const name of namesIn(temporary)) {
    const pid = Number.parseInt(name.replace('dropped-', ''), 10);
    if (!(pid > 0) || !isProcessAlive(pid))
      rmSync(path.join(temporary, name), { recursive: true, force: true });
  }
}

function sweepLocks(root: string): void {
  const locks = path.join(root, 'locks');
  for (const name of namesIn(locks)) {
    const lock = path.join(locks, name);
    if (isLockDead(lock)) rmSync(lock, { force: true });
  }
}

const all: readonly Kind[] = [...Object.values(kinds), earlier.kind];

/** What is kept, by kind. */
export function listStore(root: string): KindContents[] {
  return all.map((kind) => {
    const things = thingsOf(root, kind);
    const oldest = things.reduce((least, { used }) => Math.min(least, used), Infinity);
    return {
      kind: kind.name,
      holds: kind.holds,
      ...sumOf(things),
      oldest: oldest === Infinity ? undefined : new Date(oldest),
      folder: kind.shape === 'earlier' ? root : path.join(root, kind.name),
    };
  });
}

/** Removes what is beyond the limits, what processes that died have left, and what earlier versions kept. */
export function pruneStore(root: string, now: number = Date.now()): Removed {
  sweep(root);
  sweepLocks(root);
  const names = Object.keys(kinds) as KindName[];
  const pruned = names.map((name) => pruneKind(root, name, now));
  pruned.push(remove(root, earlier.kind, thingsOf(root, earlier.kind)));
  return pruned.reduce(added, noneRemoved);
}

/** Removes all of a kind, or of all kinds. Builds that run meanwhile build again what they miss, or fail. */
export function clearStore(root: string, name?: string): Removed {
  sweep(root);
  sweepLocks(root);
  const cleared = all.filter((kind) => name === undefined || kind.name === name);
  return cleared.map((kind) => remove(root, kind, thingsOf(root, kind))).reduce(added, noneRemoved);
}

const added = (a: Removed, b: Removed): Removed => ({
  entries: a.entries + b.entries,
  bytes: a.bytes + b.bytes,
});

/** Names that {@link clearStore} takes. */
export const kindNames: readonly string[] = all.map(({ name }) => name);
