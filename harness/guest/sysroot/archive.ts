/**
 * Reads an archive of a release: tar, plain or compressed by gzip or bzip2, or zip. Keeps the files that can be booted, with all
 * others only looked at.
 *
 * An archive comes from elsewhere. What must hold: nothing is written to the host's files, whatever the archive names; each path, link,
 * kind and size is within the limits, or the archive is refused with one line that names the entry; memory never holds more than what
 * is kept.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InputError } from '../errors.ts';

/** How large an archive may be; another may be given, for tests. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of a path. */
  readonly pathBytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of all that is unpacked. */
  readonly totalBytes: number;
  /** How many times the size of the archive may be unpacked from it, once that is more than {@link ratioFromBytes}. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

const MEBIBYTE = 2 ** 20;

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 100_000,
  pathBytes: 1024,
  fileBytes: 256 * MEBIBYTE,
  totalBytes: 1024 * MEBIBYTE,
  ratio: 200,
  ratioFromBytes: 64 * MEBIBYTE,
};

/** What an archive holds that can be booted. */
export interface ArchiveContent {
  /** Content by normalized path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths of links within the archive, and the paths they lead to. */
  readonly links: ReadonlyMap<string, string>;
}

type EntryKind = 'file' | 'folder' | 'link' | 'hard link' | 'other';

interface Entry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  readonly target?: string | undefined;
}

/** Beginnings of ELF files and bundles: what a machine is booted from. */
const BOOTABLE = ['\x7fELF', 'NVMB'].map((text) => Buffer.from(text, 'latin1'));
const LONGEST_BEGINNING = 4;
/** The bits of a Unix mode that say what a file is; zip keeps the mode in the upper half of a word. */
const FILE_TYPE = 0o170000;
const TYPE_LINK = 0o120000;
const TYPE_FOLDER = 0o040000;
const TYPE_FILE = 0o100000;

/** Takes entries in, one by one, and refuses those that are not to be believed. */
class Collector {
  readonly files = new Map<string, Uint8Array>();
  readonly links = new Map<string, string>();
  readonly #name: string;
  readonly #limits: ArchiveLimits;
  #entries = 0;

  constructor(name: string, limits: ArchiveLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  refuse(path: string, why: string): never {
    throw new InputError(`the archive ${this.#name} is refused: ${JSON.stringify(path)} ${why}`);
  }

  /** Checks an entry. @returns Its normalized path if it is a file whose content is to be taken. */
  check({ path, kind, bytes, target }: Entry): string | undefined {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries)
      this.refuse(path, `is one of more than ${this.#limits.entries} entries`);
    const normal = this.#normalize(path);
    if (kind === 'other') this.refuse(path, 'is neither a file, a folder nor a link');
    if (kind === 'link' || kind === 'hard link') {
      const base = kind === 'link' ? posix.dirname(normal) : '.';
      const leadsTo = posix.join(base, target ?? '');
      if (
        target === undefined ||
        target === '' ||
        posix.isAbsolute(target) ||
        leadsTo === '..' ||
        leadsTo.startsWith('../')
      )
        this.refuse(path, `is a link that leads out of the archive, to ${JSON.stringify(target ?? '')}`);
      this.links.set(normal, leadsTo);
      return undefined;
    }
    if (kind === 'folder') return undefined;
    if (bytes > this.#limits.fileBytes)
      this.refuse(path, `has ${bytes} bytes, at most ${this.#limits.fileBytes} are read`);
    return normal;
  }

  /** Takes the content of a file that was checked; reads all of it. */
  async take(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = [];
    let [bytes, isKept] = [0, true];
    for await (const piece of content) {
      bytes += piece.length;
      if (bytes > this.#limits.fileBytes) this.refuse(path, `has more than ${this.#limits.fileBytes} bytes`);
      if (!isKept) continue;
      pieces.push(piece);
      if (bytes < LONGEST_BEGINNING) continue;
      isKept = pieces.length > 1 && bytes - piece.length >= LONGEST_BEGINNING ? isKept : isBootable(pieces);
      if (!isKept) pieces.length = 0;
    }
    if (isKept && isBootable(pieces)) this.files.set(path, Buffer.concat(pieces));
  }

  #normalize(path: string): string {
    if (Buffer.byteLength(path) > this.#limits.pathBytes)
      this.refuse(`${path.slice(0, 40)}…`, `has a path of more than ${this.#limits.pathBytes} bytes`);
    if (path === '' || path.includes('\0') || path.includes('\\'))
      this.refuse(path, 'is no path that every system has');
    if (path.startsWith('/') || /^[a-z]:/i.test(path)) this.refuse(path, 'is an absolute path');
    if (path.split('/').includes('..')) this.refuse(path, 'leads out of the archive');
    return posix.normalize(path).replace(/\/$/, '');
  }
}

function isBootable(pieces: readonly Uint8Array[]): boolean {
  const begin = Buffer.concat(pieces.slice(0, LONGEST_BEGINNING)).subarray(0, LONGEST_BEGINNING);
  return BOOTABLE.some((magic) => magic.equals(begin));
}

/**
 * Reads an archive.
 *
 * @param path A file of the host.
 * @throws InputError for a file that is no archive, is damaged, or holds what is beyond the limits.
 */
export async function readArchive(
  path: string,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveContent> {
  const collector = new Collector(posix.basename(path), limits);
  const { head, bytes } = await beginningOf(path);
  try {
    if (head.subarray(0, 4).toString('latin1') === 'PK\x03\x04')
      await readZip(path, bytes, collector, limits);
    else await readTar(path, head, bytes, collector, limits);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `the archive ${path} cannot be read (${(error as Error).message}): it is damaged, or cut off`,
    );
  }
  return { files: collector.files, links: collector.links };
}

const HEAD_BYTES = 512;
const USTAR_AT = 257;

async function beginningOf(path: string): Promise<{ readonly head: Buffer; readonly bytes: number }> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return { head: buffer.subarray(0, bytesRead), bytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

/** Lets through what is unpacked until it is too much: an archive of a few bytes can grow without end. */
function meter(archiveBytes: number, collector: Collector, limits: ArchiveLimits): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      bytes += piece.length;
      const isBomb = bytes > limits.ratioFromBytes && bytes > archiveBytes * limits.ratio;
      const isTooMuch = bytes > limits.totalBytes;
      if (!isBomb && !isTooMuch) done(null, piece);
      else done(new InputError(tooMuch(collector, limits, isTooMuch)));
    },
  });
}

