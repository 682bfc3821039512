/**
 * The 80-bit number of the x87 as a value: what its bits say, and how they are put together.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapters 4.2 and 8.2.
 */

/** A number as it stands in a register: sign and biased exponent in 16 bits, significand with its integer bit in 64. */
export interface Extended {
  readonly head: number;
  readonly significand: bigint;
}

export const SIGN = 0x8000;
export const EXPONENT = 0x7fff;
/** What is added to an exponent in the `head` of an {@link Extended}. */
export const BIAS = 0x3fff;
/** The integer bit of a significand. */
export const INTEGER = 1n << 63n;
/** The bit of a significand that makes a NaN a quiet one. */
const QUIET = 1n << 62n;
const ALL_ONES = (1n << 64n) - 1n;

export const extended = (head: number, significand: bigint): Extended => ({ head, significand });
export const zero = (negative: boolean): Extended => extended(negative ? SIGN : 0, 0n);
export const infinity = (negative: boolean): Extended => extended(EXPONENT | (negative ? SIGN : 0), INTEGER);
export const one = (negative = false): Extended => extended(BIAS | (negative ? SIGN : 0), INTEGER);
/** What a masked invalid operation gives. */
export const INDEFINITE: Extended = extended(SIGN | EXPONENT, INTEGER | QUIET);

export const isNegative = ({ head }: Extended): boolean => (head & SIGN) !== 0;
export const negated = ({ head, significand }: Extended): Extended => extended(head ^ SIGN, significand);
export const absolute = ({ head, significand }: Extended): Extended => extended(head & EXPONENT, significand);

/**
 * What the bits of a number stand for. A denormal is one whose exponent is 0, pseudo-denormals included, which have the
 * integer bit; `unsupported` are encodings that no x87 since the 80287 computes with.
 */
export type Kind =
  'zero' | 'denormal' | 'normal' | 'infinity' | 'quiet NaN' | 'signaling NaN' | 'unsupported';

export function kindOf({ head, significand }: Extended): Kind {
  const exponent = head & EXPONENT;
  if (exponent === 0) return significand === 0n ? 'zero' : 'denormal';
  if ((significand & INTEGER) === 0n) return 'unsupported';
  if (exponent !== EXPONENT) return 'normal';
  if (significand === INTEGER) return 'infinity';
  return (significand & QUIET) === 0n ? 'signaling NaN' : 'quiet NaN';
}

export const isNaN = (kind: Kind): boolean => kind === 'quiet NaN' || kind === 'signaling NaN';

export const quieted = ({ head, significand }: Extended): Extended => extended(head, significand | QUIET);

/** A finite number that is not zero, as an integer times a power of two: exact, not normalized. */
export interface Exact {
  readonly negative: boolean;
  /** Above zero. */
  readonly integer: bigint;
  readonly exponent: number;
}

/** The value of a finite number. Of zero the integer is 0. */
export function exactly({ head, significand }: Extended): Exact {
  // a denormal counts with the exponent of the smallest normal numbers
  const exponent = Math.max(head & EXPONENT, 1) - BIAS - 63;
  return { negative: (head & SIGN) !== 0, integer: significand, exponent };
}

const double = new DataView(new ArrayBuffer(8));

/** Number of bits of an integer above zero. */
export function bitLength(integer: bigint): number {
  const near = Number(integer);
  if (near === Infinity) {
    const digits = integer.toString(16);
    return digits.length * 4 - Math.clz32(parseInt(digits[0] ?? '0', 16)) + 28;
  }
  double.setFloat64(0, near);
  const length = (double.getUint16(0) >>> 4) - DOUBLE_BIAS + 1;
  // what lies just below a power of two has been rounded up to it
  return near === 2 ** (length - 1) && integer >> BigInt(length - 1) === 0n ? length - 1 : length;
}
/** What is added to the exponent of a double. */
const DOUBLE_BIAS = 1023;

/** Quotient of dividing by a power of two, and whether there was a rest. Negative powers multiply. */
export function shiftRight(integer: bigint, bits: number): { quotient: bigint; rest: boolean } {
  if (bits <= 0) return { quotient: integer << BigInt(-bits), rest: false };
  const quotient = integer >> BigInt(bits);
  return { quotient, rest: quotient << BigInt(bits) !== integer };
}

/** Ten bytes, as in memory. */
export function readExtended(bytes: DataView, at: number): Extended {
  return extended(bytes.getUint16(at + 8, true), bytes.getBigUint64(at, true));
}

export function writeExtended(bytes: DataView, at: number, { head, significand }: Extended): void {
  bytes.setBigUint64(at, significand & ALL_ONES, true);
  bytes.setUint16(at + 8, head, true);
}
