/**
 * The code that a dumped program starts with. It makes the calls by which a kernel learns of the program again, puts stack and
 * registers back, and goes on behind the snapshot call, which has returned 0.
 *
 * What must hold: it uses no stack and no data but its own page's until the program's own are back; and a kernel that does not
 * give what the program had before is told in one line on its console, with the exit status of a program that cannot be started.
 */
import { createRequire } from 'node:module';
import type * as Iced from 'iced-x86';
import { REGISTER_NAMES, type RegisterName } from '../../emulator/index.ts';
import {
  addressMap,
  argumentRegisters,
  kernelCallByName,
  mmioInfo,
  type ResultRegisters,
} from '../../images/abi/index.ts';
import { exitStatuses } from '../../images/abi/exit-status.ts';
import type { RepeatedCall } from './kernel-state.ts';

/** What the registers held when the snapshot call was made. */
export interface ProcessorState {
  readonly registers: Readonly<Record<RegisterName, number>>;
  readonly fs: number;
  readonly gs: number;
  /** 512 bytes, as FXSAVE writes them. */
  readonly fxsave: Uint8Array;
}

/** A window of memory that the program has asked the kernel for: it must lie where it lay. */
export interface Window {
  readonly tagLow: number;
  readonly tagHigh: number;
  readonly base: number;
  readonly size: number;
}

export interface StartPlan {
  /** Where the page lies: outside of everything that the program has or will have. */
  readonly base: number;
  readonly trapVector: number;
  readonly resultRegisters: ResultRegisters;
  readonly calls: readonly RepeatedCall[];
  readonly windows: readonly Window[];
  readonly processor: ProcessorState;
  readonly stack: { readonly address: number; readonly bytes: Uint8Array };
}

/** What the kernel built here ends with for a program that it cannot start. */
const CANNOT_START = exitStatuses.notExecutable;
const REFUSAL =
  'nanvix-v86 dump: this kernel does not give the program what it had when it was dumped: start it with the same volume and memory\n';
const SCRATCH_BYTES = 64;
const WORD = 4;

/** @returns Code and data, and the address at which it is entered. */
export function startCode(plan: StartPlan): { readonly bytes: Uint8Array; readonly entry: number } {
  const iced = createRequire(import.meta.url)('iced-x86') as typeof Iced;
  const data = new DataPart(plan.base);
  const fxsave = data.add(plan.processor.fxsave, 16);
  const stack = data.add(plan.stack.bytes, WORD);
  const refusal = data.add(Buffer.from(REFUSAL), 1);
  const pointers = plan.calls.map(
    ({ pointed }) => new Map([...pointed].map(([index, bytes]) => [index, data.add(bytes, WORD)])),
  );
  const code = new CodePart(iced, plan, data.end);

  const refuse = code.here;
  code.call(kernelCallByName('debug').number, [refusal, REFUSAL.length]);
  code.call(kernelCallByName('exit').number, [CANNOT_START]);

  const entry = code.here;
  plan.calls.forEach(({ number, words }, index) => {
    code.call(
      number,
      words.map((word, at) => pointers[index]?.get(at) ?? word),
    );
    code.refuseUnlessZero(refuse);
  });
  // below the top of the stack, which is not in use yet
  const scratch = addressMap.stackTop - SCRATCH_BYTES;
  for (const { tagLow, tagHigh, base, size } of plan.windows) {
    code.call(kernelCallByName('mmio_info').number, [tagLow, tagHigh, scratch]);
    code.refuseUnlessZero(refuse);
    code.refuseUnless(scratch + fieldOffset('base'), base, refuse);
    code.refuseUnless(scratch + fieldOffset('size'), size, refuse);
  }
  code.copy(stack, plan.stack.address, plan.stack.bytes.length);
  code.resume(plan.processor, fxsave);
  return { bytes: Buffer.concat([data.bytes, code.bytes]), entry };
}

function fieldOffset(field: 'base' | 'size'): number {
  return mmioInfo.fields.find(({ name }) => name === field)?.offset ?? 0;
}

