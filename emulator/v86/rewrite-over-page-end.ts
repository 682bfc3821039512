/**
 * The rewrite of how compiled code gets over the end of its page, where an instruction reaches that end.
 *
 * No such instruction is compiled: which page comes next, and what it holds, can change. In a loop it cost a way back to the main loop, which
 * looks for compiled code, interprets, decodes it once more to learn that no code can start there, and looks anew. So the main loop remembers
 * those it has come to, and compiled code that comes to one goes on with a function that executes it and goes on with the code of the next page.
 *
 * What must hold: what rewrite-chaining.ts says of going on by itself. What is remembered only decides who executes an instruction: as
 * {@link addSteps} does it, in either case.
 */

import { ARGUMENTS_IN_MEMORY, COMPILED_SIGNATURE, STORE_ARGUMENTS } from './calling-convention.ts';
import {
  Address,
  CompiledFunction,
  CompiledTable,
  Own,
  PAGE,
  PAGE_SHIFT,
  PageEnds,
  PASS_PAGE_END_EXPORT,
  TABLE_OFFSET,
} from './internals.ts';
import { ENOUGH_LEFT, entryIn, mustGoBack, tableOfPage } from './rewrite-chaining.ts';
import { countMinusLimit } from './rewrite-run.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, set, when } from './wasm-expressions.ts';

const ENTRY_SIZE_SHIFT = 3;

/** The address, less {@link PageEnds.start}, of what is remembered of the page of a physical address. */
const placeOf = (address: Code): Code => [
  I32.shl(
    I32.and(I32.shr(address, I32.of(PAGE_SHIFT)), I32.of(PageEnds.count - 1)),
    I32.of(ENTRY_SIZE_SHIFT),
  ),
  wasm.wordAt(Own.probeMap),
  wasm.add,
];

const firstBytes = (address: Code): Code => I32.load(I32.add(wasm.wordAt(Address.guestRam), address));

/** Whether the instruction at a physical address is remembered, and the same. */
const isKnown = (place: Code, address: Code): Code =>
  I32.and(
    I32.eq(I32.load(place, PageEnds.start), address),
    I32.eq(I32.load(place, PageEnds.start + 4), firstBytes(address)),
  );

/** Appends a function that answers as `reachesEnd(address, state flags)` does, and remembers those that do. `yes` is its answer for them. */
export function addRememberPageEnds(binary: WasmBinary, reachesEnd: number, yes: number): number {
  const [address, stateFlags, place, answer] = [get(0), get(1), 2, 3];
  return binary.add(
    { parameters: ['i32', 'i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32'],
      code: [
        when(I32.ne(I32.and(address, I32.of(yes)), I32.of(yes)), [I32.of(0), wasm.ret]),
        set(place, placeOf(address)),
        when(isKnown(get(place), address), [I32.of(yes), wasm.ret]),
        set(answer, [address, stateFlags, wasm.call(reachesEnd)]),
        when(
          I32.eq(get(answer), I32.of(yes)),
          I32.store(get(place), PageEnds.start, address),
          I32.store(get(place), PageEnds.start + 4, firstBytes(address)),
        ),
        get(answer),
      ],
    },
  );
}

/**
 * Appends and exports the function that compiled code goes on with before an instruction in the last bytes of its page: a compiled function
 * by its type. `steps` is what {@link addSteps} gave.
 */
export function addPassPageEnd(binary: WasmBinary, steps: number): void {
  const [entry, eip, address, table] = [CompiledFunction.entry, 5, 6, 7];
  /** One instruction was executed, and the limit lies ahead. */
  const ONE_STEP = 2;
  const pointer = I32.xor(
    I32.and(
      I32.load(I32.shl(I32.shr(get(eip), I32.of(PAGE_SHIFT)), I32.of(2)), Address.tlbData),
      I32.of(-PAGE),
    ),
    get(eip),
  );
  const pass = binary.add(COMPILED_SIGNATURE, {
    locals: ['i32', 'i32', 'i32'],
    code: [
      STORE_ARGUMENTS,
      set(eip, wasm.wordAt(Address.instructionPointer)),
      set(address, I32.sub(pointer, wasm.wordAt(Address.guestRam))),
      when(I32.isZero(isKnown(placeOf(get(address)), get(address))), wasm.ret),
      when(I32.ne([I32.of(1), I32.of(0), I32.of(0), wasm.call(steps)], I32.of(ONE_STEP)), wasm.ret),
      when([mustGoBack, countMinusLimit, I32.of(-ENOUGH_LEFT), wasm.greaterSigned, wasm.or], wasm.ret),
      when(I32.isZero([tableOfPage, wasm.localTee(table)]), wasm.ret),
      when(
        I32.ne(I32.load8(get(table), CompiledTable.stateFlags), wasm.byteAt(Address.stateFlags)),
        wasm.ret,
      ),
      when(I32.lessSigned([entryIn(table), wasm.localTee(entry)], I32.of(0)), wasm.ret),
      [get(entry), ARGUMENTS_IN_MEMORY],
      I32.add(I32.load16(get(table), CompiledTable.slot), I32.of(TABLE_OFFSET)),
      wasm.returnCallIndirect(binary.type(COMPILED_SIGNATURE)),
    ],
  });
  binary.export(PASS_PAGE_END_EXPORT, pass);
}
