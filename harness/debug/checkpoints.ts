/**
 * The snapshots a timeline keeps, so that going back costs one restore and a short replay.
 *
 * Two kinds: regular ones at multiples of a spacing, and a few near ones that were taken just before a place somebody steps
 * back from. What must hold: the number kept is bounded; when a run gets long, the spacing doubles and every second regular
 * one goes; the first, the start of history, always stays.
 */
import { checkNumber } from '../guest/check-number.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';

/** A guest at one place of its history. */
export interface Checkpoint {
  /** Instruction count. */
  readonly at: number;
  /** How many changes of history had been applied. */
  readonly changes: number;
  readonly snapshot: GuestSnapshot;
}

export interface CheckpointOptions {
  /** Instructions between two regular checkpoints at first, 2,000,000 by default. */
  readonly spacing?: number;
  /** Regular checkpoints kept at most, at least 2, 32 by default. */
  readonly capacity?: number;
}

const DEFAULT_SPACING = 2_000_000;
const DEFAULT_CAPACITY = 32;
const NEAR_CAPACITY = 6;

export class Checkpoints {
  readonly #capacity: number;
  readonly #firstSpacing: number;
  #spacing: number;
  #start: Checkpoint;
  /** Ascending. */
  #regular: readonly Checkpoint[] = [];
  /** The one taken last at the end. */
  #near: readonly Checkpoint[] = [];

  constructor(start: Checkpoint, options: CheckpointOptions = {}) {
    this.#capacity = checkNumber('capacity', options.capacity ?? DEFAULT_CAPACITY, { least: 2 });
    this.#firstSpacing = checkNumber('spacing', options.spacing ?? DEFAULT_SPACING, { least: 1 });
    this.#spacing = this.#firstSpacing;
    this.#start = start;
  }

  get start(): Checkpoint {
    return this.#start;
  }

  /** Instructions between two regular checkpoints now. */
  get spacing(): number {
    return this.#spacing;
  }

  /** All that are kept, ascending by instruction count. */
  get all(): readonly Checkpoint[] {
    return [this.#start, ...this.#regular, ...this.#near].sort(
      (a, b) => a.at - b.at || a.changes - b.changes,
    );
  }

  /** The first place behind `at` where a regular checkpoint belongs. */
  nextPlace(at: number): number {
    const base = this.#start.at;
    return base + (Math.floor((at - base) / this.#spacing) + 1) * this.#spacing;
  }

  /** True where a regular checkpoint belongs and is not there yet. */
  wantedAt(at: number): boolean {
    const distance = at - this.#start.at;
    return distance > 0 && distance % this.#spacing === 0 && !this.#regular.some((one) => one.at === at);
  }

  addRegular(checkpoint: Checkpoint): void {
    this.#regular = [...this.#regular, checkpoint].sort((a, b) => a.at - b.at);
    while (this.#regular.length > this.#capacity) {
      this.#spacing *= 2;
      this.#regular = this.#regular.filter(({ at }) => (at - this.#start.at) % this.#spacing === 0);
    }
  }

  /** Keeps one taken for somebody who steps back; the oldest of its kind goes. */
  addNear(checkpoint: Checkpoint): void {
    this.#near = [...this.#near, checkpoint].slice(-NEAR_CAPACITY);
  }

  /** The last one at or before a place. */
  nearest(at: number): Checkpoint {
    let best = this.#start;
    for (const one of [...this.#regular, ...this.#near]) {
      if (one.at <= at && (one.at > best.at || (one.at === best.at && one.changes > best.changes)))
        best = one;
    }
    return best;
  }

  /** Forgets all behind a place: history goes another way from there. */
  dropAfter(at: number): void {
    this.#regular = this.#regular.filter((one) => one.at <= at);
    this.#near = this.#near.filter((one) => one.at <= at);
  }

  /** Forgets everything: history starts anew. */
  restart(start: Checkpoint): void {
    this.#start = start;
    this.#regular = [];
    this.#near = [];
    this.#spacing = this.#firstSpacing;
  }
}
