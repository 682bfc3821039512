/** The kinds of operands that arithmetic, comparison and loads take from memory. */

import type { Code } from '../wasm-code.ts';
import { X87Area } from '../internals.ts';
import { get, I32, I64 } from '../wasm-expressions.ts';
import { DOUBLE, type GiveUp, type NumberLocals, SINGLE, widenInteger, widenReal } from './conversions.ts';

/** An operand in memory, as functions take it: 16 and 32 bits in an i32. */
export interface OperandKind {
  readonly name: string;
  readonly type: 'i32' | 'i64';
  /** Code that widens what is in the local `bits`, an i64. */
  widen(bits: number, to: NumberLocals, giveUp: GiveUp): Code;
  /** The parameter as an i64, and where it stands in memory for TypeScript to read it. */
  readonly extend: Code;
}

const extendSigned16 = I64.extend(I32.shrSigned(I32.shl(get(0), I32.of(16)), I32.of(16)));
export const OPERANDS: readonly OperandKind[] = [
  {
    name: 'Single',
    type: 'i32',
    widen: (bits, to, giveUp) => widenReal(SINGLE, bits, to, giveUp),
    extend: I64.extendUnsigned(get(0)),
  },
  {
    name: 'Double',
    type: 'i64',
    widen: (bits, to, giveUp) => widenReal(DOUBLE, bits, to, giveUp),
    extend: get(0),
  },
  { name: 'Integer16', type: 'i32', widen: widenInteger, extend: extendSigned16 },
  { name: 'Integer32', type: 'i32', widen: widenInteger, extend: I64.extend(get(0)) },
  { name: 'Integer64', type: 'i64', widen: widenInteger, extend: get(0) },
];

/** Puts the operand that a function was called with where TypeScript reads it. */
export const keepOperand = ({ type }: OperandKind): Code =>
  (type === 'i64' ? I64.store : I32.store)(I32.of(X87Area.operand), 0, get(0));
