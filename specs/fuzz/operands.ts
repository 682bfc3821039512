/**
 * Draws one instruction with operands: registers, immediates, memory by every form of addressing. A memory operand is preceded by
 * instructions that make its registers point where it is meant to: into plain memory, over a page border, into a hole, a page that
 * must not be written, one that is mapped on demand, one that is there twice.
 */

import type * as Iced from 'iced-x86';
import type { RandomNumber } from '../support/random.ts';
import { wordOf } from './case.ts';
import { type Form, iced } from './instructions.ts';
import { At, DataPage, PAGE, SegmentBase, Size } from './layout.ts';

export const chance = (random: RandomNumber, one: number, of: number): boolean => random(of) < one;

export function pick<T>(random: RandomNumber, list: readonly T[]): T {
  const found = list[random(list.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

const IMMEDIATES = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 0x7f, 0x80, 0xff];

export function immediate(random: RandomNumber): number {
  if (chance(random, 1, 2)) return pick(random, IMMEDIATES);
  return random(0x1_0000) * 0x1_0000 + random(0x1_0000);
}

/** A linear address to use, and how it is aligned when `alignment` says so. */
export function dataAddress(random: RandomNumber, alignment: number): number {
  const address = unaligned(random);
  return alignment > 1 && !chance(random, 1, 12) ? address - (address % alignment) : address;
}

function unaligned(random: RandomNumber): number {
  const { hole, readOnly, demand, alias, secondHole } = DataPage;
  switch (random(20)) {
    case 0: // over a border, into whatever is there
    case 1:
    case 2:
    case 3:
      return At.data + (1 + random(12)) * PAGE - 1 - random(18);
    case 4:
      return At.data + pick(random, [hole, secondHole]) * PAGE + random(PAGE);
    case 5:
      return At.data + readOnly * PAGE + random(PAGE - 16);
    case 6:
      return At.data + demand * PAGE + random(PAGE - 16);
    case 7:
      return At.data + alias * PAGE + random(PAGE - 16);
    case 8:
      return At.stack + random(Size.stack - 16);
    default:
      return At.data + random(3 * PAGE - 16);
  }
}

const generalRegisters = (): Iced.Register[] => {
  const { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI } = iced.Register;
  return [EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI];
};

/** `mov register, value` */
export const load = (register: number, value: number): number[] => [0xb8 + register, ...wordOf(value)];

/** How many bytes an operand must be aligned by, or may well be. */
function alignmentOf(form: Form): number {
  if (form.kind === 'sse') return 16;
  return form.name.startsWith('Fx') ? 16 : 1;
}

/** Gives an instruction a memory operand; returns the instructions that are to stand before it. */
function drawMemory(
  random: RandomNumber,
  form: Form,
  instruction: Iced.Instruction,
  strays: boolean,
): number[] {
  const { Register } = iced;
  let address = dataAddress(random, alignmentOf(form));
  const override = chance(random, 1, 4) ? pick(random, segmentPrefixes()) : undefined;
  if (override !== undefined) {
    instruction.segmentPrefix = override.register;
    address -= override.base;
  }
  if (
    override !== undefined &&
    override.base !== 0 &&
    address >= 0 &&
    address < 0x1_0000 &&
    chance(random, 1, 2)
  )
    return draw16Bit(random, address, instruction);
  const set = (displacement: number): void => {
    instruction.memoryDisplacement = BigInt.asUintN(64, BigInt(displacement | 0));
    instruction.memoryDisplSize = displacement === 0 ? 0 : Math.abs(displacement) < 0x80 ? 1 : 4;
  };
  const withBase = chance(random, 4, 5);
  const withIndex = chance(random, 1, 3);
  if (!withBase && !withIndex) {
    instruction.memoryDisplacement = BigInt(address >>> 0);
    instruction.memoryDisplSize = 4;
    return [];
  }
  const before: number[] = [];
  let rest = address;
  if (withIndex) {
    const index = pick(random, [0, 1, 2, 3, 5, 6, 7]);
    const scale = pick(random, [1, 2, 4, 8]);
    const value = random(0x400) - 0x200;
    instruction.memoryIndex = generalRegisters()[index] ?? Register.None;
    instruction.memoryIndexScale = scale;
    rest -= scale * value;
    before.push(...load(index, value >>> 0));
  }
  if (!withBase) {
    instruction.memoryDisplacement = BigInt(rest >>> 0);
    instruction.memoryDisplSize = 4;
    return before;
  }
  const taken = generalRegisters().indexOf(instruction.memoryIndex);
  const base = pick(
    random,
    [0, 1, 2, 3, 5, 6, 7].filter((one) => one !== taken),
  );
  instruction.memoryBase = generalRegisters()[base] ?? Register.None;
  const displacement = pick(random, [0, 0, random(0x80), -random(0x80), random(0x1_0000)]);
  set(displacement);
  // now and then the register is left as it is, and points anywhere
  if (!strays || !chance(random, 1, 25)) before.push(...load(base, (rest - displacement) >>> 0));
  return before;
}

function segmentPrefixes(): { register: Iced.Register; base: number }[] {
  const { CS, DS, ES, SS, FS, GS } = iced.Register;
  // through CS nothing can be written
  const flat = [DS, ES, SS, CS].map((register) => ({ register, base: 0 }));
  return [...flat, { register: FS, base: SegmentBase.fs }, { register: GS, base: SegmentBase.gs }];
}

/** [bx+si+displacement] and its like, with an offset below 64 KiB. */
function draw16Bit(random: RandomNumber, offset: number, instruction: Iced.Instruction): number[] {
  const { BX, BP, SI, DI, None } = iced.Register;
  const [base, index] = pick(random, [
    [BX, SI],
    [BX, DI],
    [BP, SI],
    [BP, DI],
    [BX, None],
    [SI, None],
    [DI, None],
    [BP, None],
  ] as const);
  const number = new Map<Iced.Register, number>([
    [BX, 3],
    [BP, 5],
    [SI, 6],
    [DI, 7],
  ]);
  instruction.memoryBase = base;
  instruction.memoryIndex = index;
  const displacement = random(0x1_0000);
  instruction.memoryDisplacement = BigInt(displacement);
  instruction.memoryDisplSize = 2;
  const high = random(0x1_0000) * 0x1_0000;
  const indexValue = index === None ? 0 : random(0x1_0000);
  const baseValue = (offset - displacement - indexValue) & 0xffff;
  return [
    ...load(number.get(base) ?? 3, high + baseValue),
    ...(index === None ? [] : load(number.get(index) ?? 6, high + indexValue)),
  ];
}

/** Operands that are a register, or may be: the first register and how many there are. */
const REGISTER_OPERANDS: Readonly<Record<string, readonly [keyof typeof Iced.Register, number]>> = {
  ...{ r8_or_mem: ['AL', 8], r8_reg: ['AL', 8], r8_opcode: ['AL', 8] },
  ...{ r16_or_mem: ['AX', 8], r16_reg: ['AX', 8], r16_rm: ['AX', 8], r16_opcode: ['AX', 8] },
  ...{ r32_or_mem: ['EAX', 8], r32_reg: ['EAX', 8], r32_rm: ['EAX', 8], r32_opcode: ['EAX', 8] },
  ...{ mm_or_mem: ['MM0', 8], mm_reg: ['MM0', 8], mm_rm: ['MM0', 8] },
  ...{ xmm_or_mem: ['XMM0', 8], xmm_reg: ['XMM0', 8], xmm_rm: ['XMM0', 8] },
  ...{ seg_reg: ['ES', 6], cr_reg: ['CR2', 3], dr_reg: ['DR0', 8], sti_opcode: ['ST0', 8], st0: ['ST0', 1] },
  ...{ al: ['AL', 1], cl: ['CL', 1], ax: ['AX', 1], dx: ['DX', 1], eax: ['EAX', 1] },
  ...{ es: ['ES', 1], cs: ['CS', 1], ss: ['SS', 1], ds: ['DS', 1], fs: ['FS', 1], gs: ['GS', 1] },
};

/** Operands that are a constant: its kind, and which of its bits count. */
const CONSTANT_OPERANDS: Readonly<Record<string, readonly [keyof typeof Iced.OpKind, number]>> = {
  ...{ imm8: ['Immediate8', 0xff], imm16: ['Immediate16', 0xffff], imm32: ['Immediate32', -1] },
  ...{ imm8sex16: ['Immediate8to16', 0xff], imm8sex32: ['Immediate8to32', 0xff] },
};

/** Draws the operand in one place. Returns what is to stand before the instruction, or undefined for an operand not drawn here. */
function drawOperand(
  random: RandomNumber,
  form: Form,
  instruction: Iced.Instruction,
  place: number,
  strays: boolean,
): number[] | undefined {
  const { OpKind, Register } = iced;
  const kind = form.operands[place] ?? '';
  if (kind === 'mem' || (kind.endsWith('_or_mem') && chance(random, 1, 2))) {
    instruction.setOpKind(place, OpKind.Memory);
    return drawMemory(random, form, instruction, strays);
  }
  const [first, count] = REGISTER_OPERANDS[kind] ?? [];
  if (first !== undefined && count !== undefined) {
    instruction.setOpKind(place, OpKind.Register);
    const name = Register[Register[first] + random(count)] as keyof typeof Iced.Register;
    instruction.setOpRegister(place, Register[name]);
    return [];
  }
  const second = kind === 'imm8' && place === 1 && form.operands[0] === 'imm16';
  const [size, mask] = second ? (['Immediate8_2nd', 0x1f] as const) : (CONSTANT_OPERANDS[kind] ?? []);
  if (size !== undefined && mask !== undefined) {
    const value = immediate(random) & mask;
    instruction.setOpKind(place, OpKind[size]);
    if (size.startsWith('Immediate8to')) instruction.setImmediateI32(place, (value << 24) >> 24);
    else instruction.setImmediateU32(place, value >>> 0);
    return [];
  }
  switch (kind) {
    case 'imm8_const_1':
      instruction.setOpKind(place, OpKind.Immediate8);
      instruction.setImmediateU32(place, 1);
      return [];
    case 'mem_offs':
      instruction.setOpKind(place, OpKind.Memory);
      instruction.memoryDisplacement = BigInt(dataAddress(random, 1));
      instruction.memoryDisplSize = 4;
      return [];
    case 'seg_rBX_al':
      instruction.setOpKind(place, OpKind.Memory);
      instruction.memoryBase = Register.EBX;
      instruction.memoryIndex = Register.AL;
      return load(3, dataAddress(random, 1) - random(0x80));
    case 'seg_rDI':
      instruction.setOpKind(place, OpKind.MemorySegEDI);
      return load(7, dataAddress(random, 1));
    default:
      return undefined;
  }
}

const REGISTER_OF_BIT_OFFSET = /^Bt[src]?_rm(16|32)_r/;

/**
 * Draws the operands of a form: bytes, with what sets them up in front; undefined for a form that is not drawn here. `strays` lets a
 * pointer now and then be what its register happens to hold.
 */
export function drawInstruction(random: RandomNumber, form: Form, strays: boolean): number[] | undefined {
  const { Encoder, Instruction } = iced;
  const instruction = new Instruction();
  instruction.code = form.code;
  const before: number[] = [];
  for (let place = 0; place < form.operands.length; place++) {
    const setup = drawOperand(random, form, instruction, place, strays);
    if (setup === undefined) {
      instruction.free();
      return undefined;
    }
    before.push(...setup);
  }
  // a bit offset reaches 256 MiB around: bring it near
  if (REGISTER_OF_BIT_OFFSET.test(form.name) && before.length > 0 && chance(random, 3, 4)) {
    const register = (instruction.opRegister(1) - iced.Register.EAX) & 7;
    before.unshift(...load(register, random(0x200) - 0x100));
  }
  const isMemory = instruction.opCount > 0 && instruction.opKind(0) === iced.OpKind.Memory;
  if (form.canLock && isMemory && chance(random, 1, 10)) instruction.hasLockPrefix = true;
  const encoder = new Encoder(32);
  try {
    encoder.encode(instruction, 0n);
    return [...before, ...encoder.takeBuffer()];
  } catch {
    return undefined;
  } finally {
    encoder.free();
    instruction.free();
  }
}
