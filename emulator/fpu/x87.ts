/**
 * An x87 as it executes one instruction: decoding, operands, results. What is computed is in the other files.
 *
 * An instruction is known by its last 11 bits: three of the first byte, all of the second. A memory operand has been read
 * before, or is written after; where it is, is not known here.
 */

import { examine } from './comparing.ts';
import { constant } from './constants.ts';
import { absolute, INDEFINITE, negated, zero } from './extended.ts';
import { MemoryForms, type Outcome, type Surroundings } from './memory-forms.ts';
import { exact } from './rounding.ts';
import { initialize, statusWord } from './state.ts';
import { Exceptions, Status } from './words.ts';

/** Whether an instruction does not wait for an exception that is pending: FNINIT, FNCLEX, FNSTCW, FNSTSW, FNSTENV, FNSAVE. */
export function isNonWaiting(operation: number): boolean {
  const [group, modrm] = [operation >> 8, operation & 0xff];
  const register = (modrm >> 3) & 7;
  if (modrm >= 0xc0) return operation === 0x7e0 || (group === 3 && register === 4);
  return (group === 1 && register >= 6) || (group === 5 && register >= 6);
}

export class X87 extends MemoryForms {
  /**
   * Executes an instruction.
   *
   * @param memory The operand as it stands in memory; what is to be stored is written to it.
   * @returns False for encodings that are no instruction.
   */
  execute(operation: number, memory: DataView, around: Surroundings): Outcome {
    const [group, modrm] = [(operation >> 8) & 7, operation & 0xff];
    const register = (modrm >> 3) & 7;
    if (modrm < 0xc0) return this.withMemory(group, register, memory, around);
    return this.#withRegister(group, register, modrm & 7, around) ? 'done' : 'undefined';
  }

