/**
 * The ports of the message bus: what the guest points at is read and handed on, what waits for it is handed over.
 *
 * May touch: the memory the guest points at. What must hold: each frame is first looked at for what it says of the guest's era, then
 * read as that era has it; what Nanvix's monitor passes over is passed over here, and told once.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { envelopeKinds, messageTypes } from '../../../images/abi/messages.ts';
import { limits } from '../../../images/abi/parameters.ts';
import { ports } from '../../../images/abi/ports.ts';
import { message } from '../../../images/abi/structs.ts';
import { messageM } from '../../../images/abi/structs-m.ts';
import type { Log } from '../log.ts';
import type { ProtocolViolation } from '../stop.ts';
import { layoutSeen, seen } from './eras/evidence.ts';
import type { EraInForce } from './eras/in-force.ts';
import type { Evidence } from './eras/judgement.ts';
import {
  gather,
  hasKnownType,
  looksLike,
  readChunk,
  readEnvelope,
  readMessage,
  readScattered,
} from './frames.ts';
import type { BulkFrame } from './frames.ts';
import type { Bulk, MessageForm } from './messages.ts';
import { NOTHING } from './outbox.ts';
import type { Outbox } from './outbox.ts';
import type { Remark } from './remarks.ts';
import { contradiction, rangeFault, viewOf, violation } from './violation.ts';

/** Who gets what the guest sends. */
export interface Receiver {
  /** A message of type host, in the layout of the guest's era. */
  receive(bytes: Uint8Array): void;
  push(bulk: Bulk, bytes: Uint8Array): void;
  pull(bulk: Bulk): void;
  /** Whether the thread waits for bulk data rather than having announced some. */
  expectsPull(bulk: Bulk): boolean;
}

export interface BusParts {
  readonly memory: PhysicalMemory;
  readonly era: EraInForce;
  readonly outbox: Outbox;
  readonly receiver: Receiver;
  readonly remark: Remark;
  /** Told of every message and piece of data. */
  readonly log: Log;
}

/** What the look of a frame says of the era. */
const frameEvidence = { envelope: seen.envelope, message: seen.bareMessage, neither: undefined } as const;

