/**
 * Files that save a later process work: a SHA-256 of the content, then the content.
 *
 * What must hold: what is read is exactly what was written, or nothing. To fail is never an error here; the caller does the
 * work itself. Machine code lies in the folder: it is used only while it is the user's own and nobody else can write to it.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

const DIGEST_LENGTH = 32;

const digestOf = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest();

/** The content of a file; undefined when there is none, it is damaged, or its digest is not the one wanted, in hex. */
export function readKept(path: string, wanted?: string): Uint8Array<ArrayBuffer> | undefined {
  let bytes: Buffer<ArrayBuffer>;
  try {
    if (!isPrivate(dirname(path))) return undefined;
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const content = bytes.subarray(DIGEST_LENGTH);
  const digest = bytes.subarray(0, DIGEST_LENGTH);
  const right =
    digestOf(content).equals(digest) && (wanted === undefined || digest.toString('hex') === wanted);
  return right ? content : undefined;
}

/** Writes a file, or leaves what is there as it is. */
export function writeKept(path: string, content: Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!isPrivate(dirname(path))) return;
    writeFileAtomic.sync(path, Buffer.concat([digestOf(content), content]), { fsync: false, mode: 0o600 });
  } catch {
    // a folder that cannot be written to only means that the next process does this work again
  }
}

const WRITABLE_BY_OTHERS = 0o022;

function isPrivate(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  // Where users have no numbers, as on Windows, the mode says nothing either.
  return process.getuid === undefined || (uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0);
}
