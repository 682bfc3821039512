/**
 * Prints calls as they happen: each outermost call with the calls made inside it below, and, as strace does, a call that
 * another thread's calls interrupt in two parts.
 *
 * What must hold: a call is printed once, whole or in two parts, where it was made among those of its thread; nothing is
 * held back but what a call that has not come back yet stands in front of, and not much of that.
 */
import { compileFilter, type CallFilter } from './filter.ts';
import {
  formatCallBegun,
  formatCallLines,
  formatCallResumed,
  formatLogLines,
  type FormatOptions,
} from './format.ts';
import type { CallRecord, LogRecord } from './record.ts';

/** A call that has not been printed, or not to its end. */
interface Waiting {
  readonly call: CallRecord;
  readonly state: 'open' | 'begun' | 'over';
}

/** Calls of one thread that are held back at most; then those that have not come back are printed as unfinished. */
const HELD_MAXIMUM = 1000;

const ownerOf = ({ process, thread }: CallRecord): string => `${process ?? ''}:${thread}`;

export class TracePrinter {
  readonly #write: (line: string) => void;
  readonly #options: FormatOptions;
  readonly #wanted: (call: CallRecord) => boolean;
  readonly #wantedAtEntry: (call: CallRecord) => boolean;
  /** False when the result decides whether a call is shown: nothing can be printed of it before. */
  readonly #splits: boolean;
  /** In the order in which the calls were made, by thread. */
  readonly #threads = new Map<string, Waiting[]>();

  /** @param write Called with each line, without its end. */
  constructor(write: (line: string) => void, filter: CallFilter = {}, options: FormatOptions = {}) {
    const { results, ...atEntry } = filter;
    this.#write = write;
    this.#options = options;
    this.#wanted = compileFilter(filter);
    this.#wantedAtEntry = compileFilter(atEntry);
    this.#splits = results === undefined;
  }

  /** Takes a call when it is made. */
  entered(call: CallRecord): void {
    if (!this.#wantedAtEntry(call)) return;
    const own = ownerOf(call);
    if (this.#splits && this.#threads.size > 0) {
      for (const thread of this.#threads.keys()) if (thread !== own) this.#begin(thread);
    }
    const waiting = this.#threads.get(own);
    if (waiting === undefined) this.#threads.set(own, [{ call, state: 'open' }]);
    else waiting.push({ call, state: 'open' });
  }

  /** Takes a call when it is over. */
  over(call: CallRecord): void {
    const [owner, waiting] = this.#waitingWith(call);
    const at = waiting.findLastIndex((one) => one.call.index === call.index);
    const before = waiting[at];
    if (before === undefined) return;
    if (before.state === 'begun') {
      // What was called inside of it comes first; what has not come back by now never will.
      for (const inner of waiting.splice(at + 1)) this.#lines(inner);
      waiting.splice(at, 1);
      this.#write(formatCallResumed(call, this.#options));
    } else if (this.#wanted(call)) waiting[at] = { call, state: 'over' };
    else waiting.splice(at, 1);
    this.#settle(owner, waiting);
  }

  /** Takes a piece of the kernel's console, which is printed where it was written. */
  logged(log: LogRecord): void {
    if (this.#splits) for (const thread of this.#threads.keys()) this.#begin(thread);
    for (const line of formatLogLines(log, this.#options)) this.#write(line);
  }

  /** Whose calls a call waits among. Who made it may have become known since. */
  #waitingWith(call: CallRecord): readonly [owner: string, waiting: Waiting[]] {
    const own = ownerOf(call);
    const isIn = (waiting: readonly Waiting[]): boolean =>
      waiting.some((one) => one.call.index === call.index);
    const there = this.#threads.get(own);
    if (there !== undefined && isIn(there)) return [own, there];
    return [...this.#threads].find(([, waiting]) => isIn(waiting)) ?? [own, []];
  }

  /** Prints what is left, as unfinished where it is. */
  finish(): void {
    const left = [...this.#threads.values()].flat().filter(({ state }) => state !== 'begun');
    this.#threads.clear();
    for (const one of left.sort((a, b) => a.call.index - b.call.index)) this.#lines(one);
  }

  /** Prints up to the first call that has not come back. */
  #settle(thread: string, waiting: Waiting[]): void {
    if (waiting.length > HELD_MAXIMUM) this.#begin(thread);
    let kept = 0;
    while (waiting[kept]?.state === 'begun') kept++;
    while (waiting[kept]?.state === 'over') {
      for (const one of waiting.splice(kept, 1)) this.#lines(one);
    }
    if (waiting.length === 0) this.#threads.delete(thread);
  }

  /** Prints all there is of a thread: of calls that have not come back the first part. */
  #begin(thread: string): void {
    const waiting = this.#threads.get(thread) ?? [];
    const open: Waiting[] = [];
    for (const one of waiting) {
      if (one.state === 'open' && this.#splits) {
        for (const line of formatCallBegun(one.call, this.#options)) this.#write(line);
        open.push({ call: one.call, state: 'begun' });
      } else if (one.state === 'over') this.#lines(one);
      else open.push(one);
    }
    if (open.length > 0) this.#threads.set(thread, open);
    else this.#threads.delete(thread);
  }

  #lines({ call }: Waiting): void {
    if (!this.#wanted(call)) return;
    for (const line of formatCallLines(call, this.#options)) this.#write(line);
  }
}
