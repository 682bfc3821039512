/**
 * The processes of a guest, told apart from outside by their address spaces (CR3).
 *
 * A kernel tells nobody which process runs, so numbers and programs are worked out: a bundle's programs are processes 1, 2, 3 … and
 * known by their code in memory; which of several with the same code it is, getpid answers. Where neither tells, the number is not
 * known. Reads the guest, changes nothing. What must hold: who uses this says which calls were answered, and which processes ended.
 */
import type { Machine } from '../../emulator/types.ts';
import { addressMap } from '../../images/abi/memory-map.ts';
import type { NamedProgram } from './crash-report.ts';
import { readProgramFile } from './elf/program-file.ts';

/** A process as it is seen from outside. */
export interface GuestProcess {
  /** CR3. */
  readonly space: number;
  /** Counts the address spaces in which a program was seen to run, from 1; 0 for one in which none was yet. */
  readonly order: number;
  /** Undefined while it is not known. */
  pid: number | undefined;
  /** Name of its program, where that is known. */
  program: string | undefined;
  /** Which of the programs that are known has its code, counted from 0; the first of several with the same. */
  code: number | undefined;
}

/** What is known of a process at some moment. */
export type ProcessIdentity = Readonly<Pick<GuestProcess, 'pid' | 'program'>>;

/** A copy of what is known. */
export type AddressSpacesState = readonly Readonly<GuestProcess>[];

/** The part of a program that is compared with memory. */
interface Code {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Code of a program that is compared with memory, in bytes. */
const COMPARED_BYTES = 1 << 16;
/** How often a process without known code is looked at: its pages may come when they are used. */
const MOST_LOOKS = 8;
const USER_RING = 3;

export class AddressSpaces {
  readonly #machine: Pick<Machine, 'registers' | 'linear'>;
  readonly #programs: readonly NamedProgram[];
  readonly #codes = new Map<NamedProgram, Code | undefined>();
  readonly #known = new Map<number, GuestProcess>();
  readonly #looks = new WeakMap<GuestProcess, number>();
  /** Address spaces that were seen, and the most at a time. */
  #seen = 0;
  #most = 0;

  /** @param programs The programs of a bundle, or others that may run. */
  constructor(machine: Pick<Machine, 'registers' | 'linear'>, programs: readonly NamedProgram[]) {
    this.#machine = machine;
    this.#programs = programs;
  }

  /** Whether the guest has, or was seen to have, more than one process. */
  get areSeveral(): boolean {
    return this.#programs.length > 1 || this.#most > 1;
  }

  /** The process whose address space is in use. In the kernel it may be one in which no program has run yet. */
  current(): GuestProcess {
    const { registers } = this.#machine;
    const space = registers.control(3);
    let process = this.#known.get(space);
    if (process === undefined) {
      const runs = registers.privilege === USER_RING;
      process = { space, order: runs ? ++this.#seen : 0, ...this.#recognize() };
      if (!runs) return process;
      this.#known.set(space, process);
      this.#most = Math.max(this.#most, this.#known.size);
    } else if (process.code === undefined && this.#mayLook(process)) {
      Object.assign(process, this.#recognize());
    }
    return process;
  }

  /** All that are known, in the order in which they were seen. */
  get all(): readonly GuestProcess[] {
    return [...this.#known.values()];
  }

  /** Takes in what a call has answered. */
  answered(call: string, result: number, process: GuestProcess): void {
    if (call !== 'getpid') return;
    process.pid = result;
    const index = this.#programs.findIndex(({ pid }) => pid === result);
    const program = this.#programs[index];
    if (program === undefined) return;
    process.program = program.name;
    process.code = index;
  }

  /** The process has ended; its address space may be another's from now on. */
  forget({ space }: GuestProcess): void {
    this.#known.delete(space);
  }

  save(): AddressSpacesState {
    return [...this.#known.values()].map((process) => ({ ...process }));
  }

  restore(state: AddressSpacesState): void {
    this.#known.clear();
    for (const process of state) this.#known.set(process.space, { ...process });
    this.#seen = Math.max(0, ...state.map(({ order }) => order));
  }

  #mayLook(process: GuestProcess): boolean {
    const looks = this.#looks.get(process) ?? 0;
    this.#looks.set(process, looks + 1);
    return looks < MOST_LOOKS && this.#programs.length > 0;
  }

  /** What is known of the process by its code. A number that another has is not its own: it may be a copy. */
  #recognize(): Pick<GuestProcess, 'pid' | 'program' | 'code'> {
    const found = this.#programs.filter((program) => this.#isLoaded(program));
    const [first] = found;
    if (first === undefined) return { pid: undefined, program: undefined, code: undefined };
    const code = this.#programs.indexOf(first);
    if (found.length > 1) return { pid: undefined, program: undefined, code };
    const isTaken = [...this.#known.values()].some(({ pid }) => pid === first.pid);
    return { pid: isTaken ? undefined : first.pid, program: first.name, code };
  }

  /** Whether the address space in use holds the code of a program, as far as it is mapped. */
  #isLoaded(program: NamedProgram): boolean {
    const code = this.#codeOf(program);
    if (code === undefined) return false;
    const there = this.#machine.linear.readMapped(code.address, code.bytes.length);
    return there.length > 0 && Buffer.compare(there, code.bytes.subarray(0, there.length)) === 0;
  }

  #codeOf(program: NamedProgram): Code | undefined {
    if (!this.#codes.has(program)) this.#codes.set(program, readCode(program.bytes));
    return this.#codes.get(program);
  }
}

function readCode(file: Uint8Array): Code | undefined {
  const { segments, relocatable } = readProgramFile(file);
  const segment = segments.find(({ executable }) => executable);
  if (segment === undefined) return undefined;
  const address = segment.address + (relocatable ? addressMap.programBase : 0);
  return { address, bytes: segment.bytes.subarray(0, COMPARED_BYTES) };
}

/** `4 app`; `4`, `app` or `?2` where less is known. */
export function processText({ pid, program, order }: Omit<GuestProcess, 'code' | 'space'>): string {
  const number = pid === undefined ? undefined : String(pid);
  const known = [number, program].filter((part) => part !== undefined).join(' ');
  return known === '' ? `?${order}` : known;
}
