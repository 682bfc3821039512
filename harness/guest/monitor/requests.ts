/**
 * The host's side of requests: a message names what is wanted, and where data moves, bulk data follows from the same thread.
 *
 * | request               | then | answers, in this order                                                              |
 * | --------------------- | ---- | ----------------------------------------------------------------------------------- |
 * | write                 | push | a response with the bytes taken; -1 for another descriptor than 1 and 2             |
 * | read                  | pull | the data, then a response with its count (0: the end); no data and -1 for no input  |
 * | poll without a count  |      | a response with the status                                                          |
 * | poll with a count     | pull | the data alone: the status, then bytes                                              |
 * | subscribe to input    |      | later, and again: a message to vfsd                                                 |
 * | for the network       |      | a refusal, once the bulk data that belongs to it was taken or answered with nothing |
 * | host files            |      | see host-files/                                                                     |
 * | anything else         |      | none                                                                                |
 *
 * What must hold: a request belongs to its thread, so that threads may have theirs in flight at the same time. A thread that sends
 * another message instead of its bulk data has given up, and gets the answer for no data.
 */
import { daemons, hostKinds, NO_NETWORK_STATUS } from '../../../images/abi/host-kinds.ts';
import { readStruct, writeStruct } from '../../../images/abi/layout.ts';
import { processes } from '../../../images/abi/messages.ts';
import { streamRequest, streamResponse } from '../../../images/abi/structs.ts';
import type { BusForm } from './eras/era.ts';
import { numberingSeen, seen } from './eras/evidence.ts';
import type { EraInForce } from './eras/in-force.ts';
import { filesPayload, HostFiles } from './host-files/index.ts';
import type { HostFilesForm } from './host-files/index.ts';
import { InputPolls, POLL_KINDS, VFSD } from './input-polls.ts';
import type { PollState } from './input-polls.ts';
import type { Bulk, GuestMessage, MessageForm, Party, Piece } from './messages.ts';
import type { Remark } from './remarks.ts';
import type { StandardStreams } from './streams.ts';
import { viewOf } from './violation.ts';

/** A request whose data has not come yet. What says nothing is left out. */
export interface PendingRequest {
  readonly tid: number;
  readonly fd: number;
  readonly count: number;
  readonly pid?: number;
  readonly request?: number;
  /** The message itself, where only its bulk data will tell how it is laid out. */
  readonly message?: Uint8Array;
}

/** A pull that waits for an asynchronous source of input: its first piece, and those behind it. */
export interface WaitingPull extends Piece {
  readonly tid: number;
  readonly pid?: number;
  readonly more?: readonly Piece[];
  /** How its answer names it, where that is not the address. */
  readonly name?: number;
  readonly peer?: Party;
}

/** What a thread has asked for beside writing and reading. */
export type OtherWanted = 'poll' | 'network-push' | 'network-pull';

export interface OtherRequest extends PendingRequest {
  readonly wants: OtherWanted;
}

/** Everything that is open, as plain data. */
export interface RequestState {
  readonly writes: readonly PendingRequest[];
  readonly reads: readonly PendingRequest[];
  readonly others?: readonly OtherRequest[];
  readonly waitingPull: WaitingPull | null;
  readonly polls?: PollState;
}

type Pending = PendingRequest & { readonly wants: 'write' | 'read' | OtherWanted };

export interface RequestParts {
  readonly era: EraInForce;
  readonly streams: StandardStreams;
  readonly post: (message: Uint8Array) => void;
  readonly answerPull: (bulk: Bulk, bytes: Uint8Array) => void;
  readonly remark: Remark;
  readonly files: HostFiles;
}

const STDIN = 0;
/** Count of a response to a request that failed. */
const FAILED = -1;
const NOTHING = new Uint8Array(0);

const partyOf = ({
  pid = processes.program,
  tid,
}: {
  readonly pid?: number;
  readonly tid: number;
}): Party => ({
  pid,
  tid,
});

