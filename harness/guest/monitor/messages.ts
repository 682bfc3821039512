/**
 * Messages of each era in one form, so that the monitor's streams need not know how an era lays them out.
 *
 * What must hold: an era's layout is in images/abi; here is only which of its fields mean the same.
 */
import type { Era } from '../../../images/abi/eras.ts';
import { readStruct, writeStruct } from '../../../images/abi/layout.ts';
import { messageTypes, processes } from '../../../images/abi/messages.ts';
import {
  dataChunk,
  hostPayload,
  message,
  streamRequest,
  streamResponse,
} from '../../../images/abi/structs.ts';
import { hostPayloadM, messageM } from '../../../images/abi/structs-m.ts';
import { viewOf } from './violation.ts';

/** Who asks, and what an answer has to say so that it finds its way back. */
export interface Requester {
  readonly pid: number;
  readonly tid: number;
  /** Number of the request; 0 in an era without them. */
  readonly request: number;
}

/** A host message of the guest. */
export interface HostRequest extends Requester {
  readonly header: number;
  readonly fd: number;
  readonly count: number;
}

/** Where bulk data lies: pieces that each lie within one page, in their order. */
export interface Piece {
  readonly address: number;
  readonly length: number;
}

/** Bulk data that a guest offers or asks for. */
export interface Bulk {
  readonly pid: number;
  readonly tid: number;
  readonly pieces: readonly Piece[];
  readonly length: number;
}

/** How an era writes messages down. */
export interface MessageForm {
  /** A message that has the type of a host message. */
  readonly request: (bytes: Uint8Array) => HostRequest;
  /** The response to a request: its header and its count. */
  readonly response: (to: Requester, header: number, count: number) => Uint8Array;
  /** The response to a pull, with the bytes that came. */
  readonly pullResponse: (pull: Bulk, delivered: number) => Uint8Array;
}

function pullHeader(pull: Bulk, delivered: number, view: DataView, payload: number): void {
  writeStruct(dataChunk, view, payload, {
    source_pid: pull.pid,
    source_tid: pull.tid,
    destination_pid: processes.host,
    address: pull.pieces[0]?.address ?? 0,
    length: delivered,
  });
}

const PAYLOAD_S = message.fields[4].offset;
const BODY_S = PAYLOAD_S + hostPayload.fields[1].offset;

const formS: MessageForm = {
  request: (bytes) => {
    const view = viewOf(bytes);
    const { source } = readStruct(message, view);
    const { header } = readStruct(hostPayload, view, PAYLOAD_S);
    return {
      pid: processes.program,
      // in 32 bits, like the guest: the lowest number is its own negative
      tid: -source | 0,
      request: 0,
      header,
      ...readStruct(streamRequest, view, BODY_S),
    };
  },
  response: (to, header, count) => {
    const bytes = new Uint8Array(message.size);
    const view = viewOf(bytes);
    writeStruct(message, view, 0, { type: messageTypes.host, source: processes.host, destination: -to.tid });
    writeStruct(hostPayload, view, PAYLOAD_S, { header });
    writeStruct(streamResponse, view, BODY_S, { count });
    return bytes;
  },
  pullResponse: (pull, delivered) => {
    const bytes = new Uint8Array(message.size);
    const view = viewOf(bytes);
    writeStruct(message, view, 0, { type: messageTypes.pullResponse });
    pullHeader(pull, delivered, view, PAYLOAD_S);
    return bytes;
  },
};

const PAYLOAD_M = messageM.fields[6].offset;
const BODY_M = PAYLOAD_M + hostPayloadM.fields[2].offset;

const formM: MessageForm = {
  request: (bytes) => {
    const view = viewOf(bytes);
    const { source_pid: pid, source_tid: tid } = readStruct(messageM, view);
    const { header, request } = readStruct(hostPayloadM, view, PAYLOAD_M);
    return { pid, tid, request, header, ...readStruct(streamRequest, view, BODY_M) };
  },
  response: (to, header, count) => {
    const bytes = new Uint8Array(messageM.size);
    const view = viewOf(bytes);
    writeStruct(messageM, view, 0, {
      type: messageTypes.host,
      source_pid: processes.host,
      destination_pid: to.pid,
      destination_tid: to.tid,
    });
    writeStruct(hostPayloadM, view, PAYLOAD_M, { header, request: to.request });
    writeStruct(streamResponse, view, BODY_M, { count });
    return bytes;
  },
  pullResponse: (pull, delivered) => {
    const bytes = new Uint8Array(messageM.size);
    const view = viewOf(bytes);
    writeStruct(messageM, view, 0, { type: messageTypes.pullResponse });
    pullHeader(pull, delivered, view, PAYLOAD_M);
    return bytes;
  },
};

/** By era. */
export const messageForms: Readonly<Record<Era, MessageForm>> = { S: formS, M: formM };
