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
import { hostHeaders, processes } from '../../../images/abi/messages.ts';
import { ByteLog } from './byte-log.ts';
import type { Bulk, HostRequest, MessageForm, Piece } from './messages.ts';
import { INPUT_START } from './standard-input.ts';
import type { InputPosition, StandardInput } from './standard-input.ts';
import type { Remark } from './remarks.ts';

/** A request whose data has not come yet. What only Era M has is left out where it says nothing. */
export interface PendingRequest {
  readonly tid: number;
  readonly fd: number;
  readonly count: number;
  readonly pid?: number;
  readonly request?: number;
}

/** A pull that waits for an asynchronous source of input: its first piece, and those behind it. */
export interface WaitingPull extends Piece {
  readonly tid: number;
  readonly pid?: number;
  readonly more?: readonly Piece[];
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
  /** How the guest's era writes messages. */
  readonly form: MessageForm;
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

const waitingOf = ({ tid, pid, pieces }: Bulk): WaitingPull => {
  const [first = { address: 0, length: 0 }, ...more] = pieces;
  return { tid, ...first, ...(pid !== processes.program && { pid }), ...(more.length > 0 && { more }) };
};

const bulkOf = ({ tid, pid = processes.program, address, length, more = [] }: WaitingPull): Bulk => {
  const pieces = [{ address, length }, ...more];
  return { tid, pid, pieces, length: pieces.reduce((sum, piece) => sum + piece.length, 0) };
};

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
  receive(message: Uint8Array): void {
    const { pid, tid, request, header, fd, count } = this.#hooks.form.request(message);
    const pending: PendingRequest = {
      ...{ tid, fd, count },
      ...(pid !== processes.program && { pid }),
      ...(request !== 0 && { request }),
    };
    if (header === hostHeaders.writeRequest) this.#writes.set(tid, pending);
    else if (header === hostHeaders.readRequest) this.#reads.set(tid, pending);
    else this.#hooks.remark(`host message with the unknown header ${header}`);
  }

  /** True if the next data chunk between this thread and the host goes to the thread. */
  expectsPull(tid: number): boolean {
    return this.#reads.has(tid) && !this.#writes.has(tid);
  }

  /** Bytes from the guest. Without a request before them nobody wants them, and nobody waits for an answer. */
  push(tid: number, bytes: Uint8Array): void {
    const request = this.#writes.get(tid);
    if (request === undefined) {
      this.#hooks.remark('bulk data that no request announced');
      return;
    }
    this.#writes.delete(tid);
    const taken = bytes.subarray(0, request.count);
    if (request.fd !== STDOUT && request.fd !== STDERR) {
      this.#respond(request, hostHeaders.writeResponse, FAILED);
      return;
    }
    const stream = request.fd === STDOUT ? 'stdout' : 'stderr';
    this[stream].append(taken);
    this.#hooks.onOutput?.(stream, taken);
    this.#respond(request, hostHeaders.writeResponse, taken.length);
  }

  /** Pieces that the guest wants filled. Their addresses and lengths were checked by the caller. */
  pull(pull: Bulk): void {
    const request = this.#reads.get(pull.tid);
    if (request === undefined) {
      this.#hooks.remark('pull that no request announced');
      return;
    }
    const finish = (delivered: number, count: number): void => {
      this.#reads.delete(pull.tid);
      this.#hooks.send(this.#hooks.form.pullResponse(pull, delivered));
      this.#respond(request, hostHeaders.readResponse, count);
    };
    if (request.fd !== STDIN) {
      finish(0, FAILED);
      return;
    }
    const wanted = Math.min(request.count, pull.length);
    if (wanted === 0) {
      finish(0, 0);
      return;
    }
    const portion = this.input.read(this.#position, wanted);
    if (portion.kind === 'wait') {
      this.#waitingPull = waitingOf(pull);
      return;
    }
    if (portion.kind === 'end') {
      finish(0, 0);
      return;
    }
    this.#fill(pull.pieces, portion.bytes);
    this.#position = portion.next;
    finish(portion.bytes.length, portion.bytes.length);
  }

  /** Answers a pull that waited, once the source has something. */
  resume(): void {
    const waiting = this.#waitingPull;
    if (waiting === null) return;
    this.#waitingPull = null;
    this.pull(bulkOf(waiting));
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

  #fill(pieces: readonly Piece[], bytes: Uint8Array): void {
    let done = 0;
    for (const { address, length } of pieces) {
      this.#memory.write(address, bytes.subarray(done, done + length));
      done += length;
      if (done >= bytes.length) return;
    }
  }

  #respond(to: PendingRequest, header: HostRequest['header'], count: number): void {
    const { tid, pid = processes.program, request = 0 } = to;
    this.#hooks.send(this.#hooks.form.response({ pid, tid, request }, header, count));
  }
}
