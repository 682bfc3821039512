/**
 * The message bus: envelopes the guest points at, and the messages that wait for it.
 *
 * May touch: the memory an envelope names, the credits in the control page, the message interrupt line. What must hold: credits
 * always equal the number of waiting messages, and nothing the guest supplies is used before it was checked. The size in an
 * envelope is neither trusted nor refused: what the address points at says how long it is, as for Nanvix's own monitor.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import type { Era } from '../../../images/abi/eras.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { bulkOperations, envelopeKinds, messageTypes, processes } from '../../../images/abi/messages.ts';
import { limits } from '../../../images/abi/parameters.ts';
import { ports } from '../../../images/abi/ports.ts';
import { dataChunk, envelope, message } from '../../../images/abi/structs.ts';
import { messageM, scatter, scatterSegment } from '../../../images/abi/structs-m.ts';
import type { Log } from '../log.ts';
import type { ProtocolViolation } from '../stop.ts';
import { writeCredits } from './control-page.ts';
import type { StandardStreams } from './streams.ts';
import type { Piece } from './messages.ts';
import type { Remark } from './remarks.ts';
import { pageRangeFault, rangeFault, viewOf, violation } from './violation.ts';

/** A message for the log: its fields, and its payload in hex. */
function describeMessage(bytes: Uint8Array, era: Era): Readonly<Record<string, unknown>> {
  const { payload, ...fields } = readStruct(era === 'S' ? message : messageM, viewOf(bytes));
  return { ...fields, payload: Array.from(payload, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(messageTypes));

export class MessageBus {
  readonly #memory: PhysicalMemory;
  readonly #era: Era;
  readonly #announce: () => void;
  readonly #remark: Remark;
  readonly #log: Log;
  #inbox: readonly Uint8Array[] = [];

  /**
   * @param announce Called for each message that starts to wait.
   * @param remark Told of what is passed over.
   * @param log Told of every message and piece of data.
   */
  constructor(memory: PhysicalMemory, era: Era, announce: () => void, remark: Remark, log: Log) {
    this.#memory = memory;
    this.#era = era;
    this.#announce = announce;
    this.#remark = remark;
    this.#log = log;
  }

  /** Messages that wait for the guest, oldest first. */
  get inbox(): readonly Uint8Array[] {
    return this.#inbox;
  }

  /** Puts a message into the guest's inbox. */
  post(bytes: Uint8Array): void {
    this.#log.trace?.('bus: the monitor posts a message', describeMessage(bytes, this.#era));
    this.#inbox = [...this.#inbox, bytes];
    writeCredits(this.#memory, this.#inbox.length);
    this.#announce();
  }

  /** Dword write to 0xe9: an envelope from the guest. */
  send(pointer: number, streams: StandardStreams): ProtocolViolation | undefined {
    const refuse = (reason: string): ProtocolViolation => violation(ports.busSend, pointer, reason);
    const header = this.#envelope(pointer);
    if (typeof header === 'string') return refuse(header);
    if (header.kind === envelopeKinds.message) {
      const fault = rangeFault(this.#memory, 'message', header.address, message.size);
      if (fault !== undefined) return refuse(fault);
      const bytes = this.#memory.read(header.address, message.size);
      const { type } = readStruct(message, viewOf(bytes));
      this.#log.trace?.('bus: the guest sends a message', describeMessage(bytes, this.#era));
      if (!KNOWN_TYPES.has(type)) return refuse(`the message has type ${type}, and there is no such type`);
      if (type === messageTypes.host) streams.receive(bytes);
      else this.#remark(`message of type ${type}, which is not for the host`);
      return undefined;
    }
    if (header.kind === envelopeKinds.scatter && this.#era === 'M')
      return this.#sendScattered(header.address, streams, refuse);
    if (header.kind !== envelopeKinds.dataChunk)
      return refuse(`kind ${header.kind} in the envelope is unknown`);
    const fault = rangeFault(this.#memory, 'data-chunk header', header.address, dataChunk.size);
    if (fault !== undefined) return refuse(fault);
    const chunk = readStruct(dataChunk, viewOf(this.#memory.read(header.address, dataChunk.size)));
    const { address, length } = chunk;
    const outside = pageRangeFault(this.#memory, 'data chunk', address, length);
    if (outside !== undefined) return refuse(outside);
    this.#log.trace?.('bus: the guest sends a data chunk', chunk);
    // A snapshot may hold a kernel of ours from before November 2026, which sent pulls with the host as their source.
    const fromHost = chunk.source_pid === processes.host;
    const tid = fromHost ? chunk.destination_tid : chunk.source_tid;
    if (streams.expectsPull(tid)) {
      const pid = fromHost ? chunk.destination_pid : chunk.source_pid;
      streams.pull({ pid, tid, pieces: [{ address, length }], length });
    } else {
      streams.push(tid, this.#memory.read(address, length));
    }
    return undefined;
  }

  /** Bulk data in pieces (Era M). */
  #sendScattered(
    at: number,
    streams: StandardStreams,
    refuse: (reason: string) => ProtocolViolation,
  ): ProtocolViolation | undefined {
    const fault = rangeFault(this.#memory, 'scatter/gather header', at, scatter.size);
    if (fault !== undefined) return refuse(fault);
    const header = readStruct(scatter, viewOf(this.#memory.read(at, scatter.size)));
    const pieces = this.#pieces(header, header.segment_count);
    if (typeof pieces === 'string') return refuse(pieces);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length !== header.total)
      return refuse(`the pieces have ${length} bytes, the scatter/gather header says ${header.total}`);
    this.#log.trace?.('bus: the guest sends data in pieces', header);
    const { source_pid: pid, source_tid: tid } = header;
    if (header.operation === bulkOperations.pull) {
      streams.pull({ pid, tid, pieces, length });
    } else if (header.operation === bulkOperations.push) {
      const bytes = new Uint8Array(length);
      let done = 0;
      for (const piece of pieces) {
        bytes.set(this.#memory.read(piece.address, piece.length), done);
        done += piece.length;
      }
      streams.push(tid, bytes);
    } else {
      return refuse(`operation ${header.operation} in the scatter/gather header is neither push nor pull`);
    }
    return undefined;
  }

  /** The pieces of a chain, or why it is none. */
  #pieces(first: Piece & { readonly next: number }, count: number): readonly Piece[] | string {
    const pieces: Piece[] = [];
    for (let { next, ...piece } = first; ;) {
      const outside = pageRangeFault(this.#memory, 'piece of bulk data', piece.address, piece.length);
      if (outside !== undefined) return outside;
      pieces.push({ address: piece.address, length: piece.length });
      if (next === 0) break;
      if (pieces.length === limits.bulkSegments)
        return `bulk data has more than ${limits.bulkSegments} pieces`;
      const fault = rangeFault(this.#memory, 'piece of bulk data', next, scatterSegment.size);
      if (fault !== undefined) return fault;
      ({ next, ...piece } = readStruct(scatterSegment, viewOf(this.#memory.read(next, scatterSegment.size))));
    }
    if (pieces.length === count) return pieces;
    return `bulk data has ${pieces.length} pieces, its header says ${count}`;
  }

  /** Dword write to 0xeb: a piece of the kernel's log, or undefined when the envelope holds something else. */
  kernelLog(pointer: number): Uint8Array | ProtocolViolation | undefined {
    const refuse = (reason: string): ProtocolViolation => violation(ports.kernelLog, pointer, reason);
    const header = this.#envelope(pointer);
    if (typeof header === 'string') return refuse(header);
    if (header.kind !== envelopeKinds.kernelLog) return undefined;
    const length = Math.min(Number(header.size), limits.logBytes);
    const fault = rangeFault(this.#memory, 'log', header.address, length);
    if (fault !== undefined) return refuse(fault);
    return this.#memory.read(header.address, length);
  }

  /** Write to 0xea: the guest fetches its oldest message. Without one, its buffer stays as it is. */
  receive(pointer: number): ProtocolViolation | undefined {
    const refuse = (reason: string): ProtocolViolation => violation(ports.busReceive, pointer, reason);
    const header = this.#envelope(pointer);
    if (typeof header === 'string') return refuse(header);
    const fault = rangeFault(this.#memory, 'message buffer', header.address, message.size);
    if (fault !== undefined) return refuse(fault);
    const [oldest, ...rest] = this.#inbox;
    if (oldest === undefined) {
      this.#remark('fetch while no message waits');
      return undefined;
    }
    this.#log.trace?.('bus: the guest fetches a message', describeMessage(oldest, this.#era));
    this.#memory.write(header.address, oldest);
    this.#inbox = rest;
    writeCredits(this.#memory, rest.length);
    return undefined;
  }

  /** Takes over the inbox of a captured bus. The credits come back with the guest's memory. */
  restore(inbox: readonly Uint8Array[]): void {
    this.#inbox = inbox;
  }

  #envelope(pointer: number): { size: bigint; kind: number; address: number } | string {
    const fault = rangeFault(this.#memory, 'envelope', pointer, envelope.size);
    if (fault !== undefined) return fault;
    const fields = readStruct(envelope, viewOf(this.#memory.read(pointer, envelope.size)));
    const outside = rangeFault(this.#memory, 'address in the envelope', fields.address, 0);
    if (outside !== undefined) return outside;
    return { size: fields.size, kind: Number(fields.kind), address: Number(fields.address) };
  }
}
