/**
 * The rewrite of v86's code generator: compiled code counts exactly, leaves before a block that would pass the limit and before a
 * breakpoint, and keeps the same lazy flags as the interpreter.
 *
 * A block's instructions are added to the count where it begins. A second local says by how many the count is ahead: a constant
 * before each instruction, which V8 drops unless a fault, a port or an exit comes before the next one, where it is taken off.
 *
 * The functions added here run inside v86 while it compiles; they write WebAssembly with v86's own builder.
 */

import { AHEAD, contextBuilder, COUNT, Emitter } from './emitter.ts';
import {
  Address,
  CompiledFunction,
  FunctionName,
  GeneratedCallName,
  GenerateModuleFrame,
  Generator,
  INSTRUCTIONS_LEFT,
  Own,
  ProbeMap,
} from './internals.ts';
import { rewriteChaining } from './rewrite-chaining.ts';
import { NEVER, replaceIsNearEnd } from './rewrite-page-end.ts';
import { Editor, type Indices, threeWords, UnsupportedV86Error } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

/**
 * Generates code that tells whether the instruction at an offset in the page being executed is watched for, by the byte at
 * {@link watchedIndex}. While compiled code runs, the page of EIP in memory is right; only the offset in it is old.
 */
const generateIsWatched = (emit: Emitter, offset: Code): Code => [
  emit.wordAt(Address.instructionPointer),
  emit.constant(wasm.i32((ProbeMap.watchedLength - 1) & ~0xfff)),
  emit.raw(wasm.and),
  emit.constant(offset),
  emit.raw(wasm.or),
  emit.wordAt(Address.instructionPointer),
  emit.constant(wasm.i32(16)),
  emit.raw(wasm.shrUnsigned),
  emit.raw(wasm.xor),
  emit.wordAt(Own.probeMap),
  emit.raw(wasm.add),
  emit.raw(wasm.load8(ProbeMap.watched)),
];

/**
 * Code that leaves in the local `opcode`, which holds the first byte of the instruction before `address`, whether
 * JavaScript may look at the machine during it.
 */
function looksOut(index: Indices, opcode: number, address: number): Code {
  const nextByte: Code = [
    [wasm.localGet(address), wasm.call(index.read8), wasm.localSet(opcode)],
    [wasm.localGet(address), wasm.i32(1), wasm.add, wasm.localSet(address)],
  ];
  const is = (value: number): Code => [wasm.localGet(opcode), wasm.i32(value), wasm.eq];
  const masked = (mask: number, value: number): Code => [
    [wasm.localGet(opcode), wasm.i32(mask), wasm.and],
    [wasm.i32(value), wasm.eq],
  ];
  const any = (...conditions: Code[]): Code =>
    conditions.map((code, i) => (i === 0 ? code : [code, wasm.or]));
  return [
    wasm.loop,
    // operand size, address size, lock, repeat, segment prefixes
    any(masked(0xfe, 0x66), is(0xf0), masked(0xfe, 0xf2), masked(0xe7, 0x26), masked(0xfe, 0x64)),
    wasm.ifThen,
    nextByte,
    wasm.branch(1),
    wasm.end,
    wasm.end,
    is(0x0f),
    wasm.ifThen,
    nextByte,
    // 0F 00-0F, 20-27, 30-37, A2 and C7: system instructions, RDTSC, RDMSR, CPUID, RDRAND
    any(masked(0xf0, 0x00), masked(0xf8, 0x20), masked(0xf8, 0x30), is(0xa2), is(0xc7)),
    wasm.localSet(opcode),
    wasm.otherwise,
    // INS OUTS, INT3 INT INTO IRET, IN OUT, HLT, STI
    any(masked(0xfc, 0x6c), masked(0xfc, 0xcc), masked(0xf4, 0xe4), is(0xf4), is(0xfb)),
    wasm.localSet(opcode),
    wasm.end,
  ];
}

/** Generates code that says so: the count is ahead by the instructions of the block that are still to be generated. */
const setAhead = (emit: Emitter): Code => [
  emit.constant(wasm.wordAt(INSTRUCTIONS_LEFT)),
  emit.setLocal(AHEAD),
];

