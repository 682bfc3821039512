/**
 * What waits for the guest on the bus, in one queue: messages, and answers to pulls with the bytes that go with them.
 *
 * May touch: the credits in the control page, the memory a pull named. What must hold: credits equal the number of waiting frames;
 * for each frame the queue comes first, then the credits, then the interrupt, which is raised once until the guest fetches; the bytes
 * of a pull reach the guest when it fetches the answer, and until then they belong to the monitor's state.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { message } from '../../../images/abi/structs.ts';
import { writeCredits } from './control-page.ts';
import type { EraInForce } from './eras/in-force.ts';
import { scatterInto } from './frames.ts';
import type { Bulk, Piece } from './messages.ts';

/** An answer to a pull. */
export interface DataFrame {
  /** The pull response. */
  readonly message: Uint8Array;
  readonly pieces: readonly Piece[];
  readonly bytes: Uint8Array;
}

/** What waits: 64 bytes of a message, or an answer to a pull. */
export type Frame = Uint8Array | DataFrame;

export interface OutboxState {
  readonly inbox: readonly Frame[];
  /** Whether an interrupt was raised that no fetch has followed; when left out, it was if anything waits. */
  readonly announced?: boolean;
}

export class Outbox {
  readonly #memory: PhysicalMemory;
  readonly #era: EraInForce;
  readonly #announce: () => void;
  /** What waits begins at {@link #next}: a queue of any length is appended to and taken from at the same cost. */
  #frames: Frame[] = [];
  #next = 0;
  #announced = false;

  /** @param announce Raises the message interrupt. */
  constructor(memory: PhysicalMemory, era: EraInForce, announce: () => void) {
    this.#memory = memory;
    this.#era = era;
    this.#announce = announce;
  }

  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** Puts a message at the end of the queue. */
  post(bytes: Uint8Array): void {
    this.#append(bytes);
  }

  /** Puts the answer to a pull at the end of the queue. `bytes` are at most as many as the pull asks for. */
  answerPull(pull: Bulk, bytes: Uint8Array): void {
    const response = this.#era.era.bus.messages.pullResponse(pull, bytes.length);
    this.#append({ message: response, pieces: pull.pieces, bytes });
  }

  /** Takes the oldest frame off the queue; what belongs to a pull is then in guest memory. Undefined when nothing waits. */
  fetch(): Uint8Array | undefined {
    const oldest = this.#frames[this.#next];
    this.#announced = false;
    if (oldest === undefined) return undefined;
    this.#next += 1;
    if (this.#next === this.#frames.length) this.#hold([]);
    this.#writeCredits();
    if (oldest instanceof Uint8Array) return oldest;
    scatterInto(this.#memory, oldest.pieces, oldest.bytes);
    return oldest.message;
  }

  capture(): OutboxState {
    const announced = this.#announced;
    return { inbox: this.#frames.slice(this.#next), ...(announced !== this.#waiting > 0 && { announced }) };
  }

  /** The credits come back with the guest's memory. */
  restore({ inbox, announced = inbox.length > 0 }: OutboxState): void {
    this.#hold([...inbox]);
    this.#announced = announced;
  }

  get #waiting(): number {
    return this.#frames.length - this.#next;
  }

  #hold(frames: Frame[]): void {
    this.#frames = frames;
    this.#next = 0;
  }

  #append(frame: Frame): void {
    this.#frames.push(frame);
    this.#writeCredits();
    if (!this.#announced) this.#announce();
    this.#announced = true;
  }

  #writeCredits(): void {
    if (this.#era.era.boot.sharedPages) writeCredits(this.#memory, this.#waiting);
  }
}

/** What a guest of 2024 finds when it fetches and nothing waits: a message of type 0. */
export const NOTHING: Uint8Array = new Uint8Array(message.size);
