/**
 * Files that save a later process work: a SHA-256 of the content, then the content.
 *
 * What must hold: what is read is exactly what was written, or nothing. To fail is never an error here; the caller does the
 * work itself. Machine code lies in the folder: it is used only while it is the user's own and nobody else can write to it.
 */

import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

const DIGEST_LENGTH = 32;

const digestOf = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest();

export interface Kept {
  /** In a buffer of its own. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the content, in hex. */
  readonly digest: string;
}

/** A file that was kept; undefined when there is none, or it is damaged. */
export function readKept(path: string): Kept | undefined {
  return reading(path, (file) => {
    if (!isPrivate(dirname(path))) return undefined;
    const said = readDigest(file);
    const content = new Uint8Array(Math.max(0, fstatSync(file).size - DIGEST_LENGTH));
    readSync(file, content, { position: DIGEST_LENGTH });
    const digest = digestOf(content).toString('hex');
    return digest === said ? { content, digest } : undefined;
  });
}

/** What `read` makes of an open file; undefined when the file cannot be read. */
function reading<Result>(path: string, read: (file: number) => Result): Result | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return read(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Writes a file, or leaves what is there as it is. @returns The digest of the content. */
export function writeKept(path: string, content: Uint8Array): string {
  const digest = digestOf(content);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (isPrivate(dirname(path))) {
      writeFileAtomic.sync(path, Buffer.concat([digest, content]), { fsync: false, mode: 0o600 });
    }
  } catch {
    // a folder that cannot be written to only means that the next process does this work again
  }
  return digest.toString('hex');
}

/** Whether files can be kept in a folder: it is there, or can be made, and is private and writable. */
export function canKeepIn(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return isPrivate(folder);
  } catch {
    return false;
  }
}

/** Removes the files of a folder that were written longest ago, beyond `count`. */
export function keepNewest(folder: string, count: number): void {
  try {
    const files = readdirSync(folder).map((name) => join(folder, name));
    const dated = files.map((path) => ({ path, written: statSync(path).mtimeMs }));
    for (const { path } of dated.sort((a, b) => b.written - a.written).slice(count)) unlinkSync(path);
  } catch {
    // another process may be at the same: what is left goes the next time
  }
}

/** The digest that stands at the start of a file, for one that need not be read. */
export function digestKept(path: string): string | undefined {
  return reading(path, readDigest);
}

function readDigest(file: number): string | undefined {
  const digest = Buffer.alloc(DIGEST_LENGTH);
  return readSync(file, digest, { position: 0 }) === DIGEST_LENGTH ? digest.toString('hex') : undefined;
}

const WRITABLE_BY_OTHERS = 0o022;

function isPrivate(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  // Where users have no numbers, as on Windows, the mode says nothing either.
  return process.getuid === undefined || (uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0);
}
