/**
 * The processes of a debugged guest: which one runs, which there are, and how one is named.
 *
 * Told by the kernel's own table where it is one built here, else by code in memory (../guest/address-spaces.ts), else by nothing but the
 * address space. What must hold: the answers follow from where the guest stands and from its calls before, so they are the same
 * however it came there. A guest with one process is as if there were none.
 */
import { AddressSpaces, processText } from '../guest/address-spaces.ts';
import { InputError } from '../guest/errors.ts';
import type { ProcessIdentity } from '../guest/address-spaces.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSymbols, ProgramSymbols } from '../look/symbols/index.ts';
import type { RecordedCall } from './history.ts';
import { kernelProcesses } from './inspect/kernel-processes.ts';

/** A process: the name of its program, or its number. */
export type ProcessName = string | number;

export interface DebuggedProcess extends ProcessIdentity {
  /** CR3. */
  readonly space: number;
  /** Counts the processes from 1, in the order of their first calls; 0 before the first. */
  readonly order: number;
  /** `ended` once it has made its exit call. */
  readonly state: 'running' | 'waiting' | 'ended';
  /** Kernel calls it has made so far. */
  readonly calls: number;
}

interface ProcessesOf {
  readonly guest: Guest;
  /** Names given by the caller; those of the guest's own files are read when they are wanted. */
  readonly given: GuestSymbols | undefined;
  readonly symbols: () => GuestSymbols;
  /** Up to where the guest stands. */
  readonly calls: () => readonly RecordedCall[];
  /** Changes whenever the guest may have gone elsewhere. */
  readonly revision: () => number;
}

export class DebugProcesses {
  readonly #of: ProcessesOf;
  /** Whether the guest's files are several programs. */
  readonly #haveSeveralFiles: boolean;
  #spaces: AddressSpaces | undefined;
  #revision = -1;

  constructor(of: ProcessesOf) {
    this.#of = of;
    const { given, guest } = of;
    const programs = given === undefined ? guest.symbolFiles.bundled?.() : given.programs;
    this.#haveSeveralFiles = (programs?.length ?? 0) > 1;
  }

  /** Programs with names of their own; none where there is one. */
  get programs(): readonly ProgramSymbols[] {
    return this.#haveSeveralFiles ? this.#of.symbols().programs : [];
  }

  /** Who runs, as far as files and kernel tell; undefined where there is one program, or none runs. For the moment of a call. */
  identify(): ProcessIdentity | undefined {
    const found = this.#current();
    return found && { pid: found.pid, program: found.program };
  }

  /** The names for what runs: those of its program and the kernel, or the kernel's alone where its program is not known. */
  get symbols(): GuestSymbols {
    const symbols = this.#of.symbols();
    if (!this.#haveSeveralFiles) return symbols;
    return symbols.ofProgram(this.#current()?.code) ?? symbols.kernelOnly;
  }

  /** The process whose address space is in use; undefined where only one is known, or no program runs yet. */
  get current(): DebuggedProcess | undefined {
    const space = this.#of.guest.machine.registers.control(3);
    return this.all.find((process) => process.space === space && process.state !== 'ended');
  }

  /** All that are known at this place; none where that is one. */
  get all(): readonly DebuggedProcess[] {
    const seen = seenProcesses(this.#of.calls());
    const { machine } = this.#of.guest;
    const running = machine.registers.control(3);
    const living = this.#haveSeveralFiles ? kernelProcesses(machine, this.#of.symbols()) : [];
    for (const { pid, space } of living) {
      if (seen.some((one) => one.space === space && !one.ended)) continue;
      seen.push({ ...this.#named({ pid, program: undefined }), space, calls: 0, ended: false });
    }
    const here = this.#current();
    if (here !== undefined && here.order > 0 && !seen.some((one) => one.space === running && !one.ended))
      seen.push({ pid: here.pid, program: here.program, space: running, calls: 0, ended: false });
    if (!this.#haveSeveralFiles && seen.length <= 1) return [];
    return seen.map(({ ended, ...process }, index) => ({
      ...process,
      order: index + 1,
      state: ended ? 'ended' : process.space === running ? 'running' : 'waiting',
    }));
  }

  /**
   * Whether a process runs, to be asked while the guest runs.
   *
   * @throws InputError for a program that is none of this guest's.
   */
  isIn(which: ProcessName): () => boolean {
    const pid = numberOf(which);
    if (pid === undefined && !this.programs.some(({ name }) => name === which)) throw this.unknown(which);
    return () => {
      const here = this.#current();
      return here !== undefined && (pid === undefined ? here.program === which : here.pid === pid);
    };
  }

  /** The program that a process is named by. @throws InputError where it is not known. */
  programOf(which: ProcessName): ProgramSymbols {
    const pid = numberOf(which);
    const found = this.programs.find((one) => (pid === undefined ? one.name === which : one.pid === pid));
    if (found === undefined) throw this.unknown(which);
    return found;
  }

  unknown(which: ProcessName): InputError {
    const names = this.programs.map(({ name, pid }) => (pid === undefined ? name : `${name} (${pid})`));
    return new InputError(
      names.length === 0
        ? `this guest has one program, and none to be told apart by ${JSON.stringify(which)}`
        : `no program of this guest is ${JSON.stringify(which)}: ${names.join(', ')}`,
    );
  }

  #current(): ReturnType<AddressSpaces['current']> | undefined {
    if (!this.#haveSeveralFiles) return undefined;
    const { guest, symbols, revision } = this.#of;
    if (this.#spaces === undefined || this.#revision !== revision())
      this.#spaces = new AddressSpaces(guest.machine, symbols().programs);
    this.#revision = revision();
    const process = this.#spaces.current();
    const known = kernelProcesses(guest.machine, symbols()).find(({ space }) => space === process.space);
    if (known !== undefined) this.#spaces.answered('getpid', known.pid, process);
    return process.code === undefined && process.pid === undefined ? undefined : process;
  }

  #named({ pid, program }: ProcessIdentity): ProcessIdentity {
    return { pid, program: program ?? this.programs.find((one) => one.pid === pid)?.name };
  }
}

interface Seen extends ProcessIdentity {
  readonly space: number;
  calls: number;
  ended: boolean;
}

/** The processes by their calls. An address space whose process has ended may be another's later. */
function seenProcesses(calls: readonly RecordedCall[]): Seen[] {
  const seen: Seen[] = [];
  const living = new Map<number, Seen>();
  for (const { space, name, process } of calls) {
    let one = living.get(space);
    if (one === undefined) {
      one = { pid: process?.pid, program: process?.program, space, calls: 0, ended: false };
      living.set(space, one);
      seen.push(one);
    }
    one.calls += 1;
    if (name !== 'exit') continue;
    one.ended = true;
    living.delete(space);
  }
  return seen;
}

function numberOf(which: ProcessName): number | undefined {
  if (typeof which === 'number') return which;
  return /^\d+$/.test(which) ? Number(which) : undefined;
}

/** `process 4 app`. */
export const describeProcess = (process: DebuggedProcess): string => `process ${processText(process)}`;
