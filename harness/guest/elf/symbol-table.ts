/**
 * The names of one loaded file, by address and by name.
 *
 * Holds runtime addresses: the load bias is added once, here. What must hold: every address has at most one name, chosen
 * the same way each time (functions before labels, global before local, then by name).
 */
import { hex } from '../../../emulator/hex.ts';
import { readProgramFile, type FileSymbol, type ProgramFile } from './program-file.ts';

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

/** `memcpy`, or `memcpy+0x12` behind its start. */
export const placeText = ({ symbol, offset }: SymbolicAddress): string =>
  offset === 0 ? symbol.name : `${symbol.name}+${hex(offset)}`;

const kindOrder: Readonly<Record<FileSymbol['kind'], number>> = { function: 0, object: 1, label: 2 };
const bindingOrder: Readonly<Record<FileSymbol['binding'], number>> = { global: 0, weak: 1, local: 2 };
/** How many symbols before the nearest one may still enclose an address; nesting is rare and shallow. */
const ENCLOSING_SYMBOLS = 8;

/** Which of two symbols at the same address names it: negative for the first. */
function byPreference(a: FileSymbol, b: FileSymbol): number {
  return (
    Number(a.size === 0) - Number(b.size === 0) ||
    kindOrder[a.kind] - kindOrder[b.kind] ||
    bindingOrder[a.binding] - bindingOrder[b.binding] ||
    (a.name < b.name ? -1 : Number(a.name > b.name))
  );
}

/** What an address is multiplied with, to hold the index of its symbol beside it in one exact number. */
const INDEX_RANGE = 2 ** 21;

