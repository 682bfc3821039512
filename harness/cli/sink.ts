/** Where a command writes what it was run for, and how it reads the files that the user names. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { InputError } from '../errors.ts';
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

  write(text: string): void {
    if (this.#file === undefined) writeThrough(this.#stream, Buffer.from(text));
    else writeSync(this.#file, text);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new InputError(
      `the file ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}

/** Reads a file that the user named. */
export function readUserFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(
      `the ${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}
