/**
 * Records the calls of a guest while anybody runs it.
 *
 * Attach it before the guest runs, detach it when enough is seen. What must hold: a traced run is the untraced one, to the
 * instruction and to the byte. The tracer therefore only reads, from inside the machine's own call-outs.
 */
import type { Guest } from '../guest.ts';
import type { KernelCall } from '../stop.ts';
import type { CallDecision } from '../kernel-calls/interceptors.ts';
import { callStack, type GuestSymbols, type StackFrame } from '../symbols/index.ts';
import { GuestView } from './guest-view.ts';
import {
  completeKernelArguments,
  decodeKernelArguments,
  decodeKernelResult,
  neverReturns,
} from './kernel-decoder.ts';
import { PosixProbe, type PosixReturn, type PosixEntry } from './posix-probe.ts';
import { PosixDecoder, posixNeverReturns, type PendingPosixCall } from './posix/decoder.ts';
import { posixCallName } from './posix/numbers.ts';
import { TRACE_VERSION, type CallRecord, type TraceHeader, type TraceLevel } from './record.ts';
import { Threads } from './threads.ts';

export interface TracerOptions {
  /** What to record; the kernel's calls when not given. */
  readonly levels?: readonly TraceLevel[];
  /** Names for pointers, callers and stacks; without them addresses stay numbers, and there is no POSIX level. */
  readonly symbols?: GuestSymbols;
  /** Record the call stack of every call. */
  readonly stack?: boolean;
  /** Longest text or data shown, in bytes; 64 when not given. */
  readonly stringLimit?: number;
  /**
   * Called for each call that is complete, inside the machine's run: at that moment the guest stands right behind the
   * call. Calls complete innermost first; {@link CallRecord.index} has the order in which they were made.
   */
  readonly onCall?: (call: CallRecord) => void;
}

export const DEFAULT_STRING_LIMIT = 64;

/** A call on its way. */
interface OpenCall {
  readonly record: CallRecord;
  readonly esp: number;
  readonly words: readonly number[];
  readonly pendingPosix?: PendingPosixCall;
}

export class Tracer {
  readonly levels: ReadonlySet<TraceLevel>;
  readonly #guest: Guest;
  readonly #options: TracerOptions;
  readonly #view: GuestView;
  readonly #threads = new Threads();
  readonly #posix: PosixDecoder;
  /** Kernel calls that have not returned, by the stack pointer of their thread, which no other thread can have. */
  readonly #openKernelCalls = new Map<number, OpenCall>();
  /** POSIX calls that have not returned, outermost first, by thread. */
  readonly #openPosixCalls = new Map<number, OpenCall[]>();
  readonly #records: CallRecord[] = [];
  readonly #detachers: (() => void)[] = [];
  #lastInstruction = 0;

