/**
 * Which releases of CPython there are here: those that vendor/lock.json pins, and those whose source archive the user gave, which
 * lie in the cache as `VERSION-SHA256.ENDING`. Reads the names in that folder, nothing else; keep-archive.ts writes them.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../build/paths.ts';
import { laterPythons } from './variant.ts';
import { readLockFile } from '../build/lock-file.ts';

/** The minor releases that the recipe knows. */
export const recipeMinors = ['3.11', '3.12', '3.13', '3.14'] as const;
export type Minor = (typeof recipeMinors)[number];

/** That of the release which guests run where nobody names one. */
export const USUAL_MINOR = '3.11' satisfies Minor;

/** A source archive that the user gave. */
export interface GivenArchive {
  /** `3.14.0`, or `3.14.0rc1` for one before the release. */
  readonly version: string;
  readonly minor: Minor;
  /** Absolute path of the copy in the cache. */
  readonly file: string;
  /** Of the whole file, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** A release that can be built: of the lock file, or of a given archive. */
export type KnownRelease =
  | { readonly kind: 'pinned'; readonly minor: Minor; readonly version: string }
  | ({ readonly kind: 'given' } & GivenArchive);

/** Why a source archive is not taken, or a release is not there: one line that says what to do. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

export const archivesFolder = (): string => path.join(cacheRoot(), 'cpythons');

const FILE_NAME = /^((3\.\d+)\.\d+(?:(?:a|b|rc)\d+)?)-([0-9a-f]{64})\.tar\.(?:xz|gz)$/;

export const isMinor = (text: string | undefined): text is Minor => recipeMinors.some((one) => one === text);

/** Orders versions: `3.14.0rc1` comes before `3.14.0`, which comes before `3.14.10`. */
const inOrder = (one: GivenArchive, other: GivenArchive): number =>
  sortKey(one).localeCompare(sortKey(other), 'en', { numeric: true });
const sortKey = ({ version }: GivenArchive): string => (/[a-z]/.test(version) ? version : `${version}z`);

/** All archives that were given, the oldest release first. */
export function givenArchives(): readonly GivenArchive[] {
  let names: string[] = [];
  try {
    names = readdirSync(archivesFolder());
  } catch {
    // Nobody has given one.
  }
  return names
    .flatMap((name): GivenArchive[] => {
      const [, version = '', minor, sha256 = ''] = FILE_NAME.exec(name) ?? [];
      return isMinor(minor) ? [{ version, minor, file: path.join(archivesFolder(), name), sha256 }] : [];
    })
    .sort(inOrder);
}

/** The release that the lock file pins for a minor one. */
function pinnedRelease(minor: Minor): KnownRelease | undefined {
  const later = laterPythons.find((one) => one === minor);
  if (minor !== USUAL_MINOR && later === undefined) return undefined;
  const source = later === undefined ? 'cpython' : (`cpython-${later}` as const);
  return { kind: 'pinned', minor, version: readLockFile().sources[source].version };
}

/**
 * A release by what people call it: `3.13` is the pinned one, or where none is pinned the newest that was given; `3.13.9` is that
 * very one. Undefined where there is none.
 */
export function knownRelease(name: string): KnownRelease | undefined {
  const minor = /^3\.\d+/.exec(name)?.[0];
  const pinned = isMinor(minor) ? pinnedRelease(minor) : undefined;
  if (pinned !== undefined && [pinned.minor, pinned.version].includes(name)) return pinned;
  const given = givenArchives().findLast((one) => one.version === name || one.minor === name);
  return given && { kind: 'given', ...given };
}

/** Whether a name is that of the usual release, which guests run where nobody names one. */
export function isUsualRelease(name: string): boolean {
  return name === USUAL_MINOR || name === readLockFile().sources.cpython.version;
}

/** @throws ArchiveError that says how to get a release that is not there. */
export function findKnownRelease(name: string): KnownRelease {
  const found = knownRelease(name);
  if (found !== undefined) return found;
  const minor = /^3\.\d+(?=(\.\d+((a|b|rc)\d+)?)?$)/.exec(name)?.[0];
  if (isMinor(minor))
    throw new ArchiveError(
      `the sources of CPython ${name} are not here: give their archive once, by nanvix-v86 images --cpython FILE`,
    );
  const there = [USUAL_MINOR, ...laterPythons, ...givenArchives().map(({ version }) => version)].join(', ');
  throw new ArchiveError(
    `there is no recipe for CPython ${name}: choose one of ${there}, or give the source archive of a release from ${recipeMinors[0]} to ${recipeMinors.at(-1) ?? ''}, by nanvix-v86 images --cpython FILE`,
  );
}
