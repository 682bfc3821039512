/**
 * Comparisons of single numbers, and the smaller and the greater of two, as SSE has them.
 *
 * Pure functions of bit patterns. Source: Intel SDM volume 2, CMPPD, COMISD, UCOMISD, MAXPD, MINPD.
 */

import type { Binary } from './arithmetic.ts';
import { type Environment, Exception } from './mxcsr.ts';
import { DOUBLE, type Format, isNaN, isZero, type Unpacked, unpack, zero } from './number.ts';

export type Order = 'less' | 'equal' | 'greater' | 'unordered';

interface Comparison {
  readonly order: Order;
  readonly exceptions: number;
}

function orderOf(first: Unpacked, second: Unpacked): Order {
  if (isZero(first) && isZero(second)) return 'equal';
  const rank = ({ kind, negative, significand, exponent }: Unpacked): readonly [number, bigint] => {
    const sign = significand === 0n && kind === 'finite' ? 0 : negative ? -1 : 1;
    return kind === 'infinity'
      ? [2 * sign, 0n]
      : [sign, BigInt(sign) * (significand << BigInt(exponent - DOUBLE.leastExponent))];
  };
  const [firstRank, firstSize] = rank(first);
  const [secondRank, secondSize] = rank(second);
  if (firstRank === secondRank && firstSize === secondSize) return 'equal';
  return firstRank < secondRank || (firstRank === secondRank && firstSize < secondSize) ? 'less' : 'greater';
}

/** How two numbers stand to each other. `quietly`: only a signaling NaN is invalid, not any NaN. */
export function compare(
  firstBits: bigint,
  secondBits: bigint,
  quietly: boolean,
  format: Format,
  environment: Environment,
): Comparison {
  const first = unpack(firstBits, format, environment);
  const second = unpack(secondBits, format, environment);
  if (isNaN(first) || isNaN(second)) {
    const signaling = first.kind === 'signaling' || second.kind === 'signaling';
    return { order: 'unordered', exceptions: signaling || !quietly ? Exception.invalid : 0 };
  }
  const exceptions = first.denormal || second.denormal ? Exception.denormal : 0;
  return { order: orderOf(first, second), exceptions };
}

/** The smaller or the greater: the second operand where they are equal or not to be compared. NaNs stay as they are. */
const extreme =
  (wanted: Order): Binary =>
  (first, second, format, environment) => {
    const { order, exceptions } = compare(first, second, false, format, environment);
    const bits = order === wanted ? first : second;
    const number = unpack(bits, format, environment);
    return { bits: isZero(number) ? zero(number.negative, format) : bits, exceptions };
  };

export const minimum: Binary = extreme('less');
export const maximum: Binary = extreme('greater');

/** The predicates of CMPPS and its kin by number: the orders for which they hold, and whether a quiet NaN is no exception. */
const PREDICATES: readonly { readonly holds: readonly Order[]; readonly quietly: boolean }[] = [
  { holds: ['equal'], quietly: true },
  { holds: ['less'], quietly: false },
  { holds: ['less', 'equal'], quietly: false },
  { holds: ['unordered'], quietly: true },
  { holds: ['less', 'greater', 'unordered'], quietly: true },
  { holds: ['equal', 'greater', 'unordered'], quietly: false },
  { holds: ['greater', 'unordered'], quietly: false },
  { holds: ['less', 'equal', 'greater'], quietly: true },
];

/** All ones where the predicate holds, else zero. Of its number only the lowest three bits count. */
export const compareBy =
  (predicate: number): Binary =>
  (first, second, format, environment) => {
    const { holds = [], quietly = true } = PREDICATES[predicate & 7] ?? {};
    const { order, exceptions } = compare(first, second, quietly, format, environment);
    return { bits: holds.includes(order) ? (1n << BigInt(format.width)) - 1n : 0n, exceptions };
  };
