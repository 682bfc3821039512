/**
 * The rewrite of v86.wasm when it is loaded, which makes the machine exact.
 *
 * Stock v86 counts instructions per compiled block, adds interpreted ones afterwards, and looks for interrupts
 * every hundred thousand instructions, wherever compiled code happens to stop; so the same guest counts and is
 * interrupted differently each time it is stopped, restored, or compiled earlier or later. After this rewrite
 *
 *  - the count in memory is exact whenever JavaScript can look, compiled code or not;
 *  - the main loop comes back exactly at the count in `Own.limit`: a compiled block that would pass it is not
 *    entered, and the rest up to it is interpreted;
 *  - software interrupts and returns from interrupts can call out, with no change to the guest;
 *  - pages of guest RAM that may have been written are marked;
 *  - the time stamp counter asks JavaScript.
 *
 * What must hold: a pattern that is looked for occurs exactly once, else {@link UnsupportedV86Error}. Functions
 * keep their numbers; where one is wrapped, its old body moves to a new number.
 */

import {
  Address,
  CallOut,
  EXIT_REASON_SELF_MODIFYING,
  FLAG_INTERRUPT,
  FunctionName,
  GenerateModuleFrame,
  Generator,
  Observe,
  Own,
  SHADOW_END_EXPORT,
  TIMESTAMP_READERS,
  TIMESTAMP_REQUEST,
  V86_VERSION,
} from './internals.ts';
import { type Edit, type Instruction, type Signature, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

/** The v86 that is installed is not the one this project was written for. */
export class UnsupportedV86Error extends Error {
  constructor(detail: string) {
    super(`v86 ${V86_VERSION} is needed, the installed one differs (${detail}): run npm ci`);
    this.name = 'UnsupportedV86Error';
  }
}

type Indices = Readonly<Record<keyof typeof FunctionName, number>>;

function findFunctions(binary: WasmBinary): Indices {
  const names = binary.functionNames();
  const indices: Partial<Record<keyof typeof FunctionName, number>> = {};
  for (const key of Object.keys(FunctionName) as (keyof typeof FunctionName)[]) {
    const index = names.get(FunctionName[key]);
    if (index === undefined) throw new UnsupportedV86Error(`no function ${FunctionName[key]}`);
    indices[key] = index;
  }
  return indices as Indices;
}

/** The only place in a function where these instructions follow one another; a position names the first of them. */
function findOnce(instructions: readonly Instruction[], what: string, pattern: readonly string[]): number {
  const found = findAll(instructions, pattern);
  const first = found[0];
  if (first === undefined || found.length !== 1)
    throw new UnsupportedV86Error(`${what}: ${found.length} matches`);
  return first;
}

function findAll(instructions: readonly Instruction[], pattern: readonly string[]): number[] {
  const found: number[] = [];
  for (let i = 0; i + pattern.length <= instructions.length; i++) {
    if (pattern.every((text, k) => instructions[i + k]?.text === text)) found.push(i);
  }
  return found;
}

/** Collects changes of one function. */
class Editor {
  readonly instructions: readonly Instruction[];
  readonly edits: Edit[] = [];
  private readonly name: string;

  constructor(binary: WasmBinary, index: number, name: string) {
    this.instructions = binary.instructions(index);
    this.name = name;
  }

  private at(position: number): Instruction {
    const instruction = this.instructions[position];
    if (instruction === undefined) throw new UnsupportedV86Error(`${this.name} ends too early`);
    return instruction;
  }

  once(...pattern: string[]): number {
    return findOnce(this.instructions, `${this.name}: ${pattern.join('; ')}`, pattern);
  }

  all(...pattern: string[]): number[] {
    return findAll(this.instructions, pattern);
  }

  insertBefore(position: number, code: Code): void {
    const { start } = this.at(position);
    this.edits.push({ start, end: start, code });
  }

  replace(position: number, count: number, code: Code): void {
    this.edits.push({ start: this.at(position).start, end: this.at(position + count - 1).end, code });
  }
}

const countMinusLimit: Code = [
  ...wasm.wordAt(Address.instructionCounter),
  ...wasm.wordAt(Own.limit),
  ...wasm.sub,
];

const countOneInstruction = wasm.storeWordAt(Address.instructionCounter, [
  ...wasm.wordAt(Address.instructionCounter),
  ...wasm.i32(1),
  ...wasm.add,
]);

/** The main loop: counts each interpreted instruction in memory and ends exactly at the limit. */
function rewriteMainLoop(binary: WasmBinary, index: Indices, shadowStep: number): void {
  const editor = new Editor(binary, index.mainLoop, 'main_loop');
  const before = binary.localCount(index.mainLoop, 0);
  const fellThrough = before + 1;

  const interpret = editor.once(
    `call ${index.interpret}`,
    'i32.const 0',
    `i32.load8_u ${Address.jitBlockBoundary}`,
    'br_if 1',
  );
  editor.insertBefore(interpret, countOneInstruction);
  editor.insertBefore(interpret + 1, [
    ...wasm.wordAt(Own.shadow),
    ...wasm.ifThen,
    ...wasm.call(shadowStep),
    ...wasm.end,
  ]);
  editor.insertBefore(interpret + 3, [
    ...countMinusLimit,
    ...wasm.i32(0),
    ...wasm.greaterOrEqualSigned,
    ...wasm.or,
  ]);

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
    ...wasm.storeWordAt(Own.base, wasm.wordAt(Own.limit)),
    ...wasm.storeWordAt(Own.delta, countMinusLimit),
    ...wasm.wordAt(Address.instructionCounter),
    ...wasm.localSet(before),
  ]);
  editor.replace(enter + 6, 1, [
    ...wasm.wordAt(Address.instructionCounter),
    ...wasm.localGet(before),
    ...wasm.ne,
    ...wasm.branchIf(1),
    ...wasm.i32(1),
    ...wasm.localSet(fellThrough),
  ]);
  const lookUp = editor.once('i32.const 0', `i32.load8_u ${Address.stateFlags}`, 'local.set 6');
  editor.insertBefore(lookUp, [...wasm.wordAt(Own.shadow), ...wasm.localSet(fellThrough)]);
  const compiled = editor.once(`i32.load ${Address.tlbCode}`, 'local.tee 3', 'i32.eqz', 'br_if 0');
  editor.insertBefore(compiled + 3, [...wasm.localGet(fellThrough), ...wasm.or]);
  const compiledMeanwhile = editor.once('i32.load16_u 0', 'i32.const 65535', 'i32.ne', 'br_if 1');
  editor.insertBefore(compiledMeanwhile + 3, [...wasm.localGet(fellThrough), ...wasm.eqz, ...wasm.and]);
  // Where a limit lay must leave no trace in what gets compiled.
  const heat = editor.once('i32.const 0', `i32.load8_u ${Address.jitDisabled}`, 'br_if 0');
  editor.insertBefore(heat + 2, [...wasm.localGet(fellThrough), ...wasm.or]);

  const budget = editor.once(
    `i32.load ${Address.instructionCounter}`,
    'local.get 5',
    'i32.sub',
    'i32.const 100003',
    'i32.lt_u',
    'br_if 0',
  );
  editor.replace(budget + 1, 1, wasm.wordAt(Own.limit));
  editor.replace(budget + 3, 2, [...wasm.i32(0), ...wasm.lessSigned]);

  // Interrupts are taken when they become possible, not when a turn ends.
  const takeAtEnd = editor.once(
    `i32.load8_u ${Address.flags + 1}`,
    'i32.const 2',
    'opcode.113',
    'i32.eqz',
    'br_if 3',
  );
  editor.insertBefore(takeAtEnd + 3, [...wasm.drop, ...wasm.i32(0)]);

  binary.edit(index.mainLoop, editor.edits, 2);
}

