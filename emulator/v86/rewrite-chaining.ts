/**
 * The rewrite of how compiled code gets from one page to another: by itself.
 *
 * v86 compiles page by page. Code that leaves its page goes back to the main loop, which looks up where the next page's code is
 * entered; and an indirect jump calls v86 to learn whether it stays in its page. Here generated code does both itself: an indirect
 * jump looks up its target in place, and at its one exit each function looks up the code that comes next and calls it in its own
 * stead (a tail call, so the stack does not grow).
 *
 * What must hold: it goes on only where the main loop would do nothing but enter compiled code. So it goes back where the processor
 * is halted, in the shadow of an STI, while the host watches for instructions or memory, where the limit has been moved since, which is
 * how JavaScript asks for the main loop, and where the limit could keep a block back. All but the last stands in memory by then; registers
 * and count are handed on in WebAssembly's locals (calling-convention.ts), and written to memory only when it goes back.
 */

import { ARGUMENTS_IN_LOCALS, STORE_OTHER_REGISTERS } from './calling-convention.ts';
import { AHEAD, contextBuilder, COUNT, Emitter } from './emitter.ts';
import {
  Address,
  CompiledFunction,
  CompiledTable,
  GeneratedCallName,
  GenerateModuleFrame,
  Own,
  PAGE,
  PAGE_SHIFT,
  TABLE_OFFSET,
} from './internals.ts';
import { PASS_PAGE_END_SLOT } from './host-functions.ts';
import { LAST_BYTES } from './rewrite-page-end.ts';
import type { Editor, Indices } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { I32 } from './wasm-expressions.ts';

/** The parameter of a generated function: the number of the block at which it is entered; free once that has been gone to. */
const ENTRY = CompiledFunction.entry;

const instructionPointer = wasm.wordAt(Address.instructionPointer);
/** Code that leaves the address of the table of a page's entries, or 0: that of the page of EIP. */
export const tableOfPage = I32.load(
  I32.and(I32.shr(instructionPointer, I32.of(PAGE_SHIFT - 2)), I32.of(2 ** (32 - PAGE_SHIFT + 2) - 4)),
  Address.tlbCode,
);
/** The entry at EIP in a table: its number, or -1. */
export const entryIn = (table: number): Code => [
  I32.add(I32.shl(I32.and(instructionPointer, I32.of(PAGE - 1)), I32.of(1)), wasm.localGet(table)),
  wasm.load16Signed(0),
];

/** Instead of a call of v86: leaves the entry at EIP if it is one of this function, else -1. `key` is code of v86's generator. */
function generateFindEntry(emit: Emitter, key: Code): Code {
  const table = wasm.localGet(ENTRY);
  return [
    emit.raw([tableOfPage, wasm.localTee(ENTRY), wasm.ifValue]),
    // the slot, and behind it the state flags
    emit.raw(I32.and(I32.load(table, CompiledTable.slot), I32.of(0xff_ffff))),
    emit.constant(key),
    emit.raw(wasm.eq),
    emit.raw([wasm.ifValue, entryIn(ENTRY), wasm.otherwise, wasm.i32(-1), wasm.end]),
    emit.raw([wasm.otherwise, wasm.i32(-1), wasm.end]),
  ];
}

/** What keeps generated code from going on by itself, but for the count and what the next page says: not zero if anything does. */
export const mustGoBack: Code = [
  // all of these bytes, of which the last one is never set while code runs
  wasm.wordAt(Own.shadow),
  wasm.byteAt(Address.inHalt),
  wasm.or,
  [wasm.wordAt(Own.limit), wasm.wordAt(Own.base), wasm.xor, wasm.or],
];

/** More instructions than a block has, which are all in one page: with so many left, a block is never kept back by the limit. */
export const ENOUGH_LEFT = PAGE;

/**
 * Appends `generateChaining(context)`: code at the end of a generated function, when EIP alone has been written to memory, that goes on
 * with the code at EIP if there is some.
 */
