/**
 * A guest under a debugger: `const session = await debug({ program })` (open.ts).
 *
 * Stops at what it is told to, lets everything be looked at and changed, and goes backwards as well as forwards, exactly.
 * Each command comes in two forms: the plain one runs to its stop at once; with {@link DebugSession.operations} the same
 * is an {@link Operation}, for those who have sockets to serve meanwhile. What must hold: the guest is run through the
 * session's timeline alone, so that every place of its run can be found again.
 */
import { hex } from '../../emulator/hex.ts';
import type { Machine, RegisterName } from '../../emulator/types.ts';
import type { ErrnoName } from '../../images/abi/errno.ts';
import { kernelCallByNumber } from '../../images/abi/eras.ts';
import type { EraName } from '../../images/abi/eras.ts';
import { checkNumber } from '../guest/check-number.ts';
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { CallSelector } from '../guest/kernel-calls/interceptors.ts';
import { callStack, guestSymbols, walkStart, type GuestSymbols } from '../look/symbols/index.ts';
import type { StackFrame } from '../look/symbols/index.ts';
import type { CallArgument } from '../look/trace/index.ts';
import { CallRules, failWith } from './call-rules.ts';
import type { CallRule, RuleOptions } from './call-rules.ts';
import type { CheckpointOptions } from './checkpoints.ts';
import type { DebugStop } from './debug-stop.ts';
import { findPlace } from './find-place.ts';
import type { CallAnswer, RecordedCall } from './history.ts';
import { complete, inBackground } from './operation.ts';
import { callArguments } from '../look/trace/describe-call.ts';
import type { CallPlace } from '../look/trace/describe-call.ts';
import { disassemble } from './inspect/disassembly.ts';
import type { DisassembledInstruction } from './inspect/disassembly.ts';
import { openFiles } from './inspect/open-files.ts';
import type { OpenFile } from './inspect/open-files.ts';
import { memoryOf } from './inspect/kernel-processes.ts';
import { guestThreads } from './inspect/threads.ts';
import type { GuestThread } from './inspect/threads.ts';
import { DebugOperations } from './operations.ts';
import type { ExecutedInstruction } from './operations.ts';
import type { OutputGate } from './output-gate.ts';
import { DebugProcesses } from './processes.ts';
import type { DebuggedProcess } from './processes.ts';
import { Seeker } from './seeker.ts';
import { StopPoints } from './stop-points.ts';
import type { Location, Places } from './stop-points.ts';
import { Timeline } from './timeline.ts';

/** Where the processor leaves the program's ESP, from the kernel's on entry. Source: Intel SDM volume 3, figure 6-4. */
const CALLER_STACK_POINTER = 12;
const ONLY_THREAD = 1;
/** Instructions that {@link DebugSession.path} gives. */
export const DEFAULT_PATH = 20;
const ARGUMENT_REGISTERS: readonly RegisterName[] = ['ebx', 'ecx', 'edx', 'edi'];

export class DebugSession {
  /** The guest itself: its output, machine and monitor may be looked at. Run it through the session alone. */
  readonly guest: Guest;
  /** History: how far it reaches, and what was done in it. */
  readonly timeline: Timeline;
  /** What continuing, forwards or backwards, stops at. */
  readonly stops: StopPoints;
  /** The same commands as operations in slices. */
  readonly operations: DebugOperations;
  /** Looks up what a user names: see {@link resolve}. */
  readonly places: Places;
  readonly #processes: DebugProcesses;
  readonly #rules: CallRules;
  #last: DebugStop;
  #symbols: GuestSymbols | undefined;
  #threads: { readonly revision: number; readonly found: readonly GuestThread[] | undefined } | undefined;