/** Index of the first of some ascending numbers that is larger than `value`. */
function upperBound(numbers: Uint32Array, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The symbols that name their addresses, ascending: one per address.
 *
 * Numbers sort some ten times faster than objects, and a program has some ten thousand symbols.
 */
function preferredByAddress(symbols: readonly FileSymbol[]): FileSymbol[] {
  const keys = new Float64Array(Math.min(symbols.length, INDEX_RANGE));
  for (let index = 0; index < keys.length; index++)
    keys[index] = (symbols[index]?.address ?? 0) * INDEX_RANGE + index;
  keys.sort();
  const preferred: FileSymbol[] = [];
  let last: FileSymbol | undefined;
  for (const key of keys) {
    const symbol = symbols[key % INDEX_RANGE];
    if (symbol === undefined) continue;
    if (last?.address !== symbol.address) preferred.push(symbol);
    else if (byPreference(symbol, last) < 0) preferred[preferred.length - 1] = symbol;
    else continue;
    last = symbol;
  }
  return preferred;
}

/** Names that are looked for one by one, before it pays to sort them all. */
const LOOKUPS_BY_SCAN = 8;

export class SymbolTable {
  readonly #file: ProgramFile;
  readonly #bias: number;
  /** One per address, ascending, and their addresses in the guest. */
  readonly #preferred: readonly FileSymbol[];
  readonly #addresses: Uint32Array;
  readonly #made = new Map<FileSymbol, GuestSymbol>();
  /** Made when many are asked for: by name, the last symbol of the file that has it, and for each the one before. */
  #lookups = 0;
  #lastOfName: ReadonlyMap<string, number> | undefined;
  #namesakeBefore = new Int32Array(0);

  /**
   * @param file What {@link readProgramFile} found.
   * @param bias Added to every address: where a position-independent file was loaded, else 0.
   */
  constructor(file: ProgramFile, bias = 0) {
    this.#file = file;
    this.#bias = bias;
    this.#preferred = preferredByAddress(file.symbols);
    this.#addresses = new Uint32Array(this.#preferred.length);
    this.#preferred.forEach(({ address }, index) => (this.#addresses[index] = address + bias));
  }

  /** All symbols, ascending by address, one per address. */
  get symbols(): GuestSymbol[] {
    return this.#preferred.map((symbol) => this.#guestSymbol(symbol));
  }

  /** True when the file was stripped: nothing can be explained. */
  get empty(): boolean {
    return this.#preferred.length === 0;
  }

  /** The symbol around an address, or undefined between symbols and outside the file. */
  at(address: number): SymbolicAddress | undefined {
    const above = upperBound(this.#addresses, address);
    let label: SymbolicAddress | undefined;
    for (let index = above - 1; index >= Math.max(0, above - ENCLOSING_SYMBOLS); index--) {
      const entry = this.#preferred[index];
      const offset = address - (this.#addresses[index] ?? 0);
      if (entry === undefined || (entry.size > 0 && offset >= entry.size)) continue;
      const symbol = this.#guestSymbol(entry);
      if (offset >= symbol.size) continue;
      // A label inside of a function is a place in it, not its end.
      if (entry.size > 0) return { symbol, offset };
      label ??= { symbol, offset };
    }
    return label;
  }

  /** The symbol of a name, a global one before local ones; undefined if there is none. */
  named(name: string): GuestSymbol | undefined {
    return this.allNamed(name)[0];
  }

  /** Every symbol of a name, global ones before local ones, then by address: names of static functions may repeat. */
  allNamed(name: string): readonly GuestSymbol[] {
    const found = this.#fileSymbolsNamed(name);
    const local = ({ binding }: FileSymbol): number => Number(binding === 'local');
    found.sort((a, b) => local(a) - local(b) || a.address - b.address);
    return found.map((symbol) => this.#guestSymbol(symbol));
  }

  /** The same object each time, so that symbols can be compared. */
  #guestSymbol(entry: FileSymbol): GuestSymbol {
    let symbol = this.#made.get(entry);
    if (symbol === undefined) {
      const { name, address, size, kind } = entry;
      symbol = {
        name,
        address: (address + this.#bias) >>> 0,
        size: size > 0 ? size : this.#sizeUpToNext(address),
        kind,
      };
      this.#made.set(entry, symbol);
    }
    return symbol;
  }

  /** Bytes to the next symbol of the file, or to the end of the segment. */
  #sizeUpToNext(address: number): number {
    const segment = this.#file.segments.find(
      (part) => address >= part.address && address < part.address + part.memoryBytes,
    );
    if (segment === undefined) return 0;
    const next = this.#preferred[upperBound(this.#addresses, (address + this.#bias) >>> 0)]?.address;
    return Math.min(next ?? Infinity, segment.address + segment.memoryBytes) - address;
  }

  #fileSymbolsNamed(name: string): FileSymbol[] {
    const { symbols } = this.#file;
    this.#lookups += 1;
    if (this.#lookups <= LOOKUPS_BY_SCAN) return symbols.filter((symbol) => symbol.name === name);
    const found: FileSymbol[] = [];
    for (let at = this.#names().get(name) ?? -1; at >= 0; at = this.#namesakeBefore[at] ?? -1) {
      const symbol = symbols[at];
      if (symbol !== undefined) found.push(symbol);
    }
    return found;
  }

  #names(): ReadonlyMap<string, number> {
    if (this.#lastOfName !== undefined) return this.#lastOfName;
    const { symbols } = this.#file;
    const lastOfName = new Map<string, number>();
    this.#namesakeBefore = new Int32Array(symbols.length);
    symbols.forEach(({ name }, index) => {
      this.#namesakeBefore[index] = lastOfName.get(name) ?? -1;
      lastOfName.set(name, index);
    });
    this.#lastOfName = lastOfName;
    return lastOfName;
  }
}

/**
 * The names of an ELF file where it is loaded.
 *
 * @param base Where it lies if it may lie anywhere; a file with addresses of its own keeps them.
 */
export function loadedSymbols(bytes: Uint8Array, base: number): SymbolTable {
  const file = readProgramFile(bytes);
  return new SymbolTable(file, file.relocatable ? base : 0);
}
