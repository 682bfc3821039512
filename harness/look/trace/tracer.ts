/**
 * Records the calls of a guest while anybody runs it.
 *
 * Attach it before the guest runs, detach it when enough is seen. What must hold: a traced run is the untraced one, to the
 * instruction and to the byte. The tracer therefore only reads, from inside the machine's own call-outs.
 */
import { eraOf } from '../../../images/abi/eras.ts';
import type { ResultRegisters } from '../../../images/abi/kernel-calls.ts';
import { checkNumber } from '../../guest/check-number.ts';
import type { Guest, GuestSnapshot } from '../../guest/guest.ts';
import type { KernelCall } from '../../guest/stop.ts';
import type { CallDecision } from '../../guest/kernel-calls/interceptors.ts';
import { callStack, walkStart, type GuestSymbols, type StackFrame } from '../symbols/index.ts';
import { GuestView } from './guest-view.ts';
import {
  completeKernelArguments,
  decodeKernelArguments,
  decodeKernelResult,
  neverReturns,
} from './kernel-decoder.ts';
import { OpenCalls, type OpenCall, type OpenCallsState } from './open-calls.ts';
import { PosixProbe, type PosixReturn, type PosixEntry } from './posix-probe.ts';
import { PosixDecoder, posixNeverReturns } from './posix/decoder.ts';
import type { DescriptorsState } from './posix/descriptors.ts';
import { posixCallName } from './posix/numbers.ts';
import { TRACE_VERSION, type CallRecord, type TraceHeader, type TraceLevel } from './record.ts';
import { Threads, type ThreadsState } from './threads.ts';

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
}

export const DEFAULT_STRING_LIMIT = 64;

/** What the tracer knows of a guest at one instant; goes back with it. */
interface TracerState {
  readonly count: number;
  readonly open: OpenCallsState;
  readonly threads: ThreadsState;
  readonly descriptors: DescriptorsState;
}

type Made = Pick<CallRecord, 'thread' | 'number' | 'name' | 'arguments' | 'returnAddress' | 'completion'> &
  Omit<OpenCall, 'record'>;

