/**
 * Follows which process runs, while anybody runs the guest: for those who look at several processes and at no calls.
 *
 * Reads only, from inside the machine's own call-outs, so the guest does the same as without. What must hold: it goes back with the guest.
 */
import { AddressSpaces } from './address-spaces.ts';
import type { AddressSpacesState, GuestProcess } from './address-spaces.ts';
import type { NamedProgram } from './crash-report.ts';
import type { Guest } from './guest.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';

/** A getpid on its way. */
interface Asked {
  readonly esp: number;
  readonly returnAddress: number;
}

export interface ProcessWatchOptions {
  /** Called where the kernel goes back to a program, with the process that runs from here on. */
  readonly onReturn?: (process: GuestProcess) => void;
  /** Called where a process makes its last call. */
  readonly onEnd?: (process: GuestProcess) => void;
}

export class ProcessWatch {
  readonly #guest: Guest;
  readonly #options: ProcessWatchOptions;
  readonly #spaces: AddressSpaces;
  readonly #asked = new Map<number, Asked>();
  readonly #states = new WeakMap<GuestSnapshot, AddressSpacesState>();
  readonly #detachers: readonly (() => void)[];

  /** @param programs The programs that may run. */
  constructor(guest: Guest, programs: readonly NamedProgram[], options: ProcessWatchOptions = {}) {
    this.#guest = guest;
    this.#options = options;
    this.#spaces = new AddressSpaces(guest.machine, programs);
    this.#detachers = [
      guest.calls.observe(({ name, returnAddress }) => {
        this.#called(name, returnAddress);
      }),
      guest.machine.onInterruptReturn(() => {
        this.#returned();
      }),
      guest.observeSnapshots({
        captured: (snapshot) => this.#states.set(snapshot, this.#spaces.save()),
        restored: (snapshot) => {
          this.#asked.clear();
          this.#spaces.restore(this.#states.get(snapshot) ?? []);
        },
      }),
    ];
  }

  /** Whether the guest has, or was seen to have, more than one process. */
  get areSeveral(): boolean {
    return this.#spaces.areSeveral;
  }

  /** The process whose address space is in use. */
  current(): GuestProcess {
    return this.#spaces.current();
  }

  detach(): void {
    for (const detach of this.#detachers) detach();
  }

  #called(call: string, returnAddress: number): void {
    if (call !== 'getpid' && call !== 'exit') return;
    const process = this.#spaces.current();
    if (call === 'exit') {
      this.#options.onEnd?.(process);
      this.#spaces.forget(process);
    } else {
      const esp = this.#guest.machine.registers.get('esp');
      this.#asked.set(process.space, { esp, returnAddress });
    }
  }

  #returned(): void {
    const { registers } = this.#guest.machine;
    const { onReturn } = this.#options;
    const asked = this.#asked.size > 0 ? this.#asked.get(registers.control(3)) : undefined;
    const isAnswered = asked?.esp === registers.get('esp') && asked.returnAddress === registers.get('eip');
    if (!isAnswered && onReturn === undefined) return;
    const process = this.#spaces.current();
    if (isAnswered) {
      this.#asked.delete(process.space);
      this.#spaces.answered('getpid', registers.get('eax'), process);
    }
    onReturn?.(process);
  }
}
