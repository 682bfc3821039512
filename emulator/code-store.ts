/**
 * Where code is kept for later machines and processes, as whoever makes a machine provides it. The emulator itself knows of no
 * folder: without a store everything works the same, only later.
 */

/** What is kept: the rewritten v86 with V8's code of it, or code compiled from guests with V8's code of that. */
export type CodeKind = 'v86' | 'guest-code';

/** Something that was kept. */
export interface KeptCode {
  /** In a buffer of its own. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
}

/**
 * A store of code.
 *
 * What must hold: what is read is exactly what was written, or nothing, for it is executed. No call throws; a store that
 * cannot keep something forgets it.
 */
export interface CodeStore {
  /** What was kept under a key; undefined where there is nothing. */
  read(kind: CodeKind, key: string): KeptCode | undefined;
  /** The digest of what is kept under a key, for one that need not be read. */
  digestOf(kind: CodeKind, key: string): string | undefined;
  /** Keeps something under a key. @returns SHA-256 of the content, in hexadecimal, kept or not. */
  write(kind: CodeKind, key: string, content: Uint8Array): string;
}