  #withRegister(group: number, register: number, index: number, around: Surroundings): boolean {
    switch (group) {
      case 0:
        return this.#registerArithmetic(register, index, 0, false);
      case 1:
        return this.#group1(register, index);
      case 2:
        if (register < 4) return this.#conditionalMove(register, index, true, around);
        if (register !== 5 || index !== 1) return false;
        this.#compareRegisters(1, true, 2);
        return true;
      case 3:
        return this.#group3(register, index, around);
      case 4:
        return this.#registerArithmetic(register, index, index, false);
      case 5:
        return this.#group5(register, index);
      case 6:
        if (register === 3 && index !== 1) return false;
        return this.#registerArithmetic(register, index, index, true);
      default:
        return this.#group7(register, index, around);
    }
  }

  #compareRegisters(index: number, quiet: boolean, pops: number): void {
    this.compareWith(this.isEmpty(index) ? undefined : exact(this.st(index)), quiet, pops);
  }

  /** D8, DC and DE: the result goes to ST(`target`). */
  #registerArithmetic(which: number, index: number, target: number, pops: boolean): boolean {
    if (which === 2 || which === 3) {
      this.#compareRegisters(index, false, (which === 3 ? 1 : 0) + (pops ? 1 : 0));
      return true;
    }
    let value = INDEFINITE;
    if (!this.have(0, index)) {
      if (!this.underflow()) return true;
    } else {
      // DC and DE: the operation is of ST(i) and ST0, in this order
      const result = this.compute(which, this.st(0), this.st(index));
      if (!this.accept(result)) return true;
      value = result.value;
    }
    this.setSt(target, value);
    if (pops) this.pop();
    return true;
  }

  #group1(register: number, index: number): boolean {
    switch (register) {
      case 0:
        return this.#duplicate(index);
      case 1:
        return this.#exchange(index);
      case 2:
        if (index !== 0) return false;
        return true;
      case 3:
        // an undocumented FSTP that takes an empty register for nothing to store
        if (this.have(0)) return this.#copyTo(index, true);
        this.raise(0);
        this.pop();
        return true;
      case 4:
        return this.#signOrKind(index);
      case 5:
        if (index === 7) return false;
        this.load(exact(constant(index, this.rounding)));
        return true;
      default:
        this.function(register * 8 + index);
        return true;
    }
  }

  /** FLD ST(i) */
  #duplicate(index: number): boolean {
    if (this.have(index)) {
      const value = this.st(index);
      if (this.isEmpty(7)) this.raise(0);
      this.push(value);
    } else if (this.underflow()) {
      this.state.top = this.physical(7);
      this.setSt(0, INDEFINITE);
    }
    return true;
  }

  #exchange(index: number): boolean {
    if (!this.have(0, index)) {
      if (!this.underflow()) return true;
    } else this.raise(0);
    const [a, b] = [0, index].map((i) => (this.isEmpty(i) ? INDEFINITE : this.st(i)));
    this.setSt(index, a ?? INDEFINITE);
    this.setSt(0, b ?? INDEFINITE);
    return true;
  }

  #copyTo(index: number, pops: boolean): boolean {
    const empty = this.isEmpty(0);
    if (empty ? !this.underflow() : !this.raise(0)) return true;
    this.setSt(index, empty ? INDEFINITE : this.st(0));
    if (pops) this.pop();
    return true;
  }

  /** FCHS, FABS, FTST, FXAM. */
  #signOrKind(index: number): boolean {
    const { state } = this;
    switch (index) {
      case 0:
      case 1:
        if (this.have(0)) {
          this.raise(0);
          this.setSt(0, index === 0 ? negated(this.st(0)) : absolute(this.st(0)));
        } else if (this.underflow()) this.setSt(0, INDEFINITE);
        return true;
      case 4:
        this.compareWith(exact(zero(false)), false, 0);
        return true;
      case 5:
        state.status = (state.status & ~Status.conditions) | examine(this.st(0), this.isEmpty(0));
        return true;
      default:
        return false;
    }
  }

  #conditionalMove(which: number, index: number, ifSet: boolean, { flags }: Surroundings): boolean {
    const set = (flags & (MOVE_CONDITIONS[which] ?? 0)) !== 0;
    if (!this.have(0, index)) {
      if (this.underflow()) this.setSt(0, INDEFINITE);
      return true;
    }
    if (set === ifSet) this.setSt(0, this.st(index));
    return true;
  }

  #group3(register: number, index: number, around: Surroundings): boolean {
    const { state } = this;
    switch (register) {
      case 4:
        // FNENI, FNDISI and FNSETPM of older processors do nothing
        if (index === 2) state.status &= ~(Exceptions.all | Status.stackFault | Status.summary | Status.busy);
        else if (index === 3) initialize(state);
        return index < 5;
      case 5:
      case 6:
        this.compareFlags(index, register === 5, false, around);
        return true;
      case 7:
        return false;
      default:
        return this.#conditionalMove(register, index, false, around);
    }
  }

  #free(index: number): void {
    this.raise(0);
    this.state.empty |= 1 << this.physical(index);
  }

  #group5(register: number, index: number): boolean {
    switch (register) {
      case 0:
        this.#free(index);
        return true;
      case 1:
        return this.#exchange(index);
      case 2:
      case 3:
        return this.#copyTo(index, register === 3);
      case 4:
      case 5:
        this.#compareRegisters(index, true, register - 4);
        return true;
      default:
        return false;
    }
  }

  #group7(register: number, index: number, around: Surroundings): boolean {
    switch (register) {
      case 0:
        this.#free(index);
        this.pop();
        return true;
      case 1:
        return this.#exchange(index);
      case 2:
      case 3:
        return this.#copyTo(index, true);
      case 4:
        if (index !== 0) return false;
        around.ax = statusWord(this.state);
        return true;
      case 5:
      case 6:
        this.compareFlags(index, register === 5, true, around);
        return true;
      default:
        return false;
    }
  }
}

/** Flags that FCMOVB, FCMOVE, FCMOVBE and FCMOVU look at. */
const MOVE_CONDITIONS = [0x01, 0x40, 0x41, 0x04] as const;
