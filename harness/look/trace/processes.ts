/**
 * The processes of a guest, told apart by their address spaces (CR3), with what a trace keeps for each.
 *
 * A kernel tells nobody which process runs, so numbers and programs are worked out: a bundle's programs are processes 1, 2, 3 … and
 * known by their code in memory; which of several with the same code it is, getpid answers. Where neither tells, the number is not known. What must hold: a
 * guest with one process is seen as before.
 */
import { addressMap } from '../../../images/abi/memory-map.ts';
import type { Machine } from '../../../emulator/types.ts';
import type { NamedProgram } from '../../guest/crash-report.ts';
import { readProgramFile } from '../../guest/elf/program-file.ts';
import { GuestSymbols } from '../symbols/index.ts';
import { GuestView } from './guest-view.ts';
import type { ViewOptions } from './guest-view.ts';
import { PosixDecoder } from './posix/decoder.ts';
import type { DescriptorsState } from './posix/descriptors.ts';
import { Threads } from './threads.ts';
import type { ThreadsState } from './threads.ts';

/** One process as a trace sees it. */
export interface TracedProcess {
  /** CR3. */
  readonly space: number;
  /** Counts address spaces from 1, in the order in which they were seen. */
  readonly order: number;
  /** Undefined while it is not known. */
  pid: number | undefined;
  /** Name of its program, where that is known. */
  program: string | undefined;
  readonly symbols: GuestSymbols | undefined;
  readonly view: GuestView;
  readonly threads: Threads;
  readonly posix: PosixDecoder;
}

/** A copy of what is known. */
export type ProcessesState = readonly (readonly [
  space: number,
  pid: number | undefined,
  threads: ThreadsState,
  descriptors: DescriptorsState,
])[];

/** A program of a bundle. */
interface Bundled {
  readonly pid: number;
  readonly program: NamedProgram;
  readonly symbols: GuestSymbols;
}

/** Code of a program that is compared with memory, in bytes. */
const COMPARED_BYTES = 1 << 16;

export class Processes {
  readonly #machine: Machine;
  readonly #symbols: GuestSymbols | undefined;
  readonly #viewOptions: ViewOptions;
  readonly #bundled: readonly Bundled[];
  readonly #known = new Map<number, TracedProcess>();
  /** The most address spaces that were known at a time. */
  #most = 0;

  /**
   * @param symbols Names of the kernel, and of the program of a guest that has one.
   * @param programs The programs of a bundle; empty where the guest has one program.
   * @param kernel Its ELF file, for the names in stacks that go through it.
   */
  constructor(
    machine: Machine,
    symbols: GuestSymbols | undefined,
    viewOptions: ViewOptions,
    programs: readonly NamedProgram[],
    kernel: Uint8Array | undefined,
  ) {
    this.#machine = machine;
    this.#symbols = symbols;
    this.#viewOptions = viewOptions;
    const made: Bundled[] = [];
    for (const [index, program] of programs.entries()) {
      const same = made.find((other) => Buffer.compare(other.program.bytes, program.bytes) === 0);
      const own = (): GuestSymbols =>
        new GuestSymbols({ program: program.bytes, ...(kernel !== undefined && { kernel }) });
      made.push({ pid: index + 1, program, symbols: same?.symbols ?? own() });
    }
    this.#bundled = made;
  }

  /** Whether the guest has, or was seen to have, more than one process. */
  get areSeveral(): boolean {
    return this.#bundled.length > 1 || this.#most > 1;
  }

  /** The names of every program, each once. */
  get programs(): readonly GuestSymbols[] {
    if (this.#bundled.length > 1) return [...new Set(this.#bundled.map(({ symbols }) => symbols))];
    return this.#symbols === undefined ? [] : [this.#symbols];
  }

  /** The process whose address space is in use. The processor must be in the program's ring. */
  current(): TracedProcess {
    const space = this.#machine.registers.control(3);
    let process = this.#known.get(space);
    if (process === undefined) {
      this.#known.set(space, (process = this.#recognize(space)));
      this.#most = Math.max(this.#most, this.#known.size);
    }
    return process;
  }

  /** Takes in what a call has answered. */
  returned(call: string, result: number, process: TracedProcess): void {
    if (call !== 'getpid') return;
    process.pid = result;
    process.program = this.#bundled.find(({ pid }) => pid === result)?.program.name;
  }

  /** The process has ended; its address space may be another's from now on. */
  forget(process: TracedProcess): void {
    this.#known.delete(process.space);
  }

  save(): ProcessesState {
    return [...this.#known.values()].map(({ space, pid, threads, posix }) => [
      space,
      pid,
      threads.save(),
      posix.descriptors.save(),
    ]);
  }

  restore(state: ProcessesState): void {
    this.#known.clear();
    for (const [space, pid, threads, descriptors] of state) {
      const process = this.#make(
        space,
        this.#bundled.filter((one) => one.pid === pid),
      );
      process.pid = pid;
      process.threads.restore(threads);
      process.posix.descriptors.restore(descriptors);
      this.#known.set(space, process);
    }
  }

  #recognize(space: number): TracedProcess {
    return this.#make(
      space,
      this.#bundled.filter(({ program }) => this.#hasCodeOf(program.bytes)),
    );
  }

  #make(space: number, candidates: readonly Bundled[]): TracedProcess {
    const [first, ...others] = candidates;
    const isOne = this.#bundled.length <= 1;
    const symbols = isOne ? this.#symbols : first?.symbols;
    const view = new GuestView(this.#machine.linear, symbols, this.#viewOptions);
    const order = this.#known.size + 1;
    return {
      space,
      order,
      pid: first !== undefined && others.length === 0 ? first.pid : undefined,
      program: others.length === 0 ? first?.program.name : undefined,
      symbols,
      view,
      threads: new Threads(view, order === 1 && isOne ? 'first' : 'unknown'),
      posix: new PosixDecoder(view),
    };
  }

  /** Whether the address space holds the code of a program, as far as it is mapped. */
  #hasCodeOf(bytes: Uint8Array): boolean {
    const { segments, relocatable } = readProgramFile(bytes);
    const code = segments.find(({ executable }) => executable);
    if (code === undefined) return false;
    const wanted = code.bytes.subarray(0, COMPARED_BYTES);
    const there = this.#machine.linear.readMapped(
      code.address + (relocatable ? addressMap.programBase : 0),
      wanted.length,
    );
    return there.length > 0 && Buffer.compare(there, wanted.subarray(0, there.length)) === 0;
  }
}
