/**
 * Bytes that only grow, such as a console or an output stream, and that can be rewound.
 *
 * A capture is a view, not a copy, so that taking a snapshot at every kernel call costs nothing. What must hold: no byte
 * of a captured view is ever written again. Appending goes behind every captured view of the buffer, and a restored
 * log starts on a buffer that is exactly full, so that its next append moves to a new one.
 */

const FIRST_CAPACITY = 1024;

export class ByteLog {
  #buffer: Uint8Array = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** All bytes so far, valid for ever. Do not write to it. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  appendByte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** Goes back (or forward) to what {@link bytes} once was, here or in another log. */
  restore(bytes: Uint8Array): void {
    this.#buffer = bytes.subarray();
    this.#length = bytes.length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(FIRST_CAPACITY, needed, this.#buffer.length * 2));
    grown.set(this.bytes);
    this.#buffer = grown;
  }
}
