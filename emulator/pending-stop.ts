/**
 * Why a run comes back before its limits: a handler asked for it or threw, or a breakpoint or a watchpoint was met.
 *
 * Nothing may unwind through v86. So what happens while it runs waits here until its main loop has returned.
 */

import type { MachineStop } from './types.ts';

export class PendingStop {
  #requested: { readonly reason: unknown } | undefined;
  #breakpoint: number | undefined;
  #watchpoint: { readonly address: number; readonly access: 'read' | 'write' } | undefined;
  #thrown: { readonly error: unknown } | undefined;

  /** A run starts: what an earlier one left behind is gone. */
  begin(): void {
    this.#requested = undefined;
    this.#breakpoint = undefined;
    this.#watchpoint = undefined;
  }

  request(reason: unknown): void {
    this.#requested = { reason };
  }

  atBreakpoint(address: number): void {
    this.#breakpoint = address;
  }

  /** Of several watchpoints that one instruction meets, the first counts. */
  atWatchpoint(address: number, access: 'read' | 'write'): void {
    this.#watchpoint ??= { address, access };
  }

  /** Whether the run must come back before the next instruction. */
  get waits(): boolean {
    return this.#breakpoint !== undefined || this.#requested !== undefined;
  }

  /** Calls a handler. Its error waits, and until it is thrown no further handler is called. */
  guarded<T>(fallback: T, call: () => T, comeBack: () => void): T {
    if (this.#thrown !== undefined) return fallback;
    try {
      return call();
    } catch (error) {
      this.#thrown = { error };
      comeBack();
      return fallback;
    }
  }

  /** Throws what a handler has thrown. */
  throwError(): void {
    if (this.#thrown === undefined) return;
    const { error } = this.#thrown;
    this.#thrown = undefined;
    throw error;
  }

  /** After a crash, which says more than an error on the way to it. */
  forgetError(): void {
    this.#thrown = undefined;
  }

  take(): MachineStop | undefined {
    if (this.#requested !== undefined) {
      const { reason } = this.#requested;
      this.#requested = undefined;
      return { kind: 'requested', reason };
    }
    if (this.#breakpoint !== undefined) return { kind: 'breakpoint', address: this.#breakpoint };
    return this.#watchpoint === undefined ? undefined : { kind: 'watchpoint', ...this.#watchpoint };
  }
}
