/**
 * The manifest: the first entry of a snapshot file, JSON that says what the rest is before anything else is read.
 *
 * What must hold: `format` and `version` are understood first and alone, so that a file of any version can say what it
 * is; then every field is checked for its type and its bounds; then the text must be, byte for byte, the one that
 * {@link encodeManifest} makes of it.
 */
import * as v from 'valibot';
import { sha256 } from './digest.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import {
  COMPRESSION,
  FORMAT_NAME,
  FORMAT_VERSION,
  LIMITS,
  MACHINE_ENTRY,
  MANIFEST_ENTRY,
  MODULES_ENTRY,
  MONITOR_ENTRY,
  PAGE_BYTES,
  PAGES_PER_PART,
  deflatedBound,
  memoryEntry,
  memoryPartBytes,
} from './format.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(4096));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal'));

const component = v.strictObject({ name: shortText, bytes: count, sha256: digest });

const part = v.strictObject({
  name: shortText,
  bytes: count,
  sha256: digest,
  // Of a memory part: how many pages it holds.
  pages: v.exactOptional(v.pipe(count, v.minValue(1), v.maxValue(PAGES_PER_PART))),
  // Of the compiled modules: their length when inflated.
  inflatedBytes: v.exactOptional(v.pipe(count, v.maxValue(LIMITS.modulesBytes))),
});

const manifest = v.strictObject({
  format: v.literal(FORMAT_NAME),
  version: v.literal(FORMAT_VERSION),
  emulator: v.strictObject({ name: shortText, version: shortText, sha256: digest }),
  kernel: component,
  program: component,
  ramfs: v.nullable(component),
  options: v.record(shortText, v.nullable(v.union([shortText, v.pipe(v.number(), v.finite()), v.boolean()]))),
  memoryBytes: v.pipe(count, v.minValue(PAGE_BYTES), v.multipleOf(PAGE_BYTES)),
  instructions: count,
  virtualNanoseconds: v.pipe(v.number(), v.finite(), v.minValue(0)),
  kernelCall: v.nullable(v.strictObject({ index: count, number: count, name: shortText })),
  compression: v.literal(COMPRESSION),
  parts: v.pipe(v.array(part), v.maxLength(LIMITS.parts)),
});

/** Name, length and digest of one part of the file. */
export type SnapshotPart = v.InferOutput<typeof part>;
/** The manifest of this version; FORMAT.md has a table of its fields. */
export type SnapshotManifest = v.InferOutput<typeof manifest>;

/** The one text of a manifest. */
export function encodeManifest(value: SnapshotManifest): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Content of the entry behind the manifest, given the manifest's text. */
export function manifestDigestLine(text: string | Uint8Array): string {
  return `${sha256(text)}  ${MANIFEST_ENTRY}\n`;
}

/** Understands a manifest's text. {@link SnapshotError}: `unreadable`, `version`, `too-large` or `corrupted`. */
export function decodeManifest(text: string): SnapshotManifest {
  const json = parseJson(text);
  checkVersion(json);
  const memoryBytes = (json as { memoryBytes?: unknown }).memoryBytes;
  if (typeof memoryBytes === 'number' && memoryBytes > LIMITS.memoryBytes) {
    throw new SnapshotError(
      'too-large',
      `the manifest asks for ${memoryBytes} bytes of memory; a guest has at most ${LIMITS.memoryBytes}`,
    );
  }
  const fields = checkFields(json);
  if (encodeManifest(fields) !== text) {
    throw new SnapshotError('corrupted', 'the manifest is JSON, but not as this program writes it');
  }
  checkParts(fields);
  return fields;
}

function checkFields(value: unknown): SnapshotManifest {
  const result = v.safeParse(manifest, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new SnapshotError('corrupted', `manifest field ${v.getDotPath(issue) ?? '(root)'}: ${issue.message}`);
}

/**
 * The text of a manifest that is about to be written, known to be one that is read.
 *
 * @throws {@link SnapshotError} where {@link decodeManifest} would refuse it.
 */
export function writableManifest(value: SnapshotManifest): string {
  // Before it is JSON, which knows no NaN and would write null.
  const written = encodeManifest(checkFields(value));
  const bytes = Buffer.byteLength(written);
  if (bytes > LIMITS.manifestBytes) {
    throw new SnapshotError(
      'too-large',
      `the manifest has ${bytes} bytes; at most ${LIMITS.manifestBytes} fit`,
    );
  }
  decodeManifest(written);
  return written;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SnapshotError('corrupted', 'the manifest is not JSON', { cause: error });
  }
}

function checkVersion(json: unknown): void {
  if (!v.is(v.object({ format: v.literal(FORMAT_NAME), version: v.number() }), json)) {
    throw new SnapshotError(
      'unreadable',
      `no snapshot: its manifest does not say "format": "${FORMAT_NAME}"`,
    );
  }
  if (json.version !== FORMAT_VERSION) {
    const advice =
      json.version > FORMAT_VERSION ? 'use the release that wrote it' : 'take the snapshot again';
    throw new SnapshotError(
      'version',
      `version ${json.version} of the snapshot format, and this release reads version ${FORMAT_VERSION}; ${advice}`,
    );
  }
}

/** The table of parts has one possible order and bounded lengths: nothing is missing, repeated, or unknown. */
function checkParts({ parts, memoryBytes }: SnapshotManifest): void {
  let memoryParts = 0;
  let pages = 0;
  const expected = [MACHINE_ENTRY, MONITOR_ENTRY];
  parts.forEach((entry, index) => {
    const isModules = index >= expected.length && index === parts.length - 1 && entry.name === MODULES_ENTRY;
    const name = isModules ? MODULES_ENTRY : (expected[index] ?? memoryEntry(memoryParts));
    if (entry.name !== name) {
      throw new SnapshotError(
        'corrupted',
        `part ${index} is named ${JSON.stringify(entry.name)}, not ${name}`,
      );
    }
    const isMemory = !isModules && index >= expected.length;
    if (isMemory !== (entry.pages !== undefined) || isModules !== (entry.inflatedBytes !== undefined)) {
      throw new SnapshotError(
        'corrupted',
        `part ${name} has a length that is not its own, or lacks the one it needs`,
      );
    }
    const bound = isMemory
      ? deflatedBound(memoryPartBytes(entry.pages ?? 0))
      : isModules
        ? deflatedBound(entry.inflatedBytes ?? 0)
        : LIMITS.stateBytes;
    if (entry.bytes > bound) {
      throw new SnapshotError(
        'too-large',
        `part ${name} claims ${entry.bytes} bytes; at most ${bound} are possible`,
      );
    }
    if (isMemory) {
      memoryParts += 1;
      pages += entry.pages ?? 0;
    }
  });
  if (parts.length < expected.length)
    throw new SnapshotError('corrupted', `there is no part ${expected[parts.length] ?? ''}`);
  if (pages * PAGE_BYTES > memoryBytes) {
    throw new SnapshotError('too-large', `${pages} pages do not fit into ${memoryBytes} bytes of memory`);
  }
}
