/** Makes a debugger's session of a recorded run. It stands where the run began. The same under Node as in a page. */
import { debug, debugSnapshot } from '../../debug/open.ts';
import type { DebugSession } from '../../debug/session.ts';
import { guestSymbols } from '../../look/symbols/index.ts';
import { snapshotOf } from '../../snapshots/guest-contents.ts';
import type { GuestPage } from '../../snapshots/contents.ts';
import { decodePlainData } from '../../snapshots/plain-data.ts';
import type { PlainData } from '../../snapshots/plain-data.ts';
import { RECORDING_VERSION, piecesOf } from '../recording.ts';
import type { PartName, RecordedRun, RecordingParts, SnapshotStart } from '../recording.ts';

const PAGE_BYTES = 4096;
const nothing = new Uint8Array(0);
/** Instructions that are interpreted before any is compiled: a short run, such as CPython's hello, is at its end sooner so. */
const COMPILE_AFTER = 60_000_000;

/** @throws Error for a recording that another release made, or that lacks a part. */
export async function startSession({ recording, parts }: RecordedRun): Promise<DebugSession> {
  const version: number = recording.version;
  if (version !== RECORDING_VERSION)
    throw new Error(`this recording has version ${version}: replay it where it was made`);
  const { start } = recording;
  const [kernel, program] = [parts.kernelSymbols ?? parts.kernel, parts.programSymbols ?? parts.program];
  const symbols = guestSymbols(
    {
      symbolFiles: {
        kernel: () => kernel,
        program: () => program,
        sha256: { kernel: undefined, program: undefined },
      },
    },
    { ...(kernel && { kernel }), ...(program && { program }) },
  );
  const common = { compile: COMPILE_AFTER, symbols, stdin: inputOf(recording.inputPieces, parts) };
  if (start.kind === 'snapshot') return await debugSnapshot(snapshotOf(contentsOf(start, parts)), common);
  return await debug({
    ...start,
    ...common,
    bootTime: BigInt(start.bootTime),
    kernel: part(parts, 'kernel'),
    program: part(parts, 'program'),
    ...(parts.ramfs && { ramfs: parts.ramfs }),
  });
}

function part(parts: RecordingParts, name: PartName): Uint8Array {
  const bytes = parts[name];
  if (bytes === undefined) throw new Error(`the recording lacks its ${name}: make it anew`);
  return bytes;
}

/** Piece by piece, as it was given, because a guest may see where one ends. */
function inputOf(lengths: readonly number[], parts: RecordingParts): () => Uint8Array | undefined {
  const pieces = piecesOf(parts.input ?? nothing, lengths);
  return () => pieces.shift();
}

function contentsOf(
  { contents, pageNumbers }: SnapshotStart,
  parts: RecordingParts,
): Parameters<typeof snapshotOf>[0] {
  const bytes = part(parts, 'pages');
  const pages = pageNumbers.map((number, i): GuestPage => {
    return { number, bytes: bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES) };
  });
  return { ...contents, machine: plain(parts, 'machine'), monitor: plain(parts, 'monitor'), pages };
}

const plain = (parts: RecordingParts, name: PartName): PlainData =>
  decodePlainData(new TextDecoder().decode(part(parts, name)), name);