const nothing = { parameters: [], results: [] } as const satisfies Signature;
const twoWords = { parameters: ['i32', 'i32'], results: [] } as const satisfies Signature;
const threeWords = { parameters: ['i32', 'i32', 'i32'], results: [] } as const satisfies Signature;
const fourWords = { parameters: ['i32', 'i32', 'i32', 'i32'], results: [] } as const satisfies Signature;

/** Appends `push(builder, byte)`: one byte of generated code. */
function addPushByte(binary: WasmBinary, index: Indices): number {
  const [builder, byte, length] = [wasm.localGet(0), wasm.localGet(1), 2];
  return binary.add(twoWords, {
    locals: ['i32'],
    code: [
      ...builder,
      ...wasm.load32(Generator.builderBytesLength),
      ...wasm.localTee(length),
      ...builder,
      ...wasm.load32(Generator.builderBytesCapacity),
      ...wasm.eq,
      ...wasm.ifThen,
      ...builder,
      ...wasm.i32(Generator.builderBytesCapacity),
      ...wasm.add,
      ...wasm.call(index.growBytes),
      ...wasm.end,
      ...builder,
      ...wasm.load32(Generator.builderBytesPointer),
      ...wasm.localGet(length),
      ...wasm.add,
      ...byte,
      ...wasm.store8(0),
      ...builder,
      ...wasm.localGet(length),
      ...wasm.i32(1),
      ...wasm.add,
      ...wasm.store32(Generator.builderBytesLength),
    ],
  });
}

