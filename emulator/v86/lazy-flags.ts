/**
 * Where compiled code has the flags: v86's five words of them, as locals; and the functions of v86 that compiled code called to compute a
 * result and its flags, written out.
 *
 * v86 computes flags when they are asked for, from what the last instructions left: a result, an operand, a width, which flags are to be
 * computed so, and in EFLAGS the others. What must hold: code written out here leaves the same five words as the function of v86 whose
 * place it takes, which the interpreter calls; specs/emulator/flags.spec.ts compares.
 */

import { Address } from './internals.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, select, set } from './wasm-expressions.ts';

/** The words, by their address in v86's memory. */
export const FLAG_WORDS = [
  Address.lastOperationSize,
  Address.flagsChanged,
  Address.lastOperand,
  Address.lastResult,
  Address.flags,
] as const;

/** What {@link inlined} computes with beside the words: three arguments at most, and a result. */
const TEMPORARIES = 4;
/** Locals of a function whose flags are locals: the words, then what is computed with. */
export const FLAG_LOCALS = FLAG_WORDS.length + TEMPORARIES;

const [CARRY, PARITY, ADJUST, ZERO, SIGN, OVERFLOW] = [0x001, 0x004, 0x010, 0x040, 0x080, 0x800];
/** v86's size of an operation of 32 bits. */
const SIZE_32 = 31;

/** Of compiled code whose further locals begin at `first`: the local of a word. */
export const flagLocal = (first: number, address: number): number =>
  first + (FLAG_WORDS as readonly number[]).indexOf(address);

/** The bits of a set of words, as they stand in {@link FLAG_WORDS}. */
export const bitsOf = (...addresses: readonly number[]): number =>
  addresses.reduce((bits, address) => bits | (1 << (FLAG_WORDS as readonly number[]).indexOf(address)), 0);

const wordsOf = (bits: number): number[] => FLAG_WORDS.filter((_, i) => (bits & (1 << i)) !== 0);

/** Reads words from memory. */
export const readFlags = (first: number, bits: number): Code =>
  wordsOf(bits).map((address) => set(flagLocal(first, address), [wasm.i32(address), wasm.load32(0)]));

/** Writes words to memory. */
export const writeFlags = (first: number, bits: number): Code =>
  wordsOf(bits).map((address) => [wasm.i32(address), get(flagLocal(first, address)), wasm.store32(0)]);

/** Code in the place of a call: it takes the arguments from the stack and leaves the result there. */
export interface Inlined {
  readonly code: Code;
  /** The words that it needs in their locals, and those that it may leave changed there. */
  readonly reads: number;
  readonly writes: number;
}

const bit = (value: Code, flag: number): Code => I32.and(value, I32.of(flag));
const either = (...values: Code[]): Code => values.reduce((a, b) => I32.or(a, b));
const minus = (value: Code): Code => I32.sub(I32.of(0), value);

const CHANGED_AND_FLAGS = bitsOf(Address.flagsChanged, Address.flags);
const RESULT = bitsOf(Address.lastOperationSize, Address.flagsChanged, Address.lastResult, Address.flags);

