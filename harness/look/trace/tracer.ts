/**
 * Records the calls of a guest while anybody runs it.
 *
 * Attach it before the guest runs, detach it when enough is seen. What must hold: a traced run is the untraced one, to the
 * instruction and to the byte. The tracer therefore only reads, from inside the machine's own call-outs.
 */
import { eraOf } from '../../../images/abi/eras.ts';
import type { ResultRegisters } from '../../../images/abi/kernel-calls.ts';
import { checkNumber } from '../../guest/check-number.ts';
import type { Guest } from '../../guest/guest.ts';
import type { GuestSnapshot } from '../../guest/guest-snapshot.ts';
import type { KernelCall } from '../../guest/stop.ts';
import type { CallDecision } from '../../guest/kernel-calls/interceptors.ts';
import { callStack, walkStart, type GuestSymbols, type StackFrame } from '../symbols/index.ts';
import {
  completeKernelArguments,
  decodeKernelArguments,
  decodeKernelResult,
  neverReturns,
} from './kernel-decoder.ts';
import { OpenCalls, type OpenCall, type OpenCallsState } from './open-calls.ts';
import { PosixProbe, type PosixReturn, type PosixEntry } from './posix-probe.ts';
import { posixNeverReturns } from './posix/decoder.ts';
import { posixCallName } from './posix/numbers.ts';
import { Processes, type ProcessesState, type TracedProcess } from './processes.ts';
import {
  TRACE_VERSION,
  type CallRecord,
  type LogRecord,
  type TraceHeader,
  type TraceLevel,
} from './record.ts';
import { UNKNOWN_THREAD } from './threads.ts';

export interface TracerOptions {
  /** What to record; the kernel's calls when not given. */
  readonly levels?: readonly TraceLevel[];
  /** Names for pointers, callers and stacks; without them addresses stay numbers, and there is no POSIX level. */
  readonly symbols?: GuestSymbols;
  /** Record the call stack of every call. */
  readonly stack?: boolean;
  /** Longest text or data shown, in bytes; 64 when not given. */
  readonly stringLimit?: number;
  /** Where the kernel puts its results, `eax` for kernels of 2024; where the guest's era has them when not given. */
  readonly resultRegisters?: ResultRegisters;
  /** False keeps no calls in {@link Tracer.records}, so that a trace of any length needs no more memory. */
  readonly keep?: boolean;
  /**
   * Called for each call that is made, inside the machine's run: at that moment the guest stands right behind the INT, or at
   * the first instruction of the POSIX layer. Its completion is `unfinished` or `never-returns`.
   */
  readonly onEntry?: (call: CallRecord) => void;
  /**
   * Called for each call that is over, inside the machine's run: at that moment the guest stands right behind the
   * call. Calls come back innermost first; {@link CallRecord.index} has the order in which they were made. One that never
   * comes back is given when it is made.
   */
  readonly onCall?: (call: CallRecord) => void;
  /** Called with each piece of the kernel's console, inside the machine's run, where it is written. */
  readonly onLog?: (log: LogRecord) => void;
}

export const DEFAULT_STRING_LIMIT = 64;

/** What the tracer knows of a guest at one instant; goes back with it. */
interface TracerState {
  readonly count: number;
  readonly open: OpenCallsState;
  readonly processes: ProcessesState;
}

type Made = Pick<CallRecord, 'thread' | 'number' | 'name' | 'arguments' | 'returnAddress' | 'completion'> &
  Omit<OpenCall, 'record' | 'space'>;

export class Tracer {
  readonly levels: ReadonlySet<TraceLevel>;
  readonly #guest: Guest;
  readonly #options: TracerOptions;
  readonly #processes: Processes;
  readonly #open = new OpenCalls();
  readonly #records: CallRecord[] = [];
  readonly #states = new WeakMap<GuestSnapshot, TracerState>();
  readonly #detachers: (() => void)[] = [];
  #count = 0;

  /** Attaches to a guest. Its {@link Guest.run} and kin are used as ever. */
  constructor(guest: Guest, options: TracerOptions = {}) {
    this.#guest = guest;
    this.#options = options;
    this.levels = new Set(options.levels ?? ['kernel']);
    const stringLimit = checkNumber('stringLimit', options.stringLimit ?? DEFAULT_STRING_LIMIT, {
      infinite: true,
    });
    this.#processes = new Processes(guest.machine, options.symbols, { stringLimit, userOnly: true });
    this.#detachers.push(
      guest.calls.observe((call, decision) => {
        this.#kernelEntry(call, decision);
      }),
      guest.machine.onInterruptReturn(() => {
        this.#kernelReturn();
      }),
      guest.observeSnapshots({
        captured: (snapshot) => this.#states.set(snapshot, this.#save()),
        restored: (snapshot) => {
          this.#restore(snapshot);
        },
      }),
      guest.monitor.console.observe((bytes) => {
        options.onLog?.({
          type: 'log',
          text: new TextDecoder().decode(bytes),
          instructions: guest.machine.instructions,
          nanoseconds: guest.machine.virtualNanoseconds,
        });
      }),
    );
    if (this.levels.has('posix') && options.symbols !== undefined) {
      for (const symbols of this.#processes.programs) this.#detachers.push(this.#probe(symbols));
    }
  }