const contextBuilder = (context: Code): Code => [...context, ...wasm.load32(Generator.contextBuilder)];
const contextCounter = (context: Code): Code => [...context, ...wasm.load8(Generator.contextCounterLocal)];

/**
 * Appends `generate(opcode, context, flags)`: code that counts one instruction, then, before an instruction during
 * which JavaScript may look at the machine, code that writes the count to memory, then the instruction.
 */
function addGenerateCounted(binary: WasmBinary, index: Indices, pushByte: number): number {
  const [opcode, context] = [0, wasm.localGet(1)];
  const [address, builder, counter] = [3, 4, 5];
  const nextByte: Code = [
    ...wasm.localGet(address),
    ...wasm.call(index.read8),
    ...wasm.localSet(opcode),
    ...wasm.localGet(address),
    ...wasm.i32(1),
    ...wasm.add,
    ...wasm.localSet(address),
  ];
  const is = (value: number): Code => [...wasm.localGet(opcode), ...wasm.i32(value), ...wasm.eq];
  const masked = (mask: number, value: number): Code => [
    ...wasm.localGet(opcode),
    ...wasm.i32(mask),
    ...wasm.and,
    ...wasm.i32(value),
    ...wasm.eq,
  ];
  const any = (...conditions: Code[]): Code =>
    conditions.flatMap((code, i) => (i === 0 ? code : [...code, ...wasm.or]));
  const original = 6;
  return binary.add(threeWords, {
    locals: ['i32', 'i32', 'i32', 'i32'],
    code: [
      ...wasm.localGet(opcode),
      ...wasm.localSet(original),
      ...contextBuilder(context),
      ...wasm.localSet(builder),
      ...contextCounter(context),
      ...wasm.localSet(counter),
      ...wasm.localGet(builder),
      ...wasm.localGet(counter),
      ...wasm.call(index.getLocal),
      ...wasm.localGet(builder),
      ...wasm.i32(1),
      ...wasm.call(index.constI32),
      ...wasm.localGet(builder),
      ...wasm.i32(wasm.addOpcode),
      ...wasm.call(pushByte),
      ...wasm.localGet(builder),
      ...wasm.localGet(counter),
      ...wasm.call(index.setLocal),

      ...wasm.localGet(opcode),
      ...wasm.i32(0xff),
      ...wasm.and,
      ...wasm.localSet(opcode),
      ...context,
      ...wasm.load32(Generator.contextProcessor),
      ...wasm.load32(0),
      ...wasm.localSet(address),
      ...wasm.loop,
      // operand size, address size, lock, repeat, segment prefixes
      ...any(masked(0xfe, 0x66), is(0xf0), masked(0xfe, 0xf2), masked(0xe7, 0x26), masked(0xfe, 0x64)),
      ...wasm.ifThen,
      ...nextByte,
      ...wasm.branch(1),
      ...wasm.end,
      ...wasm.end,
      ...is(0x0f),
      ...wasm.ifThen,
      ...nextByte,
      // 0F 00-0F, 20-27, 30-37, A2 and C7: system instructions, RDTSC, RDMSR, CPUID, RDRAND
      ...any(masked(0xf0, 0x00), masked(0xf8, 0x20), masked(0xf8, 0x30), is(0xa2), is(0xc7)),
      ...wasm.localSet(opcode),
      ...wasm.otherwise,
      // INS OUTS, INT3 INT INTO IRET, IN OUT, HLT, STI
      ...any(masked(0xfc, 0x6c), masked(0xfc, 0xcc), masked(0xf4, 0xe4), is(0xf4), is(0xfb)),
      ...wasm.localSet(opcode),
      ...wasm.end,
      ...wasm.localGet(opcode),
      ...wasm.ifThen,
      ...wasm.localGet(builder),
      ...wasm.localGet(counter),
      ...wasm.call(index.updateInstructionCounter),
      ...wasm.end,

      ...wasm.localGet(original),
      ...context,
      ...wasm.localGet(2),
      ...wasm.call(index.generateInstruction),
    ],
  });
}

