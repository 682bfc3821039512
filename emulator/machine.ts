/**
 * The machine: a v86 instance, its devices, virtual time, and the loop that runs them to an exact instruction.
 *
 * What must hold: what the guest sees is a function of the machine's state alone. The loop therefore hands v86 a
 * count at which to come back, never a duration; alarms ring only there; and nothing rings before a stop that falls
 * on the same tick, so a machine stopped at a count is always in the same state.
 */

import { readCode, writeCode, writeMachineCode } from './code-file.ts';
import { describeCrash } from './crash.ts';
import { Cmos } from './devices/cmos.ts';
import type { Device } from './devices/device.ts';
import { Pit } from './devices/pit.ts';
import { compiledForProbes } from './image.ts';
import { Lookout } from './lookout.ts';
import { MachineLinearMemory, MachinePhysicalMemory } from './memory.ts';
import { checkNumber, WORD_BOUNDS } from './numbers.ts';
import { Ports } from './ports.ts';
import { Progress } from './progress.ts';
import { RandomWords } from './random.ts';
import { enterRealMode } from './real-mode.ts';
import { MachineRegisters } from './registers.ts';
import { MOST_TICKS_PER_MICROSECOND, Scheduler } from './scheduler.ts';
import { MachineState } from './state.ts';
import type {
  AccessHandler,
  CaptureOptions,
  Machine,
  MachineCrash,
  MachineImage,
  MachineOptions,
  MachineStop,
  PortHandler,
  RegisterName,
  RestoreOptions,
  RestoreReport,
  RunLimits,
  TrapHandler,
  UnclaimedPortHandler,
  WatchedRange,
} from './types.ts';
import {
  Address,
  FLAG_INTERRUPT,
  JitConfig,
  Own,
  OWN_PORTS,
  PORT_READ_EXPORT,
  PORT_WRITE_EXPORT,
} from './v86/internals.ts';
import { type Host, V86Instance } from './v86/instance.ts';

const REACHED: MachineStop = { kind: 'reached', limit: 'instructions' };
/** Instructions after which the loop comes back at the latest, to look at the wall clock. */
const TURN = 4_000_000;
const DEFAULT_TICKS_PER_MICROSECOND = 1000;

/** A call that the machine's state does not allow: it crashed, was disposed of, or is running. */
export class MachineStateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MachineStateError';
  }
}

interface Requested {
  readonly reason: unknown;
}

export class V86Machine implements Machine {
  readonly registers: MachineRegisters;
  readonly memory: MachinePhysicalMemory;
  readonly linear: MachineLinearMemory;

  readonly #options: MachineOptions;
  readonly #ticksPerMicrosecond: number;
  #instance: V86Instance | undefined;
  readonly #ports = new Ports();
  readonly #scheduler: Scheduler;
  readonly #devices: readonly Device[];

  readonly #progress = new Progress(() => this.#v86.word(Address.instructionCounter));
  readonly #random: RandomWords;

  #running = false;
  #requested: Requested | undefined;
  /** An error thrown by a handler: it must not unwind through v86, so it waits here until the loop is back. */
  #handlerError: { readonly error: unknown } | undefined;
  #crash: MachineCrash | undefined;
  /** Instructions asked for in this machine's life, whatever images it was restored to: an upper bound of those executed. */
  #executed = 0;
  readonly #state: MachineState;
  /** The key of the code that was taken, if it was. */
  #codeTaken: string | undefined;

  readonly #lookout: Lookout;
  /** Where a run came by a breakpoint; where it started it does not stop. */
  #breakpointHit: number | undefined;
  #watchpointHit: { readonly address: number; readonly access: 'read' | 'write' } | undefined;
  #runStart = 0;