  /** Attaches to a guest. Its {@link Guest.run} and kin are used as ever. */
  constructor(guest: Guest, options: TracerOptions = {}) {
    this.#guest = guest;
    this.#options = options;
    this.levels = new Set(options.levels ?? ['kernel']);
    this.#view = new GuestView(guest.machine.linear, options.symbols, {
      stringLimit: options.stringLimit ?? DEFAULT_STRING_LIMIT,
      userOnly: true,
    });
    this.#posix = new PosixDecoder(this.#view);
    this.#detachers.push(
      guest.calls.observe((call, decision) => {
        this.#kernelEntry(call, decision);
      }),
      guest.machine.onInterruptReturn(() => {
        this.#kernelReturn();
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

  /** All calls recorded so far, in the order in which they were made. */
  get records(): readonly CallRecord[] {
    return this.#records;
  }

  /** Ends the trace. Calls that have not come back keep the completion `unfinished`. */
  detach(): void {
    for (const detach of this.#detachers.splice(0)) detach();
  }

  #kernelEntry(call: KernelCall, decision: CallDecision): void {
    this.#rewindIfRestored();
    const { machine } = this.#guest;
    const esp = machine.registers.get('esp');
    const thread = this.#threads.current(machine.registers);
    const open = this.#open('kernel', {
      thread,
      number: call.number,
      name: call.name,
      arguments: decodeKernelArguments(call.number, call.arguments, this.#view),
      returnAddress: call.returnAddress,
      words: call.arguments,
      esp,
      completion: neverReturns(call.number) ? 'never-returns' : 'unfinished',
    });
    this.#threads.entered(call.number, thread);
    if (decision.kind === 'answer' || decision.kind === 'fail') this.#closeKernelCall(open, 'answered');
    else if (open.record.completion === 'never-returns') this.#emit(open.record);
    else this.#openKernelCalls.set(esp, open);
  }

  #kernelReturn(): void {
    const { registers } = this.#guest.machine;
    const esp = registers.get('esp');
    const open = this.#openKernelCalls.get(esp);
    if (open?.record.returnAddress !== registers.get('eip')) return;
    this.#openKernelCalls.delete(esp);
    this.#closeKernelCall(open, 'returned');
  }

  #closeKernelCall(open: OpenCall, completion: 'returned' | 'answered'): void {
    const { registers } = this.#guest.machine;
    const { number, arguments: before } = open.record;
    const result = decodeKernelResult(number, registers.get('eax'), registers.get('edx'), this.#view);
    if (result.errno === undefined) {
      this.#threads.returned(number, open.words, result.value, open.record.thread, this.#view);
    }
    this.#close(open, {
      completion,
      result,
      arguments: result.errno === undefined ? completeKernelArguments(number, before, this.#view) : before,
    });
  }

  #posixEntry({ esp, number, words, returnAddress }: PosixEntry): void {
    this.#rewindIfRestored();
    const thread = this.#threads.current(this.#guest.machine.registers);
    const pendingPosix = this.#posix.enter(number, words);
    const open = this.#open('posix', {
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
    const stack = this.#openPosixCalls.get(thread);
    if (stack === undefined) this.#openPosixCalls.set(thread, [open]);
    else stack.push(open);
    if (open.record.completion === 'never-returns') this.#emit(open.record);
  }

  #posixReturn({ esp, eax }: PosixReturn): void {
    const stack = this.#openPosixCalls.get(this.#threads.current(this.#guest.machine.registers)) ?? [];
    const at = stack.findLastIndex((open) => open.esp === esp);
    const open = stack[at];
    if (open?.pendingPosix === undefined) return;
    // Calls above it were left by a jump out of them, such as a cancelled thread's.
    stack.length = at;
    this.#close(open, { completion: 'returned', ...this.#posix.leave(open.pendingPosix, eax) });
  }

  #open(
    level: TraceLevel,
    made: Pick<CallRecord, 'thread' | 'number' | 'name' | 'arguments' | 'returnAddress' | 'completion'> &
      Omit<OpenCall, 'record'>,
  ): OpenCall {
    const { machine } = this.#guest;
    const around = this.#openPosixCalls.get(made.thread) ?? [];
    const parent = around.at(-1)?.record;
    const caller = this.#options.symbols?.describe(made.returnAddress);
    const recorded = this.levels.has(level);
    const record: CallRecord = {
      type: 'call',
      index: this.#records.length,
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
    if (recorded) this.#records.push(record);
    return made.pendingPosix === undefined
      ? { record, esp: made.esp, words: made.words }
      : { record, esp: made.esp, words: made.words, pendingPosix: made.pendingPosix };
  }

  #close(
    open: OpenCall,
    end: Pick<CallRecord, 'completion' | 'arguments'> & Required<Pick<CallRecord, 'result'>>,
  ): void {
    const { record } = open;
    const complete: CallRecord = {
      ...record,
      ...end,
      duration: this.#guest.machine.instructions - record.instructions,
      elapsed: this.#guest.machine.virtualNanoseconds - record.nanoseconds,
    };
    if (!this.levels.has(record.level)) return;
    this.#records[record.index] = complete;
    this.#emit(complete);
  }

  #emit(record: CallRecord): void {
    if (this.levels.has(record.level)) this.#options.onCall?.(record);
  }

  #stack(level: TraceLevel): StackFrame[] {
    const { symbols } = this.#options;
    if (symbols === undefined) return [];
    const { registers, linear } = this.#guest.machine;
    const start = {
      eip: registers.get('eip'),
      esp: registers.get('esp'),
      ebp: registers.get('ebp'),
      afterInterrupt: level === 'kernel',
    };
    return callStack(start, linear, symbols);
  }

  /** A restore takes the guest back; what was recorded behind that point has not happened. */
  #rewindIfRestored(): void {
    const { instructions } = this.#guest.machine;
    if (instructions < this.#lastInstruction) {
      const kept = this.#records.findIndex((record) => record.instructions >= instructions);
      if (kept >= 0) this.#records.length = kept;
      this.#openKernelCalls.clear();
      this.#openPosixCalls.clear();
    }
    this.#lastInstruction = instructions;
  }
}
