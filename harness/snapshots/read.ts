/**
 * Reads a snapshot file and believes none of it: every length is bounded before it is used, every digest is compared
 * before its part is understood, and at the end the file must be the very one the writer makes of what was read.
 *
 * What must hold: a file that is refused leaves nothing behind; memory in use stays near what the manifest's table of
 * parts, itself bounded, announces; whatever is wrong ends in a {@link SnapshotError}, never in another error or a wait.
 */
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type Extract } from 'tar-stream';
import { archiveBytes, checkEntry, entryHeader } from './archive.ts';
import { mapBounded } from './bounded.ts';
import type { GuestPage, SnapshotContents } from './contents.ts';
import { sha256 } from './digest.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import {
  LIMITS,
  MACHINE_ENTRY,
  MANIFEST_DIGEST_ENTRY,
  MANIFEST_ENTRY,
  MONITOR_ENTRY,
  memoryPartBytes,
} from './format.ts';
import { decodeManifest, manifestDigestLine, type SnapshotManifest, type SnapshotPart } from './manifest.ts';
import { PARTS_AT_ONCE, inflateBytes, unpackPages } from './pages.ts';
import { decodePlainData, type PlainData } from './plain-data.ts';

/** An entry while it is read; tar-stream does not export its name for it. */
type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

/** Bytes read at once: most snapshots of a small guest in one go. */
const READ_BYTES = 4 << 20;

/** A file that passed every check. */
export interface SnapshotFile {
  readonly manifest: SnapshotManifest;
  readonly contents: SnapshotContents;
  /** Length of the file. */
  readonly bytes: number;
}

/**
 * Reads and verifies all of a file. @throws {@link SnapshotError} that names the file and what is wrong with it.
 *
 * @param meanwhile Called when all of the file has been read and other threads still inflate it: work for this thread.
 */
export function readSnapshot(path: string, meanwhile?: () => void): Promise<SnapshotFile> {
  return readWatched(path, { meanwhile });
}

/** Who looks on while a file is read. */
interface Watch {
  /** As in {@link readSnapshot}. */
  readonly meanwhile?: (() => void) | undefined;
  /** Given all the bytes of the file, in order. */
  readonly chunk?: ((bytes: Buffer) => void) | undefined;
}

/** {@link readSnapshot}, telling what it reads. */
export function readWatched(path: string, { meanwhile, chunk }: Watch): Promise<SnapshotFile> {
  return namingFile(path, async () => {
    const bytes = await fileBytes(path);
    const archive = new ArchiveReader(path, bytes, chunk);
    try {
      const manifest = await archive.readManifest();
      const contents = await readContents(archive, manifest, meanwhile);
      await archive.finish();
      return { manifest, contents, bytes };
    } finally {
      archive.close();
    }
  });
}

/**
 * Reads the manifest alone, which is what identifies a file. It is verified, and so is the file's length; the parts are
 * not. @throws {@link SnapshotError}
 */
export function readSnapshotManifest(path: string): Promise<SnapshotManifest> {
  return namingFile(path, async () => {
    const archive = new ArchiveReader(path, await fileBytes(path));
    try {
      return await archive.readManifest();
    } finally {
      archive.close();
    }
  });
}

async function namingFile<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SnapshotError) throw error.inFile(path);
    if (error instanceof Error && 'code' in error) {
      throw new SnapshotError('unreadable', `${path}: cannot be read (${String(error.code)})`, {
        cause: error,
      });
    }
    throw error;
  }
}

async function fileBytes(path: string): Promise<number> {
  const found = await stat(path);
  // A pipe or a device could make the reader wait for ever.
  if (!found.isFile()) throw new SnapshotError('unreadable', 'not a plain file');
  return found.size;
}