/** v86's functions by name, for locals from `first` on; each is told its last argument, where that is a constant. */
export function inlined(first: number): ReadonlyMap<string, (last: number | undefined) => Inlined> {
  const word = (address: number): number => flagLocal(first, address);
  const temporaries = first + FLAG_WORDS.length;
  const [a, b, c, result] = [temporaries, temporaries + 1, temporaries + 2, temporaries + 3] as const;
  const lazily = (changed: number): Code => [
    set(word(Address.lastOperationSize), I32.of(SIZE_32)),
    set(word(Address.flagsChanged), I32.of(changed)),
    set(word(Address.lastResult), get(result)),
  ];
  /** Sets flags at once, in the place of those bits. */
  const setFlags = (mask: number, value: Code): Code =>
    set(word(Address.flags), I32.or(I32.and(get(word(Address.flags)), I32.of(~mask)), value));
  /** What is done for a count, which is in a local, unless it is 0. */
  const unlessZero = (count: number | undefined, local: number, code: Code): Code => {
    if (count === undefined) return [get(local), wasm.ifThen, code, wasm.end];
    return count === 0 ? [] : code;
  };

  /** A rotation of `a` by `b`: nothing but these two flags changes. */
  const rotation = (rotate: number, carry: Code, overflow: Code) => (count: number | undefined) => ({
    code: [
      [set(b, []), set(a, []), set(result, [get(a), get(b), rotate])],
      unlessZero(count, b, [
        set(
          word(Address.flagsChanged),
          I32.and(get(word(Address.flagsChanged)), I32.of(~(CARRY | OVERFLOW))),
        ),
        setFlags(CARRY | OVERFLOW, either(carry, bit(overflow, OVERFLOW))),
      ]),
      get(result),
    ],
    ...{ reads: CHANGED_AND_FLAGS, writes: CHANGED_AND_FLAGS },
  });
  /** A shift of `a` by `c` that takes its bits from `b`. */
  const doubleShift = (shifted: Code, carry: Code, overflow: Code) => (count: number | undefined) => ({
    code: [
      [set(c, []), set(b, []), set(a, []), set(result, get(a))],
      unlessZero(count, c, [
        set(result, shifted),
        lazily(PARITY | ADJUST | ZERO | SIGN),
        setFlags(CARRY | OVERFLOW, either(carry, overflow)),
      ]),
      get(result),
    ],
    ...{ reads: count === undefined ? RESULT : bitsOf(Address.flags), writes: count === 0 ? 0 : RESULT },
  });
  /** The number of a bit in `b`; where there is none, `a`. */
  const bitScan = (found: Code) => (): Inlined => ({
    code: [
      [set(b, []), set(a, []), set(result, select(get(b), found, I32.of(0)))],
      lazily(PARITY | ADJUST | SIGN | OVERFLOW),
      setFlags(CARRY | ZERO, select(get(b), I32.of(0), I32.of(ZERO))),
      select(get(b), get(result), get(a)),
    ],
    ...{ reads: bitsOf(Address.flags), writes: RESULT },
  });

  const [countLeadingZeros, countTrailingZeros, rotateLeft, rotateRight] = [0x67, 0x68, 0x77, 0x78];
  const [rotated, out] = [get(result), I32.shr(get(a), minus(get(c)))];
  return new Map<string, (last: number | undefined) => Inlined>([
    [
      'rol32',
      rotation(
        rotateLeft,
        bit(rotated, CARRY),
        I32.xor(I32.shl(rotated, I32.of(11)), I32.shr(rotated, I32.of(20))),
      ),
    ],
    [
      'ror32',
      rotation(
        rotateRight,
        I32.shr(rotated, I32.of(31)),
        I32.xor(I32.shr(rotated, I32.of(20)), I32.shr(rotated, I32.of(19))),
      ),
    ],
    [
      'shld32',
      doubleShift(
        I32.or(I32.shl(get(a), get(c)), I32.shr(get(b), minus(get(c)))),
        bit(out, CARRY),
        // by more than one it is undefined
        select(
          I32.eq(get(c), I32.of(1)),
          I32.shl(I32.xor(I32.shr(I32.shl(get(a), get(c)), I32.of(31)), out), I32.of(11)),
          I32.of(0),
        ),
      ),
    ],
    [
      'shrd32',
      doubleShift(
        I32.or(I32.shr(get(a), get(c)), I32.shl(get(b), minus(get(c)))),
        bit(I32.shr(get(a), I32.sub(get(c), I32.of(1))), CARRY),
        bit(I32.shr(I32.xor(get(result), get(a)), I32.of(20)), OVERFLOW),
      ),
    ],
    ['bsf32', bitScan([get(b), countTrailingZeros])],
    ['bsr32', bitScan(I32.xor([get(b), countLeadingZeros], I32.of(31)))],
  ]);
}

/**
 * The functions of v86 and of its rewrite that neither read nor write the words, by name: accesses to memory, what notes an exception, x87
 * without FCMOV and FCOMI. None of them enters a handler, as v86's functions for whole instructions do where they fault.
 */
export const LEAVES_FLAGS = [
  /^safe_(read|write|read_write)\d+s?_slow_jit$/,
  /^(readable|writable)_or_pagefault_jit$/,
  /^trigger_\w+_jit$/,
  /^task_switch_test_(mmx_)?jit$/,
  /^x87_(?!compareFlags|conditionalMove)/,
] as const;
