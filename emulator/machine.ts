/**
 * The machine: a v86 instance, its devices, virtual time, and the loop that runs them to an exact instruction.
 *
 * What must hold: what the guest sees is a function of the machine's state alone. The loop therefore hands v86 a
 * count at which to come back, never a duration; alarms ring only there; and nothing rings before a stop that falls
 * on the same tick, so a machine stopped at a count is always in the same state.
 */

import { describeCrash } from './crash.ts';
import { connectDevices } from './devices/board.ts';
import { createHost } from './host.ts';
import { KeptCode } from './kept-code.ts';
import { Lookout } from './lookout.ts';
import { checkOptions } from './machine-options.ts';
import { MachineStateError } from './machine-state-error.ts';
import { MachineLinearMemory, MachinePhysicalMemory } from './memory.ts';
import { checkNumber } from './numbers.ts';
import { PendingStop } from './pending-stop.ts';
import { Ports } from './ports.ts';
import { Progress } from './progress.ts';
import { RandomWords } from './random.ts';
import { enterRealMode } from './real-mode.ts';
import { MachineRegisters } from './registers.ts';
import { type RunBounds, runBounds } from './run-bounds.ts';
import { Scheduler } from './scheduler.ts';
import { MachineState } from './state.ts';
import type {
  AccessHandler,
  CaptureOptions,
  HostWork,
  KeepCodeOptions,
  LoggedSteps,
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
  StepLog,
  TrapHandler,
  UnclaimedPortHandler,
  WatchedRange,
} from './types.ts';
import { Address, FLAG_INTERRUPT, JitConfig, Own } from './v86/internals.ts';
import { type Host, StepOutcome, V86Instance } from './v86/instance.ts';

const REACHED: MachineStop = { kind: 'reached', limit: 'instructions' };
/**
 * Instructions interpreted in a page before it is compiled. v86 waits for 200,000; guests that start, work for some ten million
 * instructions and end gain more by compiling earlier (measured on CPython's start: a tenth).
 */
const HOT_PAGES = 50_000;
/**
 * The same where many runs will have the code: it is compiled once, and taken up by each. Measured on a snapshot of CPython's start in
 * processes that take up kept code: 7 % of the whole process; with less than half of this, taking it up costs what it saves.
 */
const HOT_PAGES_OF_MANY_RUNS = 25_000;
/**
 * The same while a machine may turn out to run for a short time only. To interpret a page for so long takes a few times what it takes
 * to compile it: where the run ends soon after, little is lost, and where it does not, little has been.
 */
const HOTTEST_PAGES = 400_000;
/** Instructions after which the loop comes back at the latest, to look at the wall clock. */
const TURN = 4_000_000;

export class V86Machine implements Machine {
  readonly registers: MachineRegisters;
  readonly memory: MachinePhysicalMemory;
  readonly linear: MachineLinearMemory;

  readonly #options: MachineOptions;
  readonly #ticksPerMicrosecond: number;
  #instance: V86Instance | undefined;
  readonly #ports = new Ports();
  readonly #scheduler: Scheduler;

