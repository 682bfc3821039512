/** Function and object names of an ELF file, to say where an address lies. */
import { parseElf } from './load-segments.ts';

/** A symbol and how far behind its start an address lies. */
export interface NearestSymbol {
  readonly name: string;
  readonly offset: number;
}

const ENTRY_SIZE = 16;
const TYPE_MASK = 0xf;
const TYPE_SECTION = 3;
const TYPE_FILE = 4;

export class SymbolTable {
  readonly #addresses: readonly number[];
  readonly #names: readonly string[];

  private constructor(symbols: readonly { address: number; name: string }[]) {
    this.#addresses = symbols.map((symbol) => symbol.address);
    this.#names = symbols.map((symbol) => symbol.name);
  }

  /** Reads the symbol table of a file; a stripped file gives an empty table. */
  static fromElf(what: string, file: Uint8Array): SymbolTable {
    const { sections } = parseElf(what, file).body;
    const table = sections.find((section) => section.type === 'symtab');
    const names = table === undefined ? undefined : sections[table.link]?.data;
    if (table === undefined || names === undefined) return new SymbolTable([]);
    const symbols = [];
    for (let at = 0; at + ENTRY_SIZE <= table.data.length; at += ENTRY_SIZE) {
      const nameOffset = table.data.readUInt32LE(at);
      const type = table.data.readUInt8(at + 12) & TYPE_MASK;
      const section = table.data.readUInt16LE(at + 14);
      if (nameOffset === 0 || section === 0 || type === TYPE_SECTION || type === TYPE_FILE) continue;
      const end = names.indexOf(0, nameOffset);
      if (end < 0) continue;
      symbols.push({
        address: table.data.readUInt32LE(at + 4),
        name: names.toString('latin1', nameOffset, end),
      });
    }
    symbols.sort((a, b) => a.address - b.address);
    return new SymbolTable(symbols);
  }

  /** The last symbol at or below an address. */
  nearest(address: number): NearestSymbol | undefined {
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#addresses[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const name = this.#names[low - 1];
    const start = this.#addresses[low - 1];
    if (name === undefined || start === undefined) return undefined;
    return { name, offset: address - start };
  }

  /** Address of the symbol of a name. */
  address(name: string): number | undefined {
    return this.#addresses[this.#names.indexOf(name)];
  }
}

/** `memcpy+0x12`, or the bare name at its very start. */
export function formatSymbol(symbol: NearestSymbol): string {
  return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
}