/**
 * Appends `check(context, address, instructions)`: code at the start of a block that leaves the compiled function
 * when the block's instructions would pass the limit. The counter local holds count minus limit, so it is negative.
 */
function addBlockCheck(binary: WasmBinary, index: Indices, pushByte: number): number {
  const context = wasm.localGet(0);
  const builder = wasm.localGet(3);
  return binary.add(threeWords, {
    locals: ['i32'],
    code: [
      ...contextBuilder(context),
      ...wasm.localSet(3),
      ...builder,
      ...contextCounter(context),
      ...wasm.call(index.getLocal),
      ...builder,
      ...wasm.i32(0),
      ...wasm.localGet(2),
      ...wasm.sub,
      ...wasm.call(index.constI32),
      ...builder,
      ...wasm.i32(wasm.greaterSignedOpcode),
      ...wasm.call(pushByte),
      ...builder,
      ...wasm.call(index.ifVoid),
      ...builder,
      ...wasm.localGet(1),
      ...wasm.i32(0xfff),
      ...wasm.and,
      ...wasm.call(index.setEipLowBits),
      ...builder,
      ...context,
      ...wasm.load32(Generator.contextExitLabel),
      ...wasm.call(index.branch),
      ...builder,
      ...wasm.call(index.blockEnd),
    ],
  });
}

/** The code generator: counts per instruction, checks the limit per block, keeps the count relative to the limit. */
function rewriteCodeGenerator(binary: WasmBinary, index: Indices): void {
  const pushByte = addPushByte(binary, index);
  const generateCounted = addGenerateCounted(binary, index, pushByte);
  const blockCheck = addBlockCheck(binary, index, pushByte);
  const editor = new Editor(binary, index.generateModule, 'jit_generate_module');
  const frame = wasm.localGet(GenerateModuleFrame.frameLocal);
  const context: Code = [...frame, ...wasm.i32(GenerateModuleFrame.context), ...wasm.add];

  const calls = editor.all(`call ${index.generateInstruction}`);
  if (calls.length !== 3) throw new UnsupportedV86Error(`${calls.length} calls of the instruction generator`);
  for (const call of calls) editor.replace(call, 1, wasm.call(generateCounted));

  // The block's number of instructions, added at its start: nothing, since each instruction counts itself.
  const blockLength = editor.once('local.get 1', 'i32.const -8', 'i32.add', 'i64.load32_s 0', 'local.set 19');
  editor.replace(blockLength, 4, wasm.i64(0));
  const counterLocal = Generator.contextCounterLocal + GenerateModuleFrame.context;
  const blockStart = editor.once(
    `local.get ${GenerateModuleFrame.frameLocal}`,
    `i32.load8_u ${counterLocal}`,
    'local.set 15',
    'block',
    'local.get 8',
  );
  editor.insertBefore(blockStart + 3, [
    ...context,
    ...wasm.localGet(GenerateModuleFrame.addressLocal),
    ...wasm.localGet(GenerateModuleFrame.bucketLocal),
    ...wasm.i32(-8),
    ...wasm.add,
    ...wasm.load32(0),
    ...wasm.call(blockCheck),
  ]);

  // The counter's first value: instead of the constant 0 just written, a load of Own.delta.
  const builder = wasm.localGet(4);
  const initial = editor.once(
    'i32.const 0',
    'i32.store8 0',
    'local.get 4',
    'local.get 8',
    'i32.const 2',
    'i32.add',
    'local.tee 9',
    `i32.store ${Generator.builderBytesLength}`,
    'block',
    'block',
    'local.get 4',
    'i32.load 100',
  );
  editor.replace(initial, 1, wasm.i32(Own.delta));
  editor.insertBefore(initial + 8, [
    ...[wasm.loadOpcode, 2, 0].flatMap((byte) => [...builder, ...wasm.i32(byte), ...wasm.call(pushByte)]),
    ...builder,
    ...wasm.load32(Generator.builderBytesLength),
    ...wasm.localTee(9),
    ...wasm.i32(2),
    ...wasm.sub,
    ...wasm.localSet(8),
  ]);

  // The count must stand in memory before exit_jit and handle_irqs enter the guest's handlers.
  for (const [address, length] of [
    [27168, 11],
    [27308, 8],
  ]) {
    const name = editor.once(`i32.const ${address}`, `i32.const ${length}`, 'i32.const 0');
    editor.insertBefore(name, [
      ...contextBuilder(context),
      ...contextCounter(context),
      ...wasm.call(index.updateInstructionCounter),
    ]);
  }
  binary.edit(index.generateModule, editor.edits);

  // Writes `counter = base + local` instead of adding the local, so writing it twice does no harm.
  const update = new Editor(binary, index.updateInstructionCounter, 'gen_update_instruction_counter');
  const load = update.once(`i32.const ${Address.instructionCounter}`, `call ${index.loadFixedI32}`);
  update.replace(load, 1, wasm.i32(Own.base));
  binary.edit(index.updateInstructionCounter, update.edits);
}

