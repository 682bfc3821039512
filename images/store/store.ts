/**
 * What is kept between processes: files in a folder of the user's own, each under a name that is a digest of all that its
 * content depends on. kinds.ts lists what there is; contents.ts counts and empties it. Touches that folder only.
 *
 * What must hold:
 * - What is read is exactly what was written, or nothing. A file opens with the CRC-32 of what follows; one that is damaged
 *   is removed. That finds what an accident does, in a quarter of the time that the SHA-256 behind it would take: who could do more
 *   on purpose could also write a whole file.
 * - A file appears whole, by rename, so any number of processes may read and write.
 * - To keep something never fails: where it cannot be done, the caller does its work again the next time.
 * - Code lies here that is executed. A folder is used only while it is the user's own and nobody else can write to it.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type writeFileAtomic from 'write-file-atomic';
import { packageVersion } from '../build/paths.ts';
import { thisSystem, type System } from '../system/system.ts';
import { makeFolder } from '../system/folders.ts';
import { pruneFiles } from './contents.ts';
import { kinds } from './kinds.ts';
import type { KindName } from './kinds.ts';

const require = createRequire(import.meta.url);

/** Loaded with the first write: most processes only read, and each millisecond of their start counts. */
const atomic = (): typeof writeFileAtomic => require('write-file-atomic') as typeof writeFileAtomic;

/** A file: the CRC-32 of the rest, the SHA-256 of the content, the content from `CONTENT_AT` on. */
const CHECK_LENGTH = 4;
const DIGEST_LENGTH = 32;
export const CONTENT_AT = CHECK_LENGTH + DIGEST_LENGTH;
/** Part of each name, to be raised with every change of the above: what is laid out otherwise is not found. */
const LAYOUT = 2;

const checkOf = (digest: Uint8Array, content: Uint8Array): number => crc32(content, crc32(digest));

/** The file of some content with a digest. */
export function encodeFile(digest: Uint8Array, content: Uint8Array): Buffer {
  const check = Buffer.alloc(CHECK_LENGTH);
  check.writeUInt32LE(checkOf(digest, content));
  return Buffer.concat([check, digest, content]);
}

/** A file's time says when it was last used, to the day: to write it at each use would cost each use. */
const DAY_MS = 24 * 3600 * 1000;

/** Something that was kept. */
export interface Kept {
  /** In a buffer of its own. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
}

/** A look-up, or something that was written. */
export interface StoreEvent {
  readonly what: 'found' | 'missing' | 'damaged' | 'kept';
  readonly kind: KindName;
  /** Absolute path. */
  readonly file: string;
}

/** What the content of something kept depends on. The kind and the version of this package are always part of it. */
export type Key = string | readonly (string | number)[];

/** The store below one folder. */
export class Store {
  /** Absolute path; need not exist. */
  readonly root: string;
  readonly #version: string;
  readonly #system: System;
  #listener: ((event: StoreEvent) => void) | undefined;

  constructor(root: string, version: string = packageVersion(), system: System = thisSystem) {
    this.root = root;
    this.#version = version;
    this.#system = system;
  }

  /** Tells somebody of each look-up and of what is written: for a log. */
  tell(listener: (event: StoreEvent) => void): void {
    this.#listener = listener;
  }

