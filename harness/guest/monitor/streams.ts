/**
 * The host's side of the program's standard streams: what answers the requests that arrive on the bus.
 *
 * Output: a WriteRequest names stream and count, the data chunk that follows from the same thread brings the bytes, one
 * WriteResponse says how many were taken. Input: a ReadRequest names the count, the pull header that follows says where the
 * bytes go; they are stored first, then a pull response is sent, then a ReadResponse (count 0: end of file).
 * What must hold: requests are kept by thread, so that threads may have their requests in flight at the same time.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { errno } from '../../../images/abi/errno.ts';
import { readStruct, writeStruct } from '../../../images/abi/layout.ts';
import { hostHeaders, messageTypes, processes } from '../../../images/abi/messages.ts';
import { hostPayload, message, streamRequest, streamResponse } from '../../../images/abi/structs.ts';
import { ByteLog } from './byte-log.ts';
import { INPUT_START } from './standard-input.ts';
import type { InputPosition, StandardInput } from './standard-input.ts';
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
  readonly onOutput: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined;
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

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

  /** A host message of the guest. One with a header this host does not know is answered with ENOSYS in its status. */
  receive(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    const { source, destination } = readStruct(message, view);
    const payload = message.fields[4].offset;
    const { header } = readStruct(hostPayload, view, payload);
    const request = readStruct(streamRequest, view, payload + hostPayload.fields[1].offset);
    const pending = { tid: -source, fd: request.fd, count: request.count };
    if (header === hostHeaders.writeRequest) {
      this.#writes.set(pending.tid, pending);
    } else if (header === hostHeaders.readRequest) {
      this.#reads.set(pending.tid, pending);
    } else {
      const refused = bytes.slice();
      writeStruct(message, viewOf(refused), 0, {
        source: destination,
        destination: source,
        status: -errno.ENOSYS,
      });
      this.#hooks.send(refused);
    }
  }

  /** True if the next data chunk between this thread and the host goes to the thread. */
  expectsPull(tid: number): boolean {
    return this.#reads.has(tid) && !this.#writes.has(tid);
  }

  /** A data chunk from the guest. Without a request before it nobody wants the bytes, and nobody waits for an answer. */
  push(tid: number, bytes: Uint8Array): void {
    const request = this.#writes.get(tid);
    if (request === undefined) return;
    this.#writes.delete(tid);
    const taken = bytes.subarray(0, request.count);
    if (request.fd !== STDOUT && request.fd !== STDERR) {
      this.#respond(tid, hostHeaders.writeResponse, -errno.EBADF);
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
    if (request === undefined) {
      this.#respondToPull(tid);
      return;
    }
    if (request.fd !== STDIN) {
      this.#finishRead(tid, -errno.EBADF);
      return;
    }
    const wanted = Math.min(request.count, length);
    if (wanted === 0) {
      this.#finishRead(tid, 0);
      return;
    }
    const portion = this.input.read(this.#position, wanted);
    if (portion.kind === 'wait') {
      this.#waitingPull = { tid, address, length };
      return;
    }
    if (portion.kind === 'end') {
      this.#finishRead(tid, 0);
      return;
    }
    this.#memory.write(address, portion.bytes);
    this.#position = portion.next;
    this.#finishRead(tid, portion.bytes.length);
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

  #finishRead(tid: number, count: number): void {
    this.#reads.delete(tid);
    this.#respondToPull(tid);
    this.#respond(tid, hostHeaders.readResponse, count);
  }

  #respondToPull(tid: number): void {
    const bytes = new Uint8Array(message.size);
    writeStruct(message, viewOf(bytes), 0, {
      type: messageTypes.pullResponse,
      source: processes.host,
      destination: -tid,
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
