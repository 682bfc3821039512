/**
 * The names of one loaded file, by address and by name.
 *
 * Holds runtime addresses: the load bias is added once, here. What must hold: every address has at most one name, chosen
 * the same way each time (functions before labels, global before local, then by name).
 */
import type { FileSymbol, ProgramFile } from './program-file.ts';

/** A symbol where it is in the running guest. */
export interface GuestSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes; up to the next symbol or the end of its segment where the file does not say. */
  readonly size: number;
  readonly kind: FileSymbol['kind'];
}

/** An address explained: the symbol around it, and how far behind its start it is. */
export interface SymbolicAddress {
  readonly symbol: GuestSymbol;
  readonly offset: number;
}

const kindOrder: Readonly<Record<FileSymbol['kind'], number>> = { function: 0, object: 1, label: 2 };
const bindingOrder: Readonly<Record<FileSymbol['binding'], number>> = { global: 0, weak: 1, local: 2 };
/** How many symbols before the nearest one may still enclose an address; nesting is rare and shallow. */
const enclosingSymbols = 8;

function byPreference(a: FileSymbol, b: FileSymbol): number {
  return (
    a.address - b.address ||
    Number(a.size === 0) - Number(b.size === 0) ||
    kindOrder[a.kind] - kindOrder[b.kind] ||
    bindingOrder[a.binding] - bindingOrder[b.binding] ||
    (a.name < b.name ? -1 : Number(a.name > b.name))
  );
}

export class SymbolTable {
  /** Ascending by address, one per address. */
  readonly symbols: readonly GuestSymbol[];
  readonly #byName = new Map<string, GuestSymbol[]>();

  /**
   * @param file What {@link readProgramFile} found.
   * @param bias Added to every address: where a position-independent file was loaded, else 0.
   */
  constructor(file: ProgramFile, bias = 0) {
    const sorted = [...file.symbols].sort(byPreference);
    const symbols: GuestSymbol[] = [];
    let next = Infinity;
    for (const [index, entry] of [...sorted.entries()].reverse()) {
      const segment = file.segments.find(
        ({ address, memoryBytes }) => entry.address >= address && entry.address < address + memoryBytes,
      );
      const limit =
        segment === undefined ? entry.address : Math.min(next, segment.address + segment.memoryBytes);
      const symbol: GuestSymbol = {
        name: entry.name,
        address: (entry.address + bias) >>> 0,
        size: entry.size > 0 ? entry.size : limit - entry.address,
        kind: entry.kind,
      };
      const namesakes = this.#byName.get(entry.name);
      if (namesakes === undefined) this.#byName.set(entry.name, [symbol]);
      else if (entry.binding === 'local') namesakes.push(symbol);
      else namesakes.unshift(symbol);
      if (sorted[index - 1]?.address === entry.address) continue;
      symbols.push(symbol);
      next = entry.address;
    }
    this.symbols = symbols.reverse();
  }

  /** True when the file was stripped: nothing can be explained. */
  get empty(): boolean {
    return this.symbols.length === 0;
  }

  /** The symbol around an address, or undefined between symbols and outside the file. */
  at(address: number): SymbolicAddress | undefined {
    let low = 0;
    let high = this.symbols.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.symbols[middle]?.address ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= Math.max(0, low - enclosingSymbols); index--) {
      const symbol = this.symbols[index];
      if (symbol !== undefined && address < symbol.address + symbol.size) {
        return { symbol, offset: address - symbol.address };
      }
    }
    return undefined;
  }

  /** The symbol of a name, a global one before local ones; undefined if there is none. */
  named(name: string): GuestSymbol | undefined {
    return this.#byName.get(name)?.[0];
  }

  /** Every symbol of a name: names of static functions may repeat. */
  allNamed(name: string): readonly GuestSymbol[] {
    return this.#byName.get(name) ?? [];
  }
}
