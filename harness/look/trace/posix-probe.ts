/**
 * Sees the POSIX calls of a program: entry and exit of the one function that musl's system calls arrive at.
 *
 * Needs the program's symbols. What must hold: the probes cost the guest no instruction and no byte.
 */
import type { Guest } from '../../guest/guest.ts';
import type { GuestSymbols } from '../symbols/index.ts';

/** Name of the POSIX layer's entry: `long (long number, long a, long b, long c, long d, long e, long f)`. */
export const POSIX_ENTRY_SYMBOL = 'nanvix_posix_syscall';

/** A call at its first instruction. */
export interface PosixEntry {
  /** Where the return address lies: tells the calls of all threads apart. */
  readonly esp: number;
  readonly number: number;
  /** The six arguments. */
  readonly words: readonly number[];
  readonly returnAddress: number;
}

/** A call at its RET. */
export interface PosixReturn {
  /** As in {@link PosixEntry}. */
  readonly esp: number;
  readonly eax: number;
}

export interface PosixObserver {
  readonly entered: (entry: PosixEntry) => void;
  readonly returned: (end: PosixReturn) => void;
}

const WORDS_ON_STACK = 8;

export class PosixProbe {
  readonly #guest: Guest;
  readonly #symbols: GuestSymbols;
  readonly #observer: PosixObserver;
  readonly #frame = new Uint8Array(4 * WORDS_ON_STACK);
  readonly #words = new DataView(this.#frame.buffer);

  constructor(guest: Guest, symbols: GuestSymbols, observer: PosixObserver) {
    this.#guest = guest;
    this.#symbols = symbols;
    this.#observer = observer;
  }

  /** @returns A function that takes the probes out again. */
  attach(): () => void {
    const entry = this.#symbols.program?.named(POSIX_ENTRY_SYMBOL);
    if (entry === undefined) return () => undefined;
    const { machine } = this.#guest;
    const returns = this.#symbols.returnsOf(entry);
    const removers = [
      machine.onExecute(entry.address, () => {
        this.#entered();
      }),
      ...returns.map((address) =>
        machine.onExecute(address, () => {
          this.#observer.returned({ esp: machine.registers.get('esp'), eax: machine.registers.get('eax') });
        }),
      ),
    ];
    return () => {
      for (const remove of removers) remove();
    };
  }

  #entered(): void {
    const { registers, linear } = this.#guest.machine;
    const esp = registers.get('esp');
    if (linear.readMappedInto(esp, this.#frame) < this.#frame.length) return;
    const word = (index: number): number => this.#words.getUint32(4 * index, true);
    this.#observer.entered({
      esp,
      returnAddress: word(0),
      number: word(1),
      words: [2, 3, 4, 5, 6, 7].map(word),
    });
  }
}
