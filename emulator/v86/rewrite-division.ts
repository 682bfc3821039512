/**
 * The rewrite of DIV and IDIV of 32 bits: what fits into a division of 32 bits is one.
 *
 * They divide 64 bits, EDX above EAX, and v86 has the host do so, twice: once for the quotient, once for the remainder. Compilers put
 * nothing into EDX but zeros or EAX's sign, and a host takes longer for 64 bits. So there it divides 32, once, and multiplies for the
 * remainder. All else, that is whatever can fault as well, is left to v86.
 */

import { contextBuilder, Emitter } from './emitter.ts';
import { Address, CompiledFunction } from './internals.ts';
import { type Indices, twoWords } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, set, when } from './wasm-expressions.ts';

const [EAX, EDX] = [0, 2];
const localOf = (register: number): number =>
  CompiledFunction.registers + CompiledFunction.order.findIndex((one) => one === register);
const [low, high] = [wasm.localGet(localOf(EAX)), wasm.localGet(localOf(EDX))];

/** The local of a register that is known when code is generated: the locals of all, in four bits each. */
const localOfRegister = (register: Code): Code => {
  const packed = CompiledFunction.order.reduce<number>((bits, one) => bits | (localOf(one) << (4 * one)), 0);
  return I32.and(I32.shr(I32.of(packed), I32.shl(register, I32.of(2))), I32.of(15));
};

/** A function of v86's that generates a division by what is in a local, and how to do it in 32 bits. */
interface Division {
  readonly generate: number;
  /** The local's number, of the function's second parameter. */
  readonly divisor: Code;
  /** Code that leaves whether 32 bits are enough, the divisor being asked for at its place. Not so for a divisor in EDX. */
  readonly isShort: (divisor: Code, raw: (code: Code) => Code) => Code;
  readonly divide: Code;
}

function wrapGenerator(binary: WasmBinary, index: Indices, pushByte: number, division: Division): void {
  const original = binary.copy(division.generate, twoWords);
  const [context, builder] = [wasm.localGet(0), 2];
  const emit = new Emitter(wasm.localGet(builder), index, pushByte);
  const divisor = emit.getLocal(division.divisor);
  binary.replace(division.generate, {
    locals: ['i32'],
    code: [
      [contextBuilder(context), wasm.localSet(builder)],
      [division.isShort(divisor, emit.raw), emit.ifThen()],
      // the quotient stands in EDX until both are known
      [emit.raw(low), divisor, emit.raw([division.divide, wasm.localSet(localOf(EDX))])],
      [emit.raw([high, low, high]), divisor, emit.raw([wasm.mul, wasm.sub])],
      emit.raw([wasm.localSet(localOf(EDX)), wasm.localSet(localOf(EAX))]),
      [emit.raw(wasm.otherwise), context, wasm.localGet(1), wasm.call(original), emit.end()],
    ],
  });
}

/** IDIV as a function, which compiled code calls where the divisor is in memory. */
function replaceSigned(binary: WasmBinary, index: Indices): void {
  const original = binary.copy(index.divideSigned, { parameters: ['i32'], results: ['i32'] });
  const [divisor, low, quotient] = [0, 1, 2];
  const addressOf = (register: number): number => Address.registers + 4 * register;
  const isSign: Code = I32.eq(wasm.wordAt(addressOf(EDX)), I32.shrSigned(get(low), I32.of(31)));
  binary.replace(index.divideSigned, {
    locals: ['i32', 'i32'],
    code: [
      set(low, wasm.wordAt(addressOf(EAX))),
      when(
        I32.and(isSign, I32.greater(I32.add(get(divisor), I32.of(1)), I32.of(1))),
        set(quotient, [get(low), get(divisor), wasm.divideSigned]),
        wasm.storeWordAt(addressOf(EAX), get(quotient)),
        wasm.storeWordAt(addressOf(EDX), I32.sub(get(low), [get(quotient), get(divisor), wasm.mul])),
        [wasm.i32(1), wasm.ret],
      ),
      [get(divisor), wasm.call(original)],
    ],
  });
}

export function rewriteDivision(binary: WasmBinary, index: Indices, pushByte: number): void {
  wrapGenerator(binary, index, pushByte, {
    generate: index.generateDivide,
    divisor: wasm.localGet(1),
    isShort: (divisor, raw) => [raw([high, wasm.eqz]), divisor, raw([wasm.i32(0), wasm.ne, wasm.and])],
    divide: wasm.divideUnsigned,
  });
  // of divisors, 0 and -1 are left to v86: with them there may be no quotient
  wrapGenerator(binary, index, pushByte, {
    generate: index.generateDivideSigned,
    divisor: localOfRegister(wasm.localGet(1)),
    isShort: (divisor, raw) => [
      raw(I32.eq(high, I32.shrSigned(low, I32.of(31)))),
      [divisor, raw([wasm.i32(1), wasm.add, wasm.i32(1), wasm.greaterUnsigned, wasm.and])],
    ],
    divide: wasm.divideSigned,
  });
  replaceSigned(binary, index);
}
