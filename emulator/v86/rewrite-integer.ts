/**
 * The rewrite of integer instructions: what v86 lacks, or faults otherwise in than a processor.
 *
 * The functions are for the interpreter. Compiled code is left before such an instruction, and it is interpreted: all of them are rare.
 */

import { contextBuilder, Emitter } from './emitter.ts';
import { addWriteTables, hasRights, scanForWrite } from './integer/code-segment.ts';
import {
  addAdjustPrivilege,
  addBehind0F,
  addBound,
  addEnter,
  isBehind0F,
  isWithoutOperand,
} from './integer/instructions.ts';
import { rewriteStrings } from './integer/strings.ts';
import { Address, Generator, Prefix } from './internals.ts';
import { fetchByte } from './interpreting.ts';
import type { Executor } from './rewrite-opcodes.ts';
import { type Indices, twoWords } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, set, when } from './wasm-expressions.ts';

const First = {
  codeSegment: 0x2e,
  bound: 0x62,
  arpl: 0x63,
  enter: 0xc8,
  debugTrap: 0xf1,
  repeatNot: 0xf2,
  repeat: 0xf3,
} as const;
/** From here on a ModR/M byte names registers only. */
const REGISTER_FORM = 0xc0;
const BIT_TEST_IMMEDIATE = 0xba;

/** What the rewrite of other instructions is told of these. */
export interface IntegerInstructions {
  /** For the interpreter's table of first bytes. */
  readonly executors: readonly Executor[];
  /** Of an opcode behind 0F: 1 if the instruction is done. Called where `isBehind0F` holds. */
  readonly executeBehind0F: number;
  /** Both take (opcode, context), before v86 generates the instruction: leave compiled code where it is one of these. */
  readonly generate: number;
  readonly generateBehind0F: number;
}

/** Of two prefixes F2 and F3, the last one counts: it takes the other one back. Leaves the rest to v86. */
function addRepeat(binary: WasmBinary): number {
  const isRepeat = I32.eq(I32.and(get(0), I32.of(0xff)), I32.of(First.repeat));
  const other = wasm.choose(isRepeat, I32.of(Prefix.repeatNot), I32.of(Prefix.repeat));
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: [],
      code: [wasm.storeByteAt(Address.prefixes, I32.andNot(wasm.byteAt(Address.prefixes), other)), I32.of(0)],
    },
  );
}

const DEBUG = 1;
/** INT1: the debug trap, behind the instruction, whatever the gate says of privileges. */
const addDebugTrap = (binary: WasmBinary, index: Indices): number =>
  binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        [I32.of(DEBUG), I32.of(0), I32.of(0), I32.of(0), wasm.call(index.callInterruptVector)],
        I32.of(1),
      ],
    },
  );

/** The prefix CS: #GP if it stands before a write, else v86 goes on with it. */
function addCodeSegment(
  binary: WasmBinary,
  index: Indices,
  tables: ReturnType<typeof addWriteTables>,
): number {
  const [byte, writes, start, repeats] = [1, 2, 3, 4];
  const done: Code = [I32.of(1), wasm.ret];
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i32'],
      code: [
        when(
          hasRights,
          set(start, wasm.wordAt(Address.instructionPointer)),
          scanForWrite(
            tables,
            { byte, writes, repeats },
            wasm.byteAt(Address.prefixes),
            (local) => fetchByte(index, local, done),
            true,
            [[I32.of(0), wasm.call(index.generalProtection)], done],
          ),
          wasm.storeWordAt(Address.instructionPointer, get(start)),
        ),
        I32.of(0),
      ],
    },
  );
}

/** Generates code that has the instruction interpreted. */
const leave = (context: Code, builder: number, index: Indices, pushByte: number): Code => {
  const emit = new Emitter(get(builder), index, pushByte);
  return [
    set(builder, contextBuilder(context)),
    [emit.constant(I32.of(1)), emit.ifThen(), emit.leaveToInterpreter(context), emit.end()],
  ];
};