/** A request without what it wants. */
const bare = ({ tid, fd, count, pid, request, message }: Pending): PendingRequest => ({
  ...{ tid, fd, count },
  ...(pid !== undefined && { pid }),
  ...(request !== undefined && { request }),
  ...(message !== undefined && { message }),
});

const waitingOf = ({ source, destination, pieces, name }: Bulk): WaitingPull => {
  const [first = { address: 0, length: 0 }, ...more] = pieces;
  const isHost = destination.pid === processes.host && destination.tid === 0;
  return {
    tid: source.tid,
    ...first,
    ...(source.pid !== processes.program && { pid: source.pid }),
    ...(more.length > 0 && { more }),
    ...(name !== first.address && { name }),
    ...(isHost ? {} : { peer: destination }),
  };
};

const bulkOf = (waiting: WaitingPull): Bulk => {
  const { address, length, more = [], name = address, peer = { pid: processes.host, tid: 0 } } = waiting;
  const pieces = [{ address, length }, ...more];
  return {
    source: partyOf(waiting),
    destination: peer,
    pieces,
    length: pieces.reduce((sum, piece) => sum + piece.length, 0),
    name,
  };
};

export class HostRequests {
  readonly #parts: RequestParts;
  readonly #polls: InputPolls;
  #pending = new Map<string, Pending>();
  #waitingPull: WaitingPull | null = null;

