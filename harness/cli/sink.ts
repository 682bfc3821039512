/** Where a command writes what it was run for, and how it reads the files that the user names. */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../guest/errors.ts';
import { writeThrough } from './standard-streams.ts';

/** A file, or one of the process's streams. */
export class Sink {
  readonly isTerminal: boolean;
  readonly #file: number | undefined;
  readonly #stream: 'stdout' | 'stderr';

  constructor(path: string | undefined, stream: 'stdout' | 'stderr') {
    this.#stream = stream;
    this.#file = path === undefined ? undefined : openForWriting(path);
    this.isTerminal = path === undefined && process[stream].isTTY && process.env['NO_COLOR'] === undefined;
  }

  /** @returns False when nobody reads any more. Throws {@link InputError} where the file takes no more. */
  write(text: string): boolean {
    if (this.#file === undefined) return writeThrough(this.#stream, Buffer.from(text));
    writeAll(this.#file, Buffer.from(text));
    return true;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  } catch (error) {
    throw new InputError(`the output file cannot be written on (${codeOf(error)})`);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new InputError(`the file ${path} cannot be written (${codeOf(error)})`);
  }
}

/**
 * Asks whether a file can be written, and leaves alone what is there.
 *
 * @throws InputError
 */
export function checkWritable(path: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
    accessSync(there === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new InputError(`the file ${path} cannot be written (${codeOf(error)})`);
  }
}

/** Writes a whole file that the user named: what was there stays until the new one is complete. */
export async function writeUserFile(path: string, text: string): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    // A device or a pipe cannot be replaced, only written to.
    const isReplaced = statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
    if (isReplaced) await writeFileAtomic(path, text);
    else writeFileSync(path, text);
  } catch (error) {
    throw new InputError(`the file ${path} cannot be written (${codeOf(error)})`);
  }
}

/** Reads a file that the user named. */
export function readUserFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`the ${what} ${path} cannot be read (${codeOf(error)})`);
  }
}
