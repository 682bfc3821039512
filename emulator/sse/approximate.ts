/**
 * RCPSS and RSQRTSS: 1 / x and 1 / √x, to about 12 bits, in a few cycles.
 *
 * Intel's manual leaves open what comes out, within a relative error of 1.5 × 2^-12; every kind of processor answers something else.
 * Here it is what the processor answers whose tables are in {@link ./approximation-tables.ts}. Neither MXCSR's rounding nor its flags
 * matter, and no exception is raised: denormal operands are taken for zero, denormal results become zero.
 */

import { RECIPROCAL_ROOTS, RECIPROCAL_ROOTS_FROM_2, RECIPROCALS } from './approximation-tables.ts';
import { indefinite, infinity, quieted, SINGLE, zero } from './number.ts';

const FRACTION_BITS = SINGLE.precision - 1;
/** Bits of the fraction by which a table is entered, and of its results. */
const TABLE_BITS = 12;
const TABLE_SHIFT = FRACTION_BITS - TABLE_BITS;
const EXPONENT_MAX = 0xff;
const EXPONENT_OF_ONE = 0x7f;

interface Fields {
  readonly negative: boolean;
  readonly exponent: number;
  readonly fraction: number;
}

function fieldsOf(bits: bigint): Fields {
  const word = Number(bits);
  return {
    negative: word >>> 31 !== 0,
    exponent: (word >>> FRACTION_BITS) & EXPONENT_MAX,
    fraction: word & ((1 << FRACTION_BITS) - 1),
  };
}

/** An entry of a table, for an operand so many powers of two away from that for which it stands. */
function scaled(table: Uint32Array, { negative, fraction }: Fields, powers: number): bigint {
  const entry = (table[fraction >>> TABLE_SHIFT] ?? 0) - (powers << TABLE_BITS);
  const normal = entry >> TABLE_BITS > 0;
  return zero(negative, SINGLE) | (normal ? BigInt(entry) << BigInt(TABLE_SHIFT) : 0n);
}

export function reciprocal(bits: bigint): bigint {
  const fields = fieldsOf(bits);
  const { negative, exponent, fraction } = fields;
  if (exponent === EXPONENT_MAX) return fraction === 0 ? zero(negative, SINGLE) : quieted(bits, SINGLE);
  if (exponent === 0) return infinity(negative, SINGLE);
  return scaled(RECIPROCALS, fields, exponent - EXPONENT_OF_ONE);
}

export function reciprocalRoot(bits: bigint): bigint {
  const fields = fieldsOf(bits);
  const { negative, exponent, fraction } = fields;
  if (exponent === EXPONENT_MAX && fraction !== 0) return quieted(bits, SINGLE);
  if (exponent === 0) return infinity(negative, SINGLE);
  if (negative) return indefinite(SINGLE);
  if (exponent === EXPONENT_MAX) return zero(false, SINGLE);
  const powers = exponent - EXPONENT_OF_ONE;
  const table = (powers & 1) === 0 ? RECIPROCAL_ROOTS : RECIPROCAL_ROOTS_FROM_2;
  return scaled(table, fields, powers >> 1);
}