async function readContents(
  archive: ArchiveReader,
  manifest: SnapshotManifest,
  meanwhile?: () => void,
): Promise<SnapshotContents> {
  const state = new Map<string, PlainData>();
  let modules: Buffer | undefined;
  const read = archive.parts(manifest.parts, meanwhile);
  const parts = await mapBounded(read, PARTS_AT_ONCE, async ({ part, content }) => {
    if (part.pages !== undefined) {
      const inflated = await inflateBytes(content, memoryPartBytes(part.pages), part.name);
      return unpackPages(inflated, part.pages, manifest.memoryBytes, part.name);
    }
    if (part.inflatedBytes === undefined)
      state.set(part.name, decodePlainData(content.toString('utf8'), part.name));
    else modules = await inflateBytes(content, part.inflatedBytes, part.name);
    return [];
  });
  const { emulator, kernel, program, ramfs, options, instructions, virtualNanoseconds, kernelCall } =
    manifest;
  return {
    identity: { emulator, kernel, program, ramfs, options },
    moment: { instructions, virtualNanoseconds, kernelCall },
    memoryBytes: manifest.memoryBytes,
    machine: state.get(MACHINE_ENTRY) ?? null,
    monitor: state.get(MONITOR_ENTRY) ?? null,
    pages: ascending(parts.flat()),
    ...(modules === undefined ? {} : { modules }),
  };
}

/** Each part ascends by itself; together they must as well. */
function ascending(pages: readonly GuestPage[]): readonly GuestPage[] {
  pages.forEach((page, index) => {
    const before = pages[index - 1];
    if (before !== undefined && before.number >= page.number) {
      throw new SnapshotError(
        'corrupted',
        `page ${page.number} of memory stands in two parts or in the wrong one`,
      );
    }
  });
  return pages;
}

/**
 * The entries of a file, one after another. What was read is packed again on the way, by the code that writes
 * snapshots, and compared: then not a byte outside the parts differs.
 */
class ArchiveReader {
  readonly #bytes: number;
  readonly #source;
  readonly #entries: AsyncIterator<Entry>;
  readonly #repacked = pack();
  /** The first bytes of the file. */
  #start: Buffer | undefined;
  /** What was read and has not been packed again. */
  #unmatched: Buffer[] = [];
  #differs = false;

