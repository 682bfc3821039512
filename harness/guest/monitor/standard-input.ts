/**
 * The guest's standard input: bytes, a function or an asynchronous source behind one interface.
 *
 * What must hold: reading is repeatable. Every piece that was ever obtained is kept, the position is a plain number of
 * the monitor's state, and a read never crosses from one piece into the next; so a restored guest reads the same bytes in
 * the same portions, however fast the source delivered them the second time.
 */
import type { InputSource } from '../options.ts';

/** Where the next read starts: an index into the pieces, and an offset in that piece. */
export interface InputPosition {
  readonly piece: number;
  readonly offset: number;
}

export const INPUT_START: InputPosition = { piece: 0, offset: 0 };

/** A portion of input, the end of it, or that an asynchronous source has to be awaited. */
export type InputPortion =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly next: InputPosition }
  | { readonly kind: 'end' }
  | { readonly kind: 'wait' };

type Pull = { readonly kind: 'sync'; readonly next: () => Uint8Array | undefined } | AsyncPull;

interface AsyncPull {
  readonly kind: 'async';
  readonly iterator: AsyncIterator<Uint8Array | string>;
}

const encode = (piece: Uint8Array | string): Uint8Array =>
  typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;

/** A source and everything it has given so far. */
class RecordedSource {
  readonly pieces: Uint8Array[] = [];
  readonly #pull: Pull | undefined;
  #ended: boolean;
  #coming: Promise<void> | undefined;

  constructor(source: InputSource | undefined) {
    this.#ended = source === undefined || typeof source === 'string' || source instanceof Uint8Array;
    if (typeof source === 'string' || source instanceof Uint8Array) {
      this.#keep(encode(source));
    } else if (typeof source === 'function') {
      this.#pull = { kind: 'sync', next: source };
    } else if (source !== undefined) {
      this.#pull = { kind: 'async', iterator: source[Symbol.asyncIterator]() };
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** A piece, asking a function for it if need be; undefined at the end, or while there is nothing yet. */
  piece(index: number): Uint8Array | undefined {
    if (this.pieces[index] === undefined && !this.#ended && this.#pull?.kind === 'sync') {
      const bytes = this.#pull.next();
      if (bytes === undefined) this.#ended = true;
      else this.#keep(bytes);
    }
    return this.pieces[index];
  }

  /** Waits until a piece is there, or the end. */
  async ready(index: number): Promise<void> {
    while (!this.#ended && this.#pull?.kind === 'async' && this.pieces[index] === undefined) {
      this.#coming ??= this.#next(this.#pull.iterator);
      await this.#coming;
    }
  }

  /** Takes the next piece. One at a time, however many wait for it. */
  async #next(iterator: AsyncPull['iterator']): Promise<void> {
    try {
      const next = await iterator.next();
      if (next.done === true) this.#ended = true;
      else this.#keep(encode(next.value));
    } finally {
      this.#coming = undefined;
    }
  }

  #keep(piece: Uint8Array): void {
    if (piece.length > 0) this.pieces.push(Uint8Array.from(piece));
  }
}

export class StandardInput {
  #source: RecordedSource;
  #carried: readonly Uint8Array[] = [];
  #start = 0;

  /** @param source Another standard input shares its source: both read the same bytes from it. */
  constructor(source: InputSource | StandardInput | undefined) {
    this.#source = source instanceof StandardInput ? source.#source : new RecordedSource(source);
  }

  /** Equal for two standard inputs exactly if they share their source. */
  get source(): object {
    return this.#source;
  }

  /** Pieces that come before those of the source: what a guest had not yet read when it was taken to a file. */
  get carried(): readonly Uint8Array[] {
    return this.#carried;
  }

  /** The first piece of the source that is read after the carried ones; those before it are not read any more. */
  get start(): number {
    return this.#start;
  }

  /** How many pieces the source has given so far. */
  get given(): number {
    return this.#source.pieces.length;
  }

  /** The pieces that the source has given and that count: those from {@link start} on. */
  get ofSource(): readonly Uint8Array[] {
    return this.#source.pieces.slice(this.#start);
  }

  /** Reads from another source from here on; positions in the one before mean nothing any more. */
  replaceSource(source: InputSource): void {
    this.#source = new RecordedSource(source);
  }

  /** Puts other pieces before those of the source from `start` on. Positions count them. */
  carry(pieces: readonly Uint8Array[], start: number): void {
    this.#carried = pieces;
    this.#start = start;
  }

  /** What has been obtained but lies behind a position. Its first piece starts at that position. */
  unread(position: InputPosition): readonly Uint8Array[] {
    const pieces = [...this.#carried, ...this.#source.pieces.slice(this.#start)];
    const [first, ...rest] = pieces.slice(position.piece);
    return first === undefined ? [] : [first.subarray(position.offset), ...rest];
  }

  /** At most `count` bytes from a position. Never more than the rest of one piece. */
  read(position: InputPosition, count: number): InputPortion {
    const piece = this.#carried[position.piece] ?? this.#source.piece(this.#inSource(position));
    if (piece === undefined) return { kind: this.#source.ended ? 'end' : 'wait' };
    const bytes = piece.subarray(position.offset, position.offset + count);
    const offset = position.offset + bytes.length;
    const next =
      offset === piece.length ? { piece: position.piece + 1, offset: 0 } : { piece: position.piece, offset };
    return { kind: 'bytes', bytes, next };
  }

  /** Waits until a read from `position` no longer answers `wait`. */
  async ready(position: InputPosition): Promise<void> {
    if (position.piece >= this.#carried.length) {
      await this.#source.ready(this.#inSource(position));
    }
  }

  #inSource(position: InputPosition): number {
    return this.#start + position.piece - this.#carried.length;
  }
}
