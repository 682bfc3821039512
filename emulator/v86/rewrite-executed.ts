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

import { Address, CompiledTable, Executed, HeatTable, Own } from './internals.ts';
import type { Editor } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, select, set } from './wasm-expressions.ts';

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

/** Whether the instruction at a physical address is compiled. */
const isCompiled = (address: Code): Code => [
  I32.load8(placeOfCount(address), Executed.counts),
  I32.load8(maps, Executed.enough),
  wasm.greaterOrEqualUnsigned,
];

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

/** Decides how often an instruction must have been executed to be compiled. `editor` edits the main loop, which is about to compile a page. */
export function decideHowMuch(editor: Editor, table: number): void {
  const [fourTimesLinearPage, heat] = [8, 9];
  const compile = editor.once(
    ...[`local.get ${heat}`, 'i32.const 0', 'i32.store 0', 'i32.const 4243496', 'local.get 7'],
  );
  const isFromHere = I32.load8(
    I32.add(maps, I32.load16(get(table), CompiledTable.slot)),
    Executed.slotsFromHere,
  );
  const often = select(
    I32.less(I32.load(get(heat)), I32.of(HeatTable.enough)),
    I32.of(OFTEN),
    // it was asked for, however seldom anything was executed
    I32.of(1),
  );
  editor.insertBefore(compile, [
    set(table, I32.load(get(fourTimesLinearPage), Address.tlbCode)),
    maps,
    [get(table), wasm.eqz, wasm.ifValue, I32.of(1), wasm.otherwise, isFromHere, wasm.end],
    [wasm.ifValue, often, wasm.otherwise, I32.of(0), wasm.end],
    wasm.store8(Executed.enough),
  ]);
}
