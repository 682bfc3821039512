/**
 * A guest: a machine with a Nanvix kernel in it, the monitor around it, and what can be done with both.
 *
 * What must hold: running, stopping, capturing and restoring never change what the guest does. Everything a guest can do
 * comes back as a {@link Stop}; only asking for what cannot be done throws.
 */
import type { EraStep } from '../../images/abi/eras.ts';
import type { CaptureOptions, Machine, MachineStop, RestoreReport, StepLog } from '../../emulator/types.ts';
import { checkNumber } from './check-number.ts';
import type { SymbolSource } from './crash-report.ts';
import { GuestStateError, InputError, SnapshotMismatchError } from './errors.ts';
import { exitStatusOf } from './exit-status.ts';
import { withInputCarried } from './guest-snapshot.ts';
import type { ClockRule, GuestSnapshot } from './guest-snapshot.ts';
import type { GuestParts, GuestRestoreOptions, SnapshotObserver } from './guest-parts.ts';
import { identityDifferences } from './identity.ts';
import type { GuestIdentity } from './identity.ts';
import { KernelCalls } from './kernel-calls/interceptors.ts';
import type { CallSelector } from './kernel-calls/interceptors.ts';
import { writePauseRequest } from './monitor/control-page.ts';
import { EraInForce, judgementOf } from './monitor/eras/in-force.ts';
import { vectorSeen } from './monitor/eras/evidence.ts';
import { Monitor } from './monitor/monitor.ts';
import { guestTime, jumpForward } from './monitor/pvclock.ts';
import { StandardInput } from './monitor/standard-input.ts';
import type { Deadlines, SnapshotPolicy } from './options.ts';
import { StageRecorder, totalOf } from './stages.ts';
import type { StageName, RunResult } from './result.ts';
import { machineLimitsOf, settleDeadlines } from './run-limits.ts';
import type { SettledDeadlines } from './run-limits.ts';
import { runToEnd } from './run-to-end.ts';
import type { Stop } from './stop.ts';
import { HarnessStop, SHUT_DOWN, translateStop } from './translate-stop.ts';

/** How often a snapshot is run to warm it, and the instructions after which it is not run again. */
const WARMING_RUNS = 4;
const WARMING_INSTRUCTIONS = 50_000_000;

const DISPOSED = 'the guest was disposed of: boot another';

export class Guest {
  readonly machine: Machine;
  readonly monitor: Monitor;
  /** Kernel calls: the last ones, and interception. */
  readonly calls: KernelCalls;
  readonly identity: GuestIdentity;
  readonly stages: StageRecorder;
  /** The ELF files that name the guest's addresses, read when asked for. */
  readonly symbolFiles: SymbolSource;
  readonly #parts: GuestParts;
  readonly #input: StandardInput;
  readonly #era: EraInForce;
  readonly #snapshotPolicy: SnapshotPolicy;
  #snapshots: readonly GuestSnapshot[] = [];
  #snapshotObservers: readonly SnapshotObserver[] = [];
  #runsToEnd = 0;
  #runsEndAt = Infinity;
  #fromSnapshot = false;
  /** See {@link SnapshotInput.continued}. */
  #continuesInput: boolean;
  #unusable: string | undefined;
  #captureMs = 0;
  /** Ends the stage of the single steps under way. */
  #endSteps: ((counters: Machine) => void) | undefined;

  constructor(parts: GuestParts) {
    const { machine, options } = parts;
    this.#parts = parts;
    this.machine = machine;
    this.identity = parts.identity;
    this.symbolFiles = parts.symbols;
    this.stages = new StageRecorder(parts.wallClock);
    this.#snapshotPolicy = options.onSnapshot ?? 'ignore';
    this.#input = new StandardInput(parts.input ?? options.stdin);
    this.#continuesInput = parts.carriesInput ?? false;
    this.#era = new EraInForce(parts.era ?? judgementOf(parts.identity.options['era']), options.log);
    this.monitor = new Monitor(machine, {
      input: this.#input,
      era: this.#era,
      hostFolder: parts.hostFolder,
      announceMessages: options.announceMessages ?? false,
      stopAtSnapshot: this.#snapshotPolicy !== 'ignore',
      onConsole: options.onConsole,
      onOutput: options.onOutput,
      log: options.log,
      onStop: (stop) => {
        machine.requestStop(new HarnessStop(stop));
      },
    });
    this.calls = new KernelCalls(machine, () => this.era, {
      first: (vector) => this.#era.saw(vectorSeen(vector)),
      stop: (call) => {
        machine.requestStop(new HarnessStop({ kind: 'kernel-call', call }));
      },
    });
  }

