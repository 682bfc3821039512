/**
 * The message bus: envelopes the guest points at, and the messages that wait for it.
 *
 * May touch: the memory an envelope names, the credits in the control page, the message interrupt line. What must hold: credits
 * always equal the number of waiting messages, and nothing the guest supplies is used before it was checked.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { envelopeKinds, messageTypes, processes } from '../../../images/abi/messages.ts';
import { ports } from '../../../images/abi/ports.ts';
import { dataChunk, envelope, message } from '../../../images/abi/structs.ts';
import type { ProtocolViolation } from '../stop.ts';
import { writeCredits } from './control-page.ts';
import type { StandardStreams } from './streams.ts';
import { pageRangeFault, rangeFault, viewOf, violation } from './violation.ts';

export class MessageBus {
  readonly #memory: PhysicalMemory;
  readonly #announce: () => void;
  #inbox: readonly Uint8Array[] = [];

  /** @param announce Called for each message that starts to wait. */
  constructor(memory: PhysicalMemory, announce: () => void) {
    this.#memory = memory;
    this.#announce = announce;
  }

  /** Messages that wait for the guest, oldest first. */
  get inbox(): readonly Uint8Array[] {
    return this.#inbox;
  }

  /** Puts a message into the guest's inbox. */
  post(bytes: Uint8Array): void {
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
      const fault = this.#structFault('message', message.size, header);
      if (fault !== undefined) return refuse(fault);
      const bytes = this.#memory.read(header.address, message.size);
      const { type } = readStruct(message, viewOf(bytes));
      if (type !== messageTypes.host)
        return refuse(`a message of type ${type} cannot go to the host, only type ${messageTypes.host}`);
      streams.receive(bytes);
      return undefined;
    }
    const fault = this.#structFault('data-chunk header', dataChunk.size, header);
    if (fault !== undefined) return refuse(fault);
    const chunk = readStruct(dataChunk, viewOf(this.#memory.read(header.address, dataChunk.size)));
    const outside = pageRangeFault(this.#memory, 'data chunk', chunk.address, chunk.length);
    if (outside !== undefined) return refuse(outside);
    const pulls = chunk.source_pid === processes.host;
    const tid = pulls ? chunk.destination_tid : chunk.source_tid;
    if (pulls || streams.expectsPull(tid)) {
      streams.pull(tid, chunk.address, chunk.length);
    } else {
      streams.push(tid, this.#memory.read(chunk.address, chunk.length));
    }
    return undefined;
  }

  /** Dword write to 0xea: the guest fetches its oldest message. */
  receive(pointer: number): ProtocolViolation | undefined {
    const refuse = (reason: string): ProtocolViolation => violation(ports.busReceive, pointer, reason);
    const header = this.#envelope(pointer);
    if (typeof header === 'string') return refuse(header);
    const fault = this.#structFault('message buffer', message.size, header);
    if (fault !== undefined) return refuse(fault);
    const [oldest, ...rest] = this.#inbox;
    if (oldest === undefined) return refuse('no message waits: fetch only while the credits are above 0');
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
    if (fields.is_message > 1n) return `is-message in the envelope is ${fields.is_message}, neither 0 nor 1`;
    return { size: fields.size, kind: Number(fields.is_message), address: Number(fields.address) };
  }

  #structFault(what: string, size: number, header: { size: bigint; address: number }): string | undefined {
    if (header.size < BigInt(size))
      return `size in the envelope is ${header.size}, a ${what} has ${size} bytes`;
    return rangeFault(this.#memory, what, header.address, size);
  }
}
