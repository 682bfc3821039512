/**
 * The addresses of a few names in a file, kept by the file's digest for later guests of this process and for later processes:
 * to read megabytes for them takes longer than everything else that is done to record a run's phases.
 */
import { userStore, type Store } from '../../cache/index.ts';
import { type NamedAddresses, namedAddresses } from './named-addresses.ts';

/** A file whose digest is known before it is read. */
export interface DigestedFile {
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
  read(): Uint8Array;
}

/** Counted up where the content of a kept file, or what is read for it, changes. */
const FORM = 1;

/** By all that they follow from. */
const known = new Map<string, NamedAddresses>();

/** What lies in a kept file, as JSON. */
interface Content {
  readonly relocatable: boolean;
  readonly addresses: readonly (readonly [string, number])[];
}

/** {@link namedAddresses} of a file, which is read only if nothing is kept of it for these names. */
export function keptAddresses(
  file: DigestedFile,
  names: readonly string[],
  store: Store = userStore(),
): NamedAddresses {
  const key = JSON.stringify([FORM, file.sha256, names]);
  const place = `${store.root} ${key}`;
  let found = known.get(place);
  if (found !== undefined) return found;
  found = readAddresses(store, key);
  if (found === undefined) {
    found = namedAddresses(file.read(), names);
    const content: Content = { ...found, addresses: [...found.addresses] };
    store.write('symbols', key, Buffer.from(JSON.stringify(content)));
  }
  known.set(place, found);
  return found;
}

function readAddresses(store: Store, key: string): NamedAddresses | undefined {
  const kept = store.read('symbols', key);
  if (kept === undefined) return undefined;
  const { relocatable, addresses } = JSON.parse(new TextDecoder().decode(kept.content)) as Content;
  return { relocatable, addresses: new Map(addresses) };
}
