/**
 * Digests of files, remembered by what `stat` says of them, so that a run that finds everything built reads no file
 * twice in its life. Must hold: a remembered digest is used only for a file that has not changed since.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Store } from '../store/store.ts';

/** SHA-256 in lower-case hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * A file changed this recently is hashed again next time: two writes within one tick of the file system's clock
 * leave equal times.
 */
const SETTLED_MILLISECONDS = 1000;

/** Files remembered; beyond them those go that were looked up longest ago. */
const MOST_FILES = 4000;

/** What `stat` says of a file's content: while it says the same, the content is the same. */
export function stateOf(file: string): string {
  const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/** Remembers digests between processes. Losing them costs time, nothing else. */
export class DigestMemo {
  readonly #store: Store;
  readonly #known: Map<string, string>;
  #changed = false;

  constructor(store: Store) {
    this.#store = store;
    const kept = store.read('notes', 'digests')?.content;
    this.#known = new Map(
      kept === undefined ? [] : (JSON.parse(new TextDecoder().decode(kept)) as [string, string][]),
    );
  }

  /** The digest of a file's content. */
  digestOf(file: string): string {
    const state = stateOf(file);
    const known = this.#known.get(file);
    if (known?.startsWith(`${state} `) === true) {
      // To the end of the map, which is in the order of use.
      this.#known.delete(file);
      this.#known.set(file, known);
      return known.slice(state.length + 1);
    }
    const digest = sha256(readFileSync(file));
    if (Date.now() - statSync(file).ctimeMs > SETTLED_MILLISECONDS) {
      this.#known.delete(file);
      this.#known.set(file, `${state} ${digest}`);
      this.#changed = true;
    }
    return digest;
  }

  /** Keeps what was learned, if anything. */
  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#store.write('notes', 'digests', Buffer.from(JSON.stringify([...this.#known].slice(-MOST_FILES))));
  }
}