/**
 * Compiled ADC and SBB do not keep their first operand, interpreted ones do; instructions after them that leave the
 * adjust flag undefined compute it from what was kept last. Let both keep it.
 */
function rewriteAddWithCarry(binary: WasmBinary, index: Indices): void {
  for (const name of ['generateAdc32', 'generateSbb32'] as const) {
    const editor = new Editor(binary, index[name], FunctionName[name]);
    editor.insertBefore(editor.once(`call ${index.setLastResult}`), [
      ...wasm.localGet(0),
      ...wasm.load32(Generator.contextBuilder),
      ...wasm.localGet(1),
      ...wasm.call(index.setLastOperand),
    ]);
    binary.edit(index[name], editor.edits);
  }
}

const endShadow: Code = wasm.storeWordAt(Own.shadow, wasm.i32(0));

/**
 * STI holds interrupts off until the next instruction is done. v86 executes that one inside of STI; here STI is an
 * instruction of its own, so that a run can stop behind it. Returns the function that the main loop calls after an
 * instruction while the shadow lasts.
 */
function rewriteSti(binary: WasmBinary, index: Indices): number {
  const enable = binary.copy(index.enableInterrupts, { parameters: [], results: ['i32'] });
  binary.replace(index.enableInterrupts, {
    locals: ['i32', 'i32'],
    code: [
      ...wasm.wordAt(Address.flags),
      ...wasm.i32(FLAG_INTERRUPT),
      ...wasm.and,
      ...wasm.localSet(0),
      ...wasm.call(enable),
      ...wasm.localTee(1),
      ...wasm.localGet(0),
      ...wasm.eqz,
      ...wasm.and,
      ...wasm.ifThen,
      ...wasm.storeWordAt(Own.shadow, wasm.i32(2)),
      ...wasm.end,
      ...wasm.localGet(1),
    ],
  });
  binary.replace(index.sti, {
    locals: [],
    code: [
      ...wasm.call(index.enableInterrupts),
      ...wasm.eqz,
      ...wasm.ifThen,
      ...wasm.i32(0),
      ...wasm.call(index.generalProtection),
      ...wasm.end,
    ],
  });
  const end = binary.add(nothing, { locals: [], code: [...endShadow, ...wasm.call(index.handleIrqs)] });
  binary.export(SHADOW_END_EXPORT, end);
  return binary.add(nothing, {
    locals: [],
    code: [
      ...wasm.wordAt(Own.shadow),
      ...wasm.i32(2),
      ...wasm.eq,
      ...wasm.ifThen,
      ...wasm.storeWordAt(Own.shadow, wasm.i32(1)),
      ...wasm.otherwise,
      ...wasm.call(end),
      ...wasm.end,
    ],
  });
}

/**
 * An instruction that wrote to its own compiled code starts again, so it must not have counted. A fault in the shadow
 * of an STI ends the shadow, since the faulting instruction is done with.
 */
