/** vendor/lock.json, the list of what others wrote, read and checked. Reads that one file. */
import { readFileSync } from 'node:fs';
import { inProject } from './paths.ts';

/** An upstream source. */
export interface LockedSource {
  /** Name of Debian's source package. */
  readonly package: string;
  readonly version: string;
  /** Name of the tarball, in Debian's archive and in vendor/sources/. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The one folder that the tarball holds; `.` for one that holds its files without. */
  readonly folder: string;
  /** SPDX identifier. */
  readonly licence: string;
}

export type SourceName = 'cpython' | 'musl' | 'tcc' | 'zlib';

export interface LockFile {
  readonly format: 1;
  /** Where Debian has the sources and, for machines without them, the tools. */
  readonly archive: { readonly distribution: string; readonly suite: string; readonly component: string };
  readonly sources: Readonly<Record<SourceName, LockedSource>>;
}

/** Absolute path of the lock file: an input of the steps that read it. */
export const lockFilePath: string = inProject('vendor', 'lock.json');

/** Reads the lock file. Throws if it is not one. */
export function readLockFile(text: string = readFileSync(lockFilePath, 'utf8')): LockFile {
  const lock = JSON.parse(text) as LockFile;
  if ((lock.format as number) !== 1)
    throw new Error(`vendor/lock.json has format ${lock.format as number}, not 1`);
  for (const [name, source] of Object.entries(lock.sources)) {
    if (!/^[0-9a-f]{64}$/.test(source.sha256)) throw new Error(`vendor/lock.json: ${name} has no SHA-256`);
    if (!/^[\w.+-]+$/.test(source.file)) throw new Error(`vendor/lock.json: ${name} has no plain file name`);
  }
  return lock;
}
