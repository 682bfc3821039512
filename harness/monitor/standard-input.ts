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

export class StandardInput {
  readonly #pieces: Uint8Array[] = [];
  readonly #pull: Pull | undefined;
  #ended: boolean;

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

  /** At most `count` bytes from a position. Never more than the rest of one piece. */
  read(position: InputPosition, count: number): InputPortion {
    let piece = this.#pieces[position.piece];
    if (piece === undefined && !this.#ended && this.#pull?.kind === 'sync') {
      const bytes = this.#pull.next();
      if (bytes === undefined) this.#ended = true;
      else this.#keep(bytes);
      piece = this.#pieces[position.piece];
    }
    if (piece === undefined) return { kind: this.#ended ? 'end' : 'wait' };
    const bytes = piece.subarray(position.offset, position.offset + count);
    const offset = position.offset + bytes.length;
    const next =
      offset === piece.length ? { piece: position.piece + 1, offset: 0 } : { piece: position.piece, offset };
    return { kind: 'bytes', bytes, next };
  }

  /** Waits until a read from `position` no longer answers `wait`. */
  async ready(position: InputPosition): Promise<void> {
    while (!this.#ended && this.#pull?.kind === 'async' && this.#pieces[position.piece] === undefined) {
      const result = await this.#pull.iterator.next();
      if (result.done === true) this.#ended = true;
      else this.#keep(encode(result.value));
    }
  }

  #keep(piece: Uint8Array): void {
    if (piece.length > 0) this.#pieces.push(Uint8Array.from(piece));
  }
}
