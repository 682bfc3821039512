/** Instructions with an operand in memory, which has been read before or is written after; and arithmetic, which all forms share. */

import { add, divide, multiply, subtract } from './arithmetic.ts';
import { compare, conditionsOf, flagsOf, type Order } from './comparing.ts';
import {
  DOUBLE_REAL,
  fromDecimal,
  fromInteger,
  fromReal,
  SINGLE_REAL,
  type Stored,
  toDecimal,
  toInteger,
  toReal,
} from './converting.ts';
import { type Extended, INDEFINITE, kindOf, readExtended, writeExtended } from './extended.ts';
import { Functions } from './functions.ts';
import { exact, type Result, RoundingMode } from './rounding.ts';
import {
  initialize,
  type Layout,
  readEnvironment,
  readImage,
  setControlWord,
  statusWord,
  summarize,
  writeEnvironment,
  writeImage,
} from './state.ts';
import { Exceptions, Status } from './words.ts';

/** What an instruction needs of the processor around it. */
export interface Surroundings {
  /** The flags register: carry, parity and zero are read by FCMOV and written by FCOMI. */
  flags: number;
  /** Set by FNSTSW AX. */
  ax: number;
  readonly layout: Layout;
}

/** Bits of the flags register that FCOMI clears beside those it sets: overflow, sign, adjust. */
const COMPARED_FLAGS = 0x8d5;

/** `store`: the operand has been written and is to be stored. `undefined`: this is no instruction. */
export type Outcome = 'done' | 'store' | 'undefined';

export class MemoryForms extends Functions {
  protected withMemory(group: number, register: number, memory: DataView, around: Surroundings): Outcome {
    switch (group) {
      case 0:
        return this.arithmeticWith(register, fromReal(BigInt(memory.getUint32(0, true)), SINGLE_REAL, true));
      case 2:
        return this.arithmeticWith(register, exact(fromInteger(BigInt(memory.getInt32(0, true)))));
      case 4:
        return this.arithmeticWith(register, fromReal(memory.getBigUint64(0, true), DOUBLE_REAL, true));
      case 6:
        return this.arithmeticWith(register, exact(fromInteger(BigInt(memory.getInt16(0, true)))));
      default:
        return this.loadOrStore(group * 8 + register, memory, around);
    }
  }

  /** The rest of the memory forms, by group and register field. */
  protected loadOrStore(which: number, memory: DataView, { layout }: Surroundings): Outcome {
    const { state } = this;
    switch (which) {
      case 0o10:
        return this.load(fromReal(BigInt(memory.getUint32(0, true)), SINGLE_REAL));
      case 0o12:
      case 0o13:
        return this.storeReal(memory, SINGLE_REAL, which === 0o13);
      case 0o14:
        readEnvironment(state, memory, layout);
        return 'done';
      case 0o15:
        setControlWord(state, memory.getUint16(0, true));
        return 'done';
      case 0o16:
        writeEnvironment(state, memory, layout);
        state.control |= Exceptions.all;
        summarize(state);
        return 'store';
      case 0o17:
        memory.setUint16(0, state.control, true);
        return 'store';
      case 0o30:
        return this.load(exact(fromInteger(BigInt(memory.getInt32(0, true)))));
      case 0o31:
      case 0o32:
      case 0o33:
        return this.storeInteger(memory, 32, which);
      case 0o35:
        return this.load(exact(readExtended(memory, 0)));
      case 0o37:
        return this.storeExtended(memory);
      case 0o50:
        return this.load(fromReal(memory.getBigUint64(0, true), DOUBLE_REAL));
      case 0o51:
        return this.storeInteger(memory, 64, which);
      case 0o52:
      case 0o53:
        return this.storeReal(memory, DOUBLE_REAL, which === 0o53);
      case 0o54:
        readImage(state, memory, layout);
        return 'done';
      case 0o56:
        writeImage(state, memory, layout);
        initialize(state);
        return 'store';
      case 0o57:
        memory.setUint16(0, statusWord(state), true);
        return 'store';
      case 0o70:
        return this.load(exact(fromInteger(BigInt(memory.getInt16(0, true)))));
      case 0o71:
      case 0o72:
      case 0o73:
        return this.storeInteger(memory, 16, which);
      case 0o74:
        return this.load(
          exact(fromDecimal(memory.getBigUint64(0, true) | (BigInt(memory.getUint16(8, true)) << 64n))),
        );
      case 0o75:
        return this.load(exact(fromInteger(memory.getBigInt64(0, true))));
      case 0o76:
        return this.storeDecimal(memory);
      case 0o77:
        return this.storeInteger(memory, 64, which);
      default:
        return 'undefined';
    }
  }

  protected load(result: Result): 'done' {
    // a denormal operand is loaded even where its exception is not masked
    if (!this.isEmpty(7) || this.raise(result.raised, false, Exceptions.invalid)) this.push(result.value);
    return 'done';
  }