/**
 * Appends `generate(opcode, context, flags)`: code that says how far the count is ahead, then, before an instruction during
 * which JavaScript may look at the machine, code that writes the count to memory, then the instruction.
 */
function addGenerateCounted(binary: WasmBinary, index: Indices, pushByte: number): number {
  const [opcode, context] = [0, wasm.localGet(1)];
  const [address, builder, original, offset] = [3, 4, 5, 6] as const;
  const emit = new Emitter(wasm.localGet(builder), index, pushByte);
  const offsetOfInstruction = wasm.localGet(offset);
  return binary.add(threeWords, {
    locals: ['i32', 'i32', 'i32', 'i32'],
    code: [
      [wasm.localGet(opcode), wasm.localSet(original)],
      [contextBuilder(context), wasm.localSet(builder)],
      [context, wasm.load32(Generator.contextProcessor), wasm.load32(0), wasm.localTee(address)],
      [wasm.i32(1), wasm.sub, wasm.i32(0xfff), wasm.and, wasm.localSet(offset)],
      // before an instruction that is watched for, compiled code is left; at the same offset in other pages it goes on
      wasm.bitOf(wasm.wordAt(Own.probeMap), ProbeMap.exits, offsetOfInstruction),
      wasm.ifThen,
      setAhead(emit),
      generateIsWatched(emit, offsetOfInstruction),
      emit.ifThen(),
      emit.exitAt(offsetOfInstruction, context),
      emit.end(),
      wasm.end,

      wasm.storeWordAt(INSTRUCTIONS_LEFT, [wasm.wordAt(INSTRUCTIONS_LEFT), wasm.i32(1), wasm.sub]),
      setAhead(emit),

      [wasm.localGet(opcode), wasm.i32(0xff), wasm.and, wasm.localSet(opcode)],
      looksOut(index, opcode, address),
      wasm.localGet(opcode),
      wasm.ifThen,
      emit.count(),
      wasm.end,

      [wasm.localGet(original), context, wasm.localGet(2), wasm.call(index.generateInstruction)],
    ],
  });
}

/**
 * Appends `check(context, address, instructions)`: code at the start of a block that leaves the compiled function
 * when the block's instructions would pass the limit. The counter local holds count minus limit, so it is negative.
 */
function addBlockCheck(binary: WasmBinary, index: Indices, pushByte: number): number {
  const [context, address, instructions, builder] = [wasm.localGet(0), wasm.localGet(1), wasm.localGet(2), 3];
  const emit = new Emitter(wasm.localGet(builder), index, pushByte);
  return binary.add(threeWords, {
    locals: ['i32'],
    code: [
      [contextBuilder(context), wasm.localSet(builder)],
      wasm.storeWordAt(INSTRUCTIONS_LEFT, instructions),
      [emit.constant(wasm.i32(0)), emit.setLocal(AHEAD)],
      emit.getLocal(COUNT),
      emit.constant([wasm.i32(0), instructions, wasm.sub]),
      emit.raw(wasm.greaterSigned),
      emit.ifThen(),
      emit.exitAt([address, wasm.i32(0xfff), wasm.and], context),
      emit.end(),
    ],
  });
}

/**
 * Gives the locals of generated code the numbers of {@link CompiledFunction}. v86 numbers them as it asks for them: the registers in
 * their order, then the count.
 */
function editLocals(editor: Editor, index: Indices): void {
  // the first local is kept for the count; what v86 asks for as such counts what it is ahead
  const none = editor.once('i32.const 0', `i32.store8 ${Generator.builderNextLocal}`);
  editor.replace(none, 1, wasm.i32(1));
  // the loop over the registers: which one comes next, by its number in four bits each
  const order = CompiledFunction.order.reduce<number>(
    (packed, register, i) => packed | (register << (4 * i)),
    0,
  );
  const [address, places] = [wasm.localGet(9), wasm.localGet(11)];
  const register: Code = [
    [wasm.i32(order), address, wasm.i32(Address.registers), wasm.sub, wasm.shrUnsigned],
    [wasm.i32(7), wasm.and],
  ];
  const load = editor.once('loop', 'local.get 4', 'local.get 9', `call ${index.loadFixedI32}`);
  editor.replace(load + 2, 1, [register, wasm.i32(2), wasm.shl, wasm.i32(Address.registers), wasm.add]);
  const keep = editor.once('local.get 10', 'local.get 13', 'i32.store8 0', 'local.get 10');
  editor.replace(keep, 1, [register, places, wasm.add]);
  const counted = editor.once('local.set 17') - 2;
  editor.insertBefore(counted, [COUNT, wasm.localSet(16)]);
}

