/**
 * The rewrite of how v86 runs: counting, coming back at the limit, the shadow of STI, breakpoints.
 *
 * The main loop looks at `Own.limit` after each interpreted instruction and each compiled function, and at `Own.shadow` and
 * the map of watched instructions for what else it must look after.
 */

import {
  Address,
  CallOut,
  COMPILE_THRESHOLD,
  CompiledTable,
  EXIT_REASON_SELF_MODIFYING,
  FLAG_INTERRUPT,
  Observe,
  Own,
  PAGE_SHIFT,
  ProbeMap,
  Resumed,
  SHADOW_END_EXPORT,
  SLOTS_FOR_PROBES,
  Tally,
} from './internals.ts';
import { ARGUMENTS_IN_MEMORY, COMPILED_SIGNATURE } from './calling-convention.ts';
import { addHalfOfMost, countExecuted, decideHowMuch } from './rewrite-executed.ts';
import { NEVER, replaceIsNearEnd } from './rewrite-page-end.ts';
import { Editor, type Indices, nothing } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { I64 } from './wasm-expressions.ts';

export const countMinusLimit: Code = [
  wasm.wordAt(Address.instructionCounter),
  wasm.wordAt(Own.limit),
  wasm.sub,
];

const endShadow: Code = wasm.storeByteAt(Own.shadow, wasm.i32(0));

/**
 * STI holds interrupts off until the next instruction is done. v86 executes that one inside of STI; here STI is an
 * instruction of its own, so that a run can stop behind it. Returns the function that the main loop calls after an
 * instruction while the shadow lasts.
 */
export function rewriteSti(binary: WasmBinary, index: Indices): number {
  const enable = binary.copy(index.enableInterrupts, { parameters: [], results: ['i32'] });
  binary.replace(index.enableInterrupts, {
    locals: ['i32', 'i32'],
    code: [
      wasm.wordAt(Address.flags),
      wasm.i32(FLAG_INTERRUPT),
      wasm.and,
      wasm.localSet(0),
      wasm.call(enable),
      wasm.localTee(1),
      wasm.localGet(0),
      wasm.eqz,
      wasm.and,
      wasm.ifThen,
      wasm.storeByteAt(Own.shadow, wasm.i32(2)),
      wasm.end,
      wasm.localGet(1),
    ],
  });
  binary.replace(index.sti, {
    locals: [],
    code: [
      wasm.call(index.enableInterrupts),
      wasm.eqz,
      wasm.ifThen,
      wasm.i32(0),
      wasm.call(index.generalProtection),
      wasm.end,
    ],
  });
  const end = binary.add(nothing, { locals: [], code: [endShadow, wasm.call(index.handleIrqs)] });
  binary.export(SHADOW_END_EXPORT, end);
  return end;
}

/** Whether the instruction at EIP is watched for, or one of the same {@link watchedIndex}: not zero if so. */
export const isWatched: Code = [
  wasm.wordAt(Own.probeMap),
  wasm.wordAt(Address.instructionPointer),
  wasm.wordAt(Address.instructionPointer),
  wasm.i32(16),
  wasm.shrUnsigned,
  wasm.xor,
  wasm.i32(ProbeMap.watchedLength - 1),
  wasm.and,
  wasm.add,
  wasm.load8(ProbeMap.watched),
];

/** Whether the page of EIP is the one in which older code is not run: not zero if so. */
const inProbedPage: Code = [
  wasm.wordAt(Address.instructionPointer),
  wasm.wordAt(Own.observe),
  wasm.xor,
  wasm.i32(PAGE_SHIFT),
  wasm.shrUnsigned,
  wasm.eqz,
  wasm.wordAt(Own.observe),
  wasm.i32(Math.log2(Observe.interpretPage)),
  wasm.shrUnsigned,
  wasm.and,
];

/** Set beside what else keeps the main loop from compiled code: that in the page of EIP is older than what is watched for. */
const OLDER_CODE = 2;

/** Whether the page of EIP has code that ends before all instructions that are watched for: not zero if so. */
const codeEndsForProbes = (code: number): Code => [
  [wasm.wordAt(Address.instructionPointer), wasm.i32(PAGE_SHIFT), wasm.shrUnsigned, wasm.i32(2), wasm.shl],
  [wasm.load32(Address.tlbCode), wasm.localTee(code)],
  wasm.choose(
    [],
    [wasm.wordAt(Own.probeMap), wasm.localGet(code), wasm.load16(CompiledTable.slot), wasm.add].concat(
      wasm.load8(SLOTS_FOR_PROBES),
    ),
    wasm.i32(0),
  ),
];