  constructor(options: MachineOptions) {
    const size = options.memoryMiB * 2 ** 20;
    checkNumber('memoryMiB', options.memoryMiB, { least: 1, most: 2048 });
    this.#options = options;
    this.#ticksPerMicrosecond = options.instructionsPerMicrosecond ?? DEFAULT_TICKS_PER_MICROSECOND;
    checkNumber('instructionsPerMicrosecond', this.#ticksPerMicrosecond, {
      least: 1,
      most: MOST_TICKS_PER_MICROSECOND,
    });
    checkNumber('randomSeed', options.randomSeed ?? 1, WORD_BOUNDS);
    checkNumber('bootTimeSeconds', options.bootTimeSeconds ?? 0);
    if (typeof options.compile === 'number') checkNumber('compile', options.compile, { infinite: true });
    this.#random = new RandomWords(options.randomSeed ?? 1);
    const instance = (): V86Instance => this.#v86;
    this.registers = new MachineRegisters(instance);
    this.memory = new MachinePhysicalMemory(size, instance, (address, length) => {
      if (this.#running)
        this.#lookout.watches.hostWrites(address, length, () => {
          this.#comeBack();
        });
    });
    this.linear = new MachineLinearMemory(this.memory, instance);
    this.#lookout = new Lookout(this.registers, this.linear, () => {
      if (this.#instance !== undefined) this.#lookout.armWatches(this.#instance);
    });
    this.#scheduler = new Scheduler(
      () => this.#progress.tick,
      this.#ticksPerMicrosecond,
      () => {
        this.#comeBack();
      },
    );
    this.#devices = [
      new Pit(this.#scheduler, () => {
        this.#v86.setInterruptLine(0, false);
        this.#v86.setInterruptLine(0, true);
      }),
      new Cmos(this.#scheduler, options.bootTimeSeconds ?? 0, size),
    ];
    for (const device of this.#devices) this.#ports.connect(device);
    this.#ports.connect({ ports: OWN_PORTS, handler: this.#interruptControllers() });
    this.#state = new MachineState({
      memoryBytes: size,
      ticksPerMicrosecond: this.#ticksPerMicrosecond,
      ...{
        devices: this.#devices,
        scheduler: this.#scheduler,
        progress: this.#progress,
        random: this.#random,
      },
      linear: this.linear,
    });
    this.#instance = this.#createInstance(size);
  }

  /** What v86 keeps at home, for accesses of which it sees a part. */
  #interruptControllers(): PortHandler {
    return {
      read: (_width, port) => this.#v86.exports[PORT_READ_EXPORT](port),
      write: (value, _width, port) => {
        this.#v86.exports[PORT_WRITE_EXPORT](port, value);
      },
    };
  }

  /** Whether code may be compiled by now. */
  get #compiles(): boolean {
    const { compile = true } = this.#options;
    return typeof compile === 'boolean' ? compile : this.#executed >= compile;
  }

  #createInstance(size: number): V86Instance {
    const instance = new V86Instance(size, this.#host(), this.#options.codeStore);
    instance.exports.set_jit_config(JitConfig.disabled, this.#compiles ? 0 : 1);
    return instance;
  }

  /** Wraps what v86 calls back for, so that an error of a handler ends the run instead of breaking v86. */
  #host(): Host {
    const guarded = <T>(fallback: T, call: () => T): T => {
      if (this.#handlerError !== undefined) return fallback;
      try {
        return call();
      } catch (error) {
        this.#handlerError = { error };
        this.#comeBack();
        return fallback;
      }
    };
    return {
      readPort: (port, width) => guarded(0, () => this.#ports.read(port, width)),
      writePort: (port, width, value) => {
        guarded(undefined, () => {
          this.#ports.write(port, width, value);
        });
      },
      timestamp: () => (this.#instance === undefined ? 0 : this.#progress.tick),
      random: () => this.#random.next(),
      softwareInterrupt: (vector) => guarded(false, () => this.#lookout.softwareInterrupt(vector)),
      interruptReturned: () => {
        guarded(undefined, () => {
          this.#lookout.interruptReturned();
        });
      },
      instructionReached: () => guarded(false, () => this.#arrive()),
      interrupted: (vector) => {
        this.#lookout.probes.interrupted(vector, this.instructions);
      },
      interruptReturning: () => {
        this.#lookout.probes.returning(this.instructions);
      },
      memoryAccessed: (address, writing) =>
        this.#lookout.memoryAccessed(this.#v86, address, writing, () => {
          this.#comeBack();
        }),
    };
  }

  get #v86(): V86Instance {
    if (this.#instance === undefined) throw new MachineStateError('the machine has been disposed of');
    return this.#instance;
  }

  // ── time ──

  get instructions(): number {
    return this.#progress.instructions;
  }

  get virtualNanoseconds(): number {
    return (this.#progress.tick * 1000) / this.#ticksPerMicrosecond;
  }

  /** Makes the main loop come back after the instruction that is being executed. */
  #comeBack(): void {
    if (this.#running) this.#v86.setWord(Own.limit, this.#v86.word(Address.instructionCounter));
  }

  // ── what the guest can reach ──

  enterRealMode(start: Partial<Record<RegisterName, number>>): void {
    enterRealMode(this.#v86, this.registers, start);
  }

  claimPorts(ports: readonly number[], handler: PortHandler): () => void {
    return this.#ports.claim(ports, handler);
  }

  onUnclaimedPort(handler: UnclaimedPortHandler): () => void {
    return this.#ports.addUnclaimed(handler);
  }

  setInterruptLine(line: number, level: boolean): void {
    if (!Number.isInteger(line) || line < 0 || line > 15)
      throw new RangeError(`there is no interrupt line ${line}`);
    this.#v86.setInterruptLine(line, level);
  }

  trapInterrupts(vectors: readonly number[], handler: TrapHandler): () => void {
    return this.#armedUntil(this.#lookout.addTrap(vectors, handler), (v86) => {
      this.#lookout.arm(v86);
    });
  }

  onInterruptReturn(handler: () => void): () => void {
    return this.#armedUntil(this.#lookout.addInterruptReturn(handler), (v86) => {
      this.#lookout.arm(v86);
    });
  }

  onExecute(linear: number, handler: () => void): () => void {
    return this.#armedUntil(this.#lookout.probes.addHandler(linear, handler), (v86) => {
      this.#lookout.armProbes(v86);
    });
  }

  /** Arms what has just been added; the function returned removes it. */
  #armedUntil(remove: () => void, arm: (v86: V86Instance) => void): () => void {
    arm(this.#v86);
    return () => {
      remove();
      if (this.#instance !== undefined) arm(this.#instance);
    };
  }

  onAccess(range: WatchedRange, handler: AccessHandler): () => void {
    // it tells by itself which pages are watched
    return this.#lookout.watches.add(range, handler);
  }

  setBreakpoint(linear: number): () => void {
    return this.#armedUntil(this.#lookout.probes.addBreakpoint(linear), (v86) => {
      this.#lookout.armProbes(v86);
    });
  }

  setWatchpoint(linear: number, length: number, access: 'read' | 'write' | 'access'): () => void {
    return this.onAccess({ address: linear, length, access }, ({ access: first }) => {
      this.#watchpointHit ??= { address: linear >>> 0, access: first };
    });
  }

  /** The processor stands before an instruction that may be watched for. True: the main loop must come back. */
  #arrive(): boolean {
    const eip = this.#v86.word(Address.instructionPointer);
    const { instructions } = this;
    const breakpoint = this.#lookout.probes.arrive(eip, instructions);
    if (breakpoint && instructions !== this.#runStart) this.#breakpointHit = eip;
    return this.#breakpointHit !== undefined || this.#requested !== undefined;
  }

  // ── running ──

  requestStop(reason: unknown): void {
    this.#requested = { reason };
    this.#comeBack();
  }

  run(limits: RunLimits = {}): MachineStop {
    const { instructions, virtualNanoseconds, wallMilliseconds } = limits;
    if (instructions !== undefined)
      checkNumber('the limit in instructions', instructions, { infinite: true });
    for (const [name, value] of Object.entries({ virtualNanoseconds, wallMilliseconds }))
      if (value !== undefined) checkNumber(name, value, { fractions: true, infinite: true });
    this.#start();
    try {
      return this.#loop(limits);
    } finally {
      this.#running = false;
    }
  }

  step(count = 1): MachineStop {
    if (count !== 1) checkNumber('the number of steps', count, { least: 1 });
    this.#start();
    const last = this.#runStart + count;
    try {
      // Where nothing can happen on the way there is nothing to look after: a single step is one turn.
      if (
        count <= TURN &&
        !this.#halted() &&
        this.#scheduler.nextTick() - this.#progress.tick >= Math.max(1, count)
      ) {
        const stop = this.#turn(count);
        if (stop !== undefined) return stop;
        if (this.instructions >= last) return REACHED;
      }
      return this.#loop({ instructions: last });
    } finally {
      this.#running = false;
    }
  }

  #start(): void {
    this.#checkRunnable();
    this.#running = true;
    this.#requested = undefined;
    this.#breakpointHit = undefined;
    this.#watchpointHit = undefined;
    this.#runStart = this.instructions;
    this.#lookout.watches.refresh();
  }

  #checkRunnable(): void {
    if (this.#running)
      throw new MachineStateError('the machine is running: a handler may ask it to stop, not run it');
    if (this.#crash !== undefined) {
      throw new MachineStateError('the machine has crashed: restore an image into it or dispose of it');
    }
  }

  #loop(limits: RunLimits): MachineStop {
    const lastInstruction = limits.instructions ?? Infinity;
    const lastTick =
      limits.virtualNanoseconds === undefined
        ? Infinity
        : Math.ceil((limits.virtualNanoseconds * this.#ticksPerMicrosecond) / 1000);
    const wallEnd =
      limits.wallMilliseconds === undefined ? Infinity : this.#options.wallClock() + limits.wallMilliseconds;
    for (;;) {
      const { instructions, tick } = this.#progress;
      if (instructions >= lastInstruction) return REACHED;
      if (tick >= lastTick) return { kind: 'reached', limit: 'virtual-time' };
      // An alarm may raise an interrupt, which v86 delivers on the spot, through whatever gate the guest left there.
      try {
        this.#scheduler.ringDue();
      } catch (error) {
        return this.#crashed(error);
      }
      if (this.#halted() && !this.#idle(tick, lastTick)) return { kind: 'halted' };
      else if (!this.#halted()) {
        const left = Math.min(
          lastInstruction - instructions,
          lastTick - tick,
          this.#scheduler.nextTick() - tick,
          TURN,
        );
        const stop = this.#turn(left);
        if (stop !== undefined) return stop;
      }
      if (wallEnd !== Infinity && this.#options.wallClock() >= wallEnd) return { kind: 'wall-time' };
    }
  }

  #halted(): boolean {
    return this.#v86.byte(Address.inHalt) !== 0;
  }

  /** Skips to the next moment at which anything can happen. False: there is none. */
  #idle(tick: number, lastTick: number): boolean {
    if ((this.#v86.word(Address.flags) & FLAG_INTERRUPT) === 0) return false;
    const next = Math.min(this.#scheduler.nextTick(), lastTick);
    if (next === Infinity) return false;
    this.#progress.idle(next - tick);
    return true;
  }

  /** Runs at most `count` instructions, fewer when something asks for it. */
  #turn(count: number): MachineStop | undefined {
    const v86 = this.#v86;
    v86.probing.runAhead(count, (linear) => this.linear.translate(linear));
    v86.setWord(Own.limit, this.#progress.settle() + count);
    if (typeof this.#options.compile === 'number') {
      v86.exports.set_jit_config(JitConfig.disabled, this.#compiles ? 0 : 1);
      this.#executed += count;
    }
    try {
      v86.exports.main_loop();
      v86.finishCompile();
    } catch (error) {
      return this.#crashed(error);
    }
    if (this.#handlerError !== undefined) {
      const { error } = this.#handlerError;
      this.#handlerError = undefined;
      throw error;
    }
    this.#lookout.watches.take();
    if (this.#requested !== undefined) {
      const { reason } = this.#requested;
      this.#requested = undefined;
      return { kind: 'requested', reason };
    }
    if (this.#breakpointHit !== undefined) return { kind: 'breakpoint', address: this.#breakpointHit };
    return this.#watchpointHit === undefined ? undefined : { kind: 'watchpoint', ...this.#watchpointHit };
  }

  #crashed(error: unknown): MachineStop {
    this.#handlerError = undefined;
    this.#crash = describeCrash(error, this.#v86, this.registers, this.linear);
    return { kind: 'crash', cause: this.#crash };
  }

  // ── state ──

  capture(options: CaptureOptions = {}): MachineImage {
    this.#checkRunnable();
    return this.#state.capture(this.#v86, options.compiled ?? true);
  }

  restore(image: MachineImage, options: RestoreOptions = {}): RestoreReport {
    if (this.#running) throw new MachineStateError('the machine is running: restore it when it has stopped');
    const own = this.#state.checked(image);
    this.#lookout.probes.forget();
    if (this.#crash !== undefined) this.#renew();
    const { compiled = 'image' } = options;
    // Code that there is may run at once, even where none is to be compiled yet.
    const taken = this.#options.compile === false && compiled === 'image' ? 'none' : compiled;
    const pagesCopied = this.#state.restore(this.#v86, own, taken, this.#compiles);
    this.#lookout.arm(this.#v86);
    this.#lookout.watches.refresh();
    return { pagesCopied };
  }

  /** What is left of v86 after a crash cannot be trusted: start over with a new one. */
  #renew(): void {
    this.#crash = undefined;
    this.#instance = this.#createInstance(this.memory.size);
    this.#state.startOver();
  }

  compileSoon(): void {
    this.#checkRunnable();
    this.#v86.heatPages();
  }

  takeCode(key: string): boolean {
    this.#checkRunnable();
    const { compile = true, codeStore } = this.#options;
    if (compile === false || codeStore === undefined || !this.#v86.functions.isEmpty) return false;
    const layer = readCode(codeStore, key, this.#v86);
    if (layer === undefined || !compiledForProbes(this.#v86, layer)) return false;
    this.#state.addCode(this.#v86, layer, this.#compiles);
    this.#codeTaken = key;
    return true;
  }

  keepCode(key: string): void {
    this.#checkRunnable();
    const { codeStore } = this.#options;
    if (codeStore === undefined) return;
    if (this.#codeTaken === key) writeMachineCode(codeStore, key, this.#v86);
    else writeCode(codeStore, key, this.#v86);
  }

  dispose(): void {
    this.#instance = undefined;
    this.#state.forget();
  }
}
