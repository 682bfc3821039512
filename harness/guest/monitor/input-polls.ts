/**
 * Standard input that is polled (Era M from its fourth step): what a poll finds, and the one subscription, which is vfsd's.
 *
 * A subscriber is told once that there is input, or its end, and again after a poll of its own that has left some. Polls of others
 * find nothing from then on. What must hold: whether there is input depends on the source alone where it is text, bytes or a function;
 * a live source is looked at when a poll asks and when the guest begins to run again.
 */
import { daemons, hostKinds, pollStatuses } from '../../../images/abi/host-kinds.ts';
import type { Party } from './messages.ts';
import type { InputPortion } from './standard-input.ts';
import type { StandardStreams } from './streams.ts';

/** `waiting`: the subscriber is still to be told. `told`: it has not polled since. `ended`: it has been told of the end. */
export type Subscription = 'none' | 'waiting' | 'told' | 'ended';

export interface PollState {
  readonly subscription: Subscription;
}

/** The mailbox of vfsd. */
export const VFSD: Party = { pid: daemons.vfsd, tid: 0 };

export class InputPolls {
  readonly #streams: StandardStreams;
  readonly #tell: () => void;
  #subscription: Subscription = 'none';
  #foundNothing = false;
  #missed = false;

  /** @param tell Sends the subscriber a message of kind {@link hostKinds}.inputAvailable. */
  constructor(streams: StandardStreams, tell: () => void) {
    this.#streams = streams;
    this.#tell = tell;
  }

  /** True while somebody would act on input that is not there yet, and the guest runs on meanwhile. */
  get listens(): boolean {
    return this.#subscription === 'waiting' || this.#foundNothing;
  }

  /** True once after input was looked for that is not there yet. */
  takeMiss(): boolean {
    const missed = this.#missed;
    this.#missed = false;
    return missed;
  }

  /** @returns False for anybody but vfsd, who is not heard. */
  subscribe(from: Party): boolean {
    if (from.pid !== daemons.vfsd) return false;
    this.#subscription = 'waiting';
    this.tellIfThereIs();
    return true;
  }

  /** Tells the subscriber, if it waits and there is something. */
  tellIfThereIs(): void {
    if (this.#subscription !== 'waiting') return;
    const { kind } = this.#streams.look(1);
    if (kind === 'wait') {
      this.#missed = true;
      return;
    }
    this.#subscription = 'told';
    this.#tell();
  }

  /** What there is, without taking it. */
  status(from: Party): number {
    if (!this.#mayPoll(from)) return pollStatuses.empty;
    const { kind } = this.#streams.look(1);
    this.#note(kind);
    return statusOf[kind];
  }

  /** What there is: the status, then at most `count` bytes, which are taken. */
  take(from: Party, count: number): Uint8Array {
    if (!this.#mayPoll(from)) return Uint8Array.of(pollStatuses.empty);
    const portion = this.#streams.look(Math.max(1, count));
    this.#note(portion.kind);
    const bytes = portion.kind === 'bytes' ? portion.bytes.subarray(0, count) : new Uint8Array(0);
    if (portion.kind === 'bytes' && count > 0) this.#streams.take(portion.next);
    this.#afterPoll(from, portion.kind === 'end');
    return Uint8Array.of(statusOf[portion.kind], ...bytes);
  }

  capture(): PollState {
    return { subscription: this.#subscription };
  }

  restore({ subscription }: PollState): void {
    this.#subscription = subscription;
    this.#foundNothing = false;
  }

  #note(kind: InputPortion['kind']): void {
    this.#foundNothing = kind === 'wait';
    this.#missed = this.#foundNothing;
  }

  #mayPoll(from: Party): boolean {
    return this.#subscription === 'none' || from.pid === daemons.vfsd;
  }

  /** Who calls tells the subscriber of what is left, once the answer to the poll is on its way. */
  #afterPoll(from: Party, ended: boolean): void {
    if (this.#subscription !== 'told' || from.pid !== daemons.vfsd) return;
    this.#subscription = ended ? 'ended' : 'waiting';
  }
}

const statusOf = { wait: pollStatuses.empty, end: pollStatuses.end, bytes: pollStatuses.data } as const;

/** Kinds that this file serves. */
export const POLL_KINDS: ReadonlySet<number> = new Set([
  hostKinds.pollInputRequest,
  hostKinds.inputSubscribe,
]);
