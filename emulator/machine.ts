/**
 * The machine: a v86 instance, its devices, virtual time, and the loop that runs them to an exact instruction.
 *
 * What must hold: what the guest sees is a function of the machine's state alone. The loop therefore hands v86 a
 * count at which to come back, never a duration; alarms ring only there; and nothing rings before a stop that falls
 * on the same tick, so a machine stopped at a count is always in the same state.
 */

import { Cmos } from './devices/cmos.ts';
import type { Device } from './devices/device.ts';
import { Pit } from './devices/pit.ts';
import {
  type Baseline,
  blankRam,
  captureCompiled,
  captureProcessor,
  captureRam,
  captureTranslations,
  compiledForProbes,
  Image,
  restoreCompiled,
  restoreProcessor,
  restoreRam,
  restoreShadow,
  type SurroundingsState,
} from './image.ts';
import { MachineLinearMemory, MachinePhysicalMemory } from './memory.ts';
import { Ports } from './ports.ts';
import { Probes } from './probes.ts';
import { MachineRegisters } from './registers.ts';
import { Scheduler } from './scheduler.ts';
import { Watches } from './watches.ts';
import { REGISTER_NAMES } from './types.ts';
import type {
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
} from './types.ts';
import { Address, FLAG_INTERRUPT, JitConfig, Observe, Own } from './v86/internals.ts';
import { type Host, PAGE, V86Instance } from './v86/instance.ts';