function addGenerate(
  binary: WasmBinary,
  index: Indices,
  pushByte: number,
  tables: ReturnType<typeof addWriteTables>,
): number {
  const [opcode, context] = [0, get(1)];
  const [builder, byte, writes, place, repeats] = [2, 3, 4, 5, 6];
  const first = I32.and(get(opcode), I32.of(0xff));
  const is = (value: number): Code => I32.eq(first, I32.of(value));
  const processor = I32.load(context, Generator.contextProcessor);
  const hasPrefix = (bit: number): Code =>
    I32.ne(I32.and(I32.load8(processor, Generator.processorPrefixes), I32.of(bit)), I32.of(0));
  const next = (local: number): Code => [
    set(local, [get(place), wasm.call(index.read8)]),
    set(place, I32.add(get(place), I32.of(1))),
  ];
  const isOwn = [
    [is(First.bound), is(First.arpl), wasm.or, is(First.enter), wasm.or, is(First.debugTrap), wasm.or],
    [is(First.repeat), hasPrefix(Prefix.repeatNot), wasm.and, wasm.or],
    [is(First.repeatNot), hasPrefix(Prefix.repeat), wasm.and, wasm.or],
  ];
  return binary.add(twoWords, {
    locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
    code: [
      when(isOwn, leave(context, builder, index, pushByte)),
      when(
        is(First.codeSegment),
        set(place, I32.load(processor, Generator.processorInstructionPointer)),
        scanForWrite(
          tables,
          { byte, writes, repeats },
          I32.load8(processor, Generator.processorPrefixes),
          next,
          false,
          leave(context, builder, index, pushByte),
        ),
      ),
    ],
  });
}

function addGenerateBehind0F(binary: WasmBinary, index: Indices, pushByte: number): number {
  const [opcode, context] = [0, get(1)];
  const [builder, modrm] = [2, 3];
  const byte = I32.and(get(opcode), I32.of(0xff));
  const processor = I32.load(context, Generator.contextProcessor);
  const inMemory = I32.less(get(modrm), I32.of(REGISTER_FORM));
  // what stands before BT in its group does not exist
  const isBitTest = I32.or(
    I32.ne(byte, I32.of(BIT_TEST_IMMEDIATE)),
    I32.ne(I32.and(get(modrm), I32.of(0x20)), I32.of(0)),
  );
  return binary.add(twoWords, {
    locals: ['i32', 'i32'],
    code: [
      when(
        isBehind0F(get(opcode)),
        set(modrm, [I32.load(processor, Generator.processorInstructionPointer), wasm.call(index.read8)]),
        when(
          I32.or(isWithoutOperand(byte), I32.and(inMemory, isBitTest)),
          leave(context, builder, index, pushByte),
        ),
      ),
    ],
  });
}

/** Adds all functions. Who rewrites interpreter and code generator puts them in their places. */
export function addIntegerInstructions(
  binary: WasmBinary,
  index: Indices,
  pushByte: number,
): IntegerInstructions {
  rewriteStrings(binary, index);
  const tables = addWriteTables(binary);
  const executor = (bytes: readonly number[], execute: number): Executor => ({
    bytes,
    execute,
    declines: true,
  });
  return {
    executors: [
      executor([First.bound], addBound(binary, index)),
      executor([First.arpl], addAdjustPrivilege(binary, index)),
      executor([First.enter], addEnter(binary, index)),
      executor([First.debugTrap], addDebugTrap(binary, index)),
      executor([First.repeat, First.repeatNot], addRepeat(binary)),
      executor([First.codeSegment], addCodeSegment(binary, index, tables)),
    ],
    executeBehind0F: addBehind0F(binary, index),
    generate: addGenerate(binary, index, pushByte, tables),
    generateBehind0F: addGenerateBehind0F(binary, index, pushByte),
  };
}
