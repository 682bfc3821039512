/** What the page knows, in one value that is only replaced, and who wants to hear of it. */
import type { Answer, CallRow, Stream, Verified, View } from '../protocol.ts';

/** Which calls are listed. */
export interface CallFilter {
  /** In the line, whatever its case; empty for all. */
  readonly text: string;
  readonly level: 'all' | 'kernel' | 'posix';
  readonly onlyFailed: boolean;
  readonly thread: number | 'all';
}

export interface State {
  readonly phase: 'opening' | 'ready' | 'failed';
  readonly title: string;
  /** How the recorded run ended. */
  readonly end: string;
  /** From 0 to 1, of the first run. */
  readonly progress: number;
  /** Why the page cannot go on. */
  readonly reason?: string;
  /** All calls, in the order in which they were made. */
  readonly rows: readonly CallRow[];
  readonly filter: CallFilter;
  readonly output: Readonly<Record<Stream, Uint8Array>>;
  readonly view?: View;
  readonly verified?: Verified;
  /** True while the worker is at something. */
  readonly isBusy: boolean;
  readonly memoryAt: string;
  /** What the prompt said, the latest last. */
  readonly said: readonly string[];
  /** One end of the stretch that is looked at; the other is the place. */
  readonly mark?: number;
  readonly flames?: Answer['flames'];
}

const nothing = new Uint8Array(0);

const initialState: State = {
  phase: 'opening',
  title: '',
  end: '',
  progress: 0,
  rows: [],
  filter: { text: '', level: 'all', onlyFailed: false, thread: 'all' },
  output: { stdout: nothing, stderr: nothing, console: nothing },
  isBusy: true,
  memoryAt: '$esp',
  said: [],
};

export class Store {
  #state = initialState;
  readonly #listeners: (() => void)[] = [];

  get state(): State {
    return this.#state;
  }

  set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
