/**
 * A function that executes instructions one by one, for whoever steps: what the main loop does for an instruction that it
 * interprets, without what that loop does once in each turn. It looks for no compiled code and heats no page.
 *
 * What must hold: an instruction does here what it does in the main loop, in the same order. It counts before it is executed, so
 * that all it calls sees the count; the interrupt shadow passes behind it; a page that is missing faults where it is fetched.
 */

import { Address, Own, PAGE, PAGE_SHIFT, StepLogArea, STEPS_EXPORT, Tally, TlbFlag } from './internals.ts';
import {
  addToTally,
  callOut,
  countMinusLimit,
  countOneInstruction,
  isWatched,
  passShadow,
} from './rewrite-run.ts';
import type { Indices } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, leaveIf, scope, select, set, when } from './wasm-expressions.ts';

const PROGRAM_RING = 3;
const INSTRUCTION_POINTER = wasm.wordAt(Address.instructionPointer);

/** Depths of labels, seen from the body of the loop and from an `if` in it. */
const AGAIN_FROM_IF = 2;
const OUT_FROM_IF = 1;

/**
 * Appends `own_steps(count, log, calls out)`. Executes up to `count` instructions, at least 1, and ends before that where the count
 * comes to {@link Own.limit}, where the processor halts, and before an instruction that is watched for, unless it `calls out` for that.
 * Where `log` is not 0 it is the address of {@link StepLogArea.addresses}, and each instruction is written down. Answers twice the
 * number executed, plus 1 if the limit does not lie ahead any more. Returns the function's index.
 */
export function addSteps(binary: WasmBinary, index: Indices, endShadow: number): number {
  const [count, log, callsOut] = [get(0), get(1), get(2)];
  const [executed, calledOut, eip, entry, inProgram] = [3, 4, 5, 6, 7];
  const offset: Code = get(executed);

  const limitReached: Code = [countMinusLimit, wasm.i32(0), wasm.greaterOrEqualSigned];

  const lookOut: Code = when(
    [isWatched, get(calledOut), wasm.eqz, wasm.and],
    leaveIf(I32.isZero(callsOut), OUT_FROM_IF),
    set(calledOut, I32.of(1)),
    when(
      callOut(index),
      wasm.storeWordAt(Own.limit, wasm.wordAt(Address.instructionCounter)),
      wasm.branch(OUT_FROM_IF + 1),
    ),
    // a handler may have changed anything: look anew
    wasm.branch(AGAIN_FROM_IF),
  );

  const translate: Code = when(
    I32.ne(I32.and(get(eip), I32.of(-PAGE)), wasm.wordAt(Address.lastVirtualPage)),
    set(inProgram, I32.eq(wasm.byteAt(Address.privilege), I32.of(PROGRAM_RING))),
    set(entry, I32.load(I32.shl(I32.shr(get(eip), I32.of(PAGE_SHIFT)), I32.of(2)), Address.tlbData)),
    when(
      I32.ne(
        I32.and(
          select(get(inProgram), I32.of(TlbFlag.valid | TlbFlag.noUser), I32.of(TlbFlag.valid)),
          get(entry),
        ),
        I32.of(TlbFlag.valid),
      ),
      [get(eip), I32.of(0), get(inProgram), I32.of(0), I32.of(1), wasm.call(index.doPageWalk)],
      [wasm.localTee(entry), wasm.eqz],
      // the processor stands before the handler of the fault now
      wasm.branchIf(AGAIN_FROM_IF + 1),
    ),
    wasm.storeWordAt(
      Address.physicalPageOfInstruction,
      I32.xor(
        I32.sub(I32.xor(I32.and(get(entry), I32.of(-PAGE)), get(eip)), wasm.wordAt(Address.guestRam)),
        get(eip),
      ),
    ),
    wasm.storeWordAt(Address.lastVirtualPage, I32.and(get(eip), I32.of(-PAGE))),
  );

  const writeDown: Code = when(
    log,
    I32.store(I32.add(log, I32.shl(offset, I32.of(2))), 0, get(eip)),
    I32.store8(
      I32.add(log, offset),
      StepLogArea.rings - StepLogArea.addresses,
      wasm.byteAt(Address.privilege),
    ),
  );

  const physical = entry;
  const execute: Code = [
    set(physical, I32.xor(wasm.wordAt(Address.physicalPageOfInstruction), get(eip))),
    // v86 would take whatever lies behind guest RAM in its memory for instructions
    when([get(physical), wasm.wordAt(Address.memorySize), wasm.greaterOrEqualUnsigned], wasm.unreachable),
    writeDown,
    wasm.storeWordAt(Address.instructionPointer, I32.add(get(eip), I32.of(1))),
    countOneInstruction,
    I32.or(
      I32.load8(I32.add(wasm.wordAt(Address.guestRam), get(physical))),
      I32.shl(wasm.byteAt(Address.is32), I32.of(8)),
    ),
    wasm.call(index.interpret),
    set(executed, I32.add(get(executed), I32.of(1))),
    passShadow(endShadow),
  ];

  const steps = binary.add(
    { parameters: ['i32', 'i32', 'i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
      code: [
        [
          wasm.loop,
          scope(
            leaveIf([limitReached, wasm.byteAt(Address.inHalt), wasm.or]),
            lookOut,
            set(calledOut, I32.of(0)),
            set(eip, INSTRUCTION_POINTER),
            wasm.storeWordAt(Address.previousInstructionPointer, get(eip)),
            translate,
            execute,
            [I32.less(get(executed), count), wasm.branchIf(1)],
          ),
          wasm.end,
        ],
        addToTally(Tally.interpreted, get(executed)),
        addToTally(Tally.stretches, wasm.i32(1)),
        I32.or(I32.shl(get(executed), I32.of(1)), limitReached),
      ],
    },
  );
  binary.export(STEPS_EXPORT, steps);
  return steps;
}