function tooMuch(collector: Collector, limits: ArchiveLimits, isTooMuch: boolean): string {
  try {
    return collector.refuse(
      'its content',
      isTooMuch
        ? `has more than ${limits.totalBytes} bytes`
        : `is more than ${limits.ratio} times its size: a bomb`,
    );
  } catch (error) {
    return (error as Error).message;
  }
}

async function readTar(
  path: string,
  head: Buffer,
  bytes: number,
  collector: Collector,
  limits: ArchiveLimits,
): Promise<void> {
  const packing = packingOf(head);
  if (packing === undefined)
    throw new InputError(`${path} is no archive that is known: give a .tar, .tar.gz, .tar.bz2 or .zip`);
  const source = createReadStream(path);
  const unpacked = await decompressed(source, packing);
  const tar = await import('tar-stream');
  const extract = tar.extract();
  const flow = pipeline(unpacked, meter(bytes, collector, limits), extract).catch((error: unknown) => error);
  try {
    for await (const entry of extract) {
      const { name, type, size, linkname } = entry.header;
      const file = collector.check({
        path: name,
        kind: tarKind(type),
        bytes: size,
        target: linkname,
      });
      if (file === undefined) entry.resume();
      else await collector.take(file, entry as AsyncIterable<Uint8Array>);
    }
  } catch (error) {
    extract.destroy();
    source.destroy();
    throw error;
  }
  const failure = await flow;
  if (failure !== undefined) throw failure as Error;
}

function tarKind(type: string | null | undefined): EntryKind {
  switch (type) {
    case 'file':
    case 'contiguous-file':
    case null:
    case undefined:
      return 'file';
    case 'directory':
      return 'folder';
    case 'symlink':
      return 'link';
    case 'link':
      return 'hard link';
    default:
      return 'other';
  }
}

type Packing = 'none' | 'gzip' | 'bzip2';

/** How a tar is packed, by how the file begins; undefined for what is none. */
function packingOf(head: Buffer): Packing | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.subarray(0, 3).toString('latin1') === 'BZh') return 'bzip2';
  return head.subarray(USTAR_AT, USTAR_AT + 5).toString('latin1') === 'ustar' ? 'none' : undefined;
}

async function decompressed(source: Readable, packing: Packing): Promise<Readable> {
  if (packing === 'none') return source;
  if (packing === 'gzip') {
    const gunzip = createGunzip();
    source.once('error', (error) => gunzip.destroy(error));
    return source.pipe(gunzip);
  }
  const { default: unbzip2 } = await import('unbzip2-stream');
  // A stream of the old kind, which knows no other way to be told of a failure.
  const old = unbzip2();
  source.once('error', (error) => old.emit('error', error));
  return new Readable().wrap(source.pipe(old));
}

async function readZip(
  path: string,
  bytes: number,
  collector: Collector,
  limits: ArchiveLimits,
): Promise<void> {
  const { openPromise } = await import('yauzl');
  // Names are checked here, like those of any archive, and sizes while content is read.
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true });
  let total = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName, uncompressedSize } = entry;
      if (entry.isEncrypted()) collector.refuse(fileName, 'is encrypted');
      const mode = (entry.externalFileAttributes >>> 16) & FILE_TYPE;
      const kind = zipKind(fileName, mode);
      if (kind !== 'link') {
        const file = collector.check({ path: fileName, kind, bytes: uncompressedSize });
        total += uncompressedSize;
        if (total > limits.totalBytes)
          collector.refuse(fileName, `brings the content to more than ${limits.totalBytes} bytes`);
        if (total > limits.ratioFromBytes && total > bytes * limits.ratio)
          collector.refuse(
            fileName,
            `brings the content to more than ${limits.ratio} times the archive's size: a bomb`,
          );
        if (file !== undefined) await collector.take(file, await zip.openReadStreamPromise(entry));
        continue;
      }
      if (uncompressedSize > limits.pathBytes)
        collector.refuse(fileName, 'is a link with a target that is too long');
      const pieces: Buffer[] = [];
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
      collector.check({ path: fileName, kind, bytes: 0, target: Buffer.concat(pieces).toString('utf8') });
    }
  } finally {
    zip.close();
  }
}

function zipKind(name: string, type: number): EntryKind {
  if (name.endsWith('/') || type === TYPE_FOLDER) return 'folder';
  if (type === TYPE_LINK) return 'link';
  return type === 0 || type === TYPE_FILE ? 'file' : 'other';
}
