/** Where the instructions of a run went, by symbol boundaries; watching for them changes nothing in the run. */
import { addressMap } from '../../../images/abi/memory-map.ts';
import type { SymbolSource } from '../crash-report.ts';
import type { Guest } from '../guest.ts';
import type { GuestPhase } from '../result.ts';
import { keptAddresses } from '../elf/kept-addresses.ts';
import { wallClock } from '../wall-clock.ts';
import type { WallClock } from '../wall-clock.ts';
import { FIRST_PHASE, pythonBoundaries, SPECIALIZED_SUFFIXES } from './boundaries.ts';
import type { Boundary } from './boundaries.ts';

interface Entry {
  readonly phase: string;
  readonly instructions: number;
  readonly wallMs: number;
}

export interface PhaseOptions {
  /** Name of what comes before the first boundary: by default what a guest does from its reset. */
  readonly first?: string;
  readonly boundaries?: readonly Boundary[];
  /** Where the boundaries' addresses come from. Default: the files that the guest was made of. */
  readonly symbols?: SymbolSource;
  /** Default: the host's. */
  readonly clock?: WallClock;
}

/** The runtime addresses of names, in a kernel and program, as far as their files say them. */
function addressesIn(symbols: SymbolSource, names: readonly string[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const part of ['kernel', 'program'] as const) {
    const sha256 = symbols.sha256[part];
    if (sha256 === undefined) continue;
    const read = (): Uint8Array => symbols[part]() ?? new Uint8Array(0);
    const { addresses, relocatable } = keptAddresses({ sha256, read }, names);
    const bias = part === 'program' && relocatable ? addressMap.programBase : 0;
    for (const [name, address] of addresses) all.set(name, address + bias);
  }
  return all;
}

/** Notes when each boundary is first reached. Attach before the guest runs. */
export class PhaseWatch {
  readonly #guest: Guest;
  readonly #clock: WallClock;
  readonly #entries: Entry[] = [];

  constructor(guest: Guest, options: PhaseOptions = {}) {
    const { first = FIRST_PHASE, boundaries = pythonBoundaries, clock = wallClock } = options;
    const { symbols: files = guest.symbolFiles } = options;
    this.#guest = guest;
    this.#clock = clock;
    const spellings = (symbol: string): string[] => SPECIALIZED_SUFFIXES.map((suffix) => symbol + suffix);
    const addresses = addressesIn(
      files,
      boundaries.flatMap(({ symbols }) => symbols.flatMap(spellings)),
    );
    for (const { phase, symbols, afterReturn } of boundaries) {
      const found = symbols
        .map((symbol) => spellings(symbol).flatMap((name) => addresses.get(name) ?? []))
        .find((places) => places.length > 0);
      this.#atFirst(found ?? [], () => {
        this.#enter(phase);
        if (afterReturn === undefined) return;
        const { linear, registers } = guest.machine;
        this.#atFirst([linear.read32(registers.get('esp'))], () => {
          this.#enter(afterReturn);
        });
      });
    }
    this.#enter(first);
  }

  /** The clock, standing still while the guest is captured. */
  #running(): number {
    return this.#clock() - this.#guest.captureMs;
  }

  /** Calls the handler once, when the first of some addresses is executed. */
  #atFirst(addresses: readonly number[], handler: () => void): void {
    const removals = addresses.map((address) =>
      this.#guest.machine.onExecute(address, () => {
        for (const remove of removals) remove();
        handler();
      }),
    );
  }

  #enter(phase: string): void {
    this.#entries.push({ phase, instructions: this.#guest.machine.instructions, wallMs: this.#running() });
  }

  /** The phases up to where the guest stands now; they follow one another without gaps. */
  get phases(): GuestPhase[] {
    const end = { instructions: this.#guest.machine.instructions, wallMs: this.#running() };
    return this.#entries.map(({ phase, instructions, wallMs }, index) => {
      const next = this.#entries[index + 1] ?? end;
      return { name: phase, from: instructions, to: next.instructions, wallMs: next.wallMs - wallMs };
    });
  }
}