  constructor(path: string, bytes: number, told?: Watch['chunk']) {
    this.#bytes = bytes;
    this.#source = createReadStream(path, { highWaterMark: READ_BYTES });
    this.#source.on('data', (chunk) => {
      told?.(chunk as Buffer);
      this.#start ??= (chunk as Buffer).subarray(0, MANIFEST_ENTRY.length);
      this.#unmatched.push(chunk as Buffer);
    });
    this.#repacked.on('data', (chunk) => {
      this.#match(chunk as Buffer);
    });
    const archive = extract();
    this.#entries = archive[Symbol.asyncIterator]();
    // A failure reaches the iterator as well, which is where it is looked at.
    pipeline(this.#source, archive).catch(() => undefined);
  }

  async readManifest(): Promise<SnapshotManifest> {
    const entry = await this.#first();
    const size = entry.header.size;
    if (entry.header.name !== MANIFEST_ENTRY) throw noSnapshot();
    if (size > LIMITS.manifestBytes) {
      throw new SnapshotError(
        'too-large',
        `the manifest has ${size} bytes; at most ${LIMITS.manifestBytes} are read`,
      );
    }
    const content = await this.#content(entry, MANIFEST_ENTRY, size);
    const text = content.toString('utf8');
    const line = manifestDigestLine(content);
    const digest = await this.#entry(MANIFEST_DIGEST_ENTRY, Buffer.byteLength(line));
    const manifest = decodeManifest(text);
    if (digest.toString('utf8') !== line)
      throw new SnapshotError('corrupted', 'the digest of the manifest is wrong');
    this.#checkLength(manifest, size, digest.length);
    return manifest;
  }

  /** The parts the manifest lists, each with its digest verified. `afterwards` is called when the last has been taken. */
  async *parts(
    parts: readonly SnapshotPart[],
    afterwards?: () => void,
  ): AsyncGenerator<{ part: SnapshotPart; content: Buffer }> {
    for (const part of parts) {
      const content = await this.#entry(part.name, part.bytes);
      if (sha256(content) !== part.sha256)
        throw new SnapshotError('corrupted', `the digest of ${part.name} is wrong`);
      yield { part, content };
    }
    afterwards?.();
  }

  /** Nothing may follow the last part, and nothing between the parts may differ. */
  async finish(): Promise<void> {
    const next = await this.#advance();
    if (next.done !== true) {
      throw new SnapshotError(
        'corrupted',
        `the entry ${JSON.stringify(next.value.header.name)} follows the last part`,
      );
    }
    this.#repacked.finalize();
    await once(this.#repacked, 'end');
    if (this.#differs || this.#unmatched.length > 0) {
      throw new SnapshotError('corrupted', 'bytes between its parts are not as this program writes them');
    }
  }

  /** Compares what was packed again with what was read. */
  #match(packed: Buffer): void {
    for (let rest = packed; rest.length > 0;) {
      const [read] = this.#unmatched;
      if (read === undefined) {
        this.#differs = true;
        return;
      }
      const length = Math.min(read.length, rest.length);
      this.#differs ||= read.compare(rest, 0, length, 0, length) !== 0;
      rest = rest.subarray(length);
      if (length === read.length) this.#unmatched.shift();
      else this.#unmatched[0] = read.subarray(length);
    }
  }

  close(): void {
    this.#source.destroy();
    this.#repacked.destroy();
  }

  #checkLength(manifest: SnapshotManifest, ...before: readonly number[]): void {
    const expected = archiveBytes([...before, ...manifest.parts.map((part) => part.bytes)]);
    if (this.#bytes < expected) {
      throw new SnapshotError('truncated', `the file ends after ${this.#bytes} of ${expected} bytes`);
    }
    if (this.#bytes > expected) {
      throw new SnapshotError('corrupted', `the file has ${this.#bytes - expected} bytes after its end`);
    }
  }

  async #entry(name: string, size: number): Promise<Buffer> {
    return this.#content(await this.#next(name), name, size);
  }

  async #content(entry: Entry, name: string, size: number): Promise<Buffer> {
    checkEntry(entry.header, name, size);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of entry) chunks.push(chunk as Buffer);
    } catch (error) {
      throw damaged(error);
    }
    const [first] = chunks;
    const content = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
    if (content.length !== size) throw new SnapshotError('truncated', `the file ends inside ${name}`);
    this.#repacked.entry(entryHeader(name, size), content);
    return content;
  }

  /** A file that does not begin as a snapshot does is none, whatever else is wrong with it. */
  async #first(): Promise<Entry> {
    try {
      return await this.#next(MANIFEST_ENTRY);
    } catch (error) {
      if (MANIFEST_ENTRY.startsWith(this.#start?.toString('latin1') ?? '')) throw error;
      throw noSnapshot(error);
    }
  }

  async #next(name: string): Promise<Entry> {
    const next = await this.#advance();
    if (next.done === true) throw new SnapshotError('truncated', `the file ends before ${name}`);
    return next.value;
  }

  async #advance(): Promise<IteratorResult<Entry, undefined>> {
    try {
      return (await this.#entries.next()) as IteratorResult<Entry, undefined>;
    } catch (error) {
      throw damaged(error);
    }
  }
}

const noSnapshot = (cause?: unknown): SnapshotError =>
  new SnapshotError('unreadable', `no snapshot: its first entry is not ${MANIFEST_ENTRY}`, { cause });

/** What tar-stream throws, in this module's terms. It has no error codes, only messages. */
function damaged(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error;
  if (error.message.includes('Unexpected end')) {
    return new SnapshotError('truncated', 'the file ends inside an entry', { cause: error });
  }
  return new SnapshotError('corrupted', `not a tar where an entry should start (${error.message})`, {
    cause: error,
  });
}
