/** Where the boundaries of phases lie: in the file of a kernel, of a program, or of each of several programs. */
import { addressMap } from '../../../images/abi/memory-map.ts';
import type { SymbolSource } from '../crash-report.ts';
import { keptAddresses } from '../elf/kept-addresses.ts';
import { namedAddresses } from '../elf/named-addresses.ts';
import { SPECIALIZED_SUFFIXES } from './boundaries.ts';
import type { Boundary } from './boundaries.ts';

/** Addresses in the running guest by name. */
type Places = ReadonlyMap<string, number>;

const spellings = (symbol: string): string[] => SPECIALIZED_SUFFIXES.map((suffix) => symbol + suffix);

const allNames = (boundaries: readonly Boundary[]): readonly string[] =>
  boundaries.flatMap(({ symbols }) => symbols.flatMap(spellings));

/** The addresses of a boundary: of the first of its symbols that is there, however it was specialized. */
export function placesOf({ symbols }: Boundary, places: Places): readonly number[] {
  const found = symbols.map((symbol) => spellings(symbol).flatMap((name) => places.get(name) ?? []));
  return found.find((addresses) => addresses.length > 0) ?? [];
}

/** Where the names of boundaries are in a kernel and program, as far as their files say them. */
export function placesIn(
  symbols: SymbolSource,
  boundaries: readonly Boundary[],
  parts: readonly ('kernel' | 'program')[] = ['kernel', 'program'],
): Places {
  const all = new Map<string, number>();
  for (const part of parts) {
    const sha256 = symbols.sha256[part];
    if (sha256 === undefined) continue;
    const read = (): Uint8Array => symbols[part]() ?? new Uint8Array(0);
    const { addresses, relocatable } = keptAddresses({ sha256, read }, allNames(boundaries));
    const bias = part === 'program' && relocatable ? addressMap.programBase : 0;
    for (const [name, address] of addresses) all.set(name, address + bias);
  }
  return all;
}

/** The same in the file of one of several programs. */
export function placesInProgram(file: Uint8Array, boundaries: readonly Boundary[]): Places {
  const { addresses, relocatable } = namedAddresses(file, allNames(boundaries));
  const bias = relocatable ? addressMap.programBase : 0;
  return new Map([...addresses].map(([name, address]) => [name, address + bias]));
}
