/**
 * The register stack of an x87: operands that may be missing, results that may be refused.
 *
 * One rule for all instructions: an exception is raised in the status word; where it is not masked, an instruction that was
 * stopped before it computed changes nothing else, and one whose result does not fit stores it if it goes to a register.
 * Source: Intel's manual, volume 1, chapters 8.4 to 8.7.
 */

import { type Extended, INDEFINITE } from './extended.ts';
import type { Result } from './rounding.ts';
import { summarize, type X87State } from './state.ts';
import { Exceptions, Status } from './words.ts';

/** Exceptions that are found before anything is computed. */
const BEFORE = Exceptions.invalid | Exceptions.denormal | Exceptions.zeroDivide;
/** Those that stop a store to memory. */
const STOP_STORE = BEFORE | Exceptions.overflow | Exceptions.underflow;

const UNDERFLOW = Exceptions.invalid | Status.stackFault;

export class Stack {
  protected readonly state: X87State;

  constructor(state: X87State) {
    this.state = state;
  }

  protected physical(index: number): number {
    return (this.state.top + index) & 7;
  }

  protected isEmpty(index: number): boolean {
    return (this.state.empty & (1 << this.physical(index))) !== 0;
  }

  protected st(index: number): Extended {
    return this.state.register(this.physical(index));
  }

  protected setSt(index: number, value: Extended): void {
    const number = this.physical(index);
    this.state.empty &= ~(1 << number);
    this.state.setRegister(number, value);
  }

  protected pop(): void {
    this.state.empty |= 1 << this.state.top;
    this.state.top = (this.state.top + 1) & 7;
  }

  /** Records exceptions and C1. False: one of them is not masked and stops the instruction. */
  protected raise(raised: number, c1 = false, stops: number = BEFORE): boolean {
    const { state } = this;
    state.status = (state.status & ~Status.c1) | raised | (c1 ? Status.c1 : 0);
    summarize(state);
    return (raised & stops & ~state.control) === 0;
  }

  /** Records what a result raised. True: it may be stored in a register. */
  protected accept({ raised, up }: Omit<Result, 'value'>): boolean {
    return this.raise(raised, up);
  }

  /** Records what a result for memory raised. True: it may be stored. Of one that may not, nothing is said of its last bits. */
  protected acceptStore({ raised, up }: Omit<Result, 'value'>): boolean {
    const stops = raised & STOP_STORE & ~this.state.control;
    return stops === 0 ? this.raise(raised, up) : this.raise(stops, false, STOP_STORE);
  }

  /** Whether all these registers hold something. */
  protected have(...indices: readonly number[]): boolean {
    return !indices.some((index) => this.isEmpty(index));
  }

  /** A register was empty. True: the masked answer is to be given. */
  protected underflow(): boolean {
    return this.raise(UNDERFLOW);
  }

  /** Puts a number on top of the stack, or raises that there is no room. */
  protected push(value: Extended): void {
    const room = this.isEmpty(7);
    if (!room && !this.raise(UNDERFLOW, true)) return;
    this.state.top = this.physical(7);
    this.setSt(0, room ? value : INDEFINITE);
  }
}
