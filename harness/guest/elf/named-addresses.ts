/**
 * The addresses of a few names in a big file, without making objects of all its other symbols: for those who want to know
 * nothing else, before each run.
 */
import { parseElf } from './load-segments.ts';

const SYMBOL_BYTES = 16;
const FUNCTION = 2;
const LABEL = 0;

export interface NamedAddresses {
  /** By name, as the file has them. */
  readonly addresses: ReadonlyMap<string, number>;
  /** Whether they are to be moved to where the file is loaded. */
  readonly relocatable: boolean;
}

/**
 * Addresses of functions and labels by name. Names that the file lacks are missing; of several symbols of a name the first
 * counts. A file that is not one of ours has none.
 */
export function namedAddresses(file: Uint8Array, names: Iterable<string>): NamedAddresses {
  const addresses = new Map<string, number>();
  let elf;
  try {
    elf = parseElf('program', file);
  } catch {
    return { addresses, relocatable: false };
  }
  const { sections } = elf.body;
  const relocatable = elf.type === 'dyn';
  const table = sections.find(({ type }) => type === 'symtab');
  const strings = table === undefined ? undefined : sections[table.link]?.data;
  if (table === undefined || strings === undefined) return { addresses, relocatable };
  // By first byte and length: nearly all symbols are told apart without a look at the rest of their names.
  const wanted = new Map<number, { readonly name: string; readonly bytes: Buffer }[]>();
  for (const name of names) {
    const bytes = Buffer.from(`${name}\0`);
    const first = bytes[0] ?? 0;
    wanted.set(first, [...(wanted.get(first) ?? []), { name, bytes }]);
  }
  const { data } = table;
  for (let at = 0; at + SYMBOL_BYTES <= data.length; at += SYMBOL_BYTES) {
    const kind = (data[at + 12] ?? 0) & 15;
    if (kind !== FUNCTION && kind !== LABEL) continue;
    const start = data.readUInt32LE(at);
    for (const { name, bytes } of wanted.get(strings[start] ?? 0) ?? []) {
      if (addresses.has(name) || !strings.subarray(start, start + bytes.length).equals(bytes)) continue;
      addresses.set(name, data.readUInt32LE(at + 4));
    }
  }
  return { addresses, relocatable };
}