export class Tracer {
  readonly levels: ReadonlySet<TraceLevel>;
  readonly #guest: Guest;
  readonly #options: TracerOptions;
  readonly #view: GuestView;
  readonly #threads: Threads;
  readonly #posix: PosixDecoder;
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
    this.#view = new GuestView(guest.machine.linear, options.symbols, {
      stringLimit: checkNumber('stringLimit', options.stringLimit ?? DEFAULT_STRING_LIMIT, {
        infinite: true,
      }),
      userOnly: true,
    });
    this.#threads = new Threads(this.#view);
    this.#posix = new PosixDecoder(this.#view);
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
    );
    if (this.levels.has('posix') && options.symbols !== undefined) {
      this.#detachers.push(
        new PosixProbe(guest, options.symbols, {
          entered: (entry) => {
            this.#posixEntry(entry);
          },
          returned: (end) => {
            this.#posixReturn(end);
          },
        }).attach(),
      );
    }
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
    const thread = this.#threads.current(registers);
    const open = this.#make('kernel', {
      thread,
      number: call.number,
      name: call.name,
      arguments: decodeKernelArguments(call.number, call.arguments, this.#view, this.#guest.era),
      returnAddress: call.returnAddress,
      words: call.arguments,
      esp,
      completion: neverReturns(call.number, this.#guest.era) ? 'never-returns' : 'unfinished',
    });
    if (decision.kind === 'answer' || decision.kind === 'fail') {
      this.#closeKernelCall(open, 'answered');
    } else if (open.record.completion === 'never-returns') {
      this.#over(open.record);
      if (!this.#threads.ends(call.name, thread)) return;
      for (const left of this.#open.forget(thread)) this.#abandon(left);
    } else {
      const before = this.#open.enterKernel(open);
      if (before !== undefined) this.#abandon(before);
    }
  }

  #kernelReturn(): void {
    const { registers } = this.#guest.machine;
    const open = this.#open.leaveKernel(registers.get('esp'), registers.get('eip'));
    if (open !== undefined) this.#closeKernelCall(open, 'returned');
  }

  #closeKernelCall(open: OpenCall, completion: 'returned' | 'answered'): void {
    const { registers } = this.#guest.machine;
    const { number, name, arguments: before } = open.record;
    const { era } = this.#guest;
    const answer = {
      eax: registers.get('eax'),
      edx: registers.get('edx'),
      registers: this.#options.resultRegisters ?? eraOf(era).resultRegisters,
    };
    const result = decodeKernelResult(number, answer, this.#view, era);
    if (result.errno === undefined) {
      this.#threads.returned(name, open.words, result.value, open.record.thread);
    }
    this.#close(open, {
      completion,
      result,
      arguments:
        result.errno === undefined ? completeKernelArguments(number, before, this.#view, era) : before,
    });
  }

  #posixEntry({ esp, number, words, returnAddress }: PosixEntry): void {
    const thread = this.#threads.current(this.#guest.machine.registers);
    for (const left of this.#open.leftBehind(thread, esp)) this.#abandon(left);
    const pendingPosix = this.#posix.enter(number, words);
    const open = this.#make('posix', {
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
    const thread = this.#threads.current(this.#guest.machine.registers);
    const left = this.#open.leavePosix(thread, esp);
    const open = left.at(-1);
    for (const inner of left.slice(0, -1)) this.#abandon(inner);
    if (open?.pendingPosix === undefined) return;
    this.#close(open, { completion: 'returned', ...this.#posix.leave(open.pendingPosix, eax) });
  }

  /** A call has been made. */
  #make(level: TraceLevel, made: Made): OpenCall {
    const { machine } = this.#guest;
    const around = this.#open.around(made.thread);
    const parent = around.at(-1)?.record;
    const caller = this.#options.symbols?.describe(made.returnAddress);
    const recorded = this.levels.has(level);
    const record: CallRecord = {
      type: 'call',
      index: this.#count,
      level,
      ...(parent === undefined ? {} : { parent: parent.index }),
      depth: around.length,
      thread: made.thread,
      number: made.number,
      name: made.name,
      arguments: made.arguments,
      instructions: machine.instructions,
      nanoseconds: machine.virtualNanoseconds,
      completion: made.completion,
      returnAddress: made.returnAddress,
      ...(caller === undefined ? {} : { caller }),
      ...(this.#options.stack === true && recorded ? { stack: this.#stack(level) } : {}),
    };
    if (recorded) {
      this.#count += 1;
      this.#keep(record);
      this.#options.onEntry?.(record);
    }
    const { esp, words, pendingPosix } = made;
    return pendingPosix === undefined ? { record, esp, words } : { record, esp, words, pendingPosix };
  }

  #close(
    open: OpenCall,
    end: Pick<CallRecord, 'completion' | 'arguments'> & Required<Pick<CallRecord, 'result'>>,
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

  #stack(level: TraceLevel): StackFrame[] {
    const { symbols } = this.#options;
    if (symbols === undefined) return [];
    const { registers, linear } = this.#guest.machine;
    return callStack(walkStart(registers, level === 'kernel'), linear, symbols);
  }

  #save(): TracerState {
    return {
      count: this.#count,
      open: this.#open.save(),
      threads: this.#threads.save(),
      descriptors: this.#posix.descriptors.save(),
    };
  }

  /** The guest goes back, and what was recorded behind that point has not happened. */
  #restore(snapshot: GuestSnapshot): void {
    const known = this.#states.get(snapshot);
    const state = known ?? this.#nothingKnownAt(snapshot.machine.instructions);
    this.#count = state.count;
    this.#records.length = Math.min(this.#records.length, state.count);
    this.#open.restore(state.open);
    this.#threads.restore(state.threads);
    this.#posix.descriptors.restore(state.descriptors);
    for (const { record } of this.#open.all()) if (this.levels.has(record.level)) this.#keep(record);
  }

  /** For a snapshot that was taken before this tracer looked on, or elsewhere. */
  #nothingKnownAt(instructions: number): TracerState {
    const later = this.#records.findIndex((record) => record.instructions >= instructions);
    return {
      count: later >= 0 ? later : this.#count,
      open: { kernel: [], posix: [] },
      threads: new Threads(this.#view).save(),
      descriptors: new PosixDecoder(this.#view).descriptors.save(),
    };
  }
}
