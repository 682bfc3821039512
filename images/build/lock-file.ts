/** vendor/lock.json, the list of what others wrote, read and checked. Reads that one file. */
import { readFileSync } from 'node:fs';
import { inProject } from './paths.ts';

/** A file in Debian's archive. */
export interface LockedFile {
  /** Name of Debian's package, or source package. */
  readonly package: string;
  readonly version: string;
  /** Its name, in Debian's archive and in vendor/sources/. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** SPDX identifier. */
  readonly licence: string;
}

/** The tarball of an upstream source. */
export interface LockedSource extends LockedFile {
  /** Debian's release, where it is not the one that the rest comes from. */
  readonly suite?: string;
  /** The one folder that the tarball holds; `.` for one that holds its files without. */
  readonly folder: string;
}

export type SourceName =
  'bzip2' | 'cpython' | 'cpython-3.13' | 'libffi' | 'musl' | 'sqlite' | 'tcc' | 'xz' | 'zlib';

/** Binary packages whose content goes into the guest as it is. */
export type PackageName = 'tzdata';

export interface LockFile {
  readonly format: 1;
  /** Where Debian has the sources and, for machines without them, the tools. */
  readonly archive: { readonly distribution: string; readonly suite: string; readonly component: string };
  readonly sources: Readonly<Record<SourceName, LockedSource>>;
  readonly packages: Readonly<Record<PackageName, LockedFile>>;
}

/** Absolute path of the lock file: an input of the steps that read it. */
export const lockFilePath: string = inProject('vendor', 'lock.json');

/** Reads the lock file. Throws if it is not one. */
export function readLockFile(text: string = readFileSync(lockFilePath, 'utf8')): LockFile {
  const lock = JSON.parse(text) as LockFile;
  if ((lock.format as number) !== 1)
    throw new Error(`vendor/lock.json has format ${lock.format as number}, not 1`);
  for (const [name, { sha256, file }] of Object.entries({ ...lock.sources, ...lock.packages })) {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`vendor/lock.json: ${name} has no SHA-256`);
    if (!/^[\w.+-]+$/.test(file)) throw new Error(`vendor/lock.json: ${name} has no plain file name`);
  }
  return lock;
}