function wrapExitJit(binary: WasmBinary, index: Indices): void {
  const original = binary.copy(index.exitJit, nothing);
  binary.replace(index.exitJit, {
    locals: [],
    code: [
      ...wasm.wordAt(Address.jitExitReason),
      ...wasm.i32(EXIT_REASON_SELF_MODIFYING),
      ...wasm.eq,
      ...wasm.ifThen,
      ...wasm.storeWordAt(Own.base, [...wasm.wordAt(Own.base), ...wasm.i32(1), ...wasm.sub]),
      // the next instruction, interpreted, is the one in the shadow, if there is one
      ...wasm.wordAt(Own.shadow),
      ...wasm.ifThen,
      ...wasm.storeWordAt(Own.shadow, wasm.i32(1)),
      ...wasm.end,
      ...wasm.call(original),
      ...wasm.otherwise,
      ...wasm.call(original),
      ...wasm.wordAt(Own.shadow),
      ...wasm.ifThen,
      ...endShadow,
      ...wasm.call(index.handleIrqs),
      ...wasm.end,
      ...wasm.end,
    ],
  });
}

/** Software interrupts whose vector is marked call out before the gate is read; the answer 1 skips the gate. */
function wrapInterrupts(binary: WasmBinary, index: Indices): void {
  const deliver = binary.copy(index.callInterruptVector, fourWords);
  const vector = wasm.localGet(0);
  binary.replace(index.callInterruptVector, {
    locals: [],
    code: [
      ...wasm.localGet(1),
      ...wasm.ifThen,
      ...vector,
      ...wasm.i32(3),
      ...wasm.shrUnsigned,
      ...wasm.load8(Own.trapBitmap),
      ...vector,
      ...wasm.i32(7),
      ...wasm.and,
      ...wasm.shrUnsigned,
      ...wasm.i32(1),
      ...wasm.and,
      ...wasm.ifThen,
      ...vector,
      ...wasm.i32(CallOut.softwareInterrupt),
      ...wasm.add,
      ...wasm.call(index.ioPortRead32),
      ...wasm.branchIf(2),
      ...wasm.end,
      ...wasm.end,
      ...wasm.localGet(0),
      ...wasm.localGet(1),
      ...wasm.localGet(2),
      ...wasm.localGet(3),
      ...wasm.call(deliver),
    ],
  });

  const interruptReturn = binary.copy(index.interruptReturn, { parameters: ['i32'], results: [] });
  binary.replace(index.interruptReturn, {
    locals: [],
    code: [
      ...wasm.localGet(0),
      ...wasm.call(interruptReturn),
      ...wasm.wordAt(Own.observe),
      ...wasm.i32(Observe.interruptReturn),
      ...wasm.and,
      ...wasm.ifThen,
      ...wasm.byteAt(Address.privilege),
      ...wasm.ifThen,
      ...wasm.i32(CallOut.interruptReturn),
      ...wasm.call(index.ioPortRead32),
      ...wasm.drop,
      ...wasm.end,
      ...wasm.end,
    ],
  });
}

const PAGE_PRESENT = 1;
const LARGE_PAGE = 0x80;
const CR0_PAGING_SIGN = 0;
const PHYSICAL_ADDRESS_EXTENSION = 0x20;

