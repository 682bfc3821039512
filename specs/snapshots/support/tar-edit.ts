/** Takes snapshot files apart and puts them together again, with changes that the writer would never make. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack, type Header } from 'tar-stream';

export interface TarEntry {
  readonly header: Partial<Header> & Pick<Header, 'name'>;
  readonly content: Buffer;
}

export async function entriesOf(file: Uint8Array): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  const archive = extract();
  Readable.from([Buffer.from(file)]).pipe(archive);
  for await (const entry of archive) {
    entries.push({ header: entry.header, content: await buffer(entry as AsyncIterable<Buffer>) });
  }
  return entries;
}

/** A well-formed tar of these entries; links and the like keep no content. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { header, content } of entries) {
    if (header.type === undefined || header.type === 'file') {
      archive.entry({ ...header, size: content.length }, content);
    } else {
      archive.entry({ ...header, size: 0 });
    }
  }
  archive.finalize();
  return buffer(archive as AsyncIterable<Buffer>);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What a manifest looks like to someone who edits one. */
export interface EditableManifest {
  [field: string]: unknown;
  parts: { name: string; bytes: number; sha256: string; pages?: number; inflatedBytes?: number }[];
}

/**
 * A file with changed parts or manifest and all digests and lengths made right again, as someone would do who means to
 * be believed. `editManifest` comes last, when digests and lengths already are those of the changed parts.
 */
export async function forge(
  file: Uint8Array,
  change: {
    readonly editPart?: (name: string, content: Buffer) => Buffer;
    readonly editManifest?: (manifest: EditableManifest) => void;
  },
): Promise<Buffer> {
  const [first, second, ...parts] = await entriesOf(file);
  if (first === undefined || second === undefined) throw new Error('not a snapshot');
  const manifest = JSON.parse(first.content.toString()) as EditableManifest;
  const edited = parts.map(({ header, content }, index) => {
    const changed = change.editPart?.(header.name, content) ?? content;
    const row = manifest.parts[index];
    if (row !== undefined) Object.assign(row, { bytes: changed.length, sha256: sha256(changed) });
    return { header, content: changed };
  });
  change.editManifest?.(manifest);
  return withManifestText(`${JSON.stringify(manifest, undefined, 2)}\n`, [first, second, ...edited]);
}

/** The same entries behind another manifest, whose digest is right. */
export function withManifestText(text: string, entries: readonly TarEntry[]): Promise<Buffer> {
  const [first, second, ...parts] = entries;
  if (first === undefined || second === undefined) throw new Error('not a snapshot');
  const content = Buffer.from(text);
  const digest = Buffer.from(`${sha256(content)}  manifest.json\n`);
  return tarOf([{ header: first.header, content }, { header: second.header, content: digest }, ...parts]);
}

/** Makes the checksum of the tar header at `offset` right again. */
export function fixHeaderChecksum(file: Buffer, offset: number): void {
  file.fill(' ', offset + 148, offset + 156);
  const sum = file.subarray(offset, offset + 512).reduce((total, byte) => total + byte, 0);
  file.write(`${sum.toString(8).padStart(6, '0')}\0 `, offset + 148, 'latin1');
}

/** Offsets of the headers of a well-formed tar. */
export function headerOffsets(file: Buffer): number[] {
  const offsets: number[] = [];
  let offset = 0;
  while (offset < file.length && file[offset] !== 0) {
    offsets.push(offset);
    const size = Number.parseInt(file.toString('latin1', offset + 124, offset + 135), 8);
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return offsets;
}
