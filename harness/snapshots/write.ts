/**
 * Writes a snapshot file, whole or not at all (write-whole.ts).
 *
 * The compressed parts are held in memory until their digests are known; that is less than the snapshot itself takes. What must
 * hold: nothing is written that read.ts would refuse, and the manifest is checked by its own schema before anything is.
 */
import { pack, type Pack } from 'tar-stream';
import { entryHeader } from './archive.ts';
import { mapBounded } from './bounded.ts';
import type { SnapshotContents } from './contents.ts';
import { sha256 } from './digest.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import {
  COMPRESSION,
  FORMAT_NAME,
  FORMAT_VERSION,
  LIMITS,
  MACHINE_ENTRY,
  MANIFEST_DIGEST_ENTRY,
  MANIFEST_ENTRY,
  MODULES_ENTRY,
  MONITOR_ENTRY,
  memoryEntry,
} from './format.ts';
import {
  manifestDigestLine,
  writableManifest,
  type SnapshotManifest,
  type SnapshotPart,
} from './manifest.ts';
import { PARTS_AT_ONCE, deflateBytes, packPages } from './pages.ts';
import { encodePlainData } from './plain-data.ts';
import { writeWhole } from './write-whole.ts';

interface Part extends Pick<SnapshotPart, 'name' | 'pages' | 'inflatedBytes'> {
  readonly content: Buffer;
}

/** What was written. */
export interface WrittenSnapshot {
  readonly manifest: SnapshotManifest;
  /** Length of the file. */
  readonly bytes: number;
}

/**
 * Writes `contents` to `path`, replacing what stands there.
 *
 * @throws {@link SnapshotError} of kind `too-large` when a part is beyond the format's limits, `unreadable` when the file
 * cannot be written.
 */
export async function writeSnapshot(path: string, contents: SnapshotContents): Promise<WrittenSnapshot> {
  const parts = await makeParts(contents);
  const manifest = makeManifest(contents, parts);
  const text = writableManifest(manifest);
  const bytes = await writeWhole(path, () => archiveOf(text, parts));
  return { manifest, bytes };
}

async function makeParts(contents: SnapshotContents): Promise<Part[]> {
  const parts: Part[] = [
    { name: MACHINE_ENTRY, content: Buffer.from(encodePlainData(contents.machine)) },
    { name: MONITOR_ENTRY, content: Buffer.from(encodePlainData(contents.monitor)) },
  ];
  for (const part of parts) {
    if (part.content.length > LIMITS.stateBytes) {
      throw new SnapshotError(
        'too-large',
        `${part.name} has ${part.content.length} bytes; at most ${LIMITS.stateBytes} fit`,
      );
    }
  }
  const memory = await mapBounded(
    packPages(contents.pages),
    PARTS_AT_ONCE,
    async ({ pages, bytes }, index) => ({
      name: memoryEntry(index),
      pages,
      content: await deflateBytes(bytes),
    }),
  );
  parts.push(...memory);
  if (contents.modules !== undefined) {
    const content = await deflateBytes(contents.modules);
    parts.push({ name: MODULES_ENTRY, inflatedBytes: contents.modules.length, content });
  }
  return parts;
}

function makeManifest(contents: SnapshotContents, parts: readonly Part[]): SnapshotManifest {
  const { identity, moment } = contents;
  const component = ({
    name,
    bytes,
    sha256: digest,
  }: SnapshotManifest['kernel']): SnapshotManifest['kernel'] => ({
    name,
    bytes,
    sha256: digest,
  });
  const { emulator } = identity;
  const { kernelCall } = moment;
  return {
    format: FORMAT_NAME,
    version: FORMAT_VERSION,
    emulator: { name: emulator.name, version: emulator.version, sha256: emulator.sha256 },
    kernel: component(identity.kernel),
    program: component(identity.program),
    ramfs: identity.ramfs === null ? null : component(identity.ramfs),
    options: { ...identity.options },
    memoryBytes: contents.memoryBytes,
    instructions: moment.instructions,
    virtualNanoseconds: moment.virtualNanoseconds,
    kernelCall:
      kernelCall === null
        ? null
        : { index: kernelCall.index, number: kernelCall.number, name: kernelCall.name },
    compression: COMPRESSION,
    parts: parts.map(({ name, content, pages, inflatedBytes }) => ({
      name,
      bytes: content.length,
      sha256: sha256(content),
      ...(pages === undefined ? {} : { pages }),
      ...(inflatedBytes === undefined ? {} : { inflatedBytes }),
    })),
  };
}

function archiveOf(text: string, parts: readonly Part[]): Pack {
  const archive = pack();
  add(archive, MANIFEST_ENTRY, Buffer.from(text));
  add(archive, MANIFEST_DIGEST_ENTRY, Buffer.from(manifestDigestLine(text)));
  for (const { name, content } of parts) add(archive, name, content);
  archive.finalize();
  return archive;
}

function add(archive: Pack, name: string, content: Buffer): void {
  const entry = archive.entry(entryHeader(name, content.length), content);
  // When the file cannot be written, each entry that waits fails as well: the pipeline has told of it once.
  entry.on('error', () => undefined);
}
