/**
 * The phases of a guest that runs several programs: each process goes through its own, and the instructions of a phase are those that its
 * process ran in it.
 *
 * An instruction counts for the process to whose program the kernel went back last, so what the kernel does in between counts for
 * that one too. What must hold: the phases together have every instruction once.
 */
import type { SymbolSource } from '../crash-report.ts';
import { processText } from '../address-spaces.ts';
import type { GuestProcess } from '../address-spaces.ts';
import type { Guest } from '../guest.ts';
import { ProcessWatch } from '../process-watch.ts';
import type { GuestPhase } from '../result.ts';
import type { Boundary } from './boundaries.ts';
import { placesIn, placesInProgram, placesOf } from './boundary-addresses.ts';

/** What a process does before the first boundary that its program has. */
const FIRST_OF_PROCESS = 'program';

interface Span {
  phase: string;
  readonly process: GuestProcess | undefined;
  readonly from: number;
  to: number | undefined;
  instructions: number;
  wallMs: number;
}

export class ProcessPhases {
  readonly #guest: Guest;
  readonly #running: () => number;
  readonly #watch: ProcessWatch;
  readonly #spans: Span[] = [];
  /** The phase that each process is in; the kernel's before any under undefined. */
  readonly #open = new Map<GuestProcess | undefined, Span>();
  readonly #reached = new Map<GuestProcess | undefined, Set<Boundary>>();
  #owner: GuestProcess | undefined;
  #since: { instructions: number; wallMs: number };

  /** @param running Milliseconds of the clock, which stands still while the guest is captured. */
  constructor(
    guest: Guest,
    files: SymbolSource,
    { first, boundaries, running }: { first: string; boundaries: readonly Boundary[]; running: () => number },
  ) {
    this.#guest = guest;
    this.#running = running;
    this.#since = { instructions: guest.machine.instructions, wallMs: running() };
    const programs = files.bundled?.() ?? [];
    this.#watch = new ProcessWatch(guest, programs, {
      onReturn: (process) => {
        this.#goTo(process);
      },
      onEnd: (process) => {
        this.#close(process);
      },
    });
    const kernel = placesIn(files, boundaries, ['kernel']);
    const ofPrograms = programs.map(({ bytes, symbolFile }) =>
      placesInProgram(symbolFile ?? bytes, boundaries),
    );
    for (const boundary of boundaries) {
      for (const address of placesOf(boundary, kernel)) this.#at(address, boundary, () => this.#owner);
      const whose = new Map<number, Set<number>>();
      for (const [index, places] of ofPrograms.entries()) {
        for (const address of placesOf(boundary, places))
          whose.set(address, (whose.get(address) ?? new Set()).add(index));
      }
      for (const [address, codes] of whose) {
        this.#at(address, boundary, () => {
          const process = this.#watch.current();
          return process.code !== undefined && codes.has(process.code) ? process : 'another';
        });
      }
    }
    this.#enter(undefined, first);
  }

  get phases(): GuestPhase[] {
    this.#account();
    const end = this.#guest.machine.instructions;
    return this.#spans
      .filter(({ instructions }) => instructions > 0)
      .map(({ phase, process, from, to = end, instructions, wallMs }) => ({
        name: phase,
        from,
        to,
        wallMs,
        instructions,
        ...(process !== undefined && { process: processText(process) }),
      }));
  }

  #at(address: number, boundary: Boundary, whose: () => GuestProcess | 'another' | undefined): void {
    this.#guest.machine.onExecute(address, () => {
      const process = whose();
      if (process === 'another') return;
      const reached = this.#reached.get(process) ?? new Set();
      this.#reached.set(process, reached);
      if (reached.has(boundary)) return;
      reached.add(boundary);
      if (process !== undefined) this.#goTo(process);
      this.#enter(process, boundary.phase);
      if (boundary.afterReturn !== undefined) this.#afterReturn(process, boundary.afterReturn);
    });
  }

  /** A phase that begins where the function returns that the processor stands at. */
  #afterReturn(process: GuestProcess | undefined, phase: string): void {
    const { machine } = this.#guest;
    const remove = machine.onExecute(machine.linear.read32(machine.registers.get('esp')), () => {
      if (process !== undefined && this.#watch.current() !== process) return;
      remove();
      this.#enter(process, phase);
    });
  }

  #goTo(process: GuestProcess): void {
    if (process === this.#owner && this.#open.has(process)) return;
    this.#account();
    this.#owner = process;
    if (!this.#open.has(process)) this.#enter(process, FIRST_OF_PROCESS);
  }

  #enter(process: GuestProcess | undefined, phase: string): void {
    this.#account();
    this.#close(process);
    const from = this.#guest.machine.instructions;
    const span = { phase, process, from, to: undefined, instructions: 0, wallMs: 0 };
    this.#open.set(process, span);
    this.#spans.push(span);
  }

  #close(process: GuestProcess | undefined): void {
    const span = this.#open.get(process);
    if (span !== undefined) span.to = this.#guest.machine.instructions;
  }

  /** What ran since the last time belongs to the owner. */
  #account(): void {
    const now = { instructions: this.#guest.machine.instructions, wallMs: this.#running() };
    const span = this.#open.get(this.#owner);
    if (span !== undefined) {
      span.instructions += now.instructions - this.#since.instructions;
      span.wallMs += now.wallMs - this.#since.wallMs;
    }
    this.#since = now;
  }
}
