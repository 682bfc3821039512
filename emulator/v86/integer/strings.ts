/**
 * Repeated string instructions, where v86 faults otherwise than a processor. Interpreter and compiled code call the same functions.
 *
 * REP MOVS and REP CMPS read their source first: where the pages of both are missing, it is the source that the fault names. And a fault
 * in the middle of CMPS or SCAS leaves the flags of the last comparison: so they are done in pieces, within which nothing new can fault, the
 * flags being set after each.
 */

import { Address, COMPARING_STRINGS, MOVING_STRINGS, PAGE, type StringFunction } from '../internals.ts';
import { attempt } from '../interpreting.ts';
import type { Indices } from '../rewrite-support.ts';
import { twoWords } from '../rewrite-support.ts';
import type { Signature, WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, select, set, when } from '../wasm-expressions.ts';

const [ECX, ESI, EDI] = [1, 6, 7];
const EXTRA_SEGMENT = 0;
const DIRECTION = 0x400;

/** The functions take whether addresses have 32 bits, and the number of the source's segment. */
const [isWide, segment] = [get(0), get(1)];
const mask = select(isWide, I32.of(-1), I32.of(0xffff));
const isNull = (number: Code): Code => I32.load8(number, Address.segmentIsNull);
const registerAt = (register: number): Code => wasm.wordAt(Address.registers + 4 * register);
const masked = (register: number): Code => I32.and(registerAt(register), mask);
const setMasked = (register: number, value: Code): Code =>
  wasm.storeWordAt(
    Address.registers + 4 * register,
    I32.or(I32.and(registerAt(register), I32.xor(mask, I32.of(-1))), value),
  );
const inSegment = (number: Code, register: number): Code =>
  I32.add(I32.load(I32.shl(number, I32.of(2)), Address.segmentBases), masked(register));
const source = inSegment(segment, ESI);
const destination = inSegment(I32.of(EXTRA_SEGMENT), EDI);

/** Raises the source's fault if there is one, and ends the function then. */
const readSource = (index: Indices, bytes: 1 | 2 | 4): Code => {
  const readers = { 1: index.safeRead8, 2: index.safeRead16, 4: index.readMemory32 } as const;
  return when(
    I32.isZero(I32.or(isNull(segment), isNull(I32.of(EXTRA_SEGMENT)))),
    attempt([source, wasm.call(readers[bytes])], wasm.ret),
  );
};

function moveFromSource(binary: WasmBinary, index: Indices, { name, bytes }: StringFunction): void {
  const original = binary.copy(index[name], twoWords);
  binary.replace(index[name], {
    locals: [],
    code: [when(masked(ECX), readSource(index, bytes)), isWide, segment, wasm.call(original)],
  });
}

/** Elements that can be looked at before one is in another page, at least one: in a local, from an address that is computed twice. */
const limitToPage = (local: number, other: number, address: Code, bytes: number): Code => {
  const offset = I32.and(address, I32.of(PAGE - 1));
  const shift = I32.of(Math.log2(bytes));
  return [
    set(
      other,
      select(
        I32.and(wasm.wordAt(Address.flags), I32.of(DIRECTION)),
        I32.add(I32.shr(offset, shift), I32.of(1)),
        I32.shr(I32.sub(I32.of(PAGE), offset), shift),
      ),
    ),
    // one that reaches over the border stands alone
    when(I32.or(I32.isZero(get(other)), I32.greater(offset, I32.of(PAGE - bytes))), set(other, I32.of(1))),
    when(I32.less(get(other), get(local)), set(local, get(other))),
  ];
};

function compareInPieces(
  binary: WasmBinary,
  index: Indices,
  { name, bytes, whileEqual, hasSource }: StringFunction,
): void {
  const signature: Signature = hasSource ? twoWords : { parameters: ['i32'], results: [] };
  const original = binary.copy(index[name], signature);
  const parameters = signature.parameters.length;
  const [count, piece, other] = [parameters, parameters + 1, parameters + 2];
  const lastWasEqual = I32.isZero(I32.shl(wasm.wordAt(Address.lastResult), I32.of(32 - 8 * bytes)));
  binary.replace(index[name], {
    locals: ['i32', 'i32', 'i32'],
    code: [
      set(count, masked(ECX)),
      when(I32.isZero(get(count)), wasm.ret),
      hasSource ? readSource(index, bytes) : [],
      set(piece, get(count)),
      hasSource ? limitToPage(piece, other, source, bytes) : [],
      limitToPage(piece, other, destination, bytes),
      setMasked(ECX, get(piece)),
      signature.parameters.map((_, i) => get(i)),
      wasm.call(original),
      set(other, masked(ECX)),
      setMasked(ECX, I32.add(get(other), I32.sub(get(count), get(piece)))),
      // the piece is done, but not the whole: the instruction starts again
      when(
        I32.isZero(get(other)),
        when(
          I32.and(I32.ne(get(count), get(piece)), whileEqual ? lastWasEqual : I32.isZero(lastWasEqual)),
          wasm.storeWordAt(Address.instructionPointer, wasm.wordAt(Address.previousInstructionPointer)),
        ),
      ),
    ],
  });
}

export function rewriteStrings(binary: WasmBinary, index: Indices): void {
  for (const one of MOVING_STRINGS) moveFromSource(binary, index, one);
  for (const one of COMPARING_STRINGS) compareInPieces(binary, index, one);
}