  protected storeReal(memory: DataView, format: typeof SINGLE_REAL, pops: boolean): 'done' | 'store' {
    return this.store(
      (value) => toReal(value, format, this.rounding),
      (bits) => {
        if (format.bits === 32) memory.setUint32(0, Number(bits), true);
        else memory.setBigUint64(0, bits, true);
      },
      pops,
    );
  }

  protected storeInteger(memory: DataView, width: 16 | 32 | 64, which: number): 'done' | 'store' {
    // FISTTP rounds towards zero whatever the control word says; only FIST does not pop
    const truncates = (which & 7) === 1;
    const mode = truncates ? RoundingMode.chop : this.rounding.mode;
    return this.store(
      (value) => toInteger(value, width, mode),
      (bits) => {
        if (width === 16) memory.setUint16(0, Number(bits), true);
        else if (width === 32) memory.setUint32(0, Number(bits), true);
        else memory.setBigUint64(0, bits, true);
      },
      (which & 7) !== 2,
    );
  }

  protected storeDecimal(memory: DataView): 'done' | 'store' {
    return this.store(
      (value) => toDecimal(value, this.rounding.mode),
      (bits) => {
        memory.setBigUint64(0, BigInt.asUintN(64, bits), true);
        memory.setUint16(8, Number(bits >> 64n), true);
      },
      true,
    );
  }

  protected storeExtended(memory: DataView): 'done' | 'store' {
    const empty = this.isEmpty(0);
    if (empty ? !this.underflow() : !this.raise(0)) return 'done';
    writeExtended(memory, 0, empty ? INDEFINITE : this.st(0));
    this.pop();
    return 'store';
  }

  /** Stores ST0 in another format. An empty register counts as the indefinite number, which all formats have. */
  protected store(
    convert: (value: Extended) => Stored,
    write: (bits: bigint) => void,
    pops: boolean,
  ): 'done' | 'store' {
    const empty = this.isEmpty(0);
    const stored = convert(empty ? INDEFINITE : this.st(0));
    if (empty ? !this.underflow() : !this.acceptStore(stored)) return 'done';
    write(stored.bits);
    if (pops) this.pop();
    return 'store';
  }

  // ── arithmetic and comparison ──

  /** FADD, FMUL, FCOM, FCOMP, FSUB, FSUBR, FDIV, FDIVR of ST0 and a memory operand. */
  protected arithmeticWith(which: number, operand: Result): 'done' {
    if (which === 2 || which === 3) {
      this.compareWith(operand, false, which === 3 ? 1 : 0);
      return 'done';
    }
    if (!this.have(0)) {
      if (this.underflow()) this.setSt(0, INDEFINITE);
      return 'done';
    }
    const result = this.compute(which, this.st(0), operand.value);
    // that the operand was a denormal before it was widened counts where numbers are computed with
    const denormal = isGiven(result) ? 0 : operand.raised;
    if ((denormal & ~this.state.control) !== 0) this.raise(denormal);
    else if (this.accept({ ...result, raised: result.raised | denormal })) this.setSt(0, result.value);
    return 'done';
  }

  protected compute(which: number, a: Extended, b: Extended): Result {
    switch (which) {
      case 0:
        return add(a, b, this.arithmetic);
      case 1:
        return multiply(a, b, this.arithmetic);
      case 4:
        return subtract(a, b, this.arithmetic);
      case 5:
        return subtract(b, a, this.arithmetic);
      case 6:
        return divide(a, b, this.arithmetic);
      default:
        return divide(b, a, this.arithmetic);
    }
  }

  protected compareWith(operand: Result | undefined, quiet: boolean, pops: number): void {
    const { state } = this;
    let order: Order = 'unordered';
    let goesOn: boolean;
    if (operand === undefined || this.isEmpty(0)) {
      goesOn = this.underflow();
    } else {
      const result = compare(this.st(0), operand.value, quiet);
      order = result.order;
      const raised = order === 'unordered' ? result.raised : result.raised | operand.raised;
      goesOn = this.raise(raised);
    }
    state.status = (state.status & ~Status.conditions) | conditionsOf[order];
    if (!goesOn) return;
    for (let i = 0; i < pops; i++) this.pop();
  }

  protected compareFlags(index: number, quiet: boolean, pops: boolean, around: Surroundings): void {
    let order: Order = 'unordered';
    let goesOn: boolean;
    if (!this.have(0, index)) {
      goesOn = this.underflow();
    } else {
      const result = compare(this.st(0), this.st(index), quiet);
      order = result.order;
      // unlike FCOM, this leaves C1 as it was
      goesOn = this.raise(result.raised, (this.state.status & Status.c1) !== 0);
    }
    around.flags = (around.flags & ~COMPARED_FLAGS) | flagsOf[order];
    if (goesOn && pops) this.pop();
  }
}

/** Whether operands gave the answer by being no numbers, so that nothing was computed. */
const isGiven = ({ value, raised }: Result): boolean =>
  (raised & (Exceptions.invalid | Exceptions.zeroDivide)) !== 0 || kindOf(value) === 'quiet NaN';
