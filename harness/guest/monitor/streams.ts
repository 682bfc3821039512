/**
 * The host's side of the program's standard streams: what answers the requests that arrive on the bus.
 *
 * Output: a WriteRequest names stream and count, the data chunk that follows from the same thread brings the bytes, one
 * WriteResponse says how many were taken. Input: a ReadRequest names the count, the pull header that follows says where the
 * bytes go; they are stored first, then a pull response is sent that carries this header with the number of bytes that came,
 * then a ReadResponse (count 0: end of file). A descriptor that is no such stream is answered with count -1, a header that is
 * none of these not at all.
 * What must hold: requests are kept by thread, so that threads may have their requests in flight at the same time.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { readStruct, writeStruct } from '../../../images/abi/layout.ts';
import { hostHeaders, messageTypes, processes } from '../../../images/abi/messages.ts';
import {
  dataChunk,
  hostPayload,
  message,
  streamRequest,
  streamResponse,
} from '../../../images/abi/structs.ts';
import { ByteLog } from './byte-log.ts';
import { INPUT_START } from './standard-input.ts';
import type { InputPosition, StandardInput } from './standard-input.ts';
import type { Remark } from './remarks.ts';
import { viewOf } from './violation.ts';

/** A request whose data has not come yet. */
export interface PendingRequest {
  readonly tid: number;
  readonly fd: number;
  readonly count: number;
}

/** A pull that waits for an asynchronous source of input. */
export interface WaitingPull {
  readonly tid: number;
  readonly address: number;
  readonly length: number;
}

/** Everything the streams remember, as plain data. */
export interface StreamState {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly input: InputPosition;
  readonly writes: readonly PendingRequest[];
  readonly reads: readonly PendingRequest[];
  readonly waitingPull: WaitingPull | null;
}

export interface StreamHooks {
  /** Puts a message into the guest's inbox. */
  readonly send: (message: Uint8Array) => void;
  /** Told of what is passed over. */
  readonly remark: Remark;
  readonly onOutput: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined;
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** Count of a response to a request that failed. */
const FAILED = -1;

export class StandardStreams {
  readonly stdout = new ByteLog();
  readonly stderr = new ByteLog();
  readonly input: StandardInput;
  readonly #memory: PhysicalMemory;
  readonly #hooks: StreamHooks;
  #position = INPUT_START;
  #writes = new Map<number, PendingRequest>();
  #reads = new Map<number, PendingRequest>();
  #waitingPull: WaitingPull | null = null;

  constructor(memory: PhysicalMemory, input: StandardInput, hooks: StreamHooks) {
    this.#memory = memory;
    this.input = input;
    this.#hooks = hooks;
  }

  /** True while a pull cannot be answered before {@link StandardInput.ready}. */
  get waits(): boolean {
    return this.#waitingPull !== null;
  }

  get position(): InputPosition {
    return this.#position;
  }

  /** A host message of the guest. */
  receive(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    const { source } = readStruct(message, view);
    const payload = message.fields[4].offset;
    const { header } = readStruct(hostPayload, view, payload);
    const request = readStruct(streamRequest, view, payload + hostPayload.fields[1].offset);
    const pending = { tid: -source, fd: request.fd, count: request.count };
    if (header === hostHeaders.writeRequest) {
      this.#writes.set(pending.tid, pending);
    } else if (header === hostHeaders.readRequest) {
      this.#reads.set(pending.tid, pending);
    } else {
      this.#hooks.remark(`host message with the unknown header ${header}`);
    }
  }

  /** True if the next data chunk between this thread and the host goes to the thread. */
  expectsPull(tid: number): boolean {
    return this.#reads.has(tid) && !this.#writes.has(tid);
  }

  /** A data chunk from the guest. Without a request before it nobody wants the bytes, and nobody waits for an answer. */
  push(tid: number, bytes: Uint8Array): void {
    const request = this.#writes.get(tid);
    if (request === undefined) {
      this.#hooks.remark('bulk data that no request announced');
      return;
    }
    this.#writes.delete(tid);
    const taken = bytes.subarray(0, request.count);
    if (request.fd !== STDOUT && request.fd !== STDERR) {
      this.#respond(tid, hostHeaders.writeResponse, FAILED);
      return;
    }
    const stream = request.fd === STDOUT ? 'stdout' : 'stderr';
    this[stream].append(taken);
    this.#hooks.onOutput?.(stream, taken);
    this.#respond(tid, hostHeaders.writeResponse, taken.length);
  }

  /** A chunk the guest wants filled. Its address and length were checked by the caller. */
  pull(tid: number, address: number, length: number): void {
    const request = this.#reads.get(tid);
    if (request === undefined) return;
    const finish = (delivered: number, count: number): void => {
      this.#reads.delete(tid);
      this.#respondToPull(tid, address, delivered);
      this.#respond(tid, hostHeaders.readResponse, count);
    };
    if (request.fd !== STDIN) {
      finish(0, FAILED);
      return;
    }
    const wanted = Math.min(request.count, length);
    if (wanted === 0) {
      finish(0, 0);
      return;
    }
    const portion = this.input.read(this.#position, wanted);
    if (portion.kind === 'wait') {
      this.#waitingPull = { tid, address, length };
      return;
    }
    if (portion.kind === 'end') {
      finish(0, 0);
      return;
    }
    this.#memory.write(address, portion.bytes);
    this.#position = portion.next;
    finish(portion.bytes.length, portion.bytes.length);
  }

  /** Answers a pull that waited, once the source has something. */
  resume(): void {
    const waiting = this.#waitingPull;
    if (waiting === null) return;
    this.#waitingPull = null;
    this.pull(waiting.tid, waiting.address, waiting.length);
  }

  capture(): StreamState {
    return {
      stdout: this.stdout.bytes,
      stderr: this.stderr.bytes,
      input: this.#position,
      writes: [...this.#writes.values()],
      reads: [...this.#reads.values()],
      waitingPull: this.#waitingPull,
    };
  }

  restore(state: StreamState): void {
    this.stdout.restore(state.stdout);
    this.stderr.restore(state.stderr);
    this.#position = state.input;
    this.#writes = new Map(state.writes.map((request) => [request.tid, request]));
    this.#reads = new Map(state.reads.map((request) => [request.tid, request]));
    this.#waitingPull = state.waitingPull;
  }

  /** The kernel wakes the thread that the header names, and gives it the length as the result of its pull. */
  #respondToPull(tid: number, address: number, delivered: number): void {
    const bytes = new Uint8Array(message.size);
    const view = viewOf(bytes);
    writeStruct(message, view, 0, { type: messageTypes.pullResponse });
    writeStruct(dataChunk, view, message.fields[4].offset, {
      source_pid: processes.program,
      source_tid: tid,
      destination_pid: processes.host,
      address,
      length: delivered,
    });
    this.#hooks.send(bytes);
  }

  #respond(tid: number, header: number, count: number): void {
    const bytes = new Uint8Array(message.size);
    const view = viewOf(bytes);
    const payload = message.fields[4].offset;
    writeStruct(message, view, 0, { type: messageTypes.host, source: processes.host, destination: -tid });
    writeStruct(hostPayload, view, payload, { header });
    writeStruct(streamResponse, view, payload + hostPayload.fields[1].offset, { count });
    this.#hooks.send(bytes);
  }
}
