/**
 * The remote protocol's frames: `$payload#checksum`, acknowledgements, and the interrupt byte.
 *
 * Works on any split of the stream, one byte at a time if it comes so. What must hold: no input makes it throw or keep
 * more than {@link MAXIMUM_PACKET} bytes; what is no frame is dropped. Source: GDB manual, "Remote Protocol: Overview".
 */

/** Longest payload accepted and announced to gdb, in bytes. */
export const MAXIMUM_PACKET = 0x4000;

/** One thing that was received. Payloads are text with one character per byte. */
export type Frame =
  | { readonly kind: 'packet'; readonly payload: string }
  /** A packet whose checksum does not fit. */
  | { readonly kind: 'damaged' }
  /** A packet longer than {@link MAXIMUM_PACKET}. */
  | { readonly kind: 'oversized' }
  | { readonly kind: 'acknowledged' }
  /** The other side asks for the last packet again. */
  | { readonly kind: 'refused' }
  /** Ctrl-C. */
  | { readonly kind: 'interrupt' };

const DOLLAR = 0x24;
const HASH = 0x23;
const PLUS = 0x2b;
const MINUS = 0x2d;
const INTERRUPT = 0x03;
const ESCAPE = 0x7d;
const ESCAPE_MASK = 0x20;
const STAR = 0x2a;

type State = 'outside' | 'payload' | 'checksum';

function checksum(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}

function unescape(bytes: Uint8Array): string {
  const plain: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === ESCAPE && i + 1 < bytes.length) plain.push((bytes[++i] ?? 0) ^ ESCAPE_MASK);
    else plain.push(byte);
  }
  return Buffer.from(plain).toString('latin1');
}

export class Framer {
  #state: State = 'outside';
  readonly #payload = new Uint8Array(MAXIMUM_PACKET);
  /** Bytes of the payload so far; past its end for one that is too long. */
  #length = 0;
  #digits = '';

  /** Takes what has arrived and says what it completes, in order. */
  receive(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const byte of bytes) {
      const frame = this.#take(byte);
      if (frame !== undefined) frames.push(frame);
    }
    return frames;
  }

  #take(byte: number): Frame | undefined {
    switch (this.#state) {
      case 'outside':
        return this.#takeOutside(byte);
      case 'payload':
        if (byte === HASH) this.#state = 'checksum';
        else if (byte === DOLLAR) this.#length = 0;
        else this.#append(byte);
        return undefined;
      case 'checksum':
        this.#digits += String.fromCharCode(byte);
        return this.#digits.length < 2 ? undefined : this.#finish();
    }
  }

  #takeOutside(byte: number): Frame | undefined {
    switch (byte) {
      case DOLLAR:
        this.#state = 'payload';
        this.#length = 0;
        return undefined;
      case PLUS:
        return { kind: 'acknowledged' };
      case MINUS:
        return { kind: 'refused' };
      case INTERRUPT:
        return { kind: 'interrupt' };
      default:
        return undefined;
    }
  }

  #append(byte: number): void {
    if (this.#length < MAXIMUM_PACKET) this.#payload[this.#length] = byte;
    this.#length = Math.min(this.#length + 1, MAXIMUM_PACKET + 1);
  }

  #finish(): Frame {
    const digits = this.#digits;
    this.#state = 'outside';
    this.#digits = '';
    if (this.#length > MAXIMUM_PACKET) return { kind: 'oversized' };
    const payload = this.#payload.subarray(0, this.#length);
    const matches = /^[0-9a-f]{2}$/i.test(digits) && parseInt(digits, 16) === checksum(payload);
    return matches ? { kind: 'packet', payload: unescape(payload) } : { kind: 'damaged' };
  }
}

/** A payload (one character per byte) as a frame, with what must be escaped escaped. */
export function frame(payload: string): Buffer {
  const body: number[] = [];
  for (const byte of Buffer.from(payload, 'latin1')) {
    if (byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR)
      body.push(ESCAPE, byte ^ ESCAPE_MASK);
    else body.push(byte);
  }
  const sum = checksum(body).toString(16).padStart(2, '0');
  return Buffer.concat([Buffer.from([DOLLAR]), Buffer.from(body), Buffer.from(`#${sum}`)]);
}
