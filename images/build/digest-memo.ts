// Digests of files, remembered by what `stat` says of them, so that a run that finds everything built reads no file
// twice in its life. Must hold: a remembered digest is used only for a file that has not changed since.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** SHA-256 in lower-case hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * A file changed this recently is hashed again next time: two writes within one tick of the file system's clock
 * leave equal times.
 */
const settledMilliseconds = 1000;

/** Remembers digests in a JSON file. Losing it costs time, nothing else. */
export class DigestMemo {
  readonly #file: string;
  readonly #known: Map<string, string>;
  #changed = false;

  constructor(file: string) {
    this.#file = file;
    this.#known = new Map(readEntries(file));
  }

  /** The digest of a file's content. */
  digestOf(file: string): string {
    const stat = statSync(file, { bigint: true });
    const identity = `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
    const known = this.#known.get(file);
    if (known?.startsWith(`${identity} `) === true) return known.slice(identity.length + 1);
    const digest = sha256(readFileSync(file));
    if (Date.now() - Number(stat.ctimeMs) > settledMilliseconds) {
      this.#known.set(file, `${identity} ${digest}`);
      this.#changed = true;
    }
    return digest;
  }

  /** Writes what was learned, if anything. Failure is ignored: the memo only saves time. */
  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const temporary = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      writeFileSync(temporary, JSON.stringify([...this.#known]));
      renameSync(temporary, this.#file);
    } catch {
      // A cache that can't be written to is reported by the step that needs it.
    }
  }
}

function readEntries(file: string): [string, string][] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as [string, string][];
  } catch {
    return [];
  }
}