  readonly #progress = new Progress(() => this.#v86.instructionCounter);
  readonly #random: RandomWords;
  /** Makes the main loop come back after the instruction that is being executed, and lets no single step go by unattended. */
  readonly #comeBack = (): void => {
    const v86 = this.#instance;
    v86?.setWord(Own.limit, v86.word(Address.instructionCounter));
  };

  #running = false;
  readonly #pending = new PendingStop();
  #crash: MachineCrash | undefined;
  /** Instructions asked for in this machine's life, whatever images it was restored to: an upper bound of those executed. */
  #executed = 0;
  /** Whether what is compiled is for many runs. */
  #forManyRuns = false;
  readonly #state: MachineState;
  readonly #keptCode: KeptCode;

  readonly #lookout: Lookout;
  /** Where a run started: it does not stop at a breakpoint there. */
  #runStart = 0;

  constructor(options: MachineOptions) {
    const { memoryBytes, ticksPerMicrosecond, randomSeed, bootTimeSeconds } = checkOptions(options);
    this.#options = options;
    this.#ticksPerMicrosecond = ticksPerMicrosecond;
    this.#random = new RandomWords(randomSeed);
    const instance = (): V86Instance => this.#v86;
    this.registers = new MachineRegisters(instance);
    this.memory = new MachinePhysicalMemory(memoryBytes, instance, (address, length) => {
      if (this.#running) this.#lookout.watches.hostWrites(address, length, this.#comeBack);
    });
    this.linear = new MachineLinearMemory(this.memory, instance);
    this.#lookout = new Lookout(this.registers, this.linear, () => {
      if (this.#instance !== undefined) this.#lookout.armWatches(this.#instance);
      this.#comeBack();
    });
    this.#scheduler = new Scheduler(() => this.#progress.tick, this.#ticksPerMicrosecond, this.#comeBack);
    const devices = connectDevices(this.#ports, this.#scheduler, instance, { bootTimeSeconds, memoryBytes });
    this.#state = new MachineState({
      memoryBytes,
      ticksPerMicrosecond,
      ...{
        devices,
        scheduler: this.#scheduler,
        progress: this.#progress,
        random: this.#random,
      },
      linear: this.linear,
    });
    this.#keptCode = new KeptCode(options, this.#state);
    this.#instance = this.#createInstance(memoryBytes);
  }

  /** Whether code may be compiled. */
  get #compiles(): boolean {
    return this.#options.compile !== false;
  }

  /** Instructions interpreted in a page before it is compiled. */
  get #compileThreshold(): number {
    const { compile } = this.#options;
    if (this.#forManyRuns) return HOT_PAGES_OF_MANY_RUNS;
    return typeof compile === 'number' && this.#executed < compile ? HOTTEST_PAGES : HOT_PAGES;
  }

  #createInstance(size: number): V86Instance {
    const instance = new V86Instance(size, this.#host(), this.#options.codeStore);
    instance.exports.set_jit_config(JitConfig.disabled, this.#compiles ? 0 : 1);
    instance.setCompileThreshold(this.#compileThreshold);
    return instance;
  }

  #host(): Host {
    return createHost({
      ports: this.#ports,
      progress: this.#progress,
      random: this.#random,
      lookout: this.#lookout,
      pending: this.#pending,
      instance: () => this.#instance,
      arrive: () => this.#arrive(),
      comeBack: this.#comeBack,
    });
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

  get hostWork(): HostWork {
    return this.#v86.hostWork();
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
      this.#pending.atWatchpoint(linear >>> 0, first);
    });
  }

  /** The processor stands before an instruction that may be watched for. True: the main loop must come back. */
  #arrive(): boolean {
    const eip = this.#v86.word(Address.instructionPointer);
    const { instructions } = this;
    const breakpoint = this.#lookout.probes.arrive(eip, instructions);
    if (breakpoint && instructions !== this.#runStart) this.#pending.atBreakpoint(eip);
    return this.#pending.waits;
  }

  // ── running ──

  requestStop(reason: unknown): void {
    this.#pending.request(reason);
    this.#comeBack();
  }

  run(limits: RunLimits = {}): MachineStop {
    const bounds = runBounds(limits, this.#ticksPerMicrosecond, this.#options.wallClock);
    this.#start();
    try {
      return this.#loop(bounds);
    } finally {
      this.#end();
    }
  }

  step(count = 1): MachineStop {
    if (count !== 1) checkNumber('the number of steps', count, { least: 1 });
    else {
      const stop = this.#stepUnattended();
      if (stop !== undefined) return stop;
    }
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
      return this.#loop({ lastInstruction: last, lastTick: Infinity, wallEnd: Infinity });
    } finally {
      this.#end();
      if (count === 1) this.#leaveUnattended();
    }
  }

  logSteps({ addresses, rings }: StepLog): LoggedSteps {
    if (addresses.length !== rings.length)
      throw new RangeError(`${addresses.length} addresses have no room beside ${rings.length} rings`);
    this.#start();
    const from = this.#runStart;
    const bounds = { lastInstruction: from + addresses.length, lastTick: Infinity, wallEnd: Infinity };
    try {
      const stop = this.#loop(bounds, (count) =>
        this.#turnOfSteps(count, (steps, before) => {
          addresses.set(steps.addresses, before - from);
          rings.set(steps.rings, before - from);
        }),
      );
      return { steps: this.instructions - from, stop };
    } finally {
      this.#end();
    }
  }

  /**
   * Lets single steps go by unattended up to the next alarm: what has to be looked after before that makes the machine come back
   * ({@link #comeBack}), whether it is running or not.
   */
  #leaveUnattended(): void {
    if (this.#instance === undefined || this.#crash !== undefined || this.#lookout.watches.any) return;
    const quiet = Math.min(this.#scheduler.nextTick() - this.#progress.tick, TURN);
    if (quiet <= 0) return;
    this.#pending.begin();
    this.#instance.setWord(Own.limit, this.#progress.settle() + quiet);
  }

  /** One instruction, where nothing has to be looked after. Undefined where that is not so: nothing has been done then. */
  #stepUnattended(): MachineStop | undefined {
    if (this.#running) return undefined;
    const v86 = this.#v86;
    let outcome: StepOutcome;
    this.#running = true;
    try {
      outcome = v86.stepOnce();
    } catch (error) {
      return this.#crashed(error);
    } finally {
      this.#running = false;
    }
    if (outcome === StepOutcome.done) return REACHED;
    if (outcome !== StepOutcome.doneAtLimit) return undefined;
    return this.#attend() ?? REACHED;
  }

  #end(): void {
    this.#running = false;
    this.#comeBack();
  }

  #start(): void {
    this.#checkRunnable();
    this.#running = true;
    this.#pending.begin();
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

  /** @param turn Runs at most so many instructions: see {@link #turn}. */
  #loop(
    { lastInstruction, lastTick, wallEnd }: RunBounds,
    turn = (count: number): MachineStop | undefined => this.#turn(count),
  ): MachineStop {
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
        const stop = turn(left);
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
      v86.setCompileThreshold(this.#compileThreshold);
      this.#executed += count;
    }
    try {
      v86.exports.main_loop();
      v86.finishCompile();
    } catch (error) {
      return this.#crashed(error);
    }
    return this.#attend();
  }

  /** The same one by one. `take` gets what was executed, and the count before it. */
  #turnOfSteps(count: number, take: (steps: StepLog, before: number) => void): MachineStop | undefined {
    const v86 = this.#v86;
    const before = this.instructions;
    v86.setWord(Own.limit, this.#progress.settle() + count);
    try {
      v86.stepLogged(count);
    } catch (error) {
      return this.#crashed(error);
    } finally {
      take(v86.loggedSteps(this.instructions - before), before);
    }
    return this.#attend();
  }

  /** Looks after what the instructions just executed have brought about. */
  #attend(): MachineStop | undefined {
    this.#pending.throwError();
    this.#lookout.watches.take();
    return this.#pending.take();
  }

  #crashed(error: unknown): MachineStop {
    this.#pending.forgetError();
    this.#crash = describeCrash(error, this.#v86, this.registers, this.linear);
    this.#comeBack();
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
    this.#comeBack();
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
    try {
      return this.#keptCode.take(this.#v86, key, this.#compiles);
    } finally {
      this.#comeBack();
    }
  }

  compileForManyRuns(): void {
    this.#checkRunnable();
    this.#forManyRuns = true;
    this.#v86.setCompileThreshold(this.#compileThreshold);
  }

  keepCode(key: string, options: KeepCodeOptions = {}): void {
    this.#checkRunnable();
    this.#keptCode.keep(this.#v86, key, options);
    this.#comeBack();
  }

  dispose(): void {
    this.#instance = undefined;
    this.#state.forget();
  }
}