/** The code generator: counts and checks the limit per block, keeps the count relative to the limit. */
export function rewriteCodeGenerator(binary: WasmBinary, index: Indices, pushByte: number): void {
  const generateCounted = addGenerateCounted(binary, index, pushByte);
  const blockCheck = addBlockCheck(binary, index, pushByte);
  const editor = new Editor(binary, index.generateModule, 'jit_generate_module');
  const frame = wasm.localGet(GenerateModuleFrame.frameLocal);
  const context: Code = [frame, wasm.i32(GenerateModuleFrame.context), wasm.add];

  const calls = editor.all(`call ${index.generateInstruction}`);
  if (calls.length !== 3) throw new UnsupportedV86Error(`${calls.length} calls of the instruction generator`);
  for (const call of calls) editor.replace(call, 1, wasm.call(generateCounted));

  const counterLocal = Generator.contextCounterLocal + GenerateModuleFrame.context;
  const blockStart = editor.once(
    `local.get ${GenerateModuleFrame.frameLocal}`,
    `i32.load8_u ${counterLocal}`,
    'local.set 15',
    'block',
    'local.get 8',
  );
  editor.insertBefore(blockStart + 3, [
    context,
    wasm.localGet(GenerateModuleFrame.addressLocal),
    wasm.localGet(GenerateModuleFrame.bucketLocal),
    wasm.i32(-8),
    wasm.add,
    wasm.load32(0),
    wasm.call(blockCheck),
  ]);

  editLocals(editor, index);

  // The count must stand in memory before exit_jit and handle_irqs enter the guest's handlers.
  for (const [address, length] of [GeneratedCallName.exitJit, GeneratedCallName.handleIrqs]) {
    const name = editor.once(`i32.const ${address}`, `i32.const ${length}`, 'i32.const 0');
    editor.insertBefore(name, [contextBuilder(context), COUNT, wasm.call(index.updateInstructionCounter)]);
  }
  // a block's instructions have been found to lie in the page before
  replaceIsNearEnd(editor, 3, NEVER);
  rewriteChaining(binary, index, pushByte, editor);
  binary.edit(index.generateModule, editor.edits);

  // Writes `counter = base + local - ahead` instead of adding the local, so writing it twice does no harm.
  const update = new Editor(binary, index.updateInstructionCounter, 'gen_update_instruction_counter');
  const load = update.once(`i32.const ${Address.instructionCounter}`, `call ${index.loadFixedI32}`);
  update.replace(load, 1, wasm.i32(Own.base));
  const updating = new Emitter(wasm.localGet(0), index, pushByte);
  update.insertBefore(load + 2, [updating.getLocal(AHEAD), updating.raw(wasm.sub)]);
  binary.edit(index.updateInstructionCounter, update.edits);
}

/**
 * Compiled ADC and SBB do not keep their first operand, interpreted ones do; instructions after them that leave the
 * adjust flag undefined compute it from what was kept last. Let both keep it.
 */
export function rewriteAddWithCarry(binary: WasmBinary, index: Indices): void {
  for (const name of ['generateAdc32', 'generateSbb32'] as const) {
    const editor = new Editor(binary, index[name], FunctionName[name]);
    editor.insertBefore(editor.once(`call ${index.setLastResult}`), [
      wasm.localGet(0),
      wasm.load32(Generator.contextBuilder),
      wasm.localGet(1),
      wasm.call(index.setLastOperand),
    ]);
    binary.edit(index[name], editor.edits);
  }
}
