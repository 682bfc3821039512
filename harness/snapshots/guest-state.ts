/**
 * What the harness remembers of a guest, as plain data and back: the monitor's state and the last kernel calls.
 *
 * What must hold: this comes out of files, so nothing is believed. A field that is missing, unknown, of another type or
 * beyond its bounds is refused before a guest sees it.
 */
import * as v from 'valibot';
import { eraNames, eraSteps } from '../../images/abi/eras.ts';
import { RECENT_CALLS, kernelCallName, type CallHistory } from '../guest/kernel-calls/call-ring.ts';
import type { MonitorState } from '../guest/monitor/monitor.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import type { PlainData } from './plain-data.ts';

/** The part of a guest that is not in its machine. */
export interface GuestState {
  readonly monitor: MonitorState;
  readonly calls: CallHistory;
  /** Input that was handed over and not read. The position of the next read is its start. */
  readonly unreadInput: readonly Uint8Array[];
}

const MESSAGE_BYTES = 64;
const PAGE_BYTES = 4096;

const bytes = v.instance(Uint8Array);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const word = v.pipe(count, v.maxValue(0xffff_ffff));
const signed = v.pipe(v.number(), v.integer(), v.minValue(-0x8000_0000), v.maxValue(0x7fff_ffff));

/** Era M names the process and numbers the request. */
const eraM = { pid: v.exactOptional(signed), request: v.exactOptional(word) };
const message = v.pipe(bytes, v.length(MESSAGE_BYTES));
const requestFields = { tid: signed, fd: signed, count: word, ...eraM, message: v.exactOptional(message) };
const request = v.strictObject(requestFields);
const other = v.strictObject({
  ...requestFields,
  wants: v.picklist(['poll', 'network-push', 'network-pull']),
});
const piece = { address: word, length: v.pipe(count, v.maxValue(PAGE_BYTES)) };

/** An answer to a pull, with bytes that fit where they go. */
const dataFrame = v.pipe(
  v.strictObject({ message, pieces: v.array(v.strictObject(piece)), bytes }),
  v.check(
    (frame) => frame.bytes.length <= frame.pieces.reduce((sum, { length }) => sum + length, 0),
    'more bytes than the pull asked for',
  ),
);

const steps = v.pipe(v.array(v.picklist(eraSteps)), v.minLength(1));

const openFile = v.strictObject({
  descriptor: v.pipe(count, v.minValue(1), v.maxValue(0x7fff_ffff)),
  path: v.string(),
  isFolder: v.boolean(),
  reads: v.boolean(),
  writes: v.boolean(),
  appends: v.boolean(),
  position: count,
});

const monitor = v.strictObject({
  console: bytes,
  streams: v.strictObject({
    stdout: bytes,
    stderr: bytes,
    input: v.strictObject({ piece: v.literal(0), offset: v.literal(0) }),
    writes: v.array(request),
    reads: v.array(request),
    others: v.exactOptional(v.array(other)),
    polls: v.exactOptional(
      v.strictObject({ subscription: v.picklist(['none', 'waiting', 'told', 'ended']) }),
    ),
    waitingPull: v.nullable(
      v.strictObject({
        tid: signed,
        ...piece,
        pid: v.exactOptional(signed),
        more: v.exactOptional(v.array(v.strictObject(piece))),
        name: v.exactOptional(word),
        peer: v.exactOptional(v.strictObject({ pid: signed, tid: signed })),
      }),
    ),
  }),
  inbox: v.array(v.union([message, dataFrame])),
  announced: v.exactOptional(v.boolean()),
  transfers: v.exactOptional(count),
  files: v.exactOptional(v.strictObject({ open: v.array(openFile) })),
  era: v.exactOptional(steps),
  eraIndicated: v.exactOptional(steps),
  snapshotRequests: count,
  bootCompleteAt: v.nullable(count),
  exitStatus: v.nullable(v.pipe(count, v.maxValue(0xffff))),
});

const call = v.strictObject({
  index: count,
  number: word,
  name: v.string(),
  arguments: v.strictTuple([word, word, word, word]),
  vector: v.pipe(count, v.maxValue(0xff)),
  returnAddress: word,
  instructions: count,
});

const guestState = v.strictObject({
  monitor,
  unreadInput: v.array(v.pipe(bytes, v.minLength(1))),
  calls: v.strictObject({ count, recent: v.pipe(v.array(call), v.maxLength(RECENT_CALLS)) }),
});

/**
 * The state as data that a file can hold. The position of the next read must be the start of the unread input.
 *
 * @throws {@link SnapshotError} that names a field which no reader would take.
 */
export function encodeGuestState({ monitor: streamsAndMore, unreadInput, calls }: GuestState): PlainData {
  // Checked as what is read: what a reader would refuse, an unknown field as well, is never written.
  return decodeGuestState({
    monitor: streamsAndMore,
    unreadInput,
    calls,
  } as unknown as PlainData) as unknown as PlainData;
}

/** The state that data stands for. @throws {@link SnapshotError} of kind `corrupted` that names the field. */
export function decodeGuestState(data: PlainData): GuestState {
  const result = v.safeParse(guestState, data, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw new SnapshotError('corrupted', `the monitor's ${v.getDotPath(issue) ?? 'state'}: ${issue.message}`);
  }
  checkCalls(result.output.calls);
  return result.output;
}

/** The calls kept are the last ones, in order, under their own names. */
function checkCalls({ count: total, recent }: CallHistory): void {
  const first = total - recent.length;
  const consistent = recent.every(
    ({ index, number, name }, at) =>
      index === first + at && eraNames.some((era) => name === kernelCallName(number, era)),
  );
  if (!consistent || recent.length !== Math.min(total, RECENT_CALLS)) {
    throw new SnapshotError('corrupted', 'the history of kernel calls contradicts itself');
  }
}
