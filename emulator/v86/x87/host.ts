/** The x87 of `fpu/` on a v86: its state lies in v86's memory. */

import { type Extended, extended } from '../../fpu/extended.ts';
import type { Layout, X87State } from '../../fpu/state.ts';
import type { Surroundings } from '../../fpu/memory-forms.ts';
import { X87 } from '../../fpu/x87.ts';
import { Address, X87Area } from '../internals.ts';
import { Packed } from './state.ts';

/** What is used of a running v86. */
export interface RunningV86 {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly exports: { set_control_word(word: number): void; get_eflags(): number };
  byte(address: number): number;
  half(address: number): number;
  word(address: number): number;
  double(address: number): bigint;
  setByte(address: number, value: number): void;
  setHalf(address: number, value: number): void;
  setWord(address: number, value: number): void;
  setDouble(address: number, value: bigint): void;
}

const REGISTER_BYTES = 16;
const FLAG_VIRTUAL_8086 = 1 << 17;
/** The flags that FCMOV looks at and FCOMI sets: carry, parity, adjust, zero, sign, overflow. */
const ARITHMETIC_FLAGS = 0x8d5;

class MemoryState implements X87State {
  readonly #v86: RunningV86;

  constructor(v86: RunningV86) {
    this.#v86 = v86;
  }

  get control(): number {
    return this.#v86.half(Address.fpuControl);
  }
  set control(word: number) {
    // SoftFloat is told of rounding and precision as well
    this.#v86.exports.set_control_word(word);
  }
  get status(): number {
    return this.#v86.half(Address.fpuStatus);
  }
  set status(word: number) {
    this.#v86.setHalf(Address.fpuStatus, word);
  }
  get top(): number {
    return this.#v86.byte(Address.fpuStackTop);
  }
  set top(number: number) {
    this.#v86.setByte(Address.fpuStackTop, number);
  }
  get empty(): number {
    return this.#v86.byte(Address.fpuStackEmpty);
  }
  set empty(bits: number) {
    this.#v86.setByte(Address.fpuStackEmpty, bits);
  }
  get instructionPointer(): number {
    return this.#v86.word(Address.fpuInstructionPointer);
  }
  set instructionPointer(address: number) {
    this.#v86.setWord(Address.fpuInstructionPointer, address);
  }
  get opcode(): number {
    return this.#v86.word(Address.fpuOpcode);
  }
  set opcode(opcode: number) {
    this.#v86.setWord(Address.fpuOpcode, opcode);
  }
  get dataPointer(): number {
    return this.#v86.word(Address.fpuDataPointer);
  }
  set dataPointer(address: number) {
    this.#v86.setWord(Address.fpuDataPointer, address);
  }

  register(number: number): Extended {
    const at = Address.fpuRegisters + REGISTER_BYTES * number;
    return extended(this.#v86.half(at + 8), this.#v86.double(at));
  }
  setRegister(number: number, { head, significand }: Extended): void {
    const at = Address.fpuRegisters + REGISTER_BYTES * number;
    this.#v86.setDouble(at, significand);
    this.#v86.setHalf(at + 8, head);
  }
}

/** What an x87 instruction sees of v86's processor: flags are computed when they are asked for. */
class Processor implements Surroundings {
  readonly #v86: RunningV86;
  layout: Layout = { wide: true, realMode: false };

  constructor(v86: RunningV86) {
    this.#v86 = v86;
  }

  get flags(): number {
    return this.#v86.exports.get_eflags();
  }
  set flags(flags: number) {
    this.#v86.setWord(Address.flagsChanged, 0);
    const others = this.#v86.word(Address.flags) & ~ARITHMETIC_FLAGS;
    this.#v86.setWord(Address.flags, others | (flags & ARITHMETIC_FLAGS));
  }
  get ax(): number {
    return this.#v86.half(Address.registers);
  }
  set ax(word: number) {
    this.#v86.setHalf(Address.registers, word);
  }
}

export class X87Host {
  readonly #v86: RunningV86;
  readonly #x87: X87;
  readonly #processor: Processor;

  constructor(v86: RunningV86) {
    this.#v86 = v86;
    this.#x87 = new X87(new MemoryState(v86));
    this.#processor = new Processor(v86);
  }

  /** Executes an instruction whose operand has been copied; 1 if there is one to be copied back. */
  execute(packed: number): 0 | 1 {
    const v86 = this.#v86;
    const processor = this.#processor;
    const protectedMode =
      v86.byte(Address.protectedMode) !== 0 && (v86.word(Address.flags) & FLAG_VIRTUAL_8086) === 0;
    processor.layout = { wide: (packed & Packed.wide) !== 0, realMode: !protectedMode };
    const operand = new DataView(v86.bytes.buffer, X87Area.operand, X87Area.operandLength);
    const operation = (packed >>> Packed.operationShift) & Packed.operation;
    return this.#x87.execute(operation, operand, processor) === 'store' ? 1 : 0;
  }
}