  /** Looks on at the POSIX layer of one program. Another may have other code at the same address. */
  #probe(symbols: GuestSymbols): () => void {
    const isOf = (): boolean => this.#processes.current().symbols === symbols;
    return new PosixProbe(this.#guest, symbols, {
      entered: (entry) => {
        if (isOf()) this.#posixEntry(entry);
      },
      returned: (end) => {
        if (isOf()) this.#posixReturn(end);
      },
    }).attach();
  }

  /** The first line of a recorded trace. */
  get header(): TraceHeader {
    const { identity } = this.#guest;
    return {
      type: 'trace',
      version: TRACE_VERSION,
      levels: [...this.levels],
      kernel: identity.kernel.sha256,
      program: identity.program.sha256,
      ramfs: identity.ramfs?.sha256 ?? null,
      options: Object.fromEntries(
        Object.entries(identity.options).map(([name, value]) => [name, value ?? '']),
      ),
    };
  }

  /** All calls recorded so far, in the order in which they were made; none with {@link TracerOptions.keep} false. */
  get records(): readonly CallRecord[] {
    return this.#records;
  }

  /** How many calls were made so far. */
  get count(): number {
    return this.#count;
  }

  /** The calls that have not come back, in the order in which they were made. */
  get unfinished(): readonly CallRecord[] {
    return this.#open
      .all()
      .map(({ record }) => record)
      .filter(({ level, completion }) => this.levels.has(level) && completion === 'unfinished');
  }

  /** Ends the trace. Calls that have not come back keep the completion `unfinished`. */
  detach(): void {
    for (const detach of this.#detachers.splice(0)) detach();
  }

  #kernelEntry(call: KernelCall, decision: CallDecision): void {
    const { registers } = this.#guest.machine;
    const esp = registers.get('esp');
    const process = this.#processes.current();
    const thread = process.threads.current(registers);
    const open = this.#make('kernel', process, {
      thread,
      number: call.number,
      name: call.name,
      arguments: decodeKernelArguments(call.number, call.arguments, process.view, this.#guest.era),
      returnAddress: call.returnAddress,
      words: call.arguments,
      esp,
      completion: neverReturns(call.number, this.#guest.era) ? 'never-returns' : 'unfinished',
    });
    if (decision.kind === 'answer' || decision.kind === 'fail') {
      this.#closeKernelCall(open, 'answered');
    } else if (open.record.completion === 'never-returns') {
      this.#over(open.record);
      if (call.name === 'exit') this.#processes.forget(process);
      if (!process.threads.ends(call.name, thread)) return;
      for (const left of this.#open.forget(process.is.space, thread)) this.#abandon(left);
    } else {
      const before = this.#open.enterKernel(open);
      if (before !== undefined) this.#abandon(before);
    }
  }

  #kernelReturn(): void {
    const { registers } = this.#guest.machine;
    const space = registers.control(3);
    const open = this.#open.leaveKernel(space, registers.get('esp'), registers.get('eip'));
    if (open !== undefined) this.#closeKernelCall(open, 'returned');
  }

  #closeKernelCall(open: OpenCall, completion: 'returned' | 'answered'): void {
    const { registers } = this.#guest.machine;
    const { number, name, arguments: before } = open.record;
    const { era } = this.#guest;
    const process = this.#processes.current();
    const answer = {
      eax: registers.get('eax'),
      edx: registers.get('edx'),
      registers: this.#options.resultRegisters ?? eraOf(era).resultRegisters,
    };
    const result = decodeKernelResult(number, answer, process.view, era);
    if (result.errno === undefined) {
      process.threads.returned(name, open.words, result.value, open.record.thread);
      this.#processes.returned(name, result.value, process);
    }
    // A process may have been asked who it is.
    const isNamed = open.record.depth === 0 && open.record.thread === UNKNOWN_THREAD;
    this.#close(open, {
      ...this.#whoseIs(process),
      ...(isNamed && { thread: process.threads.current(registers) }),
      completion,
      result,
      arguments:
        result.errno === undefined ? completeKernelArguments(number, before, process.view, era) : before,
    });
  }

  #posixEntry({ esp, number, words, returnAddress }: PosixEntry): void {
    const process = this.#processes.current();
    const thread = process.threads.current(this.#guest.machine.registers);
    for (const left of this.#open.leftBehind(process.is.space, thread, esp)) this.#abandon(left);
    const pendingPosix = process.posix.enter(number, words);
    const open = this.#make('posix', process, {
      thread,
      number,
      name: posixCallName(number),
      arguments: pendingPosix.arguments,
      returnAddress,
      words,
      esp,
      completion: posixNeverReturns(number) ? 'never-returns' : 'unfinished',
      pendingPosix,
    });
    this.#open.enterPosix(open);
    if (open.record.completion === 'never-returns') this.#over(open.record);
  }

  #posixReturn({ esp, eax }: PosixReturn): void {
    const process = this.#processes.current();
    const thread = process.threads.current(this.#guest.machine.registers);
    const left = this.#open.leavePosix(process.is.space, thread, esp);
    const open = left.at(-1);
    for (const inner of left.slice(0, -1)) this.#abandon(inner);
    if (open?.pendingPosix === undefined) return;
    this.#close(open, { completion: 'returned', ...process.posix.leave(open.pendingPosix, eax) });
  }

  /** A call has been made. */
  #make(level: TraceLevel, process: TracedProcess, made: Made): OpenCall {
    const { machine } = this.#guest;
    const {
      is: { space },
      symbols,
    } = process;
    const around = this.#open.around(space, made.thread);
    const parent = around.at(-1)?.record;
    const caller = symbols?.describe(made.returnAddress);
    const recorded = this.levels.has(level);
    const record: CallRecord = {
      type: 'call',
      index: this.#count,
      level,
      ...(parent === undefined ? {} : { parent: parent.index }),
      depth: around.length,
      ...this.#whoseIs(process),
      thread: made.thread,
      number: made.number,
      name: made.name,
      arguments: made.arguments,
      instructions: machine.instructions,
      nanoseconds: machine.virtualNanoseconds,
      completion: made.completion,
      returnAddress: made.returnAddress,
      ...(caller === undefined ? {} : { caller }),
      ...(this.#options.stack === true && recorded ? { stack: this.#stack(level, symbols) } : {}),
    };
    if (recorded) {
      this.#count += 1;
      this.#keep(record);
      this.#options.onEntry?.(record);
    }
    const { esp, words, pendingPosix } = made;
    return { record, space, esp, words, ...(pendingPosix !== undefined && { pendingPosix }) };
  }

  #close(
    open: OpenCall,
    end: Partial<CallRecord> &
      Pick<CallRecord, 'completion' | 'arguments'> &
      Required<Pick<CallRecord, 'result'>>,
  ): void {
    const { record } = open;
    this.#over({
      ...record,
      ...end,
      duration: this.#guest.machine.instructions - record.instructions,
      elapsed: this.#guest.machine.virtualNanoseconds - record.nanoseconds,
    });
  }

  /** The program has jumped out of a call, which now will never come back. */
  #abandon({ record }: OpenCall): void {
    if (record.completion === 'unfinished') this.#over({ ...record, completion: 'abandoned' });
  }

  #over(record: CallRecord): void {
    if (!this.levels.has(record.level)) return;
    this.#keep(record);
    this.#options.onCall?.(record);
  }

  #keep(record: CallRecord): void {
    if (this.#options.keep !== false) this.#records[record.index] = record;
  }

  /** Process and program, in guests that have several. */
  #whoseIs({ is: { pid, order, program } }: TracedProcess): Pick<CallRecord, 'process' | 'program'> {
    if (!this.#processes.areSeveral) return {};
    return { process: pid ?? -order, ...(program !== undefined && { program }) };
  }

  #stack(level: TraceLevel, symbols: GuestSymbols | undefined): StackFrame[] {
    if (symbols === undefined) return [];
    const { registers, linear } = this.#guest.machine;
    return callStack(walkStart(registers, level === 'kernel'), linear, symbols);
  }

  #save(): TracerState {
    return {
      count: this.#count,
      open: this.#open.save(),
      processes: this.#processes.save(),
    };
  }

  /** The guest goes back, and what was recorded behind that point has not happened. */
  #restore(snapshot: GuestSnapshot): void {
    const known = this.#states.get(snapshot);
    const state = known ?? this.#nothingKnownAt(snapshot.machine.instructions);
    this.#count = state.count;
    this.#records.length = Math.min(this.#records.length, state.count);
    this.#open.restore(state.open);
    this.#processes.restore(state.processes);
    for (const { record } of this.#open.all()) if (this.levels.has(record.level)) this.#keep(record);
  }

  /** For a snapshot that was taken before this tracer looked on, or elsewhere. */
  #nothingKnownAt(instructions: number): TracerState {
    const later = this.#records.findIndex((record) => record.instructions >= instructions);
    return {
      count: later >= 0 ? later : this.#count,
      open: { kernel: [], posix: [] },
      processes: { spaces: [], kept: [] },
    };
  }
}
