/** Archives for specs, honest and not: tar by its package, zip written out by hand, so that it can say what no tool would. */
import { spawnSync } from 'node:child_process';
import { crc32, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';

export type Item = Partial<Header> & { readonly name: string; readonly content?: Uint8Array | string };

export async function tarOf(items: readonly Item[]): Promise<Buffer> {
  const packing = pack();
  for (const { content = '', ...header } of items) packing.entry(header, Buffer.from(content));
  packing.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of packing) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}

export const gzip = (bytes: Uint8Array): Buffer => gzipSync(bytes);

/** By the tool of that name. */
export function bzip2(bytes: Uint8Array): Buffer {
  const { status, stdout } = spawnSync('bzip2', ['-c'], { input: bytes, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error('bzip2 failed');
  return stdout;
}

export interface ZipItem {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Unix mode. */
  readonly mode?: number;
  /** Bytes that the directory claims. */
  readonly claims?: number;
  readonly flags?: number;
}

const LOCAL_HEAD = 30;
const CENTRAL_HEAD = 46;
const END_HEAD = 22;

/** A zip with its content stored as it is. */
export function zipOf(items: readonly ZipItem[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const { name, content = '', mode = 0o100755, claims, flags = 0 } of items) {
    const [bytes, path] = [Buffer.from(content), Buffer.from(name)];
    const size = claims ?? bytes.length;
    const local = Buffer.alloc(LOCAL_HEAD);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt32LE(crc32(bytes), 14);
    local.writeUInt32LE(bytes.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(path.length, 26);
    const central = Buffer.alloc(CENTRAL_HEAD);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x031e, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt16LE(flags, 8);
    central.writeUInt32LE(crc32(bytes), 16);
    central.writeUInt32LE(bytes.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(path.length, 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(at, 42);
    locals.push(local, path, bytes);
    centrals.push(central, path);
    at += LOCAL_HEAD + path.length + bytes.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(END_HEAD);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(items.length, 8);
  end.writeUInt16LE(items.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
