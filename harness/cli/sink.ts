/**
 * Where a command writes what it was run for.
 *
 * What must hold: a file that cannot be written is told before anything is built or booted; one that takes no more later on
 * is told once, in one line, ends nothing, and has an exit status of its own (`harnessStatus.outputFailed`).
 */
import {
  accessSync,
  closeSync,
  constants,
  ftruncateSync,
  fstatSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../guest/errors.ts';
import { noteOutputFailure } from './output-failures.ts';
import { writeThrough } from './standard-streams.ts';

/** Names of the process's own streams, on every system. */
/* eslint-disable no-restricted-syntax */
const STREAMS: Readonly<Record<string, 'stdout' | 'stderr'>> = {
  '/dev/stdout': 'stdout',
  '/dev/stderr': 'stderr',
};
/* eslint-enable no-restricted-syntax */

/** A file, or one of the process's streams. */
export class Sink {
  readonly isTerminal: boolean;
  readonly #path: string | undefined;
  readonly #stream: 'stdout' | 'stderr';
  #file: number | undefined;
  #isEmptied = false;

  /**
   * Opens the file; what is in it stays until the first write.
   *
   * @throws InputError where it cannot be written.
   */
  constructor(path: string | undefined, stream: 'stdout' | 'stderr') {
    // To open these anew would empty a file that the stream goes to.
    const named = path === undefined ? stream : STREAMS[path];
    this.#stream = named ?? stream;
    this.#path = named === undefined ? path : undefined;
    this.#file = this.#path === undefined ? undefined : openForWriting(this.#path);
    this.isTerminal = path === undefined && process[stream].isTTY && process.env['NO_COLOR'] === undefined;
  }

  /** @returns False when nobody reads any more. A file that takes no more is noted, and what comes after is lost. */
  write(text: string | Uint8Array): boolean {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    if (this.#path === undefined) return writeThrough(this.#stream, bytes);
    if (this.#file === undefined) return true;
    try {
      if (!this.#isEmptied && fstatSync(this.#file).isFile()) ftruncateSync(this.#file);
      this.#isEmptied = true;
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
      return true;
    } catch (error) {
      noteOutputFailure(
        `the file ${this.#path} takes no more (${codeOf(error)}): what it holds is not complete`,
      );
      this.close();
      return true;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

function openForWriting(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    throw new InputError(`the file ${path} cannot be written (${codeOf(error)})`);
  }
}

/** Files that a command is to write whole, by the option that names each. */
export type NamedOutputs = Readonly<Record<string, string | undefined>>;

/**
 * Asks whether files can be written, and leaves alone what is there.
 *
 * @param plain Options whose file must be a plain one: it is replaced whatever it is.
 * @throws InputError where one cannot, or where two options name the same.
 */
export function checkOutputs(outputs: NamedOutputs, plain: readonly string[] = []): void {
  const taken = new Map<string, string>();
  for (const [option, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    const other = taken.get(resolve(path));
    if (other !== undefined) throw new InputError(`${other} and ${option} name the same file ${path}`);
    taken.set(resolve(path), option);
    checkWritable(option, path);
    if (plain.includes(option) && statSync(path, { throwIfNoEntry: false })?.isFile() === false)
      throw new InputError(`${path} is no plain file: check ${option}`);
  }
}

/** A file is replaced as a whole, so that its folder must let it; a device or a pipe is written to. */
function checkWritable(option: string, path: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true || path.endsWith('/'))
      throw Object.assign(new Error(path), { code: 'EISDIR' });
    const isReplaced = there?.isFile() ?? true;
    const folder = dirname(resolve(path));
    if (isReplaced && !statSync(folder).isDirectory())
      throw Object.assign(new Error(path), { code: 'ENOTDIR' });
    accessSync(isReplaced ? folder : path, constants.W_OK);
  } catch (error) {
    throw new InputError(`the file ${path} cannot be written (${codeOf(error)}): check ${option}`);
  }
}

/**
 * Writes a whole file that the user named: what was there stays until the new one is complete.
 *
 * @throws InputError where it cannot be written.
 */
export async function replaceUserFile(
  path: string,
  content: string | Uint8Array,
  permissions = 0o666,
): Promise<void> {
  const { replaceFile } = await import('../../images/store/replace-file.ts');
  try {
    await replaceFile(
      path,
      (place, flag, mode) => writeFile(place, content, { flag, mode, flush: flag === 'wx' }),
      permissions,
    );
  } catch (error) {
    throw new InputError(`the file ${path} could not be written (${codeOf(error)})`);
  }
}

/** The same at the end of a command, which has done its work: a failure is noted. @returns Whether it was written. */
export async function writeUserFile(
  ...[path, content, permissions]: Parameters<typeof replaceUserFile>
): Promise<boolean> {
  try {
    await replaceUserFile(path, content, permissions);
    return true;
  } catch (error) {
    noteOutputFailure((error as Error).message);
    return false;
  }
}