/** A message for the log: its fields, and its payload in hex. */
function describeMessage(bytes: Uint8Array, { layout }: MessageForm): Readonly<Record<string, unknown>> {
  const { payload, ...fields } = readStruct(layout === 'short' ? message : messageM, viewOf(bytes));
  return { ...fields, payload: Array.from(payload, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

export class MessageBus {
  readonly #parts: BusParts;
  #transfers = 0;

  constructor(parts: BusParts) {
    this.#parts = parts;
  }

  /** How many pulls had a number so far. */
  get transfers(): number {
    return this.#transfers;
  }

  restore(transfers: number): void {
    this.#transfers = transfers;
  }

  /** Puts a message into the guest's queue. */
  post(bytes: Uint8Array): void {
    const { log, era, outbox } = this.#parts;
    log.trace?.('bus: the monitor posts a message', describeMessage(bytes, era.era.bus.messages));
    outbox.post(bytes);
  }

  /** Puts the answer to a pull into the guest's queue. */
  answerPull(bulk: Bulk, bytes: Uint8Array): void {
    this.#parts.log.trace?.('bus: the monitor answers a pull', { ...bulk.source, bytes: bytes.length });
    this.#parts.outbox.answerPull(bulk, bytes);
  }

  /** Dword write to 0xe9: something from the guest. */
  send(pointer: number): ProtocolViolation | undefined {
    const { memory, era } = this.#parts;
    const refuse = (reason: string): ProtocolViolation => violation(ports.busSend, pointer, reason);
    const header = readEnvelope(memory, pointer);
    const isOdd = typeof header === 'string' || header.kind > envelopeKinds.kernelLog;
    if (isOdd || era.mayBe('2024')) {
      const wrong = this.#saw(ports.busSend, pointer, frameEvidence[looksLike(memory, pointer)]);
      if (wrong !== undefined) return wrong;
    }
    if (era.era.bus.pointer === 'message') return this.#sendMessage(pointer, refuse);
    if (typeof header === 'string') return refuse(header);
    switch (header.kind) {
      case envelopeKinds.message:
        return this.#sendMessage(header.address, refuse);
      case envelopeKinds.dataChunk:
        return this.#sendBulk(readChunk(memory, header.address), refuse);
      case envelopeKinds.scatter:
        return this.#sendScattered(header.address, pointer, refuse);
      case envelopeKinds.kernelLog:
        if (!era.era.bus.scatter) return refuse(`kind ${header.kind} in the envelope is unknown`);
        this.#parts.remark('piece of the log on the port of the bus');
        return undefined;
      default:
        return refuse(`kind ${header.kind} in the envelope is unknown`);
    }
  }

  /** Dword write to 0xeb: a piece of the kernel's log, or undefined when the envelope holds something else. */
  kernelLog(pointer: number): Uint8Array | ProtocolViolation | undefined {
    const { memory, era } = this.#parts;
    const refuse = (reason: string): ProtocolViolation => violation(ports.kernelLog, pointer, reason);
    const header = readEnvelope(memory, pointer);
    if (typeof header === 'string') return refuse(header);
    if (header.kind !== envelopeKinds.kernelLog) return undefined;
    era.saw(seen.kernelLog);
    const length = Math.min(Number(header.size), limits.logBytes);
    const fault = rangeFault(memory, 'log', header.address, length);
    if (fault !== undefined) return refuse(fault);
    return memory.read(header.address, length);
  }

  /** Write to 0xea: the guest fetches what has waited longest. Without anything, its buffer stays as it is; in 2024 it is zeroed. */
  receive(pointer: number): ProtocolViolation | undefined {
    const { memory, era, outbox } = this.#parts;
    const refuse = (reason: string): ProtocolViolation => violation(ports.busReceive, pointer, reason);
    if (era.isSuspected('2024') && looksLike(memory, pointer) !== 'envelope') {
      const wrong = this.#saw(ports.busReceive, pointer, seen.bareFetch);
      if (wrong !== undefined) return wrong;
    }
    const target = this.#targetOf(pointer);
    if (typeof target === 'string') return refuse(target);
    const fault = rangeFault(memory, 'message buffer', target, message.size);
    if (fault !== undefined) return refuse(fault);
    const oldest = outbox.fetch();
    if (oldest !== undefined) {
      this.#parts.log.trace?.(
        'bus: the guest fetches a message',
        describeMessage(oldest, era.era.bus.messages),
      );
      memory.write(target, oldest);
    } else if (era.era.bus.pointer === 'message') {
      memory.write(target, NOTHING);
    } else {
      this.#parts.remark('fetch while no message waits');
    }
    return undefined;
  }

  #targetOf(pointer: number): number | string {
    const { memory, era } = this.#parts;
    if (era.era.bus.pointer === 'message') return pointer;
    const header = readEnvelope(memory, pointer);
    return typeof header === 'string' ? header : header.address;
  }

  #sendMessage(
    address: number,
    refuse: (reason: string) => ProtocolViolation,
  ): ProtocolViolation | undefined {
    const { memory, era, receiver, remark, log } = this.#parts;
    const bytes = readMessage(memory, address);
    if (typeof bytes === 'string') return refuse(bytes);
    const [type = 0] = bytes;
    const isHost = type === messageTypes.host;
    const wrong = this.#saw(ports.busSend, address, isHost ? layoutSeen(bytes) : undefined);
    if (wrong !== undefined) return wrong;
    log.trace?.('bus: the guest sends a message', describeMessage(bytes, era.era.bus.messages));
    if (isHost) {
      receiver.receive(bytes);
    } else if (hasKnownType(bytes)) {
      remark(`message of type ${type}, which is not for the host`);
    } else if (era.era.bus.pointer === 'message') {
      remark(`message of type ${type}, and there is no such type`);
    } else {
      return refuse(`the message has type ${type}, and there is no such type`);
    }
    return undefined;
  }

  #sendScattered(
    address: number,
    pointer: number,
    refuse: (reason: string) => ProtocolViolation,
  ): ProtocolViolation | undefined {
    const { memory, era } = this.#parts;
    const wrong = this.#saw(ports.busSend, pointer, seen.pieces);
    if (wrong !== undefined) return wrong;
    if (!era.era.bus.scatter) return refuse('bulk data in pieces is unknown');
    const frame = readScattered(memory, address, memory.size + this.#transfers);
    if (typeof frame !== 'string' && frame.way === 'pull') this.#transfers += 1;
    return this.#sendBulk(frame, refuse);
  }

  #sendBulk(
    frame: BulkFrame | string,
    refuse: (reason: string) => ProtocolViolation,
  ): ProtocolViolation | undefined {
    if (typeof frame === 'string') return refuse(frame);
    const { memory, receiver, log } = this.#parts;
    const { way, bulk } = frame;
    log.trace?.('bus: the guest sends bulk data', { way, ...bulk });
    if (way === 'pull' || (way === 'either' && receiver.expectsPull(bulk))) receiver.pull(bulk);
    else receiver.push(bulk, gather(memory, bulk));
    return undefined;
  }

  #saw(port: number, value: number, evidence: Evidence | undefined): ProtocolViolation | undefined {
    const found = evidence === undefined ? undefined : this.#parts.era.saw(evidence);
    return found === undefined ? undefined : contradiction(port, value, found);
  }
}
