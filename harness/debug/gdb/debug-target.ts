/**
 * A debug session as gdb's target.
 *
 * Translates, and decides one thing of its own: single steps of a program do not lead into the kernel's interrupt handlers,
 * because nobody who steps through a program expects to be there. What must hold: what gdb set is what this object added
 * to the session's stop points, so that leaving gdb leaves none behind.
 */
import { hex } from '../../../emulator/hex.ts';
import { inBackground } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { describeFault } from '../fault-gates.ts';
import type { DebugStop } from '../debug-stop.ts';
import type { DebugSession } from '../session.ts';
import { formatResult } from '../call-result.ts';
import { describeCall } from '../../look/trace/describe-call.ts';
import { CommandInterpreter } from '../commands/interpreter.ts';
import { GuestStateError, InputError } from '../../guest/errors.ts';
import { decodeRegister, encodeRegister } from './registers.ts';
import type { RegisterSource } from './registers.ts';
import { Signal } from './target.ts';
import type {
  BreakpointKind,
  GdbTarget,
  ResumeAction,
  StopReason,
  TargetStop,
  TargetThread,
} from './target.ts';

/** Breakpoints of all kinds that gdb may set. */
const BREAKPOINTS_MAXIMUM = 1000;
/** Instructions that a range step executes at most before it reports back; gdb then steps on. */
const RANGE_STEP_MAXIMUM = 100_000;
const ONLY_THREAD = 1;
const MOVED = 'gdb does not know that the guest was moved: `maintenance flush register-cache` tells it\n';

export interface DebugTargetOptions {
  /** True stops before the guest's end is reported, so that gdb can still go backwards from it. */
  readonly stopAtEnd?: boolean;
}

export class DebugTarget implements GdbTarget {
  readonly #session: DebugSession;
  readonly #interpreter: CommandInterpreter;
  readonly #points = new Map<string, number>();
  #caught: readonly number[] = [];
  #stopAtEnd: boolean;
  #stop: TargetStop;

  constructor(session: DebugSession, options: DebugTargetOptions = {}) {
    this.#session = session;
    this.#interpreter = new CommandInterpreter(session);
    this.#stopAtEnd = options.stopAtEnd ?? false;
    this.#stop = { kind: 'stopped', signal: Signal.trap, thread: this.currentThread() };
  }

  threads(): readonly TargetThread[] {
    const { threads } = this.#session;
    if (threads === undefined) return [{ id: ONLY_THREAD, description: 'running' }];
    return threads
      .filter(({ state }) => state !== 'ended')
      .map(({ tid, state }) => ({ id: tid, description: state }));
  }

  currentThread(): number {
    return this.#session.thread;
  }

  readRegister(thread: number, index: number): Uint8Array | undefined {
    const source = this.#source(thread);
    return source === undefined ? undefined : encodeRegister(source, index);
  }