const REACHED: MachineStop = { kind: 'reached', limit: 'instructions' };
/** Instructions after which the loop comes back at the latest, to look at the wall clock. */
const TURN = 4_000_000;
const DEFAULT_TICKS_PER_MICROSECOND = 1000;
const SEGMENT_COUNT = 6;
const CODE_SEGMENT = 1;
const REAL_MODE_LIMIT = 0xffff;
const ACCESS_CODE = 0x9b;
const ACCESS_DATA = 0x93;
const CONTROL_0_RESET = 0x10;
const FLAG_ALWAYS_ONE = 2;

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

  private readonly options: MachineOptions;
  private readonly ticksPerMicrosecond: number;
  private instance: V86Instance | undefined;
  private readonly ports = new Ports();
  private readonly scheduler: Scheduler;
  private readonly devices: readonly Device[];

  /** Instructions up to when the 32-bit counter stood at `counterSeen`. */
  private instructionsSeen = 0;
  private counterSeen = 0;
  private idleTicks = 0;
  private random: number;

  private running = false;
  private requested: Requested | undefined;
  /** An error thrown by a handler: it must not unwind through v86, so it waits here until the loop is back. */
  private handlerError: { readonly error: unknown } | undefined;
  private crash: MachineCrash | undefined;
  /** Instructions asked for in this machine's life, whatever images it was restored to: an upper bound of those executed. */
  private executed = 0;
  private baseline: Baseline;

  private readonly traps = new Map<number, TrapHandler>();
  private readonly probes: Probes;
  private readonly watches: Watches;
  /** Where a run came by a breakpoint; where it started it does not stop. */
  private breakpointHit: number | undefined;
  private runStart = 0;
  private readonly interruptReturnHandlers = new Set<() => void>();

  constructor(options: MachineOptions) {
    const size = options.memoryMiB * 2 ** 20;
    if (!Number.isInteger(options.memoryMiB) || options.memoryMiB < 1 || options.memoryMiB > 2048) {
      throw new RangeError(`memoryMiB must be a whole number from 1 to 2048, not ${options.memoryMiB}`);
    }
    this.options = options;
    this.ticksPerMicrosecond = options.instructionsPerMicrosecond ?? DEFAULT_TICKS_PER_MICROSECOND;
    if (
      !Number.isInteger(this.ticksPerMicrosecond) ||
      this.ticksPerMicrosecond < 1 ||
      this.ticksPerMicrosecond > 7000
    ) {
      throw new RangeError('instructionsPerMicrosecond must be a whole number from 1 to 7000');
    }
    this.random = (options.randomSeed ?? 1) | 0;
    this.baseline = blankRam(size);
    const instance = (): V86Instance => this.v86;
    this.registers = new MachineRegisters(instance);
    this.memory = new MachinePhysicalMemory(size, instance);
    this.linear = new MachineLinearMemory(this.memory, instance);
    this.probes = new Probes(this.registers, this.linear);
    this.watches = new Watches(this.linear);
    this.scheduler = new Scheduler(
      () => this.tick,
      this.ticksPerMicrosecond,
      () => {
        this.comeBack();
      },
    );
    this.devices = [
      new Pit(this.scheduler, () => {
        this.v86.setInterruptLine(0, false);
        this.v86.setInterruptLine(0, true);
      }),
      new Cmos(this.scheduler, options.bootTimeSeconds ?? 0, size),
    ];
    for (const device of this.devices) this.ports.connect(device);
    this.instance = this.createInstance(size);
  }

  /** Whether code may be compiled by now. */
  private get compiles(): boolean {
    const { compile = true } = this.options;
    return typeof compile === 'boolean' ? compile : this.executed >= compile;
  }

  private createInstance(size: number): V86Instance {
    const instance = new V86Instance(size, this.host(), this.options.codeFolder);
    instance.exports.set_jit_config(JitConfig.disabled, this.compiles ? 0 : 1);
    return instance;
  }

  /** Wraps what v86 calls back for, so that an error of a handler ends the run instead of breaking v86. */
  private host(): Host {
    const guarded = <T>(fallback: T, call: () => T): T => {
      if (this.handlerError !== undefined) return fallback;
      try {
        return call();
      } catch (error) {
        this.handlerError = { error };
        this.comeBack();
        return fallback;
      }
    };
    return {
      readPort: (port, width) => guarded(0, () => this.ports.read(port, width)),
      writePort: (port, width, value) => {
        guarded(undefined, () => {
          this.ports.write(port, width, value);
        });
      },
      timestamp: () => (this.instance === undefined ? 0 : this.tick),
      random: () => this.nextRandom(),
      softwareInterrupt: (vector) => guarded(false, () => this.trap(vector)),
      interruptReturned: () => {
        guarded(undefined, () => {
          for (const handler of this.interruptReturnHandlers) handler();
        });
      },
      instructionReached: () => guarded(false, () => this.arrive()),
      exceptionRaised: () => {
        this.probes.exception(this.instructions);
      },
      memoryAccessed: (address, writing) => {
        if (!writing && address === this.v86.word(Address.instructionPointer)) return false;
        return this.watches.access(address, writing, () => {
          this.comeBack();
        });
      },
    };
  }

  private get v86(): V86Instance {
    if (this.instance === undefined) throw new MachineStateError('the machine has been disposed of');
    return this.instance;
  }

  // ── time ──

  get instructions(): number {
    return this.instructionsSeen + ((this.v86.word(Address.instructionCounter) - this.counterSeen) >>> 0);
  }

  /** The present moment of virtual time. */
  private get tick(): number {
    return this.instructions + this.idleTicks;
  }

  get virtualNanoseconds(): number {
    return (this.tick * 1000) / this.ticksPerMicrosecond;
  }

  private settleInstructions(): void {
    this.instructionsSeen = this.instructions;
    this.counterSeen = this.v86.word(Address.instructionCounter);
  }

  private nextRandom(): number {
    // xorshift32: any word but 0 leads through all others
    let x = this.random === 0 ? 0x6d2b79f5 : this.random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.random = x;
    return x;
  }

  /** Makes the main loop come back after the instruction that is being executed. */
  private comeBack(): void {
    if (this.running) this.v86.setWord(Own.limit, this.v86.word(Address.instructionCounter));
  }

  // ── what the guest can reach ──

  enterRealMode(start: Partial<Record<RegisterName, number>>): void {
    const { v86 } = this;
    v86.setWord(Address.control, CONTROL_0_RESET);
    v86.setByte(Address.protectedMode, 0);
    v86.setByte(Address.is32, 0);
    v86.setByte(Address.stackIs32, 0);
    v86.setByte(Address.privilege, 0);
    v86.setByte(Address.inHalt, 0);
    for (let i = 0; i < SEGMENT_COUNT; i++) {
      v86.setHalf(Address.segmentSelectors + 2 * i, 0);
      v86.setByte(Address.segmentIsNull + i, 0);
      v86.setWord(Address.segmentBases + 4 * i, 0);
      v86.setWord(Address.segmentLimits + 4 * i, REAL_MODE_LIMIT);
      v86.setByte(Address.segmentAccessBytes + i, i === CODE_SEGMENT ? ACCESS_CODE : ACCESS_DATA);
    }
    for (const name of REGISTER_NAMES) this.registers.set(name, start[name] ?? 0);
    this.registers.set('eflags', start.eflags ?? FLAG_ALWAYS_ONE);
    v86.exports.update_state_flags();
    v86.exports.full_clear_tlb();
  }

  claimPorts(ports: readonly number[], handler: PortHandler): void {
    this.ports.claim(ports, handler);
  }

  setInterruptLine(line: number, level: boolean): void {
    if (!Number.isInteger(line) || line < 0 || line > 15)
      throw new RangeError(`there is no interrupt line ${line}`);
    this.v86.setInterruptLine(line, level);
  }

  trapInterrupts(vectors: readonly number[], handler: TrapHandler | undefined): void {
    for (const vector of vectors) {
      if (!Number.isInteger(vector) || vector < 0 || vector > 255)
        throw new RangeError(`there is no vector ${vector}`);
      if (handler === undefined) this.traps.delete(vector);
      else this.traps.set(vector, handler);
    }
    this.watchGuest();
  }

  onInterruptReturn(handler: () => void): () => void {
    // one function may be added twice, and each addition ends on its own
    const called = (): void => {
      handler();
    };
    this.interruptReturnHandlers.add(called);
    this.watchGuest();
    return () => {
      this.interruptReturnHandlers.delete(called);
      if (this.instance !== undefined) this.watchGuest();
    };
  }

  /** Tells the rewritten v86 what to call out for. */
  private watchGuest(): void {
    const { v86 } = this;
    for (let i = 0; i < 32; i++) v86.setByte(Own.trapBitmap + i, 0);
    for (const vector of this.traps.keys()) {
      const at = Own.trapBitmap + (vector >> 3);
      v86.setByte(at, v86.byte(at) | (1 << (vector & 7)));
    }
    v86.setWord(Own.observe, this.interruptReturnHandlers.size === 0 ? 0 : Observe.interruptReturn);
    v86.probe(this.probes.addresses());
    v86.watch(this.watches.pages());
  }

  /** The processor stands before an instruction that may be watched for. True: the main loop must come back. */
  private arrive(): boolean {
    const eip = this.v86.word(Address.instructionPointer);
    const { instructions } = this;
    const breakpoint = this.probes.arrive(eip, instructions);
    if (breakpoint && instructions !== this.runStart) this.breakpointHit = eip;
    return this.breakpointHit !== undefined || this.requested !== undefined;
  }

  private trap(vector: number): boolean {
    const handler = this.traps.get(vector);
    if (handler === undefined || this.registers.privilege === 0) return false;
    const { registers } = this;
    const decision = handler({
      vector,
      frame: {
        eip: registers.get('eip'),
        cs: registers.segment('cs'),
        eflags: registers.get('eflags'),
        esp: registers.get('esp'),
        ss: registers.segment('ss'),
      },
    });
    return decision === 'return';
  }

  // ── running ──

  requestStop(reason: unknown): void {
    this.requested = { reason };
    this.comeBack();
  }

  run(limits: RunLimits = {}): MachineStop {
    this.start();
    try {
      return this.loop(limits);
    } finally {
      this.running = false;
    }
  }

  step(count = 1): MachineStop {
    this.start();
    const last = this.runStart + count;
    try {
      // Where nothing can happen on the way there is nothing to look after: a single step is one turn.
      if (count <= TURN && !this.halted() && this.scheduler.nextTick() - this.tick >= Math.max(1, count)) {
        const stop = this.turn(count);
        if (stop !== undefined) return stop;
        if (this.instructions >= last) return REACHED;
      }
      return this.loop({ instructions: last });
    } finally {
      this.running = false;
    }
  }

  private start(): void {
    this.checkRunnable();
    this.running = true;
    this.requested = undefined;
    this.breakpointHit = undefined;
    this.runStart = this.instructions;
    this.watches.refresh();
  }

  private checkRunnable(): void {
    if (this.running)
      throw new MachineStateError('the machine is running: a handler may ask it to stop, not run it');
    if (this.crash !== undefined) {
      throw new MachineStateError('the machine has crashed: restore an image into it or dispose of it');
    }
  }

  private loop(limits: RunLimits): MachineStop {
    const lastInstruction = limits.instructions ?? Infinity;
    const lastTick =
      limits.virtualNanoseconds === undefined
        ? Infinity
        : Math.ceil((limits.virtualNanoseconds * this.ticksPerMicrosecond) / 1000);
    const wallEnd =
      limits.wallMilliseconds === undefined ? Infinity : this.options.wallClock() + limits.wallMilliseconds;
    for (;;) {
      const { instructions } = this;
      const tick = instructions + this.idleTicks;
      if (instructions >= lastInstruction) return REACHED;
      if (tick >= lastTick) return { kind: 'reached', limit: 'virtual-time' };
      // An alarm may raise an interrupt, which v86 delivers on the spot, through whatever gate the guest left there.
      try {
        this.scheduler.ringDue();
      } catch (error) {
        return this.crashed(error);
      }
      if (this.halted() && !this.idle(tick, lastTick)) return { kind: 'halted' };
      else if (!this.halted()) {
        const left = Math.min(
          lastInstruction - instructions,
          lastTick - tick,
          this.scheduler.nextTick() - tick,
          TURN,
        );
        const stop = this.turn(left);
        if (stop !== undefined) return stop;
      }
      if (wallEnd !== Infinity && this.options.wallClock() >= wallEnd) return { kind: 'wall-time' };
    }
  }

  private halted(): boolean {
    return this.v86.byte(Address.inHalt) !== 0;
  }

  /** Skips to the next moment at which anything can happen. False: there is none. */
  private idle(tick: number, lastTick: number): boolean {
    if ((this.v86.word(Address.flags) & FLAG_INTERRUPT) === 0) return false;
    const next = Math.min(this.scheduler.nextTick(), lastTick);
    if (next === Infinity) return false;
    this.idleTicks += next - tick;
    return true;
  }

  /** Runs at most `count` instructions, fewer when something asks for it. */
  private turn(count: number): MachineStop | undefined {
    const { v86 } = this;
    this.settleInstructions();
    v86.setWord(Own.limit, this.counterSeen + count);
    if (typeof this.options.compile === 'number') {
      v86.exports.set_jit_config(JitConfig.disabled, this.compiles ? 0 : 1);
      this.executed += count;
    }
    try {
      v86.exports.main_loop();
      v86.finishCompile();
    } catch (error) {
      return this.crashed(error);
    }
    if (this.handlerError !== undefined) {
      const { error } = this.handlerError;
      this.handlerError = undefined;
      throw error;
    }
    if (this.requested !== undefined) {
      const { reason } = this.requested;
      this.requested = undefined;
      return { kind: 'requested', reason };
    }
    if (this.breakpointHit !== undefined) return { kind: 'breakpoint', address: this.breakpointHit };
    const watched = this.watches.take();
    return watched === undefined ? undefined : { kind: 'watchpoint', ...watched };
  }

  private crashed(error: unknown): MachineStop {
    this.handlerError = undefined;
    const registers = Object.fromEntries(REGISTER_NAMES.map((name) => [name, this.registers.get(name)]));
    this.crash = {
      message: this.crashMessage(error),
      registers: registers as Record<RegisterName, number>,
      faultAddress: this.registers.control(2),
    };
    return { kind: 'crash', cause: this.crash };
  }

  private crashMessage(error: unknown): string {
    // v86 answers an exception that cannot be delivered by trying again until the host's stack is full
    if (error instanceof RangeError) return 'an exception could not be delivered (triple fault)';
    const said = this.v86.lastMessage;
    // "panicked at FILE:LINE:COLUMN:\nTEXT"
    const text = said.slice(said.indexOf('\n') + 1);
    if (text !== '') return `the emulated processor gave up: ${text}`;
    const eip = this.registers.get('eip');
    if (this.linear.translate(this.v86.word(Address.instructionPointer)) === undefined) {
      return `the processor fetched an instruction outside of RAM, at 0x${eip.toString(16)}`;
    }
    return `the emulated processor gave up: ${error instanceof Error ? error.message : String(error)}`;
  }

  // ── images ──

  capture(options: CaptureOptions = {}): MachineImage {
    this.checkRunnable();
    const { v86 } = this;
    this.settleInstructions();
    const pages = captureRam(v86, this.baseline);
    const image = new Image({
      memoryBytes: v86.ramSize,
      ticksPerMicrosecond: this.ticksPerMicrosecond,
      pages,
      processor: captureProcessor(v86),
      translations: captureTranslations(v86),
      surroundings: this.captureSurroundings(),
      compiled: options.compiled === false ? undefined : captureCompiled(v86),
    });
    this.agreeWith(image);
    return image;
  }

  private captureSurroundings(): SurroundingsState {
    return {
      devices: Object.fromEntries(this.devices.map((device) => [device.name, device.save()])),
      ...this.scheduler.save(),
      instructions: this.instructions,
      idleTicks: this.idleTicks,
      random: this.random,
    };
  }

  private agreeWith(image: Image): void {
    this.baseline = image.pages;
    this.v86.resetDirty();
  }

  restore(image: MachineImage, options: RestoreOptions = {}): RestoreReport {
    if (this.running) throw new MachineStateError('the machine is running: restore it when it has stopped');
    if (!(image instanceof Image)) throw new TypeError('this image was not made by this emulator');
    if (image.memoryBytes !== this.memory.size || image.ticksPerMicrosecond !== this.ticksPerMicrosecond) {
      throw new RangeError(
        `the image is of a machine with ${image.memoryBytes / 2 ** 20} MiB and ${image.ticksPerMicrosecond} ` +
          `instructions per microsecond, this one has ${this.memory.size / 2 ** 20} and ${this.ticksPerMicrosecond}`,
      );
    }
    this.probes.forget();
    if (this.crash !== undefined) this.renew();
    const copied = this.restoreInto(image, options.compiled ?? 'image');
    this.agreeWith(image);
    this.restoreSurroundings(image.surroundings);
    this.watchGuest();
    this.watches.refresh();
    return { pagesCopied: copied };
  }

  /** What is left of v86 after a crash cannot be trusted: start over with a new one. */
  private renew(): void {
    this.crash = undefined;
    this.instance = this.createInstance(this.memory.size);
    this.baseline = blankRam(this.memory.size);
  }

  private restoreInto(image: Image, compiled: 'image' | 'keep' | 'none'): number {
    const { v86 } = this;
    const mayCompile = this.compiles;
    const layer = compiled === 'image' && mayCompile ? image.compiled : undefined;
    if (layer !== undefined && compiledForProbes(v86, layer)) {
      const copied = restoreRam(v86, this.baseline, image.pages, undefined);
      restoreCompiled(v86, layer);
      restoreShadow(v86, image.processor);
      v86.exports.set_jit_config(JitConfig.disabled, 0);
      return copied;
    }
    if (compiled !== 'keep') v86.exports.jit_clear_cache_js();
    const copied = restoreRam(v86, this.baseline, image.pages, (page) => {
      v86.exports.jit_dirty_cache(page * PAGE, (page + 1) * PAGE);
    });
    const current =
      compiled === 'keep'
        ? (page: number, entry: number): boolean => this.linear.remembers(page, entry)
        : undefined;
    restoreProcessor(v86, image.processor, image.translations, current);
    return copied;
  }

  private restoreSurroundings(state: SurroundingsState): void {
    for (const device of this.devices) {
      const saved = state.devices[device.name];
      if (saved !== undefined) device.restore(saved);
    }
    this.scheduler.restore(state);
    this.instructionsSeen = state.instructions;
    this.counterSeen = this.v86.word(Address.instructionCounter);
    this.idleTicks = state.idleTicks;
    this.random = state.random;
  }

  dispose(): void {
    this.instance = undefined;
    this.baseline = [];
  }

  onExecute(linear: number, handler: () => void): () => void {
    const remove = this.probes.addHandler(linear, handler);
    this.watchGuest();
    return () => {
      remove();
      if (this.instance !== undefined) this.watchGuest();
    };
  }

  setBreakpoint(linear: number): void {
    this.probes.addBreakpoint(linear);
    this.watchGuest();
  }
  clearBreakpoint(linear: number): void {
    this.probes.removeBreakpoint(linear);
    this.watchGuest();
  }
  setWatchpoint(linear: number, length: number, access: 'read' | 'write' | 'access'): void {
    this.watches.add(linear, length, access);
    this.watchGuest();
  }
  clearWatchpoint(linear: number): void {
    this.watches.remove(linear);
    this.watchGuest();
  }
}