  /** The era of Nanvix's interface that the guest speaks, as far as it is known by now. */
  get era(): EraStep {
    return this.#era.era.step;
  }

  /** All that the program has written to standard output since reset. */
  get output(): string {
    return new TextDecoder().decode(this.monitor.streams.stdout.bytes);
  }

  get errorOutput(): string {
    return new TextDecoder().decode(this.monitor.streams.stderr.bytes);
  }

  /** The kernel's console since reset. */
  get console(): string {
    return new TextDecoder().decode(this.monitor.console.log.bytes);
  }

  /** Snapshots taken where the kernel asked for them, when {@link BootOptions.onSnapshot} is `capture-and-continue`. */
  get snapshots(): readonly GuestSnapshot[] {
    return this.#snapshots;
  }

  /** Wall milliseconds spent on captures so far, since the guest was made. They are no part of a run. */
  get captureMs(): number {
    return this.#captureMs;
  }

  /** Nanoseconds since 1970 by the guest's own clock; undefined before the guest is laid out, and in 2024, which has none. */
  get time(): bigint | undefined {
    if (!this.#hasSharedPages) return undefined;
    return guestTime(this.machine.memory, this.machine.virtualNanoseconds);
  }

  /**
   * Runs until something stops the guest.
   *
   * @param deadlines Limits for this call; what is not named is taken from the boot options, then from the defaults.
   * @throws GuestStateError when the guest has shut down or crashed.
   */
  run(deadlines: Deadlines = {}): Stop {
    return this.#run(deadlines, this.#fromSnapshot ? 'after-snapshot' : 'run');
  }

  /**
   * Executes one instruction, more than fifteen million times a second: no deadlines hold. Steps in a row are one stage, whose wall time
   * is that from the first to what follows the last.
   *
   * @returns Why the guest did not just come to the next instruction; undefined if it did.
   * @throws GuestStateError when the guest has shut down or crashed.
   */
  step(): Stop | undefined {
    if (!this.#readyToStep()) return { kind: 'input' };
    const stop = this.machine.step();
    this.monitor.console.flush();
    return stop.kind === 'reached' ? undefined : this.#translate(stop, settleDeadlines({}, {}));
  }

  /**
   * Executes instructions one by one, as many as the log has room for, and writes down each, as {@link Machine.logSteps} does. As with
   * {@link step} no deadlines hold.
   *
   * @returns How many were executed, and why it ended; no stop where the log is full.
   */
  logSteps(log: StepLog): { readonly steps: number; readonly stop?: Stop } {
    if (!this.#readyToStep()) return { steps: 0, stop: { kind: 'input' } };
    const { steps, stop } = this.machine.logSteps(log);
    this.monitor.console.flush();
    return stop.kind === 'reached'
      ? { steps }
      : { steps, stop: this.#translate(stop, settleDeadlines({}, {})) };
  }

  /** What comes before single steps. False where the guest waits for input. */
  #readyToStep(): boolean {
    this.#checkUsable('run');
    this.#endSteps ??= this.stages.start(this.#fromSnapshot ? 'after-snapshot' : 'run', this.machine);
    this.monitor.resume();
    return !this.monitor.waits;
  }

  /**
   * Like {@link run}, awaiting standard input whenever the guest reads more than is there. The deadlines hold for all of it.
   *
   * @param signal Ends the run early, with a stop of kind `requested` and the signal's reason. A run without one keeps
   * the thread to itself until the guest stops or waits.
   */
  async runToEnd(deadlines: Deadlines = {}, signal?: AbortSignal): Promise<Stop> {
    this.#runsToEnd += 1;
    try {
      return await runToEnd(this, this.#deadlines(deadlines), this.#parts.wallClock, signal);
    } finally {
      this.#runsToEnd -= 1;
    }
  }

  /** True while the guest cannot go on before {@link inputReady}. */
  get waitsForInput(): boolean {
    return this.monitor.waits;
  }

  /** True while the guest would be told of standard input that comes, and runs on meanwhile. */
  get listens(): boolean {
    return this.monitor.listens;
  }

  /** True while a {@link runToEnd} goes on, or waits: whoever awaits it will move the guest. */
  get isRunningToEnd(): boolean {
    return this.#runsToEnd > 0;
  }

  /**
   * Lets no run go on beyond a moment of the wall clock: it ends with a deadline of kind `wall`, whatever its own deadlines.
   *
   * @param wallMs As the guest's wall clock tells it; Infinity for no such moment.
   */
  endRunsAt(wallMs: number): void {
    this.#runsEndAt = wallMs;
  }

  /** Runs to the next of the selected kernel calls, before the kernel sees it, or to whatever stops the guest earlier. */
  runToKernelCall(selector: CallSelector, deadlines: Deadlines = {}): Stop {
    return this.#runToCall(selector, deadlines, this.#fromSnapshot ? 'after-snapshot' : 'run');
  }

  /** Runs to the program's snapshot call (kernel call 35), whether the kernel allows it or not. */
  runToSnapshot(deadlines: Deadlines = {}): Stop {
    return this.#runToCall('snapshot', deadlines, this.#fromSnapshot ? 'after-snapshot' : 'to-snapshot');
  }

  /** Runs to an exact instruction count since reset, or to whatever stops the guest earlier. */
  runToInstruction(instructions: number, deadlines: Deadlines = {}): Stop {
    checkNumber('the instruction to run to', instructions);
    const left = instructions - this.machine.instructions;
    if (left < 0)
      throw new InputError(`instruction ${instructions} has passed: restore a snapshot taken before it`);
    const stop = this.run({ ...deadlines, instructions: left });
    const reached = stop.kind === 'deadline' && stop.deadline === 'instructions';
    return reached ? { kind: 'reached', instructions } : stop;
  }

  /** The pieces of standard input that were given so far, since the guest was booted or, of one from a snapshot, since then. */
  get inputGiven(): readonly Uint8Array[] {
    return this.#input.ofSource;
  }

  /** Resolves once a guest that stopped for `input` can read on. */
  async inputReady(): Promise<void> {
    await this.#input.ready(this.monitor.streams.position);
  }

  /** Asks the kernel to pause; a kernel that knows the request answers with a stop of kind `paused`. */
  requestPause(): void {
    if (!this.#hasSharedPages)
      throw new InputError(
        `a kernel of era ${this.era} knows no pause request: limit the run with deadlines`,
      );
    writePauseRequest(this.machine.memory, true);
  }

  /** Moves the guest's clock forward. */
  advanceClock(nanoseconds: bigint): void {
    if (nanoseconds < 0n)
      throw new InputError(`the guest's clock cannot go back by ${-nanoseconds} ns: only forward`);
    if (!this.#hasSharedPages)
      throw new InputError(`a kernel of era ${this.era} has no clock: leave it alone`);
    jumpForward(this.machine.memory, nanoseconds);
  }

  /**
   * The guest as it stands. Going on, here or after a restore, is the same to the last bit. Of one that has shut down there is
   * nothing to go on with, but all to look at.
   *
   * @throws GuestStateError when the guest has crashed.
   */
  capture(options: CaptureOptions = {}): GuestSnapshot {
    if (this.#unusable !== SHUT_DOWN) this.#checkUsable('captured');
    this.#settleSteps();
    const startedAt = this.#parts.wallClock();
    const end = this.stages.start('capture', this.machine);
    const snapshot = {
      machine: this.machine.capture(options),
      monitor: this.monitor.capture(),
      calls: this.calls.capture(),
      identity: this.identity,
      input: {
        source: this.#input.source,
        carried: this.#input.carried,
        start: this.#input.start,
        continued: this.#continuesInput,
        unread: this.#input.unread(this.monitor.streams.position),
      },
    };
    this.#fromSnapshot = true;
    end(this.machine);
    this.#parts.options.log?.debug?.('captured', { instructions: this.machine.instructions });
    for (const observer of this.#snapshotObservers) observer.captured(snapshot);
    this.#captureMs += this.#parts.wallClock() - startedAt;
    return snapshot;
  }

  /** @returns A function that ends the observation. */
  observeSnapshots(observer: SnapshotObserver): () => void {
    this.#snapshotObservers = [...this.#snapshotObservers, observer];
    return () => {
      this.#snapshotObservers = this.#snapshotObservers.filter((other) => other !== observer);
    };
  }

  /**
   * Puts the guest back to a snapshot, whatever it has done since, crashed or not. From here on {@link result} tells of what
   * happens after the restore.
   *
   * @throws SnapshotMismatchError when the snapshot was taken from a guest with another kernel, program, ramfs or options.
   */
  restore(
    snapshot: GuestSnapshot,
    clock: ClockRule = 'continue',
    options: GuestRestoreOptions = {},
  ): RestoreReport {
    if (this.#unusable === DISPOSED) throw new GuestStateError(DISPOSED);
    const differences = identityDifferences(this.identity, snapshot.identity);
    if (differences.length > 0) {
      throw new SnapshotMismatchError(
        `the snapshot does not fit this guest: it has ${differences.join('; ')}. Boot the guest with what the snapshot was taken from`,
      );
    }
    this.#endSteps = undefined;
    this.stages.restart();
    const restoredCounters = snapshot.machine;
    const end = this.stages.start('restore', restoredCounters);
    const { stdin, ...ofMachine } = options;
    const report = this.machine.restore(snapshot.machine, ofMachine);
    if (stdin !== undefined) this.#input.replaceSource(stdin);
    const { input, monitor } = stdin === undefined ? this.#ownInput(snapshot) : withInputCarried(snapshot);
    this.#input.carry(input.carried, input.start);
    this.#continuesInput = input.continued;
    this.monitor.restore(monitor);
    this.calls.restore(snapshot.calls);
    this.#applyClockRule(clock);
    this.#unusable = snapshot.monitor.exitStatus === null ? undefined : SHUT_DOWN;
    this.#fromSnapshot = true;
    end(restoredCounters);
    for (const observer of this.#snapshotObservers) observer.restored(snapshot);
    return report;
  }

  /**
   * The snapshot with an input that this guest can go on with. From its own source it reads on where it had got to; the source
   * of another guest that was booted alike is taken to be the same as its own. Anything else has left its unread input in the
   * snapshot, and what this guest's source has not given yet comes after that.
   */
  #ownInput(snapshot: GuestSnapshot): Pick<GuestSnapshot, 'input' | 'monitor'> {
    const { source, continued } = snapshot.input;
    const { carriesInput = false } = this.#parts;
    if (source === this.#input.source || !(continued || carriesInput)) return snapshot;
    const { input, monitor } = withInputCarried(snapshot);
    return { monitor, input: { ...input, start: carriesInput ? 0 : this.#input.given } };
  }

  /**
   * The same snapshot with the code that runs after it compiled: restoring it, a guest need not compile anything. Runs the
   * guest to wherever it stops, puts it back, and captures it again; a short run several times, for what each goes through
   * seldom.
   */
  warm(snapshot: GuestSnapshot, deadlines: Deadlines = {}): GuestSnapshot {
    this.restore(snapshot);
    this.machine.compileForManyRuns();
    const start = this.machine.instructions;
    let spent = 0;
    for (let run = 0; run < WARMING_RUNS && spent <= WARMING_INSTRUCTIONS; run += 1) {
      this.run(deadlines);
      spent += this.machine.instructions - start;
      this.restore(snapshot, 'continue', { compiled: 'keep' });
    }
    return this.capture();
  }

  /** Another guest in a machine of its own, which goes on from here independently of this one. */
  async fork(): Promise<Guest> {
    return await Guest.fromSnapshot({ ...this.#parts, input: this.#input }, this.capture());
  }

  /** A guest in a new machine, restored from a snapshot. `parts.machine` is not used. */
  static async fromSnapshot(
    parts: Omit<GuestParts, 'machine'>,
    snapshot: GuestSnapshot,
    clock: ClockRule = 'continue',
  ): Promise<Guest> {
    const startedAt = parts.wallClock();
    const guest = new Guest({ ...parts, machine: await parts.newMachine() });
    const wallMs = parts.wallClock() - startedAt;
    guest.restore(snapshot, clock);
    const [restored] = guest.stages.stages;
    guest.stages.restart();
    guest.stages.add({ name: 'instance', instructions: 0, virtualMs: 0, wallMs });
    if (restored !== undefined) guest.stages.add(restored);
    return guest;
  }

  /** All that the run has to show: since reset, or since the last restore. Time spent on captures is not part of its total. */
  result(outcome: Stop): RunResult {
    this.#settleSteps();
    const { stages } = this.stages;
    return {
      outcome,
      output: this.output,
      errorOutput: this.errorOutput,
      console: this.console,
      exitStatus: exitStatusOf(outcome),
      ...totalOf(stages.filter((stage) => stage.name !== 'capture')),
      stages,
    };
  }

  /** Frees the machine. The guest cannot be used any more. */
  dispose(): void {
    if (this.#unusable === DISPOSED) return;
    this.#unusable = DISPOSED;
    this.machine.dispose();
  }

  /** Whether there are a control page and a clock page. */
  get #hasSharedPages(): boolean {
    return this.#era.era.boot.sharedPages;
  }

  #runToCall(selector: CallSelector, deadlines: Deadlines, stage: StageName): Stop {
    const remove = this.calls.intercept(selector, () => ({ kind: 'stop' }));
    try {
      return this.#run(deadlines, stage);
    } finally {
      remove();
    }
  }

  #run(deadlines: Deadlines, stage: StageName): Stop {
    this.#checkUsable('run');
    this.#settleSteps();
    const limits = this.#deadlines(deadlines);
    const machineLimits = machineLimitsOf(limits, this.machine);
    let wallLeft = limits.wallMs;
    let nextStage = stage;
    for (;;) {
      const startedAt = this.#parts.wallClock();
      const end = this.stages.start(nextStage, this.machine);
      this.monitor.resume();
      const stop: Stop = this.monitor.waits
        ? { kind: 'input' }
        : this.#translate(this.machine.run(machineLimits(wallLeft)), limits);
      this.monitor.console.flush();
      end(this.machine);
      if (!this.#goesOn(stop)) return stop;
      // Only what the guest runs counts against its deadline, not the capture that it was given in between.
      wallLeft -= this.#parts.wallClock() - startedAt;
      this.#snapshots = [...this.#snapshots, this.capture()];
      nextStage = 'after-snapshot';
    }
  }

  #settleSteps(): void {
    this.#endSteps?.(this.machine);
    this.#endSteps = undefined;
  }

  /** True for a stop the caller is not to see: a snapshot that is taken on the way. */
  #goesOn(stop: Stop): boolean {
    return stop.kind === 'snapshot' && this.#snapshotPolicy === 'capture-and-continue';
  }

  #deadlines(given: Deadlines): SettledDeadlines {
    const settled = settleDeadlines(this.#parts.options.deadlines, given);
    const left = Math.max(0, this.#runsEndAt - this.#parts.wallClock());
    return left < settled.wallMs ? { ...settled, wallMs: left } : settled;
  }

  #translate(stop: MachineStop, limits: SettledDeadlines): Stop {
    const translated = translateStop(stop, limits, this.machine, () => ({
      symbols: this.#parts.symbols,
      recentCalls: this.calls.recent(),
      console: this.console,
    }));
    this.#unusable = translated.unusable ?? this.#unusable;
    if (translated.stop.kind === 'paused' && this.#hasSharedPages)
      writePauseRequest(this.machine.memory, false);
    return translated.stop;
  }

  #applyClockRule(rule: ClockRule): void {
    if (rule === 'continue') return;
    if ('advanceNanoseconds' in rule) {
      this.advanceClock(rule.advanceNanoseconds);
      return;
    }
    const now = this.time;
    if (now !== undefined && rule.atLeast > now) this.advanceClock(rule.atLeast - now);
  }

  #checkUsable(what: string): void {
    if (this.#unusable !== undefined)
      throw new GuestStateError(`this guest cannot be ${what}: ${this.#unusable}`);
  }
}