/** Marks pages of guest RAM that a page walk makes writable, and the page tables it walks, in the dirty map. */
function wrapPageWalk(binary: WasmBinary, index: Indices): void {
  const walk = binary.copy(index.doPageWalk, {
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    results: ['i32'],
  });
  const [address, forWriting, sideEffects] = [wasm.localGet(0), wasm.localGet(1), wasm.localGet(4)];
  const entry = 5;
  const table = 6;
  const mark = binary.add(
    { parameters: ['i32'], results: [] },
    {
      locals: [],
      code: [
        ...wasm.localGet(0),
        ...wasm.wordAt(Address.memorySize),
        ...wasm.lessUnsigned,
        ...wasm.ifThen,
        ...wasm.wordAt(Own.dirtyMap),
        ...wasm.localGet(0),
        ...wasm.i32(12),
        ...wasm.shrUnsigned,
        ...wasm.add,
        ...wasm.i32(1),
        ...wasm.store8(0),
        ...wasm.end,
      ],
    },
  );
  const control3: Code = wasm.wordAt(Address.control + 12);
  binary.replace(index.doPageWalk, {
    locals: ['i32', 'i32'],
    code: [
      ...wasm.localGet(0),
      ...wasm.localGet(1),
      ...wasm.localGet(2),
      ...wasm.localGet(3),
      ...wasm.localGet(4),
      ...wasm.call(walk),
      ...wasm.localSet(entry),
      ...wasm.wordAt(Own.dirtyMap),
      ...wasm.eqz,
      ...sideEffects,
      ...wasm.eqz,
      ...wasm.or,
      ...wasm.ifThen,
      ...wasm.localGet(entry),
      ...wasm.ret,
      ...wasm.end,
      ...wasm.localGet(entry),
      ...wasm.i32(0),
      ...wasm.ne,
      ...forWriting,
      ...wasm.and,
      ...wasm.ifThen,
      ...wasm.localGet(entry),
      ...address,
      ...wasm.xor,
      ...wasm.i32(-4096),
      ...wasm.and,
      ...wasm.wordAt(Address.guestRam),
      ...wasm.sub,
      ...wasm.call(mark),
      ...wasm.end,
      ...wasm.wordAt(Address.control),
      ...wasm.i32(CR0_PAGING_SIGN),
      ...wasm.lessSigned,
      ...wasm.ifThen,
      // the entry of the page directory: its address ...
      ...wasm.wordAt(Address.control + 16),
      ...wasm.i32(PHYSICAL_ADDRESS_EXTENSION),
      ...wasm.and,
      0x04,
      0x7f,
      ...address,
      ...wasm.i32(30),
      ...wasm.shrUnsigned,
      ...wasm.i32(3),
      ...wasm.shl,
      ...wasm.load32(Address.pageDirectoryPointers),
      ...wasm.i32(-4096),
      ...wasm.and,
      ...address,
      ...wasm.i32(21),
      ...wasm.shrUnsigned,
      ...wasm.i32(0x1ff),
      ...wasm.and,
      ...wasm.i32(3),
      ...wasm.shl,
      ...wasm.add,
      ...wasm.otherwise,
      ...control3,
      ...address,
      ...wasm.i32(22),
      ...wasm.shrUnsigned,
      ...wasm.i32(2),
      ...wasm.shl,
      ...wasm.add,
      ...wasm.end,
      ...wasm.localTee(table),
      ...wasm.call(mark),
      // ... and the page table that it names
      ...wasm.localGet(table),
      ...wasm.wordAt(Address.memorySize),
      ...wasm.lessUnsigned,
      ...wasm.ifThen,
      ...wasm.localGet(table),
      ...wasm.wordAt(Address.guestRam),
      ...wasm.add,
      ...wasm.load32(0),
      ...wasm.localTee(table),
      ...wasm.i32(PAGE_PRESENT | LARGE_PAGE),
      ...wasm.and,
      ...wasm.i32(PAGE_PRESENT),
      ...wasm.eq,
      ...wasm.ifThen,
      ...wasm.localGet(table),
      ...wasm.i32(-4096),
      ...wasm.and,
      ...wasm.call(mark),
      ...wasm.end,
      ...wasm.end,
      ...wasm.end,
      ...wasm.localGet(entry),
    ],
  });
}

/**
 * The time stamp counter: what JavaScript answers, less the offset that the guest set. v86 would multiply the wall
 * clock, and make a second reading of the same value up; both are inlined wherever the counter is read.
 */
function rewriteTimestamp(binary: WasmBinary, index: Indices): void {
  for (const name of TIMESTAMP_READERS) {
    const editor = new Editor(binary, index[name], FunctionName[name]);
    const read = editor.once(`call ${index.microtick}`, 'f64.const', 'opcode.162', 'extended.7');
    editor.replace(read, 3, [
      ...wasm.i32(TIMESTAMP_REQUEST),
      ...wasm.f64Zero,
      ...wasm.call(index.runHardwareTimers),
    ]);
    const last = editor.once(`i64.load ${Address.timestampLast}`);
    editor.replace(last, 1, [...wasm.drop, ...wasm.i64(-1)]);
    binary.edit(index[name], editor.edits);
  }
}

/** The bytes of v86.wasm, rewritten. */
export function rewriteV86(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const binary = new WasmBinary(bytes);
  const index = findFunctions(binary);
  rewriteMainLoop(binary, index, rewriteSti(binary, index));
  rewriteCodeGenerator(binary, index);
  rewriteAddWithCarry(binary, index);
  wrapExitJit(binary, index);
  wrapInterrupts(binary, index);
  wrapPageWalk(binary, index);
  rewriteTimestamp(binary, index);
  return binary.encode();
}
