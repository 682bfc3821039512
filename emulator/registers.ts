/**
 * The processor's registers as a debugger names them, on top of where v86 keeps them.
 *
 * Lazy flags are computed when read and settled when written. Nothing here runs the guest.
 */

import { REGISTER_NAMES, SEGMENT_NAMES } from './types.ts';
import type { ControlRegister, RegisterName, Registers, SegmentName } from './types.ts';
import { Address } from './v86/internals.ts';
import type { V86Instance } from './v86/instance.ts';

const CODE_SEGMENT = 1;
const FLAG_ALWAYS_ONE = 2;

/** Layout of the 512-byte FXSAVE image. Source: Intel SDM volume 1, table 10-2. */
const Fx = {
  control: 0,
  status: 2,
  tag: 4,
  opcode: 6,
  instructionPointer: 8,
  instructionSelector: 12,
  dataPointer: 16,
  dataSelector: 20,
  mxcsr: 24,
  mxcsrMask: 28,
  fpuRegisters: 32,
  xmm: 160,
  size: 512,
} as const;
const STACK_TOP_SHIFT = 11;

export class MachineRegisters implements Registers {
  readonly #instance: () => V86Instance;

  constructor(instance: () => V86Instance) {
    this.#instance = instance;
  }

  get(name: RegisterName): number {
    const v86 = this.#instance();
    if (name === 'eip') return (v86.word(Address.instructionPointer) - this.#codeBase()) >>> 0;
    if (name === 'eflags') return v86.exports.get_eflags() >>> 0;
    return v86.word(Address.registers + 4 * REGISTER_NAMES.indexOf(name));
  }

  set(name: RegisterName, value: number): void {
    const v86 = this.#instance();
    if (name === 'eip') v86.setWord(Address.instructionPointer, value + this.#codeBase());
    else if (name === 'eflags') {
      v86.setWord(Address.flags, value | FLAG_ALWAYS_ONE);
      v86.setWord(Address.flagsChanged, 0);
    } else v86.setWord(Address.registers + 4 * REGISTER_NAMES.indexOf(name), value);
  }

  #codeBase(): number {
    return this.#instance().word(Address.segmentBases + 4 * CODE_SEGMENT);
  }

  segment(name: SegmentName): number {
    return this.#instance().half(Address.segmentSelectors + 2 * SEGMENT_NAMES.indexOf(name));
  }

  segmentBase(name: SegmentName): number {
    return this.#instance().word(Address.segmentBases + 4 * SEGMENT_NAMES.indexOf(name));
  }

  control(index: ControlRegister): number {
    return this.#instance().word(Address.control + 4 * index);
  }

  get privilege(): number {
    return this.#instance().byte(Address.privilege);
  }

  get idt(): { base: number; limit: number } {
    const v86 = this.#instance();
    return { base: v86.word(Address.idtBase), limit: v86.word(Address.idtLimit) };
  }

  get gdt(): { base: number; limit: number } {
    const v86 = this.#instance();
    return { base: v86.word(Address.gdtBase), limit: v86.word(Address.gdtLimit) };
  }

  fxsave(): Uint8Array {
    const v86 = this.#instance();
    const image = new Uint8Array(Fx.size);
    const out = new DataView(image.buffer);
    const top = v86.byte(Address.fpuStackTop) & 7;
    out.setUint16(Fx.control, v86.half(Address.fpuControl), true);
    const status = v86.half(Address.fpuStatus) & ~(7 << STACK_TOP_SHIFT);
    out.setUint16(Fx.status, status | (top << STACK_TOP_SHIFT), true);
    image[Fx.tag] = ~v86.byte(Address.fpuStackEmpty);
    out.setUint16(Fx.opcode, v86.half(Address.fpuOpcode), true);
    out.setUint32(Fx.instructionPointer, v86.word(Address.fpuInstructionPointer), true);
    out.setUint16(Fx.instructionSelector, v86.half(Address.fpuInstructionSelector), true);
    out.setUint32(Fx.dataPointer, v86.word(Address.fpuDataPointer), true);
    out.setUint16(Fx.dataSelector, v86.half(Address.fpuDataSelector), true);
    out.setUint32(Fx.mxcsr, v86.word(Address.mxcsr), true);
    out.setUint32(Fx.mxcsrMask, 0xffff, true);
    for (let i = 0; i < 8; i++) {
      const from = Address.fpuRegisters + 16 * ((top + i) & 7);
      image.set(v86.bytes.subarray(from, from + 10), Fx.fpuRegisters + 16 * i);
    }
    image.set(v86.bytes.subarray(Address.xmm, Address.xmm + 128), Fx.xmm);
    return image;
  }

  fxrestore(image: Uint8Array): void {
    if (image.length !== Fx.size) throw new RangeError(`an FXSAVE image has 512 bytes, not ${image.length}`);
    const v86 = this.#instance();
    const input = new DataView(image.buffer, image.byteOffset, image.length);
    const status = input.getUint16(Fx.status, true);
    const top = (status >> STACK_TOP_SHIFT) & 7;
    const control = input.getUint16(Fx.control, true);
    v86.exports.set_control_word(control);
    v86.setHalf(Address.fpuStatus, status & ~(7 << STACK_TOP_SHIFT));
    v86.setByte(Address.fpuStackTop, top);
    v86.setByte(Address.fpuStackEmpty, ~(image[Fx.tag] ?? 0));
    v86.setWord(Address.fpuOpcode, input.getUint16(Fx.opcode, true));
    v86.setWord(Address.fpuInstructionPointer, input.getUint32(Fx.instructionPointer, true));
    v86.setWord(Address.fpuInstructionSelector, input.getUint16(Fx.instructionSelector, true));
    v86.setWord(Address.fpuDataPointer, input.getUint32(Fx.dataPointer, true));
    v86.setWord(Address.fpuDataSelector, input.getUint16(Fx.dataSelector, true));
    v86.setWord(Address.mxcsr, input.getUint32(Fx.mxcsr, true));
    for (let i = 0; i < 8; i++) {
      const from = Fx.fpuRegisters + 16 * i;
      v86.bytes.set(image.subarray(from, from + 10), Address.fpuRegisters + 16 * ((top + i) & 7));
    }
    v86.bytes.set(image.subarray(Fx.xmm, Fx.xmm + 128), Address.xmm);
  }
}
