/**
 * Code that writes generated code: what the rewrite of the code generator is made of.
 *
 * It runs inside v86 while v86 compiles a page, and writes WebAssembly with v86's own builder.
 */

import { Address, CompiledFunction, EXIT_REASON_SELF_MODIFYING, Generator, PAGE } from './internals.ts';
import type { Indices } from './rewrite-support.ts';
import { twoWords } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

/** Appends `push(builder, byte)`: one byte of generated code. */
export function addPushByte(binary: WasmBinary, index: Indices): number {
  const [builder, byte, length] = [wasm.localGet(0), wasm.localGet(1), 2];
  return binary.add(twoWords, {
    locals: ['i32'],
    code: [
      builder,
      wasm.load32(Generator.builderBytesLength),
      wasm.localTee(length),
      builder,
      wasm.load32(Generator.builderBytesCapacity),
      wasm.eq,
      wasm.ifThen,
      builder,
      wasm.i32(Generator.builderBytesCapacity),
      wasm.add,
      wasm.call(index.growBytes),
      wasm.end,
      builder,
      wasm.load32(Generator.builderBytesPointer),
      wasm.localGet(length),
      wasm.add,
      byte,
      wasm.store8(0),
      builder,
      wasm.localGet(length),
      wasm.i32(1),
      wasm.add,
      wasm.store32(Generator.builderBytesLength),
    ],
  });
}

export const contextBuilder = (context: Code): Code => [context, wasm.load32(Generator.contextBuilder)];
const contextInstruction = (context: Code): Code => [context, wasm.load32(Generator.contextInstruction)];
const contextFaultLabel = (context: Code): Code => [context, wasm.load32(Generator.contextFaultLabel)];
const contextExitLabel = (context: Code): Code => [context, wasm.load32(Generator.contextExitLabel)];

/** The locals of generated code that count. */
export const COUNT = wasm.i32(CompiledFunction.count);
export const AHEAD = wasm.i32(CompiledFunction.ahead);

/** Code that writes generated code: each method appends one instruction to what `builder` has. Arguments are code, too. */
export class Emitter {
  readonly #builder: Code;
  readonly #index: Indices;
  readonly #pushByte: number;

  constructor(builder: Code, index: Indices, pushByte: number) {
    this.#builder = builder;
    this.#index = index;
    this.#pushByte = pushByte;
  }

  /** An instruction as its bytes. */
  raw = (instruction: Code): Code =>
    wasm.flatten(instruction).map((byte) => [this.#builder, wasm.i32(byte), wasm.call(this.#pushByte)]);
  constant = (value: Code): Code => [this.#builder, value, wasm.call(this.#index.constI32)];
  wordAt = (address: number): Code => [this.#builder, wasm.i32(address), wasm.call(this.#index.loadFixedI32)];
  byteAt = (address: number): Code => [this.#builder, wasm.i32(address), wasm.call(this.#index.loadFixedU8)];
  getLocal = (local: Code): Code => [this.#builder, local, wasm.call(this.#index.getLocal)];
  setLocal = (local: Code): Code => [this.#builder, local, wasm.call(this.#index.setLocal)];
  /** Calls an exported function whose name stands in v86's memory, and whose type is one of {@link CompiledCall}. */
  call = (name: readonly [number, number], type: number): Code => [
    [this.#builder, wasm.i32(name[0]), wasm.i32(name[1]), wasm.i32(type)],
    wasm.call(this.#index.generateCall),
  ];
  ifThen = (): Code => [this.#builder, wasm.call(this.#index.ifVoid)];
  end = (): Code => [this.#builder, wasm.call(this.#index.blockEnd)];
  /** Writes the counter to memory. */
  count = (): Code => [this.#builder, COUNT, wasm.call(this.#index.updateInstructionCounter)];
  /** Leaves the compiled function before the instruction at this offset in its page. */
  exitAt = (offset: Code, context: Code): Code => [
    [this.#builder, offset, wasm.call(this.#index.setEipLowBits)],
    [this.#builder, contextExitLabel(context), wasm.call(this.#index.branch)],
  ];
  /**
   * Leaves the compiled function before the instruction being generated, which has been counted already, to have it interpreted.
   * v86 knows such an end: of an instruction that wrote to its own page and starts again.
   */
  leaveToInterpreter = (context: Code): Code => [
    this.raw(wasm.storeWordAt(Address.jitExitReason, wasm.i32(EXIT_REASON_SELF_MODIFYING))),
    [
      this.#builder,
      contextInstruction(context),
      wasm.i32(PAGE - 1),
      wasm.and,
      wasm.call(this.#index.setEipLowBits),
    ],
    [this.#builder, contextFaultLabel(context), wasm.call(this.#index.branch)],
  ];
}
