/**
 * The rewrite of how much of a page is compiled: the instructions that were executed more than now and then.
 *
 * v86 compiles all that jumps within the page lead to. Half of that is never executed, or once, and V8 works as long at it as at the rest.
 * Here the interpreter counts how often it executes each instruction, and a block ends before one that it seldom did, as it ends before one
 * that reaches the end of its page: compiled code is left there, and what comes next is interpreted until the page has become hot once
 * more and is compiled anew.
 *
 * What must hold: the counts decide what is compiled, and nothing else. They belong to no machine's state, survive restores, and are not
 * told apart where their hash is the same. Of a page whose code comes from another machine they say too little: all of it is compiled.
 */

import { Address, CompiledTable, Executed, HeatTable, Own, PAGE } from './internals.ts';
import type { Editor } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, select, set, whenElse } from './wasm-expressions.ts';

/** Executed so often while its page became hot, an instruction is compiled. Measured: with 16 or 200, CPython's start takes as long or longer. */
const OFTEN = 64;
const HIGHEST_COUNT = 0xff;

const maps = wasm.wordAt(Own.probeMap);

/** The address, less {@link Executed.counts}, of the count of the instruction at a physical address. */
const placeOfCount = (address: Code): Code =>
  I32.add(I32.and(I32.shr(address, I32.of(Executed.shift)), I32.of(Executed.length - 1)), maps);

/** Counts the instruction at a physical address, which is executed next; `place` and `count` are locals to work in. */
export const countExecuted = (address: Code, place: number, count: number): Code => [
  set(place, placeOfCount(address)),
  set(count, I32.load8(get(place), Executed.counts)),
  I32.store8(get(place), Executed.counts, I32.add(get(count), I32.ne(get(count), I32.of(HIGHEST_COUNT)))),
];

/**
 * Whether the instruction at a physical address is compiled: what was executed often enough, and where the page was entered last, for v86
 * gives up where it is to compile a page and finds nothing to compile.
 */
const isCompiled = (address: Code): Code =>
  I32.or(
    [
      I32.load8(placeOfCount(address), Executed.counts),
      I32.load8(maps, Executed.enough),
      wasm.greaterOrEqualUnsigned,
    ],
    I32.eq(address, I32.load(maps, Executed.entry)),
  );

/** Appends `isLeftOut(address, state flags)`: what `reachesEnd` answers, which is `leftOut` or something else, and `leftOut` for what is not compiled. */
export function addIsLeftOut(binary: WasmBinary, reachesEnd: number, leftOut: number): number {
  return binary.add(
    { parameters: ['i32', 'i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        [isCompiled(get(0)), wasm.ifValue, get(0), get(1), wasm.call(reachesEnd)],
        [wasm.otherwise, I32.of(leftOut), wasm.end],
      ],
    },
  );
}

/** Appends `half(address)`: half of what the most executed instruction in the page of a physical address was executed. */
export function addHalfOfMost(binary: WasmBinary): number {
  const [address, place, most, count] = [0, 1, 2, 3];
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32'],
      code: [
        set(place, placeOfCount(I32.and(get(address), I32.of(-PAGE)))),
        set(address, I32.add(get(place), I32.of(PAGE >>> Executed.shift))),
        wasm.loop,
        set(count, I32.load8(get(place), Executed.counts)),
        set(most, select(I32.greater(get(count), get(most)), get(count), get(most))),
        set(place, I32.add(get(place), I32.of(1))),
        [I32.ne(get(place), get(address)), wasm.branchIf(0), wasm.end],
        I32.shr(I32.add(get(most), I32.of(1)), I32.of(1)),
      ],
    },
  );
}

/** Has jumps to what is not compiled leave compiled code. `editor` edits follow_jump. */
export function followWhatIsCompiled(editor: Editor): void {
  const physical = 10;
  const translated = editor.once(
    ...[`i32.load ${Address.guestRam}`, 'i32.sub', `local.tee ${physical}`, 'i32.const 12', 'opcode.118'],
    'local.set 13',
  );
  // out of the one block around all, with the answer that there is no target
  editor.insertBefore(translated + 3, [isCompiled(get(physical)), wasm.eqz, wasm.branchIf(0)]);
}

/**
 * Decides how often an instruction must have been executed to be compiled: often, or half as often as the one of its page that was the most.
 * A page full of code without loops is hot before any of it was executed often. `editor` edits the main loop, which is about to compile a page.
 */
export function decideHowMuch(editor: Editor, table: number, halfOfMost: number): void {
  const [fourTimesLinearPage, heat, address, enough] = [8, 9, 13, table];
  const compile = editor.once(
    ...[`local.get ${heat}`, 'i32.const 0', 'i32.store 0', 'i32.const 4243496', 'local.get 7'],
  );
  const isFromHere = I32.load8(
    I32.add(maps, I32.load16(get(table), CompiledTable.slot)),
    Executed.slotsFromHere,
  );
  const isOurs: Code = [get(table), wasm.eqz, wasm.ifValue, I32.of(1), wasm.otherwise, isFromHere, wasm.end];
  const isAskedFor: Code = [I32.load(get(heat)), I32.of(HeatTable.enough), wasm.greaterOrEqualUnsigned];
  editor.insertBefore(compile, [
    set(table, I32.load(get(fourTimesLinearPage), Address.tlbCode)),
    whenElse(
      isOurs,
      whenElse(
        isAskedFor,
        // however seldom anything was executed
        set(enough, I32.of(1)),
        [
          set(enough, [get(address), wasm.call(halfOfMost)]),
          set(enough, select(I32.less(get(enough), I32.of(OFTEN)), get(enough), I32.of(OFTEN))),
        ],
      ),
      set(enough, I32.of(0)),
    ),
    I32.store8(maps, Executed.enough, get(enough)),
    I32.store(maps, Executed.entry, get(address)),
  ]);
}