/** Bytes that lie before the code. */
class DataPart {
  readonly #base: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(base: number) {
    this.#base = base;
  }

  get end(): number {
    return this.#base + this.#length;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  /** @returns Its address, a multiple of `alignment`. */
  add(bytes: Uint8Array, alignment: number): number {
    const padding = (alignment - (this.#length % alignment)) % alignment;
    this.#parts.push(new Uint8Array(padding), bytes);
    this.#length += padding + bytes.length;
    return this.end - bytes.length;
  }
}

/** Instructions, one behind the other. */
class CodePart {
  readonly #iced: typeof Iced;
  readonly #plan: StartPlan;
  readonly #encoder: Iced.Encoder;
  #next: number;

  constructor(iced: typeof Iced, plan: StartPlan, start: number) {
    this.#iced = iced;
    this.#plan = plan;
    this.#encoder = new iced.Encoder(32);
    this.#next = start;
  }

  get here(): number {
    return this.#next;
  }

  get bytes(): Uint8Array {
    return this.#encoder.takeBuffer();
  }

  call(number: number, words: readonly number[]): void {
    const { Code, Instruction } = this.#iced;
    words.forEach((word, index) => {
      this.#load(argumentRegisters[index] ?? 'ebx', word);
    });
    this.#load('eax', number);
    this.#put(Instruction.createU32(Code.Int_imm8, this.#plan.trapVector));
  }

  /** All calls that are made again answer 0 in EAX, or an error that is not. */
  refuseUnlessZero(refuse: number): void {
    const { Code, Instruction, Register } = this.#iced;
    this.#put(Instruction.createRegReg(Code.Test_rm32_r32, Register.EAX, Register.EAX));
    this.#put(Instruction.createBranch(Code.Jne_rel32_32, BigInt(refuse)));
  }

  refuseUnless(address: number, word: number, refuse: number): void {
    const { Code, Instruction } = this.#iced;
    this.#put(Instruction.createMemU32(Code.Cmp_rm32_imm32, this.#at(address), word));
    this.#put(Instruction.createBranch(Code.Jne_rel32_32, BigInt(refuse)));
  }

  copy(from: number, to: number, bytes: number): void {
    const { Code, Instruction } = this.#iced;
    this.#load('esi', from);
    this.#load('edi', to);
    this.#load('ecx', Math.ceil(bytes / WORD));
    this.#put(Instruction.create(Code.Cld));
    this.#put(Instruction.createRepMovsd(32));
  }

  /** The last: nothing of the code's own is left in a register. */
  resume({ registers, fs, gs }: ProcessorState, fxsave: number): void {
    const { Code, Instruction, Register } = this.#iced;
    this.#put(Instruction.createMem(Code.Fxrstor_m512byte, this.#at(fxsave)));
    for (const [register, selector] of [
      [Register.FS, fs],
      [Register.GS, gs],
    ] as const) {
      this.#load('eax', selector);
      this.#put(Instruction.createRegReg(Code.Mov_Sreg_r32m16, register, Register.EAX));
    }
    this.#load('esp', registers.esp);
    this.#put(Instruction.createU32(Code.Pushd_imm32, registers.eflags));
    this.#put(Instruction.create(Code.Popfd));
    for (const name of REGISTER_NAMES) {
      if (name !== 'esp' && name !== 'eip' && name !== 'eflags') this.#load(name, registers[name]);
    }
    // what the call answers
    this.#load('eax', 0);
    if (this.#plan.resultRegisters === 'edx:eax') this.#load('edx', 0);
    this.#put(Instruction.createBranch(Code.Jmp_rel32_32, BigInt(registers.eip)));
  }

  #load(name: RegisterName, word: number): void {
    const { Code, Instruction, Register } = this.#iced;
    const register = Register[name.toUpperCase() as keyof typeof Register];
    this.#put(Instruction.createRegU32(Code.Mov_r32_imm32, register, word >>> 0));
  }

  #at(address: number): Iced.MemoryOperand {
    const { MemoryOperand, Register } = this.#iced;
    return new MemoryOperand(Register.None, Register.None, 1, BigInt(address), 4, false, Register.None);
  }

  #put(instruction: Iced.Instruction): void {
    this.#next += this.#encoder.encode(instruction, BigInt(this.#next));
    instruction.free();
  }
}