  constructor(parts: RequestParts) {
    this.#parts = parts;
    this.#polls = new InputPolls(parts.streams, () => {
      this.#answer(VFSD, hostKinds.inputAvailable, NOTHING);
    });
  }

  /** True while a request has not got its data. */
  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** True while a pull cannot be answered before the input is ready: the guest waits. */
  get waits(): boolean {
    return this.#waitingPull !== null;
  }

  /** True while the guest would be told of input that comes, and runs on meanwhile. */
  get listens(): boolean {
    return this.#polls.listens;
  }

  /** True once after the guest has looked for input that is not there yet, and runs on. */
  takeMiss(): boolean {
    return this.#polls.takeMiss();
  }

  /** A host message of the guest. */
  receive(bytes: Uint8Array): void {
    const { era, remark } = this.#parts;
    const form = this.#form;
    const first = form.read(bytes);
    const { kind } = first;
    if (form.layout !== 'short' && POLL_KINDS.has(kind)) era.saw(seen.polls);
    if (form.layout === 'short' && HostFiles.serves(kind)) era.saw(seen.hostFiles);
    const message = this.#form === form ? first : this.#form.read(bytes);
    this.#giveUp(message.source);
    if (this.#bus.network && message.destination === daemons.networkd) {
      this.#askNetwork(message);
    } else if (this.#bus.streams && kind === hostKinds.writeRequest) {
      this.#await('write', message, bytes);
    } else if (this.#bus.streams && kind === hostKinds.readRequest) {
      this.#await('read', message, bytes);
    } else if (this.#bus.polls && kind === hostKinds.pollInputRequest) {
      this.#poll(message);
    } else if (this.#bus.polls && kind === hostKinds.inputSubscribe) {
      if (!this.#polls.subscribe(message.source)) remark('subscription to the input by another than vfsd');
    } else if (this.#bus.hostFiles !== undefined && HostFiles.serves(kind)) {
      this.#askFiles(message, this.#bus.hostFiles);
    } else {
      remark(`host message with the unknown header ${kind}`);
    }
  }

  /** Whether the next bulk data of its thread goes to the thread: else it comes from there. */
  expectsPull({ source }: Bulk): boolean {
    const wants = this.#pending.get(this.#key(source))?.wants;
    return wants === 'read' || wants === 'poll' || wants === 'network-pull';
  }

  /** Bytes from the guest. Without a request before them nobody wants them, and nobody waits for an answer. */
  push({ source, length }: Bulk, bytes: Uint8Array): void {
    const request = this.#take(source, length);
    if (request === undefined) {
      this.#parts.remark('bulk data that no request announced');
    } else if (request.wants === 'network-push') {
      this.#refuseNetwork(request);
    } else if (request.wants === 'write') {
      const taken = bytes.subarray(0, request.count);
      const written = this.#parts.streams.write(request.fd, taken) ? taken.length : FAILED;
      this.#respond(request, hostKinds.writeResponse, written);
    } else {
      this.#parts.remark('bulk data from a thread that asked for some');
      this.#answerNothing(request);
    }
  }

  /** Pieces that the guest wants filled. Their addresses and lengths were checked by the caller. */
  pull(bulk: Bulk): void {
    const request = this.#take(bulk.source, bulk.length);
    switch (request?.wants) {
      case 'read':
        this.#read(request, bulk);
        return;
      case 'poll':
        this.#pollInto(request, bulk);
        return;
      case 'network-pull':
        this.#parts.answerPull(bulk, NOTHING);
        this.#refuseNetwork(request);
        return;
      case 'write':
      case 'network-push':
      case undefined:
        this.#parts.remark('pull that no request announced');
        if (request !== undefined) this.#answerNothing(request);
        if (this.#bus.answersStrayPulls) this.#parts.answerPull(bulk, NOTHING);
    }
  }

  /** Answers what has waited for input, once there is some. */
  resume(): void {
    this.#polls.tellIfThereIs();
    const waiting = this.#waitingPull;
    if (waiting === null) return;
    this.#waitingPull = null;
    this.pull(bulkOf(waiting));
  }

  capture(): RequestState {
    const all = [...this.#pending.values()];
    const of = (wanted: Pending['wants']): readonly PendingRequest[] =>
      all.filter(({ wants }) => wants === wanted).map(bare);
    const others = all.filter((one): one is OtherRequest => one.wants !== 'write' && one.wants !== 'read');
    const polls = this.#polls.capture();
    return {
      writes: of('write'),
      reads: of('read'),
      waitingPull: this.#waitingPull,
      ...(others.length > 0 && { others }),
      ...(polls.subscription !== 'none' && { polls }),
    };
  }

  restore({ writes, reads, others = [], waitingPull, polls = { subscription: 'none' } }: RequestState): void {
    const all: readonly Pending[] = [
      ...reads.map((request) => ({ ...request, wants: 'read' as const })),
      ...writes.map((request) => ({ ...request, wants: 'write' as const })),
      ...others,
    ];
    this.#pending = new Map(all.map((request) => [this.#key(partyOf(request)), request]));
    this.#waitingPull = waitingPull;
    this.#polls.restore(polls);
  }

  get #bus(): BusForm {
    return this.#parts.era.era.bus;
  }

  get #form(): MessageForm {
    return this.#bus.messages;
  }

  /** A short message does not say which process it is from. */
  #key({ pid, tid }: Party): string {
    return this.#form.layout === 'short' ? `${tid}` : `${pid}/${tid}`;
  }

  #await(wants: Pending['wants'], message: GuestMessage, bytes?: Uint8Array): void {
    const { source, request, body } = message;
    const isOpen = this.#parts.era.mayBe('M3') && this.#parts.era.mayBe('M4', 'M5');
    this.#pending.set(this.#key(source), {
      wants,
      tid: source.tid,
      ...readStruct(streamRequest, viewOf(body)),
      ...(source.pid !== processes.program && { pid: source.pid }),
      ...(request !== 0 && { request }),
      ...(bytes !== undefined && isOpen && { message: bytes }),
    });
  }

  /** The request that bulk data of so many bytes belongs to. It may be this data that tells how the request is laid out. */
  #take(source: Party, length: number): Pending | undefined {
    const key = this.#key(source);
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    if (pending?.message === undefined) return pending;
    const numbering = numberingSeen(pending.message, length);
    if (numbering !== undefined) this.#parts.era.saw(numbering);
    const { request, body } = this.#form.read(pending.message);
    return {
      wants: pending.wants,
      tid: pending.tid,
      ...(pending.pid !== undefined && { pid: pending.pid }),
      ...readStruct(streamRequest, viewOf(body)),
      ...(request !== 0 && { request }),
    };
  }

  /** A thread that has gone on without its bulk data gets the answer to a request that moved none. */
  #giveUp(source: Party): void {
    const left = this.#take(source, NaN);
    if (left !== undefined) this.#answerNothing(left);
  }

  #answerNothing(request: Pending): void {
    switch (request.wants) {
      case 'write':
        this.#respond(request, hostKinds.writeResponse, 0);
        return;
      case 'read':
        this.#respond(request, hostKinds.readResponse, 0);
        return;
      case 'network-push':
      case 'network-pull':
        this.#refuseNetwork(request);
        return;
      case 'poll':
        return;
    }
  }

  #read(request: Pending, bulk: Bulk): void {
    const finish = (bytes: Uint8Array, count: number): void => {
      this.#parts.answerPull(bulk, bytes);
      this.#respond(request, hostKinds.readResponse, count);
    };
    const wanted = Math.min(request.count, bulk.length);
    if (request.fd !== STDIN || wanted === 0) {
      finish(NOTHING, request.fd === STDIN ? 0 : FAILED);
      return;
    }
    const portion = this.#parts.streams.look(wanted);
    if (portion.kind === 'wait') {
      this.#pending.set(this.#key(bulk.source), request);
      this.#waitingPull = waitingOf(bulk);
      return;
    }
    if (portion.kind === 'end') {
      finish(NOTHING, 0);
      return;
    }
    this.#parts.streams.take(portion.next);
    finish(portion.bytes, portion.bytes.length);
  }

  #poll(message: GuestMessage): void {
    const count = viewOf(message.body).getUint32(0, true);
    if (count === 0) {
      const status = Uint8Array.of(this.#polls.status(message.source));
      this.#answer(message.source, hostKinds.pollInputResponse, status, message.request);
      return;
    }
    const { source, request } = message;
    this.#pending.set(this.#key(source), {
      wants: 'poll',
      tid: source.tid,
      fd: STDIN,
      count,
      ...(source.pid !== processes.program && { pid: source.pid }),
      ...(request !== 0 && { request }),
    });
  }

  #pollInto(request: Pending, bulk: Bulk): void {
    const room = Math.max(0, Math.min(request.count, bulk.length - 1));
    const found = this.#polls.take(bulk.source, room);
    this.#parts.answerPull(bulk, found.subarray(0, bulk.length));
    this.#polls.tellIfThereIs();
  }

  /** A response about files has the request's number, whether the era numbers others or not. */
  #askFiles(message: GuestMessage, form: HostFilesForm): void {
    if (form.onlyVfsd && message.source.pid !== daemons.vfsd) {
      this.#parts.remark('request about host files by another than vfsd');
      return;
    }
    const answer = this.#parts.files.answer(message, form);
    if (answer === undefined) return;
    const to = form.answersGoTo === 'vfsd' ? VFSD : message.source;
    this.#parts.post(this.#form.write({ to }, filesPayload(answer)));
  }

  #askNetwork(message: GuestMessage): void {
    const { kind } = message;
    const pushes = kind === hostKinds.socketSend || kind === hostKinds.sendTo;
    const pulls = kind === hostKinds.socketReceive || kind === hostKinds.receiveFrom;
    if (this.#bus.networkBulk && (pushes || pulls))
      this.#await(pushes ? 'network-push' : 'network-pull', message);
    else this.#refuseNetwork({ ...message.source, request: message.request });
  }

  #refuseNetwork(to: { readonly tid: number; readonly pid?: number; readonly request?: number }): void {
    const payload = this.#form.payload(0, to.request ?? 0, NOTHING);
    const answer = { from: daemons.networkd, to: partyOf(to), status: NO_NETWORK_STATUS };
    this.#parts.post(this.#form.write(answer, payload));
  }

  #respond(to: PendingRequest, kind: number, count: number): void {
    const body = new Uint8Array(streamResponse.size);
    writeStruct(streamResponse, viewOf(body), 0, { count });
    this.#answer(partyOf(to), kind, body, to.request);
  }

  #answer(to: Party, kind: number, body: Uint8Array, request = 0): void {
    this.#parts.post(this.#form.write({ to }, this.#form.payload(kind, request, body)));
  }
}
