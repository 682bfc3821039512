/**
 * The processes of a guest with what a trace keeps for each; `../../guest/address-spaces.ts` tells them apart.
 *
 * What must hold: a guest with one process is seen as before.
 */
import type { Machine } from '../../../emulator/types.ts';
import { AddressSpaces } from '../../guest/address-spaces.ts';
import type { AddressSpacesState, GuestProcess } from '../../guest/address-spaces.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import { GuestView } from './guest-view.ts';
import type { ViewOptions } from './guest-view.ts';
import { PosixDecoder } from './posix/decoder.ts';
import type { DescriptorsState } from './posix/descriptors.ts';
import { Threads } from './threads.ts';
import type { ThreadsState } from './threads.ts';

/** One process as a trace sees it. */
export interface TracedProcess {
  readonly is: GuestProcess;
  readonly symbols: GuestSymbols | undefined;
  readonly view: GuestView;
  readonly threads: Threads;
  readonly posix: PosixDecoder;
}

/** A copy of what is known. */
export interface ProcessesState {
  readonly spaces: AddressSpacesState;
  readonly kept: readonly (readonly [space: number, threads: ThreadsState, descriptors: DescriptorsState])[];
}

export class Processes {
  readonly #machine: Machine;
  readonly #symbols: GuestSymbols | undefined;
  readonly #viewOptions: ViewOptions;
  readonly #spaces: AddressSpaces;
  readonly #traced = new Map<number, TracedProcess>();

  /** @param symbols Names of the kernel and of the program, or of each of several. */
  constructor(machine: Machine, symbols: GuestSymbols | undefined, viewOptions: ViewOptions) {
    this.#machine = machine;
    this.#symbols = symbols;
    this.#viewOptions = viewOptions;
    this.#spaces = new AddressSpaces(machine, symbols?.programs ?? []);
  }

  /** Whether the guest has, or was seen to have, more than one process. */
  get areSeveral(): boolean {
    return this.#spaces.areSeveral;
  }

  /** The names of every program, each once. */
  get programs(): readonly GuestSymbols[] {
    if (this.#symbols === undefined) return [];
    const { programs } = this.#symbols;
    return programs.length > 0 ? [...new Set(programs.map(({ symbols }) => symbols))] : [this.#symbols];
  }

  /** The process whose address space is in use. The processor must be in the program's ring. */
  current(): TracedProcess {
    const is = this.#spaces.current();
    const known = this.#traced.get(is.space);
    if (known?.is === is && known.symbols === this.#symbolsOf(is)) return known;
    const process = this.#make(is);
    // More is known of it than before.
    if (known?.is === is) {
      process.threads.restore(known.threads.save());
      process.posix.descriptors.restore(known.posix.descriptors.save());
    }
    this.#traced.set(is.space, process);
    return process;
  }

  /** Takes in what a call has answered. */
  returned(call: string, result: number, { is }: TracedProcess): void {
    this.#spaces.answered(call, result, is);
  }

  /** The process has ended; its address space may be another's from now on. */
  forget({ is }: TracedProcess): void {
    this.#spaces.forget(is);
    this.#traced.delete(is.space);
  }

  save(): ProcessesState {
    const kept = [...this.#traced].map(
      ([space, { threads, posix }]) => [space, threads.save(), posix.descriptors.save()] as const,
    );
    return { spaces: this.#spaces.save(), kept };
  }

  restore({ spaces, kept }: ProcessesState): void {
    this.#spaces.restore(spaces);
    this.#traced.clear();
    const keptOf = new Map(kept.map(([space, ...rest]) => [space, rest]));
    for (const is of this.#spaces.all) {
      const process = this.#make(is);
      const [threads, descriptors] = keptOf.get(is.space) ?? [];
      if (threads !== undefined) process.threads.restore(threads);
      if (descriptors !== undefined) process.posix.descriptors.restore(descriptors);
      this.#traced.set(is.space, process);
    }
  }

  #symbolsOf({ code }: GuestProcess): GuestSymbols | undefined {
    return this.#symbols?.ofProgram(code);
  }

  #make(is: GuestProcess): TracedProcess {
    const symbols = this.#symbolsOf(is);
    const isOne = (this.#symbols?.programs.length ?? 0) === 0;
    const view = new GuestView(this.#machine.linear, symbols, this.#viewOptions);
    const threads = new Threads(view, is.order === 1 && isOne ? 'first' : 'unknown');
    return { is, symbols, view, threads, posix: new PosixDecoder(view) };
  }
}
