/**
 * Calls as Trace Event JSON, which Perfetto's page, Chrome and speedscope open: threads as tracks, calls as slices, kernel calls
 * under the POSIX calls that made them, and counters of instructions and of memory that is mapped.
 *
 * Source: "Trace Event Format", the JSON object format; times are microseconds, with fractions. Events may come in any order,
 * so each call is written when it is over, and nothing is kept but calls that are not.
 */
import { PAGE_SIZE } from '../../../images/abi/memory-map.ts';
import type { CallRecord, TraceEnd, TraceHeader } from './record.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'C' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Viewers show processes by number; a guest has one. */
const PROCESS = 1;
const NANOSECONDS_PER_MICROSECOND = 1000;
const KIBIBYTE = 1024;

const microseconds = (nanoseconds: number): number => nanoseconds / NANOSECONDS_PER_MICROSECOND;

export class TraceEvents {
  readonly #program: string;
  readonly #header: TraceHeader;
  readonly #threads = new Set<number>();
  #mappedPages = 0;
  #isFirst = true;

  /** @param program What the viewer shall call the guest. */
  constructor(program: string, header: TraceHeader) {
    this.#program = program;
    this.#header = header;
  }

  /** What comes before the first call. */
  begin(): string {
    const { kernel, program, options } = this.#header;
    const about = JSON.stringify({ kernel, program, ...options });
    const events = this.#lines([
      { name: 'process_name', ph: 'M', pid: PROCESS, tid: 0, args: { name: this.#program } },
    ]);
    return `{"displayTimeUnit":"ns","otherData":${about},"traceEvents":[\n${events}`;
  }

  /** A call that is over. `shown` false: it counts for the counters only. */
  over(call: CallRecord, shown = true): string {
    return this.#lines([...(shown ? this.#slice(call, call.elapsed ?? 0) : []), ...this.#counters(call)]);
  }

  /** What comes after the last call: `unfinished` last until the end. */
  finish(unfinished: readonly CallRecord[], end: TraceEnd): string {
    const slices = unfinished.flatMap((call) => this.#slice(call, end.nanoseconds - call.nanoseconds));
    const last = counter('instructions', end.nanoseconds, { executed: end.instructions });
    return `${this.#lines([...slices, last])}]}\n`;
  }

  #slice(call: CallRecord, elapsed: number): TraceEvent[] {
    const { name, level, thread, nanoseconds, instructions, duration, result, completion } = call;
    const track = { pid: PROCESS, tid: thread };
    const isNew = !this.#threads.has(thread);
    this.#threads.add(thread);
    const args = {
      ...Object.fromEntries(call.arguments.map((one) => [one.name, one.text])),
      ...(result === undefined ? { completion } : { result: result.text }),
      ...(result?.errno === undefined ? {} : { errno: result.errno }),
      instructions,
      ...(duration === undefined ? {} : { taken: duration }),
      ...(call.caller === undefined ? {} : { caller: call.caller }),
    };
    return [
      ...(isNew
        ? [{ name: 'thread_name', ph: 'M', ...track, args: { name: `thread ${thread}` } } as const]
        : []),
      {
        name,
        cat: level,
        ph: 'X',
        ...track,
        ts: microseconds(nanoseconds),
        dur: microseconds(elapsed),
        args,
      },
    ];
  }

  #counters(call: CallRecord): TraceEvent[] {
    const at = call.nanoseconds + (call.elapsed ?? 0);
    const executed = call.instructions + (call.duration ?? 0);
    const before = this.#mappedPages;
    if (call.level === 'kernel' && call.result !== undefined && call.result.errno === undefined) {
      if (call.name === 'mmap') this.#mappedPages += argument(call, 'pages');
      else if (call.name === 'munmap') this.#mappedPages -= 1;
    }
    const mapped = (this.#mappedPages * PAGE_SIZE) / KIBIBYTE;
    return [
      counter('instructions', at, { executed }),
      ...(this.#mappedPages === before ? [] : [counter('mapped memory', at, { KiB: mapped })]),
    ];
  }

  #lines(events: readonly TraceEvent[]): string {
    return events
      .map((event) => {
        const separator = this.#isFirst ? '' : ',';
        this.#isFirst = false;
        return `${separator}${JSON.stringify(event)}\n`;
      })
      .join('');
  }
}

function counter(name: string, nanoseconds: number, args: Readonly<Record<string, number>>): TraceEvent {
  return { name, ph: 'C', pid: PROCESS, tid: 0, ts: microseconds(nanoseconds), args };
}

function argument(call: CallRecord, name: string): number {
  return call.arguments.find((one) => one.name === name)?.value ?? 0;
}
