/** Comparing two numbers, and telling what kind a number is. */

import { exactly, type Extended, isNaN, isNegative, kindOf } from './extended.ts';
import { denormals } from './operands.ts';
import { Exceptions, Status } from './words.ts';

export type Order = 'greater' | 'less' | 'equal' | 'unordered';

/** @param quiet A quiet NaN raises nothing, as FUCOM has it. */
export function compare(a: Extended, b: Extended, quiet: boolean): { order: Order; raised: number } {
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds.includes('unsupported')) return { order: 'unordered', raised: Exceptions.invalid };
  if (kinds.some(isNaN)) {
    const raised = !quiet || kinds.includes('signaling NaN') ? Exceptions.invalid : 0;
    return { order: 'unordered', raised };
  }
  return { order: orderOf(a, b), raised: denormals(a, b) };
}

function orderOf(a: Extended, b: Extended): Order {
  if (exactly(a).integer === 0n && exactly(b).integer === 0n) return 'equal';
  if (isNegative(a) !== isNegative(b)) return isNegative(a) ? 'less' : 'greater';
  const magnitude = compareMagnitudes(a, b);
  if (magnitude === 0) return 'equal';
  return magnitude > 0 === isNegative(a) ? 'less' : 'greater';
}

function compareMagnitudes(a: Extended, b: Extended): number {
  const [x, y] = [exactly(a), exactly(b)];
  if (x.exponent !== y.exponent) return x.exponent - y.exponent;
  return x.integer === y.integer ? 0 : x.integer > y.integer ? 1 : -1;
}

/** C3, C2 and C0 after FCOM and its kin. */
export const conditionsOf: Readonly<Record<Order, number>> = {
  greater: 0,
  less: Status.c0,
  equal: Status.c3,
  unordered: Status.c3 | Status.c2 | Status.c0,
};

/** Carry, parity and zero flag after FCOMI and its kin: the same bits, as SAHF would move them. */
export const flagsOf: Readonly<Record<Order, number>> = {
  greater: 0,
  less: 0x01,
  equal: 0x40,
  unordered: 0x45,
};

/** C3 to C0 after FXAM. */
export function examine(value: Extended, empty: boolean): number {
  const sign = isNegative(value) ? Status.c1 : 0;
  if (empty) return sign | Status.c3 | Status.c0;
  switch (kindOf(value)) {
    case 'zero':
      return sign | Status.c3;
    case 'denormal':
      return sign | Status.c3 | Status.c2;
    case 'normal':
      return sign | Status.c2;
    case 'infinity':
      return sign | Status.c2 | Status.c0;
    case 'unsupported':
      return sign;
    case 'quiet NaN':
    case 'signaling NaN':
      return sign | Status.c0;
  }
}