function addGenerateChaining(binary: WasmBinary, index: Indices, pushByte: number): number {
  const [context, builder] = [wasm.localGet(0), 1];
  const emit = new Emitter(wasm.localGet(builder), index, pushByte);
  // once it has been taken off, it takes the table
  const table = emit.getLocal(AHEAD);
  return binary.add(
    { parameters: ['i32'], results: [] },
    {
      locals: ['i32'],
      code: [
        [contextBuilder(context), wasm.localSet(builder)],
        emit.raw(STORE_OTHER_REGISTERS),
        [emit.getLocal(COUNT), table, emit.raw(wasm.sub)],
        emit.setLocal(COUNT),
        emit.raw(mustGoBack),
        [emit.getLocal(COUNT), emit.raw([wasm.i32(-ENOUGH_LEFT), wasm.greaterSigned])],
        emit.raw([wasm.or, wasm.eqz, wasm.ifThen]),
        [emit.raw(tableOfPage), emit.setLocal(AHEAD), table, emit.raw(wasm.ifThen)],
        [table, emit.raw([wasm.load8(CompiledTable.stateFlags), wasm.byteAt(Address.stateFlags)])],
        emit.raw([wasm.eq, wasm.ifThen]),
        emit.raw(I32.shl(I32.and(instructionPointer, I32.of(PAGE - 1)), I32.of(1))),
        [table, emit.raw([wasm.add, wasm.load16Signed(0), wasm.localTee(ENTRY)])],
        emit.raw([wasm.i32(0), wasm.greaterOrEqualSigned, wasm.ifThen]),
        emit.raw([wasm.localGet(ENTRY), ARGUMENTS_IN_LOCALS]),
        [table, emit.raw([wasm.load16(CompiledTable.slot), wasm.i32(TABLE_OFFSET), wasm.add])],
        emit.raw([wasm.returnCallIndirect(CompiledFunction.type), wasm.otherwise]),
        // an instruction that reaches the end of its page is never compiled
        emit.raw([I32.eq(I32.and(instructionPointer, I32.of(LAST_BYTES)), I32.of(LAST_BYTES)), wasm.ifThen]),
        emit.raw([wasm.i32(0), ARGUMENTS_IN_LOCALS, wasm.i32(PASS_PAGE_END_SLOT)]),
        emit.raw([wasm.returnCallIndirect(CompiledFunction.type), wasm.end]),
        emit.raw([wasm.end, wasm.end, wasm.end, wasm.end]),
        [emit.raw(wasm.i32(0)), emit.setLocal(AHEAD)],
      ],
    },
  );
}

/** Changes the code generator, of which `editor` edits jit_generate_module, so that compiled code goes on by itself. */
export function rewriteChaining(binary: WasmBinary, index: Indices, pushByte: number, editor: Editor): void {
  const frame = wasm.localGet(GenerateModuleFrame.frameLocal);
  const context: Code = [frame, wasm.i32(GenerateModuleFrame.context), wasm.add];
  const emit = new Emitter(contextBuilder(context), index, pushByte);

  // v86 is about to write two constants, then the call: the slot and the state flags of the function being generated
  const [name, length] = GeneratedCallName.findEntry;
  const call = editor.once(
    `i32.const ${name}`,
    `i32.const ${length}`,
    'i32.const 16',
    `call ${index.generateCall}`,
  );
  const first = call - 10;
  const { slotLocal, stateFlagsLocal } = GenerateModuleFrame;
  editor.expect(
    editor.instructions
      .slice(first, call)
      .map(({ text }) => text)
      .join('; ') ===
      [slotLocal, stateFlagsLocal]
        .map((local) => `local.get 7; i32.load 80; local.get ${local}; call ${index.constI32}`)
        .join('; ') +
        '; local.get 7; i32.load 80',
    'another look-up of an indirect jump',
  );
  const key: Code = [
    [wasm.localGet(slotLocal), wasm.i32(0xffff), wasm.and],
    [wasm.localGet(stateFlagsLocal), wasm.i32(0xff), wasm.and, wasm.i32(16), wasm.shl, wasm.or],
  ];
  // the value of EIP has been loaded already
  editor.replace(first, call + 4 - first, [emit.raw(wasm.drop), generateFindEntry(emit, key)]);

  // before v86 has the registers, then the count written to memory for the last time
  const exits = editor.all(
    ...['local.get 7', 'i32.load 80', 'local.get 7', 'i32.load 84', `call ${index.moveRegistersToMemory}`],
    ...[
      'local.get 7',
      'i32.load 80',
      'local.get 7',
      'i32.load8_u 102',
      `call ${index.updateInstructionCounter}`,
    ],
  );
  const [exit = 0] = exits;
  editor.expect(exits.length === 1, `${exits.length} exits`);
  editor.insertBefore(exit, [context, wasm.call(addGenerateChaining(binary, index, pushByte))]);
}