  /** What was kept under a key; undefined where there is nothing, or it is damaged. */
  read(kind: KindName, key: Key): Kept | undefined {
    const file = this.#fileOf(kind, key);
    const found = { isDamaged: false };
    const kept = this.#reading(file, (opened) => {
      const { size, mtimeMs } = fstatSync(opened);
      const head = Buffer.alloc(CONTENT_AT);
      const content = new Uint8Array(Math.max(0, size - CONTENT_AT));
      readSync(opened, head, { position: 0 });
      readSync(opened, content, { position: CONTENT_AT });
      const digest = head.subarray(CHECK_LENGTH);
      if (checkOf(digest, content) !== head.readUInt32LE()) {
        found.isDamaged = true;
        unlinkSync(file);
        return undefined;
      }
      markUsed(opened, mtimeMs);
      return { content, digest: digest.toString('hex') };
    });
    const missing = found.isDamaged ? 'damaged' : 'missing';
    this.#listener?.({ what: kept === undefined ? missing : 'found', kind, file });
    return kept;
  }

  /** The digest of what is kept under a key, for one that need not be read. */
  digestOf(kind: KindName, key: Key): string | undefined {
    return this.#reading(this.#fileOf(kind, key), (opened) => {
      const digest = Buffer.alloc(DIGEST_LENGTH);
      const length = readSync(opened, digest, { position: CHECK_LENGTH });
      return length === DIGEST_LENGTH ? digest.toString('hex') : undefined;
    });
  }

  /** Keeps something under a key, or leaves what is there as it is. @returns SHA-256 of the content, in hexadecimal. */
  write(kind: KindName, key: Key, content: Uint8Array): string {
    const digest = createHash('sha256').update(content).digest();
    try {
      const folder = this.#ensure(kind);
      if (folder !== undefined) {
        // Not flushed to the disk: after a crash of the machine the check tells.
        const options = { fsync: false, mode: 0o600 };
        atomic().sync(this.#fileOf(kind, key), encodeFile(digest, content), options);
        pruneFiles(folder, kinds[kind], Date.now());
        this.#listener?.({ what: 'kept', kind, file: this.#fileOf(kind, key) });
      }
    } catch {
      // The next process does this work again.
    }
    return digest.toString('hex');
  }

  /** Whether something can be kept at all: the folder is there, or can be made, and is private and writable. */
  canKeep(kind: KindName): boolean {
    try {
      const folder = this.#ensure(kind);
      if (folder === undefined) return false;
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The place of a file that another writes, whole by a rename, and that checks itself. Its folder is made; `extension` is
   * part of the name. Call {@link prune} when it is written.
   *
   * @throws what the operating system says, where the folder cannot be made.
   */
  place(kind: KindName, key: Key, extension: string): string {
    makeFolder(this.#folderOf(kind), 0o700);
    return `${this.#fileOf(kind, key)}.${extension}`;
  }

  /** Tells that a file at a {@link place} was used. */
  static touch(file: string): void {
    markUsed(file, statSync(file).mtimeMs);
  }

  /** Removes what is beyond the limits of a kind of files, and what writers that died have left. */
  prune(kind: KindName): void {
    pruneFiles(this.#folderOf(kind), kinds[kind], Date.now());
  }

  #folderOf(kind: KindName): string {
    return path.join(this.root, kind);
  }

  #fileOf(kind: KindName, key: Key): string {
    const name = createHash('sha256').update(JSON.stringify([LAYOUT, this.#version, kind, key]));
    return path.join(this.#folderOf(kind), name.digest('hex'));
  }

  /** The folder of a kind, made if missing; undefined where others can write to it. */
  #ensure(kind: KindName): string | undefined {
    const folder = this.#folderOf(kind);
    makeFolder(folder, 0o700);
    return this.#isPrivate(folder) ? folder : undefined;
  }

  #isPrivate(folder: string): boolean {
    return [this.root, folder].every((one) => isOwn(one, this.#system));
  }

  /** What `read` makes of an open file; undefined where the file cannot be read, or is not to be trusted. */
  #reading<Result>(file: string, read: (opened: number) => Result | undefined): Result | undefined {
    try {
      const opened = openSync(file, 'r');
      try {
        return this.#isPrivate(path.dirname(file)) ? read(opened) : undefined;
      } finally {
        closeSync(opened);
      }
    } catch {
      return undefined;
    }
  }
}

const WRITABLE_BY_OTHERS = 0o022;

function isOwn(folder: string, { userId }: System): boolean {
  const { uid, mode } = statSync(folder);
  return userId === undefined || (uid === userId && (mode & WRITABLE_BY_OTHERS) === 0);
}

/** Sets the time of a file, by its path or opened, that was last used at another day. */
function markUsed(file: number | string, mtimeMs: number): void {
  const now = Date.now();
  if (now - mtimeMs < DAY_MS) return;
  try {
    if (typeof file === 'number') futimesSync(file, now / 1000, now / 1000);
    else utimesSync(file, now / 1000, now / 1000);
  } catch {
    // The file is others', or opened for reading only where that matters: it ages.
  }
}