/** The address of the byte of {@link Resumed} for an instruction's linear address, which is computed twice. */
const resumedByte = (instruction: Code): Code => [
  [instruction, instruction, wasm.i32(PAGE_SHIFT), wasm.shrUnsigned, wasm.xor],
  [wasm.i32(Resumed.length - 1), wasm.and],
  [wasm.wordAt(Own.probeMap), wasm.add],
];

/** Tells of the instruction at EIP, which may be watched for. Leaves 1 when the main loop must come back. */
export const callOut = (index: Indices): Code => [
  wasm.i32(CallOut.instruction),
  wasm.call(index.ioPortRead32),
];

/** Behind an interpreted instruction: an STI casts its shadow on the next one, and that one ends it. */
export const passShadow = (endShadow: number): Code => [
  wasm.byteAt(Own.shadow),
  wasm.ifThen,
  wasm.byteAt(Own.shadow),
  wasm.i32(2),
  wasm.eq,
  wasm.ifThen,
  wasm.storeByteAt(Own.shadow, wasm.i32(1)),
  wasm.otherwise,
  wasm.call(endShadow),
  wasm.end,
  wasm.end,
];

/**
 * Appends what the main loop calls after an interpreted instruction in the shadow of an STI, and before one that is watched
 * for.
 */
export function addAttendant(binary: WasmBinary, index: Indices, endShadow: number): number {
  return binary.add(nothing, {
    locals: [],
    code: [
      passShadow(endShadow),
      // the limit itself comes first: what lies at it is for the next run
      countMinusLimit,
      wasm.i32(0),
      wasm.lessSigned,
      isWatched,
      wasm.and,
      wasm.ifThen,
      callOut(index),
      wasm.ifThen,
      wasm.storeWordAt(Own.limit, wasm.wordAt(Address.instructionCounter)),
      wasm.end,
      wasm.end,
    ],
  });
}

/**
 * An instruction that wrote to its own compiled code starts again, so it must not have counted. A fault in the shadow
 * of an STI ends the shadow, since the faulting instruction is done with.
 */
export function wrapExitJit(binary: WasmBinary, index: Indices): void {
  const original = binary.copy(index.exitJit, nothing);
  binary.replace(index.exitJit, {
    locals: [],
    code: [
      wasm.wordAt(Address.jitExitReason),
      wasm.i32(EXIT_REASON_SELF_MODIFYING),
      wasm.eq,
      wasm.ifThen,
      wasm.storeWordAt(Own.base, [wasm.wordAt(Own.base), wasm.i32(1), wasm.sub]),
      // the next instruction, interpreted, is the one in the shadow, if there is one
      wasm.byteAt(Own.shadow),
      wasm.ifThen,
      wasm.storeByteAt(Own.shadow, wasm.i32(1)),
      wasm.end,
      wasm.call(original),
      wasm.otherwise,
      wasm.call(original),
      wasm.byteAt(Own.shadow),
      wasm.ifThen,
      endShadow,
      wasm.call(index.handleIrqs),
      wasm.end,
      wasm.end,
    ],
  });
}

export const countOneInstruction = wasm.storeWordAt(Address.instructionCounter, [
  wasm.wordAt(Address.instructionCounter),
  wasm.i32(1),
  wasm.add,
]);

/** Adds a number to a 64-bit count. */
export const addToTally = (count: number, value: Code): Code => [
  wasm.wordAt(Own.probeMap),
  [wasm.wordAt(Own.probeMap), wasm.load64(count)],
  [value, I64.extendUnsigned([]), 0x7c],
  wasm.store64(count),
];

/**
 * Which period of 256 instructions it is. At a jump backwards the interpreter looks for compiled code, and heats the page, once in each of
 * them: they are counted from the start of all, so that where a limit lies changes nothing of what gets compiled.
 */
const period: Code = [wasm.wordAt(Address.instructionCounter), wasm.i32(8), wasm.shrUnsigned];

/** Labels around where the main loop starts to interpret, as seen from inside of one more block. */
const MAIN_LOOP_AGAIN = 2;
const MAIN_LOOP_END = 3;

