/**
 * Messages of each layout in one form, so that nothing else in the monitor needs to know how an era lays them out.
 *
 * Three layouts: `short` (a header of 13 bytes, one number for each side), `long` (21 bytes, process and thread of both sides), and
 * `numbered`, which is long with a number in each request that its answer repeats. What must hold: the offsets are in images/abi;
 * here is only which fields mean the same.
 */
import { readStruct, writeStruct } from '../../../images/abi/layout.ts';
import { FIRST_THREAD, messageTypes, processes } from '../../../images/abi/messages.ts';
import { dataChunk, hostPayload, message } from '../../../images/abi/structs.ts';
import { hostPayloadM, messageM } from '../../../images/abi/structs-m.ts';
import { viewOf } from './violation.ts';

/** A thread of the guest, or with thread 0 a process's mailbox. */
export interface Party {
  readonly pid: number;
  readonly tid: number;
}

/** A host message of the guest. */
export interface GuestMessage {
  readonly source: Party;
  /** Process it is for; 0 is the host. */
  readonly destination: number;
  readonly kind: number;
  /** Number of the request; 0 in a layout without them. */
  readonly request: number;
  /** What belongs to the kind. */
  readonly body: Uint8Array;
  /** Body and what is before it, from the kind on. */
  readonly payload: Uint8Array;
}

/** A message for the guest. */
export interface Answer {
  /** Process it comes from; the host when not given. */
  readonly from?: number;
  readonly to: Party;
  /** A positive errno; 0 when not given. */
  readonly status?: number;
}

/** Bulk data that a guest offers or asks for. */
export interface Bulk {
  /** The thread that calls. */
  readonly source: Party;
  readonly destination: Party;
  /** Where its data lies: pieces that each lie within one page, in their order. */
  readonly pieces: readonly Piece[];
  readonly length: number;
  /** How the answer to a pull names it: the address of its data, or a number beyond memory. */
  readonly name: number;
}

export interface Piece {
  readonly address: number;
  readonly length: number;
}

/** How a layout writes messages down. */
export interface MessageForm {
  readonly layout: 'short' | 'long' | 'numbered';
  /** Bytes from the kind on. */
  readonly payloadBytes: number;
  /** A message that has the type of a host message. */
  read(bytes: Uint8Array): GuestMessage;
  /** A message to the guest, with what it holds from the kind on. */
  write(answer: Answer, payload: Uint8Array): Uint8Array;
  /** A payload: its kind, the number of the request it answers where the layout has numbers, and its body. */
  payload(kind: number, request: number, body: Uint8Array): Uint8Array;
  /** The response to a pull, with the bytes that came. */
  pullResponse(pull: Bulk, delivered: number): Uint8Array;
}

/** Who sent a short message: a thread as its negative, or a process, which counts as its first thread. */
function shortParty(number: number): Party {
  if (number > 0) return { pid: number, tid: FIRST_THREAD };
  // in 32 bits, like the guest: the lowest number is its own negative
  return { pid: processes.program, tid: -number | 0 };
}

/** The number a short message is sent to: a thread's, else a process's. */
const shortNumber = ({ pid, tid }: Party): number => (tid === 0 ? pid : -tid);

function shortForm(): MessageForm {
  const at = message.fields[4].offset;
  const bodyAt = hostPayload.fields[1].offset;
  return {
    layout: 'short',
    payloadBytes: message.size - at,
    read: (bytes) => {
      const { source, destination } = readStruct(shortHead, viewOf(bytes));
      const payload = bytes.subarray(at);
      const { header: kind } = readStruct(kindOnly, viewOf(payload));
      return {
        source: shortParty(source),
        destination,
        kind,
        request: 0,
        body: payload.subarray(bodyAt),
        payload,
      };
    },
    write: ({ from = processes.host, to, status = 0 }, payload) => {
      const bytes = new Uint8Array(message.size);
      const type = messageTypes.host;
      writeStruct(message, viewOf(bytes), 0, { type, source: from, destination: shortNumber(to), status });
      bytes.set(payload, at);
      return bytes;
    },
    payload: (kind, _request, body) => {
      const bytes = new Uint8Array(bodyAt + body.length);
      writeStruct(kindOnly, viewOf(bytes), 0, { header: kind });
      bytes.set(body, bodyAt);
      return bytes;
    },
    pullResponse: (pull, delivered) => {
      const bytes = new Uint8Array(message.size);
      writeStruct(message, viewOf(bytes), 0, { type: messageTypes.pullResponse });
      writePull(pull, delivered, viewOf(bytes), at);
      return bytes;
    },
  };
}

function longForm(numbered: boolean): MessageForm {
  const at = messageM.fields[6].offset;
  const bodyAt = numbered ? hostPayloadM.fields[2].offset : hostPayload.fields[1].offset;
  return {
    layout: numbered ? 'numbered' : 'long',
    payloadBytes: messageM.size - at,
    read: (bytes) => {
      const {
        source_pid: pid,
        source_tid: tid,
        destination_pid: destination,
      } = readStruct(longHead, viewOf(bytes));
      const payload = bytes.subarray(at);
      const { header: kind, request } = readStruct(kindAndNumber, viewOf(payload));
      const body = payload.subarray(bodyAt);
      return { source: { pid, tid }, destination, kind, request: numbered ? request : 0, body, payload };
    },
    write: ({ from = processes.host, to, status = 0 }, payload) => {
      const bytes = new Uint8Array(messageM.size);
      writeStruct(messageM, viewOf(bytes), 0, {
        type: messageTypes.host,
        source_pid: from,
        destination_pid: to.pid,
        destination_tid: to.tid,
        status,
      });
      bytes.set(payload, at);
      return bytes;
    },
    payload: (kind, request, body) => {
      const bytes = new Uint8Array(bodyAt + body.length);
      writeStruct(kindOnly, viewOf(bytes), 0, { header: kind });
      if (numbered) writeStruct(kindAndNumber, viewOf(bytes), 0, { request });
      bytes.set(body, bodyAt);
      return bytes;
    },
    pullResponse: (pull, delivered) => {
      const bytes = new Uint8Array(messageM.size);
      writeStruct(messageM, viewOf(bytes), 0, { type: messageTypes.pullResponse });
      writePull(pull, delivered, viewOf(bytes), at);
      return bytes;
    },
  };
}

/** Fields without what is behind them, which nobody reads as a list of numbers. */
const shortHead = { ...message, fields: [message.fields[1], message.fields[2]] } as const;
const longHead = {
  ...messageM,
  fields: [messageM.fields[1], messageM.fields[2], messageM.fields[3]],
} as const;
const kindOnly = { ...hostPayload, fields: [hostPayload.fields[0]] } as const;
const kindAndNumber = { ...hostPayloadM, fields: [hostPayloadM.fields[0], hostPayloadM.fields[1]] } as const;

/** The header of a pull as it came, with the number of bytes that are there. */
function writePull({ source, destination, name }: Bulk, delivered: number, view: DataView, at: number): void {
  writeStruct(dataChunk, view, at, {
    source_pid: source.pid,
    source_tid: source.tid,
    destination_pid: destination.pid,
    destination_tid: destination.tid,
    address: name,
    length: delivered,
  });
}

export const messageForms = {
  short: shortForm(),
  long: longForm(false),
  numbered: longForm(true),
} as const satisfies Readonly<Record<MessageForm['layout'], MessageForm>>;
