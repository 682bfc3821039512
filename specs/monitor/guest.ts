/** Plays a guest's kernel in front of a monitor: builds envelopes, messages and chunks in memory and points the ports at them. */
import { readStruct, writeStruct } from '../../images/abi/layout.ts';
import { hostHeaders, messageTypes } from '../../images/abi/messages.ts';
import { ports } from '../../images/abi/ports.ts';
import {
  dataChunk,
  envelope,
  hostPayload,
  message,
  streamRequest,
  streamResponse,
} from '../../images/abi/structs.ts';
import { EraInForce } from '../../harness/guest/monitor/eras/in-force.ts';
import { givenEra, isContradiction, narrow, UNJUDGED } from '../../harness/guest/monitor/eras/judgement.ts';
import type { Judgement } from '../../harness/guest/monitor/eras/judgement.ts';
import type { EraName } from '../../images/abi/eras.ts';
import { Monitor } from '../../harness/guest/monitor/monitor.ts';
import type { MonitorOptions, MonitorStop } from '../../harness/guest/monitor/monitor.ts';
import { StandardInput } from '../../harness/guest/monitor/standard-input.ts';
import type { InputSource } from '../../harness/guest/options.ts';
import { fakeMachine } from '../support/fake-machine.ts';
import type { FakeMachine } from '../support/fake-machine.ts';

/** Places in guest memory that the played kernel uses. */
export const ENVELOPE = 0x10000;
export const MESSAGE = 0x11000;
export const CHUNK = 0x12000;
export const BUFFER = 0x13000;

export interface PlayedGuest {
  readonly fake: FakeMachine;
  readonly monitor: Monitor;
  readonly stops: readonly MonitorStop[];
  /** The violation of the last stop; fails when there was none. */
  refusal(): string;
  envelope(fields: { size?: number | bigint; kind?: number | bigint; address: number | bigint }): void;
  request(tid: number, header: 'writeRequest' | 'readRequest', fd: number, count: number): void;
  push(tid: number, text: string): void;
  pull(tid: number, length: number): void;
  /** Text in the buffer that the last push or pull named. */
  buffer(length: number): string;
  write(tid: number, fd: number, text: string): void;
  /** Fetches the oldest message. */
  fetch(): { type: number; destination: number; header: number; count: number };
  credits(): number;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const PAYLOAD = message.fields[4].offset;
const BODY = PAYLOAD + hostPayload.fields[1].offset;
const CREDITS = 4;

function eraGiven(era: EraName | 'not given'): Judgement {
  const judgement = era === 'not given' ? UNJUDGED : narrow(UNJUDGED, givenEra(era));
  if (isContradiction(judgement)) throw new Error(judgement.message);
  return judgement;
}

/** A guest whose kernel is played by the spec; of Era S unless it says otherwise. */
export function playGuest(
  stdin?: InputSource,
  {
    era = 'S',
    ...options
  }: Partial<Omit<MonitorOptions, 'era'>> & { readonly era?: EraName | 'not given' } = {},
): PlayedGuest {
  const fake = fakeMachine();
  const stops: MonitorStop[] = [];
  const monitor = new Monitor(fake.machine, {
    input: new StandardInput(stdin),
    era: new EraInForce(eraGiven(era), options.log),
    announceMessages: false,
    stopAtSnapshot: false,
    onConsole: undefined,
    onOutput: undefined,
    onStop: (stop) => stops.push(stop),
    ...options,
  });
  const writeEnvelope: PlayedGuest['envelope'] = ({ size, kind, address }) => {
    const bytes = new Uint8Array(envelope.size);
    writeStruct(envelope, view(bytes), 0, {
      size: BigInt(size ?? 0),
      kind: BigInt(kind ?? 0),
      address: BigInt(address),
    });
    fake.memory.write(ENVELOPE, bytes);
  };
  const sendChunk = (fields: Parameters<typeof writeStruct<typeof dataChunk>>[3]): void => {
    const bytes = new Uint8Array(dataChunk.size);
    writeStruct(dataChunk, view(bytes), 0, fields);
    fake.memory.write(CHUNK, bytes);
    writeEnvelope({ size: fields.length ?? 0, kind: 0, address: CHUNK });
    fake.out(ports.busSend, ENVELOPE, 4);
  };
  const guest: PlayedGuest = {
    fake,
    monitor,
    stops,
    refusal: () => {
      const last = stops.at(-1);
      if (last?.kind !== 'protocol-error') throw new Error(`no violation, but ${last?.kind ?? 'nothing'}`);
      return last.violation.message;
    },
    envelope: writeEnvelope,
    request: (tid, header, fd, count) => {
      const bytes = new Uint8Array(message.size);
      writeStruct(message, view(bytes), 0, { type: messageTypes.host, source: -tid, destination: 0 });
      writeStruct(hostPayload, view(bytes), PAYLOAD, { header: hostHeaders[header] });
      writeStruct(streamRequest, view(bytes), BODY, { fd, count });
      fake.memory.write(MESSAGE, bytes);
      writeEnvelope({ size: message.size, kind: 1, address: MESSAGE });
      fake.out(ports.busSend, ENVELOPE, 4);
    },
    push: (tid, text) => {
      const bytes = new TextEncoder().encode(text);
      fake.memory.write(BUFFER, bytes);
      sendChunk({ source_pid: 1, source_tid: tid, address: BUFFER, length: bytes.length });
    },
    pull: (tid, length) => {
      sendChunk({ source_pid: 1, source_tid: tid, address: BUFFER, length });
    },
    buffer: (length) => new TextDecoder().decode(fake.memory.read(BUFFER, length)).replaceAll('\0', ''),
    write: (tid, fd, text) => {
      guest.request(tid, 'writeRequest', fd, text.length);
      guest.push(tid, text);
    },
    fetch: () => {
      writeEnvelope({ size: message.size, kind: 1, address: MESSAGE });
      fake.out(ports.busReceive, ENVELOPE, 4);
      const bytes = view(fake.memory.read(MESSAGE, message.size));
      const { type, destination } = readStruct(message, bytes);
      const { header } = readStruct(hostPayload, bytes, PAYLOAD);
      return { type, destination, header, count: readStruct(streamResponse, bytes, BODY).count };
    },
    credits: () => fake.memory.read32(CREDITS),
  };
  return guest;
}
