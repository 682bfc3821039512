/**
 * The rewrite of MMX and SSE: what v86 has is kept where it is right; around it come the faults that it does not raise, and in the
 * place of its floating point that of {@link ./sse-fast.ts} and {@link ../sse/operations.ts}.
 *
 * All opcodes behind 0F pass here, in the interpreter and when they are compiled, and what is known of them is in one table. The
 * interpreter raises every fault. Compiled code raises none: before an instruction that could, it is left, and the instruction is
 * interpreted. So both do the same, and compiled code costs one test more: of CR0, CR4 and MXCSR.
 */

import { contextBuilder, Emitter } from './emitter.ts';
import { isBehind0F } from './integer/instructions.ts';
import type { IntegerInstructions } from './rewrite-integer.ts';
import { callHost, HOST_FUNCTIONS } from './host-functions.ts';
import { Address, Generator, Own, Prefix } from './internals.ts';
import { fourWords, type Indices, threeWords } from './rewrite-support.ts';
import { addSseFunctions } from './sse-fast.ts';
import { addSseInterpreter } from './sse-interpreter.ts';
import { Opcode, OPCODES } from './sse-opcodes.ts';
import {
  Group15,
  has,
  isMemoryForm,
  isMisaligned,
  mayFault,
  registerField,
  topIsFirst,
} from './sse-state.ts';
import type { Signature, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

const REPEATS = Prefix.repeat | Prefix.repeatNot;
/** MOVUPS xmm, m128, which does what LDDQU does. */
const LOAD_UNALIGNED = 0x10;

/** Appends `describe(prefixes, opcode)`: what is known of an opcode behind 0F, by v86's bits for prefixes. */
function addDescribe(binary: WasmBinary): number {
  const [prefixes, opcode] = [wasm.localGet(0), wasm.localGet(1)];
  const different = [...new Set(OPCODES)];
  const depths = [...OPCODES].map((bits) => different.indexOf(bits));
  const row = (index: number): Code => wasm.i32(index << 8);
  const rowOfPrefixes: Code = [
    row(3),
    [row(2), [row(1), row(0), has(prefixes, Prefix.operandSize), wasm.select]],
    [has(prefixes, Prefix.repeat), wasm.select],
    [has(prefixes, Prefix.repeatNot), wasm.select],
  ];
  return binary.add(
    { parameters: ['i32', 'i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        different.map(() => wasm.block),
        [rowOfPrefixes, has(opcode, 0xff), wasm.or],
        wasm.branchTable(depths, 0),
        different.map((bits) => [wasm.end, wasm.i32(bits), wasm.ret]),
        wasm.unreachable,
      ],
    },
  );
}

/** What of the prefixes is left for v86, which would go by 66 even where F2 or F3 takes its place. */
const prefixesForV86 = (prefixes: Code): Code => [
  [has(prefixes, ~Prefix.operandSize), prefixes],
  [has(prefixes, REPEATS), wasm.select],
];

/** NOP with an operand, and hints: 0F 18 to 0F 1F. */
const isHint = (opcode: Code): Code => [has(opcode, 0xf8), wasm.i32(0x18), wasm.eq];

/** A bit for each upper half of an opcode behind which there is anything of MMX or SSE: most instructions need no more than this test. */
const UPPER_HALVES = OPCODES.reduce(
  (bits, known, i) => (known === 0 ? bits : bits | (1 << ((i >> 4) & 15))),
  0,
);
const mayBeKnown = (opcode: Code): Code => [
  [wasm.i32(UPPER_HALVES), opcode, wasm.i32(4), wasm.shrUnsigned, wasm.i32(15), wasm.and],
  [wasm.shrUnsigned, wasm.i32(1), wasm.and],
];

function wrapInterpreter(
  binary: WasmBinary,
  index: Indices,
  describe: number,
  ask: number,
  integers: IntegerInstructions,
): void {
  const original = binary.copy(index.interpretOpcode0F, { parameters: ['i32'], results: [] });
  const comparisons = { single: index.compareSingles, double: index.compareDoubles };
  const functions = addSseFunctions(binary, ask, comparisons);
  const { faults, group15Faults, compute } = addSseInterpreter(binary, index, functions, ask);
  const [opcode, bits, nulls] = [0, 1, 2];
  const prefixes = wasm.byteAt(Address.prefixes);
  const known = wasm.localGet(bits);
  binary.replace(index.interpretOpcode0F, {
    locals: ['i32', 'i64'],
    code: [
      [mayBeKnown(wasm.localGet(opcode)), wasm.ifThen],
      [prefixes, wasm.localGet(opcode), wasm.call(describe), wasm.localSet(bits)],
      wasm.end,
      [known, wasm.ifThen],
      [has(known, Opcode.group15), wasm.ifThen],
      [wasm.call(group15Faults), wasm.ifThen, wasm.ret, wasm.end],
      wasm.otherwise,
      [known, wasm.call(faults), wasm.ifThen, wasm.ret, wasm.end],
      [has(known, Opcode.computes), wasm.ifThen, known, wasm.call(compute), wasm.ret, wasm.end],
      wasm.storeByteAt(Address.prefixes, prefixesForV86(prefixes)),
      [has(known, Opcode.unalignedLoad), wasm.ifThen],
      wasm.storeByteAt(Address.prefixes, has(prefixes, ~REPEATS)),
      [wasm.i32(LOAD_UNALIGNED), wasm.localSet(opcode)],
      wasm.end,
      wasm.end,
      wasm.end,
      [isBehind0F(wasm.localGet(opcode)), wasm.ifThen],
      [wasm.localGet(opcode), wasm.call(integers.executeBehind0F), wasm.ifThen, wasm.ret, wasm.end],
      wasm.end,
      // they name an operand, and access none: a segment that is null does not matter, as compiled code has it
      [isHint(wasm.localGet(opcode)), wasm.ifThen],
      [wasm.i32(Address.segmentIsNull), wasm.load64(0), wasm.localSet(nulls)],
      [wasm.i32(Address.segmentIsNull), wasm.i64(0), wasm.store64(0)],
      [wasm.localGet(opcode), wasm.call(original)],
      [wasm.i32(Address.segmentIsNull), wasm.localGet(nulls), wasm.store64(0), wasm.ret],
      wasm.end,
      [wasm.localGet(opcode), wasm.call(original)],
    ],
  });
}

/** The opcodes by what must be known of them when they are compiled. */
const STATE_BITS = Opcode.mmx | Opcode.sse | Opcode.computes | Opcode.toTop;
const KINDS = [...new Set([...OPCODES].map((bits) => bits & STATE_BITS))].filter((bits) => bits !== 0);

/** Generates code that leaves compiled code before the instruction if `condition`, which is code to be generated, holds. */
const leaveIf = (emit: Emitter, context: Code, condition: Code): Code => [
  [emit.raw(condition), emit.ifThen()],
  [emit.leaveToInterpreter(context), emit.end()],
];

function wrapGenerator(
  binary: WasmBinary,
  index: Indices,
  describe: number,
  pushByte: number,
  integers: IntegerInstructions,
): void {
  const original = binary.copy(index.generateOpcode0F, threeWords);
  const [opcode, bits, processor, builder, modrm] = [0, 3, 4, 5, 6];
  const [context, flags, known] = [wasm.localGet(1), wasm.localGet(2), wasm.localGet(bits)];
  const emit = new Emitter(wasm.localGet(builder), index, pushByte);
  const prefixes: Code = [wasm.localGet(processor), wasm.load8(Generator.processorPrefixes)];
  const setPrefixes = (value: Code): Code => [
    wasm.localGet(processor),
    [value, wasm.store8(Generator.processorPrefixes)],
  ];
  const operands = wasm.localGet(modrm);
  const isGroup15Below = (first: number): Code => [
    [registerField(operands), wasm.i32(first), wasm.lessUnsigned],
    [isMemoryForm(operands), wasm.and, has(known, Opcode.group15), wasm.i32(0), wasm.ne, wasm.and],
  ];
  binary.replace(index.generateOpcode0F, {
    locals: ['i32', 'i32', 'i32', 'i32'],
    code: [
      [wasm.localGet(opcode), context, wasm.call(integers.generateBehind0F)],
      [context, wasm.load32(Generator.contextProcessor), wasm.localSet(processor)],
      [prefixes, wasm.localGet(opcode), wasm.call(describe), wasm.localTee(bits)],
      wasm.ifThen,
      [contextBuilder(context), wasm.localSet(builder)],
      [wasm.localGet(processor), wasm.load32(Generator.processorInstructionPointer)],
      [wasm.call(index.read8), wasm.localSet(modrm)],
      [has(known, Opcode.undefined | Opcode.interpreted), isGroup15Below(Group15.firstOfMxcsr)],
      [wasm.or, wasm.ifThen, leaveIf(emit, context, wasm.i32(1))],
      [wasm.otherwise, isGroup15Below(Group15.firstWithoutState), wasm.ifThen],
      [leaveIf(emit, context, mayFault(Opcode.sse)), wasm.otherwise],
      KINDS.map((kind) => [
        [has(known, STATE_BITS), wasm.i32(kind), wasm.eq, wasm.ifThen],
        [
          leaveIf(emit, context, mayFault(kind)),
          (kind & Opcode.toTop) === 0 ? [] : emit.raw(topIsFirst),
          wasm.end,
        ],
      ]),
      [wasm.end, wasm.end],
      setPrefixes(prefixesForV86(prefixes)),
      wasm.end,
      wasm.storeByteAt(Own.aligned, [has(known, Opcode.aligned), wasm.i32(0), wasm.ne]),
      [wasm.localGet(opcode), context, flags, wasm.call(original)],
      wasm.storeByteAt(Own.aligned, wasm.i32(0)),
    ],
  });
  // the test that v86 generates is one of those above
  binary.replace(index.generateMmxTest, { locals: [], code: [] });
}

/** Where v86 generates an access to memory: before one that must be aligned and is not, compiled code is left. */
function wrapAccess(
  binary: WasmBinary,
  index: Indices,
  access: number,
  signature: Signature,
  pushByte: number,
): void {
  const original = binary.copy(access, signature);
  const [context, address, builder] = [wasm.localGet(0), wasm.localGet(2), signature.parameters.length];
  const emit = new Emitter(wasm.localGet(builder), index, pushByte);
  binary.replace(access, {
    locals: ['i32'],
    code: [
      [wasm.byteAt(Own.aligned), wasm.ifThen],
      [contextBuilder(context), wasm.localSet(builder)],
      [emit.getLocal(address), leaveIf(emit, context, isMisaligned([]))],
      wasm.end,
      signature.parameters.map((_, i) => wasm.localGet(i)),
      wasm.call(original),
    ],
  });
}

const fiveWords: Signature = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] };

/** MMX and SSE, in the interpreter and in compiled code; and the integer instructions behind 0F that have functions of their own. */
export function rewriteSse(
  binary: WasmBinary,
  index: Indices,
  pushByte: number,
  integers: IntegerInstructions,
): void {
  const describe = addDescribe(binary);
  const ask = binary.add(HOST_FUNCTIONS.computeSse, {
    locals: [],
    code: [[0, 1, 2].map(wasm.localGet), callHost(binary, 'computeSse')],
  });
  wrapInterpreter(binary, index, describe, ask, integers);
  wrapGenerator(binary, index, describe, pushByte, integers);
  wrapAccess(binary, index, index.generateRead, fiveWords, pushByte);
  wrapAccess(binary, index, index.generateWrite, fourWords, pushByte);
}