/** The main loop: counts each interpreted instruction in memory and ends exactly at the limit. */
export function rewriteMainLoop(
  binary: WasmBinary,
  index: Indices,
  attendant: number,
  reachesEnd: number,
): void {
  const editor = new Editor(binary, index.mainLoop, 'main_loop');
  const before = binary.localCount(index.mainLoop, 0);
  const [fellThrough, calledOut, pageCode, resumed] = [before + 1, before + 2, before + 3, before + 4];
  const [place, counted] = [before + 5, before + 6];

  const interpret = editor.once(
    `call ${index.interpret}`,
    'i32.const 0',
    `i32.load8_u ${Address.jitBlockBoundary}`,
    'br_if 1',
  );
  editor.insertBefore(interpret, countOneInstruction);
  // one look in all where nothing is watched for and no shadow lasts: the bytes of both stand beside each other
  editor.insertBefore(interpret + 1, [
    [wasm.i32(0), wasm.load16(Own.shadow), wasm.ifThen],
    [wasm.byteAt(Own.shadow), isWatched, wasm.or, wasm.ifThen, wasm.call(attendant), wasm.end],
    wasm.end,
  ]);
  editor.insertBefore(interpret + 3, [countMinusLimit, wasm.i32(0), wasm.greaterOrEqualSigned, wasm.or]);

  // v86 would take whatever lies behind guest RAM in its memory for instructions
  const fetch = editor.once('opcode.115', 'local.tee 13', 'local.set 3', 'block');
  editor.insertBefore(fetch + 3, [
    wasm.localGet(13),
    wasm.wordAt(Address.memorySize),
    wasm.greaterOrEqualUnsigned,
    wasm.ifThen,
    wasm.unreachable,
    wasm.end,
  ]);

  const fetchByte = editor.once(
    'loop',
    'i32.const 0',
    `i32.load ${Address.guestRam}`,
    'local.get 3',
    'i32.add',
    'i32.load8_u 0',
    'local.set 3',
  );
  editor.insertBefore(fetchByte + 1, countExecuted(wasm.localGet(3), place, counted));

  const addAtEnd = editor.once(
    `i32.load ${Address.instructionCounter}`,
    'local.get 11',
    'i32.add',
    'local.tee 3',
    `i32.store ${Address.instructionCounter}`,
  );
  editor.replace(addAtEnd + 1, 1, wasm.i32(0));

  // Compiled code that the limit keeps from its first block comes back with nothing done: interpret instead.
  const enter = editor.once(
    'local.get 9',
    'local.get 3',
    'i32.load16_u 8192',
    'i32.const 1024',
    'i32.add',
    'call_indirect 5',
    'br 1',
  );
  editor.insertBefore(enter, [
    addToTally(Tally.entries, wasm.i32(1)),
    wasm.storeWordAt(Own.base, wasm.wordAt(Own.limit)),
    wasm.wordAt(Address.instructionCounter),
    wasm.localSet(before),
  ]);
  editor.insertBefore(enter + 1, ARGUMENTS_IN_MEMORY);
  editor.replace(enter + 5, 1, wasm.callIndirect(binary.type(COMPILED_SIGNATURE)));
  editor.replace(enter + 6, 1, [
    wasm.wordAt(Address.instructionCounter),
    wasm.localGet(before),
    wasm.ne,
    wasm.branchIf(1),
    wasm.i32(1),
    wasm.localSet(fellThrough),
  ]);
  const lookUp = editor.once('i32.const 0', `i32.load8_u ${Address.stateFlags}`, 'local.set 6');
  editor.insertBefore(lookUp, [
    wasm.byteAt(Own.shadow),
    wasm.byteAt(Own.watching),
    wasm.or,
    wasm.localGet(calledOut),
    wasm.or,
    wasm.localSet(fellThrough),
    // this alone keeps the page from nothing but its older code
    inProbedPage,
    wasm.ifThen,
    [
      wasm.localGet(fellThrough),
      codeEndsForProbes(pageCode),
      wasm.eqz,
      wasm.i32(OLDER_CODE),
      wasm.mul,
      wasm.or,
    ],
    wasm.localSet(fellThrough),
    wasm.end,
  ]);
  // Compiled code leaves its first block before an instruction that is watched for, so that all come by here. A handler may
  // have changed anything: look up anew, and interpret.
  const interpretFrom = editor.once(
    'local.get 7',
    `i32.store ${Address.previousInstructionPointer}`,
    'block',
    'i32.const 0',
    `i32.load ${Address.instructionPointer}`,
    'local.tee 3',
    'i32.const -4096',
  );
  editor.insertBefore(interpretFrom - 1, [
    isWatched,
    wasm.localGet(calledOut),
    wasm.eqz,
    wasm.and,
    wasm.ifThen,
    wasm.i32(1),
    wasm.localSet(calledOut),
    callOut(index),
    wasm.branchIf(MAIN_LOOP_END),
    wasm.branch(MAIN_LOOP_AGAIN),
    wasm.end,
    wasm.i32(0),
    wasm.localSet(calledOut),
  ]);
  const compiled = editor.once(`i32.load ${Address.tlbCode}`, 'local.tee 3', 'i32.eqz', 'br_if 0');
  editor.insertBefore(compiled + 3, [wasm.localGet(fellThrough), wasm.or]);
  const compiledMeanwhile = editor.once('i32.load16_u 0', 'i32.const 65535', 'i32.ne', 'br_if 1');
  editor.insertBefore(compiledMeanwhile + 3, [wasm.localGet(fellThrough), wasm.eqz, wasm.and]);
  // Where a limit lay must leave no trace in what gets compiled: what follows it up to the end of its block, mostly after the handler of a
  // timer, is no place to enter code at, else each instruction of a loop that is interrupted often enough becomes one. And no code can start at an instruction that reaches the end of
  // its page.
  const [start, address, stateFlags] = [wasm.localGet(7), wasm.localGet(13), wasm.localGet(6)];
  const heat = editor.once('i32.const 0', `i32.load8_u ${Address.jitDisabled}`, 'br_if 0');
  editor.insertBefore(heat, [
    addToTally(Tally.interpreted, [wasm.wordAt(Address.instructionCounter), wasm.localGet(12), wasm.sub]),
    addToTally(Tally.stretches, wasm.i32(1)),
    [resumedByte(start), wasm.load8(Resumed.start), wasm.localSet(resumed)],
    [resumedByte(start), wasm.i32(0), wasm.store8(Resumed.start)],
    [countMinusLimit, wasm.i32(0), wasm.greaterOrEqualSigned],
    [wasm.byteAt(Address.jitBlockBoundary), wasm.eqz, wasm.and, wasm.ifThen],
    [resumedByte(wasm.wordAt(Address.instructionPointer)), wasm.i32(1), wasm.store8(Resumed.start)],
    wasm.end,
  ]);
  editor.insertBefore(heat + 2, [
    [
      wasm.localGet(fellThrough),
      wasm.i32(OLDER_CODE),
      wasm.ne,
      wasm.localGet(fellThrough),
      wasm.and,
      wasm.or,
    ],
    [address, stateFlags, wasm.call(reachesEnd), wasm.or],
    [wasm.localGet(resumed), wasm.or],
  ]);

  replaceIsNearEnd(editor, 1, NEVER);
  const backwards = editor.once('local.get 11', 'i32.const 100001', 'i32.lt_u', 'br_if 0');
  const [from, to] = [wasm.localGet(9), wasm.localGet(3)];
  editor.replace(backwards, 3, [from, to, wasm.lessUnsigned]);
  editor.insertBefore(backwards + 4, [
    [
      to,
      wasm.i32(PAGE_SHIFT),
      wasm.shrUnsigned,
      wasm.i32(2),
      wasm.shl,
      wasm.load32(Address.tlbCode),
      wasm.eqz,
    ],
    [period, wasm.wordAt(Own.period), wasm.eq, wasm.and, wasm.branchIf(0)],
    wasm.storeWordAt(Own.period, period),
  ]);

  const threshold = editor.once('i32.const 200000');
  editor.replace(threshold, 1, [wasm.wordAt(Own.probeMap), wasm.load32(COMPILE_THRESHOLD)]);

  decideHowMuch(editor, pageCode, addHalfOfMost(binary));

  const budget = editor.once(
    `i32.load ${Address.instructionCounter}`,
    'local.get 5',
    'i32.sub',
    'i32.const 100003',
    'i32.lt_u',
    'br_if 0',
  );
  editor.replace(budget + 1, 1, wasm.wordAt(Own.limit));
  editor.replace(budget + 3, 2, [wasm.i32(0), wasm.lessSigned]);

  // Interrupts are taken when they become possible, not when a turn ends.
  const takeAtEnd = editor.once(
    `i32.load8_u ${Address.flags + 1}`,
    'i32.const 2',
    'opcode.113',
    'i32.eqz',
    'br_if 3',
  );
  editor.insertBefore(takeAtEnd + 3, [wasm.drop, wasm.i32(0)]);

  binary.edit(index.mainLoop, editor.edits, 7);
}
