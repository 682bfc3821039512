/** D9 F0 to FF: functions of ST0 and ST1, with what they do to the stack and to C3 to C0. */

import { type Arithmetic, squareRoot } from './arithmetic.ts';
import { roundToInteger } from './converting.ts';
import { logarithm, logarithmOfOneMore, powerOfTwoLessOne } from './exponential.ts';
import { type Extended, INDEFINITE, kindOf, one } from './extended.ts';
import { denormals, invalid, withoutNumbers } from './operands.ts';
import { extract, remainder, scale } from './remainder.ts';
import { exact, type Result, type Rounding } from './rounding.ts';
import { Stack } from './stack.ts';
import { arcTangentOf, cosine, isOutOfRange, sine, tangent } from './trigonometric.ts';
import { Exceptions, precisionOf, roundingMode, Status } from './words.ts';

export class Functions extends Stack {
  protected get rounding(): Rounding {
    const { control } = this.state;
    return { mode: roundingMode(control), masked: control & Exceptions.all };
  }

  protected get arithmetic(): Arithmetic {
    return { ...this.rounding, precision: precisionOf(this.state.control) };
  }

  /** D9 F0 to FF. */
  protected function(which: number): void {
    switch (which) {
      case 0o60:
        this.unary((x) => powerOfTwoLessOne(x, this.rounding));
        return;
      case 0o61:
        this.binary((x, y) => logarithm(x, y, this.rounding));
        return;
      case 0o62:
        this.angle(true, (x) => [tangent(x, this.rounding), exact(one())]);
        return;
      case 0o63:
        this.binary((x, y) => arcTangentOf(y, x, this.rounding));
        return;
      case 0o64:
        this.extract();
        return;
      case 0o65:
      case 0o70:
        this.remainder(which === 0o65);
        return;
      case 0o66:
      case 0o67:
        this.state.top = this.physical(which === 0o66 ? 7 : 1);
        this.raise(0);
        return;
      case 0o71:
        this.binary((x, y) => logarithmOfOneMore(x, y, this.rounding));
        return;
      case 0o72:
        this.unary((x) => squareRoot(x, this.arithmetic));
        return;
      case 0o73:
        this.angle(true, (x) => [sine(x, this.rounding), cosine(x, this.rounding)]);
        return;
      case 0o74:
        this.unary((x) => this.roundedToInteger(x));
        return;
      case 0o75:
        this.scale();
        return;
      case 0o76:
        this.angle(false, (x) => [sine(x, this.rounding)]);
        return;
      default:
        this.angle(false, (x) => [cosine(x, this.rounding)]);
        return;
    }
  }

  /** ST0 = f(ST0) */
  protected unary(compute: (x: Extended) => Result): void {
    if (!this.have(0)) {
      if (this.underflow()) this.setSt(0, INDEFINITE);
      return;
    }
    const result = compute(this.st(0));
    if (this.accept(result)) this.setSt(0, result.value);
  }

  /** ST1 = f(ST0, ST1), and pop */
  protected binary(compute: (x: Extended, y: Extended) => Result): void {
    let value = INDEFINITE;
    if (!this.have(0, 1)) {
      if (!this.underflow()) return;
    } else {
      const result = compute(this.st(0), this.st(1));
      if (!this.accept(result)) return;
      value = result.value;
    }
    this.setSt(1, value);
    this.pop();
  }

  protected roundedToInteger(x: Extended): Result {
    const nothing = withoutNumbers(x);
    if (nothing !== undefined) return nothing;
    if (kindOf(x) === 'infinity') return exact(x);
    const raised = denormals(x);
    if ((raised & ~this.rounding.masked) !== 0) return exact(x, raised);
    const result = roundToInteger(x, this.rounding.mode);
    return { ...result, raised: result.raised | raised };
  }

  protected scale(): void {
    if (!this.have(0, 1)) {
      if (this.underflow()) this.setSt(0, INDEFINITE);
      return;
    }
    const result = scale(this.st(0), this.st(1), this.rounding);
    if (this.accept(result)) this.setSt(0, result.value);
  }

  protected remainder(nearest: boolean): void {
    const { state } = this;
    if (!this.have(0, 1)) {
      state.status &= ~Status.c2;
      if (this.underflow()) this.setSt(0, INDEFINITE);
      return;
    }
    const result = remainder(this.st(0), this.st(1), nearest, this.rounding);
    state.status &= ~Status.c2;
    if (!this.accept(result)) return;
    if (result.conditions !== undefined) {
      state.status = (state.status & ~Status.conditions) | result.conditions;
    }
    this.setSt(0, result.value);
  }

  protected extract(): void {
    if (!this.have(0)) {
      if (!this.underflow()) return;
      this.setSt(0, INDEFINITE);
      this.state.top = this.physical(7);
      this.setSt(0, INDEFINITE);
      return;
    }
    if (!this.isEmpty(7)) {
      this.overflowOfTwo();
      return;
    }
    const { exponent, significand, raised } = extract(this.st(0));
    if (!this.raise(raised)) return;
    this.setSt(0, exponent);
    this.push(significand);
  }

  /** An instruction that replaces ST0 and pushes found no room. */
  protected overflowOfTwo(): void {
    if (!this.raise(Exceptions.invalid | Status.stackFault, true)) return;
    this.setSt(0, INDEFINITE);
    this.state.top = this.physical(7);
    this.setSt(0, INDEFINITE);
  }

  /** FSIN, FCOS; with `pushes` FSINCOS and FPTAN, whose second result is pushed. */
  protected angle(pushes: boolean, compute: (x: Extended) => readonly Result[]): void {
    const { state } = this;
    state.status &= ~Status.c2;
    if (!this.have(0)) {
      if (!this.underflow()) return;
      this.setSt(0, INDEFINITE);
      if (pushes) this.push(INDEFINITE);
      return;
    }
    if (pushes && !this.isEmpty(7)) {
      this.overflowOfTwo();
      return;
    }
    const x = this.st(0);
    if (isOutOfRange(x)) {
      this.raise(0);
      state.status |= Status.c2;
      return;
    }
    const [first = invalid(), second] = compute(x);
    const raised = first.raised | (second?.raised ?? 0);
    if (!this.accept({ raised, up: (second ?? first).up })) return;
    this.setSt(0, first.value);
    if (second !== undefined) this.push(kindOf(first.value) === 'quiet NaN' ? first.value : second.value);
  }
}