  /** @param guest Stands where its history is to start, with its output going through `gate`. */
  constructor(
    guest: Guest,
    gate: OutputGate,
    options: CheckpointOptions & { readonly symbols?: GuestSymbols } = {},
  ) {
    this.guest = guest;
    guest.monitor.keepFileAnswers();
    this.#symbols = options.symbols;
    this.timeline = new Timeline(guest, gate, options);
    const era = (): EraName => guest.era;
    this.#rules = new CallRules(era);
    this.#processes = new DebugProcesses({
      guest,
      given: options.symbols,
      symbols: () => this.symbols,
      calls: () => this.callsSoFar,
      revision: () => this.timeline.revision,
    });
    this.places = {
      place: (location) => findPlace(location, this.symbolsHere, this.#processes),
      isIn: (process) => this.#processes.isIn(process),
    };
    this.stops = new StopPoints(this.places, era);
    const seeker = new Seeker(guest, this.timeline, this.#rules, () => this.#processes.identify());
    this.operations = new DebugOperations(this, seeker, (stop) => {
      this.#last = stop;
    });
    this.#last = { kind: 'start', instructions: this.timeline.position };
    this.#rememberCall();
  }

  /** The era of Nanvix's interface that the guest speaks, as far as it is known by now. */
  get era(): EraName {
    return this.guest.era;
  }

  get machine(): Machine {
    return this.guest.machine;
  }

  /** Names of the kernel's and the program's addresses, read from their files when first asked for. */
  get symbols(): GuestSymbols {
    this.#symbols ??= guestSymbols(this.guest);
    return this.#symbols;
  }

  /** The names for where the guest stands: those of the program that runs, and the kernel's. In a guest of one program, {@link symbols}. */
  get symbolsHere(): GuestSymbols {
    return this.#processes.symbols;
  }

  /** The process that runs, in a guest of several; undefined elsewhere, and before one runs. */
  get process(): DebuggedProcess | undefined {
    return this.#processes.current;
  }

  /** The processes that are known here, in a guest of several; none elsewhere. */
  get processes(): readonly DebuggedProcess[] {
    return this.#processes.all;
  }

  /** The instruction count the guest stands at. */
  get position(): number {
    return this.timeline.position;
  }

  /** Why the guest stands where it stands. */
  get last(): DebugStop {
    return this.#last;
  }

  /** To be called where an operation was given up: the guest stands wherever that was. */
  interrupted(): DebugStop {
    this.#last = { kind: 'interrupted', instructions: this.position };
    return this.#last;
  }

  /** The kernel call the guest has just made, while it stands at its beginning. */
  get call(): RecordedCall | undefined {
    const { history } = this.timeline;
    const call = history.calls[history.callsUntil(this.position) - 1];
    return call?.instructions === this.position ? call : undefined;
  }

  /** The kernel calls made so far, up to the present place. */
  get callsSoFar(): readonly RecordedCall[] {
    const { history } = this.timeline;
    return history.calls.slice(0, history.callsUntil(this.position));
  }

  /** The rules by which calls are answered in the kernel's place. */
  get rules(): readonly CallRule[] {
    return this.#rules.all;
  }

  /**
   * An address, or that of a symbol: of the program that runs, the kernel, or the one program that has it. `program:name` is
   * a program's own, and `4:name` that of process 4. Throws {@link InputError} for a name nothing has.
   */
  resolve(location: Location): number {
    return this.places.place(location).address;
  }

  // ── going on ──

  /** Runs to the next stop point, or the guest's end. */
  continue(limit?: number): DebugStop {
    return complete(this.operations.continue(limit));
  }
  /** Executes so many instructions, fewer if a stop point is met. */
  step(count = 1): DebugStop {
    const quick = count === 1 ? this.operations.quickStep() : undefined;
    return quick ?? complete(this.operations.step(count));
  }
  /** Executes one instruction; a call of a function is run to its return. */
  stepOver(): DebugStop {
    return complete(this.operations.stepOver());
  }
  /** Runs until the present function has returned. */
  stepOut(): DebugStop {
    return complete(this.operations.stepOut());
  }
  /** Runs to the next kernel call, of those selected. */
  nextCall(calls?: CallSelector): DebugStop {
    return complete(this.operations.nextCall(calls));
  }
  /** Runs until the kernel call the guest stands at has come back. */
  finishCall(): DebugStop {
    return complete(this.operations.finishCall());
  }

  // ── going back ──

  /** Undoes so many instructions. */
  stepBack(count?: number): DebugStop {
    return complete(this.operations.stepBack(count));
  }
  /** Goes back to the last kernel call before here, of those selected. */
  stepBackCall(calls?: CallSelector): DebugStop {
    return complete(this.operations.stepBackCall(calls));
  }
  /** Goes back to the last stop point, or the start of history. */
  reverseContinue(): DebugStop {
    return complete(this.operations.reverseContinue());
  }
  /** Goes back to just before the last instruction that wrote to a range; `length` is 4 by default. */
  lastWrite(at: Location, length?: number): DebugStop {
    return complete(this.operations.lastWrite(at, length));
  }
  /** Goes to an instruction count, back or forth, past every stop point. */
  goTo(instructions: number): DebugStop {
    return complete(this.operations.goTo(instructions));
  }

  /**
   * Every kernel call from here on, each while the guest stands at it; ends where the guest does. Other stop points are
   * passed. Standard input is awaited.
   */
  async *calls(selector: CallSelector = 'all'): AsyncGenerator<RecordedCall> {
    for (;;) {
      const stop = await inBackground(this.operations.nextCall(selector, false));
      if (stop?.kind === 'call') yield stop.call;
      else if (stop?.kind !== 'snapshot' && stop?.kind !== 'paused') return;
    }
  }

  /** The last instructions that were executed up to here, 20 by default, at most a million. The guest does not move. */
  path(count = DEFAULT_PATH): readonly ExecutedInstruction[] {
    return complete(this.operations.path(count));
  }

  // ── changing ──

  /** Writes a register. What was known of the future is forgotten. */
  setRegister(name: RegisterName, value: number): void {
    this.timeline.change(() => {
      this.machine.registers.set(name, value >>> 0);
    });
  }

  /** Writes linear memory. Throws {@link InputError} where it is not mapped. */
  writeMemory(address: number, bytes: Uint8Array): void {
    if (this.machine.linear.readMapped(address, bytes.length).length < bytes.length) {
      throw new InputError(`${bytes.length} bytes at ${hex(address)} are not all mapped`);
    }
    const copy = Uint8Array.from(bytes);
    this.timeline.change(() => {
      this.machine.linear.write(address, copy);
    });
  }

  /** Writes x87 and SSE state, as FXSAVE lays it out. */
  setFxState(image: Uint8Array): void {
    const copy = Uint8Array.from(image);
    this.timeline.change(() => {
      this.machine.registers.fxrestore(copy);
    });
  }

  /** Changes an argument of the kernel call the guest stands at, by its name or counted from 0. */
  setArgument(which: number | string, value: number): void {
    const { call } = this;
    if (call === undefined)
      throw new InputError('the guest does not stand at a kernel call: go to one first');
    const index =
      typeof which === 'number'
        ? which
        : kernelCallByNumber(call.number, this.era)?.arguments.findIndex(({ name }) => name === which);
    const register = ARGUMENT_REGISTERS[index ?? -1];
    if (register === undefined) {
      throw new InputError(
        `${call.name} has no argument ${which}: give its name, or a number from 0 to ${ARGUMENT_REGISTERS.length - 1}`,
      );
    }
    this.setRegister(register, value);
  }

  /**
   * Has the kernel call the guest stands at come back at once with a value or an error; the kernel never sees it. The guest
   * stands behind the call then.
   */
  answerCall(answer: number | bigint | ErrnoName): DebugStop {
    return complete(this.operations.answerCall(answer));
  }

  /** Makes kernel calls fail from here on: `fail('mmap', 'ENOMEM', { after: 3 })`. */
  fail(calls: CallSelector, error: ErrnoName, options?: RuleOptions): CallRule {
    return this.#addRule(calls, failWith(error), options);
  }

  /** Makes kernel calls return a value from here on, without the kernel. */
  answer(calls: CallSelector, value: number | bigint, options?: RuleOptions): CallRule {
    return this.#addRule(calls, { kind: 'answer', value }, options);
  }

  /** Ends a rule. Calls that it has answered stay answered. False when there is none of that number. */
  removeRule(id: number): boolean {
    const removed = this.#rules.remove(id);
    if (removed) this.timeline.forgetFuture();
    return removed;
  }

  // ── looking ──

  /** The call stack, innermost function first. */
  callStack(limit?: number): StackFrame[] {
    const { registers, linear } = this.machine;
    return callStack(walkStart(registers), linear, this.symbolsHere, limit);
  }

  /**
   * The call stack of a thread, the one that runs or another.
   *
   * @throws InputError where the kernel's threads are not known, or there is none of that number.
   */
  callStackOf(tid: number, limit?: number): StackFrame[] {
    const thread = this.threads?.find((one) => one.tid === tid);
    if (thread === undefined) throw new InputError(`no thread ${tid} is known here`);
    if (thread.state === 'running') return this.callStack(limit);
    const general = thread.saved?.general;
    if (general === undefined) return [];
    const { process } = thread;
    if (process === undefined) return callStack(general, this.machine.linear, this.symbolsHere, limit);
    const index = this.#processes.programs.findIndex(({ pid }) => pid === process.pid);
    const symbols = this.symbols.ofProgram(index < 0 ? undefined : index) ?? this.symbols.kernelOnly;
    return callStack(general, memoryOf(this.machine.memory, process.space), symbols, limit);
  }

  /** `memcpy+0x12`, or undefined where nothing is known. */
  describe(address: number): string | undefined {
    return this.symbolsHere.describe(address);
  }

  /** The kernel's threads by number, those that wait to be joined too; undefined where its table cannot be read. */
  get threads(): readonly GuestThread[] | undefined {
    const { revision } = this.timeline;
    if (this.#threads?.revision !== revision) {
      this.#threads = { revision, found: guestThreads(this.machine, this.symbols) };
    }
    return this.#threads.found;
  }

  /** The thread that runs; 1 where the threads are not known. */
  get thread(): number {
    return this.threads?.find(({ state }) => state === 'running')?.tid ?? ONLY_THREAD;
  }

  /** The files the program has open, by descriptor; undefined where its table cannot be read. */
  get openFiles(): readonly OpenFile[] | undefined {
    return openFiles(this.machine, this.symbolsHere);
  }

  /** Instructions from an address on, fewer where memory is not mapped. */
  disassemble(at: Location = this.machine.registers.get('eip'), count = 1): DisassembledInstruction[] {
    checkNumber('the number of instructions', count);
    return disassemble(this.machine, this.resolve(at), count);
  }

  /** The arguments of a call, decoded: strings and structures are read from the guest as it stands now. */
  argumentsOf(call: RecordedCall): CallArgument[] {
    return callArguments(this.callPlace, call);
  }

  /** Where the arguments of a call are read. */
  get callPlace(): CallPlace {
    return { machine: this.machine, symbols: this.symbolsHere, era: this.era };
  }

  /** The guest as it stands, as a value. */
  capture(): GuestSnapshot {
    return this.guest.capture();
  }

  /** Puts a snapshot in the guest's place. History starts there: nothing before it can be gone back to. */
  restore(snapshot: GuestSnapshot): void {
    this.timeline.restart(snapshot);
    this.#last = { kind: 'start', instructions: this.position };
    this.#rememberCall();
  }

  /** Resolves once a guest that stopped for `input` can read on. */
  async inputReady(): Promise<void> {
    await this.guest.inputReady();
  }

  dispose(): void {
    this.guest.dispose();
  }

  /** A history that starts at a kernel call begins with it. */
  #rememberCall(): void {
    const call = this.guest.calls.recent().at(-1);
    const { registers, linear } = this.machine;
    if (call?.instructions !== this.position || registers.privilege !== 0) return;
    const [stackPointer] = new Uint32Array(
      linear.readMapped(registers.get('esp') + CALLER_STACK_POINTER, 4).slice().buffer,
    );
    if (stackPointer === undefined) return;
    const process = this.#processes.identify();
    const space = registers.control(3);
    this.timeline.history.recordCall({ ...call, stackPointer, space, ...(process && { process }) });
  }

  #addRule(calls: CallSelector, answer: CallAnswer, options: RuleOptions | undefined): CallRule {
    const rule = this.#rules.add(calls, answer, options);
    this.timeline.forgetFuture();
    return rule;
  }
}