  writeRegister(thread: number, index: number, bytes: Uint8Array): boolean {
    const source = this.#source(thread);
    if (source === undefined || thread !== this.currentThread()) return false;
    const sink = {
      setGeneral: this.#session.setRegister.bind(this.#session),
      setFxImage: this.#session.setFxState.bind(this.#session),
    };
    let written = false;
    const done = this.#attempt(() => {
      written = decodeRegister(source, sink, index, bytes);
    });
    return done && written;
  }

  readMemory(address: number, length: number): Uint8Array {
    return this.#session.machine.linear.readMapped(address, Math.min(length, 2 ** 32 - address));
  }

  writeMemory(address: number, bytes: Uint8Array): boolean {
    return this.#attempt(() => {
      this.#session.writeMemory(address, bytes);
    });
  }

  insertBreakpoint(kind: BreakpointKind, address: number, length: number): boolean {
    const key = `${kind} ${address} ${length}`;
    if (this.#points.has(key)) return true;
    if (this.#points.size >= BREAKPOINTS_MAXIMUM) return false;
    return this.#attempt(() => {
      const point = this.#session.stops.add(
        kind === 'software' || kind === 'hardware'
          ? { kind: 'breakpoint', at: address }
          : { kind: 'watchpoint', at: address, length, access: kind },
        { text: `gdb ${kind} at ${hex(address)}` },
      );
      this.#points.set(key, point.id);
    });
  }

  /** One that is not there is removed: the protocol wants what may be sent twice to be the same as once. */
  removeBreakpoint(kind: BreakpointKind, address: number, length: number): boolean {
    const key = `${kind} ${address} ${length}`;
    const id = this.#points.get(key);
    if (id !== undefined) this.#session.stops.remove(id);
    this.#points.delete(key);
    return true;
  }

  catchCalls(calls: readonly number[] | 'all' | 'none'): boolean {
    for (const id of this.#caught) this.#session.stops.remove(id);
    this.#caught = [];
    if (calls === 'none') return true;
    this.#caught = (['call', 'return'] as const).map((kind) => this.#session.stops.add({ kind, calls }).id);
    return true;
  }

  stop(): TargetStop {
    return this.#stop;
  }

  async resume(action: ResumeAction, signal: AbortSignal): Promise<TargetStop> {
    try {
      this.#stop = this.#translate(await this.#run(action, signal));
    } catch (error) {
      if (!(error instanceof InputError || error instanceof GuestStateError)) throw error;
      this.#stop = {
        kind: 'stopped',
        signal: Signal.trap,
        thread: this.currentThread(),
        note: error.message,
      };
    }
    return this.#stop;
  }

  async monitor(line: string, print: (text: string) => void, signal: AbortSignal): Promise<void> {
    const setting = /^\s*stop-at-end\s+(on|off)\s*$/.exec(line)?.[1];
    if (setting !== undefined) {
      this.#stopAtEnd = setting === 'on';
      return;
    }
    const before = this.#session.last;
    await this.#interpreter.execute(line, print, signal);
    if (this.#session.last === before) return;
    this.#stop = this.#translate(this.#session.last);
    print(MOVED);
  }

  /** Takes away what gdb had set. */
  clear(): void {
    for (const id of [...this.#points.values(), ...this.#caught]) this.#session.stops.remove(id);
    this.#points.clear();
    this.#caught = [];
  }

  async #run(action: ResumeAction, signal: AbortSignal): Promise<DebugStop> {
    return (await inBackground(this.#operation(action), signal)) ?? this.#session.interrupted();
  }

  #operation(action: ResumeAction): Operation<DebugStop> {
    const { operations } = this.#session;
    switch (action.kind) {
      case 'continue':
        return operations.continue();
      case 'step':
        return operations.stepWithoutInterrupts();
      case 'range-step':
        return this.#rangeStep(action.start, action.end);
      case 'reverse-continue':
        return operations.reverseContinue();
      case 'reverse-step':
        return operations.stepBackWithoutInterrupts();
    }
  }

  *#rangeStep(start: number, end: number): Operation<DebugStop> {
    const { operations, machine, stops } = this.#session;
    const addresses = new Set(
      stops.enabled.flatMap(({ resolved }) => (resolved.kind === 'breakpoint' ? [resolved.address] : [])),
    );
    for (let count = 1; ; count++) {
      const stop = yield* operations.stepWithoutInterrupts();
      const eip = machine.registers.get('eip');
      const outside = eip < start || eip >= end;
      if (stop.kind !== 'step' || outside || addresses.has(eip) || count >= RANGE_STEP_MAXIMUM) return stop;
    }
  }

  #translate(stop: DebugStop): TargetStop {
    const thread = this.currentThread();
    const trap = (reason?: StopReason, note?: string): TargetStop => ({
      kind: 'stopped',
      signal: Signal.trap,
      thread,
      ...(reason === undefined ? {} : { reason }),
      ...(note === undefined ? {} : { note }),
    });
    const caught = stop.point !== undefined && this.#caught.includes(stop.point);
    switch (stop.kind) {
      case 'exit':
        return this.#stopAtEnd ? trap({ kind: 'history-end' }) : { kind: 'exited', status: stop.status };
      case 'crash':
      case 'halted':
      case 'protocol-error':
        return { kind: 'stopped', signal: Signal.segmentationFault, thread, note: stop.crash.message };
      case 'breakpoint':
        return trap({ kind: this.#breakpointKind(stop.point) });
      case 'watchpoint':
        return trap({
          kind: 'watch',
          access: this.#watchKind(stop.point, stop.access),
          address: stop.address,
        });
      case 'call': {
        const note = describeCall(this.#session, stop.call);
        return caught ? trap({ kind: 'call-entry', number: stop.call.number }) : trap(undefined, note);
      }
      case 'return': {
        const note = `${stop.call.name} = ${formatResult(stop.result)}`;
        return caught ? trap({ kind: 'call-return', number: stop.call.number }) : trap(undefined, note);
      }
      case 'fault':
        return { kind: 'stopped', signal: Signal.segmentationFault, thread, note: describeFault(stop.fault) };
      case 'start':
        return trap({ kind: 'history-begin' });
      case 'interrupted':
        return { kind: 'stopped', signal: Signal.interrupt, thread };
      case 'snapshot':
        return trap(undefined, 'the kernel asks for a snapshot');
      case 'step':
      case 'reached':
      case 'paused':
      case 'input':
        return trap();
    }
  }

  #breakpointKind(point: number | undefined): 'software-breakpoint' | 'hardware-breakpoint' {
    const key = [...this.#points].find(([, id]) => id === point)?.[0];
    return key?.startsWith('hardware') === true ? 'hardware-breakpoint' : 'software-breakpoint';
  }

  #watchKind(point: number | undefined, access: 'read' | 'write'): 'read' | 'write' | 'access' {
    const key = [...this.#points].find(([, id]) => id === point)?.[0];
    return key?.startsWith('access') === true ? 'access' : access;
  }

  #source(thread: number): RegisterSource | undefined {
    const { registers } = this.#session.machine;
    const { threads } = this.#session;
    const one = threads?.find(({ tid }) => tid === thread);
    if (threads === undefined || one?.state === 'running' || thread === this.currentThread()) {
      return {
        general: (name) => registers.get(name),
        segment: (name) => registers.segment(name),
        control: (index) => registers.control(index),
        get fxImage() {
          return registers.fxsave();
        },
      };
    }
    const saved = one?.saved;
    if (saved === undefined) return undefined;
    return {
      general: (name) => saved.general[name],
      segment: (name) => saved.segments[name] & 0xffff,
      control: (index) => registers.control(index),
      fxImage: saved.fxImage,
    };
  }

  /** False when the request cannot be met. */
  #attempt(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      if (error instanceof InputError || error instanceof GuestStateError) return false;
      throw error;
    }
  }
}
