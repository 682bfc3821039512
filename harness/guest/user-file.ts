/** Reads the files that a user names for the tools around a guest. What a guest is made of is read by host-files.ts. */
import { readFileSync } from 'node:fs';
import { InputError } from './errors.ts';

/**
 * @param what Names the file's part in an error.
 * @throws InputError where it cannot be read.
 */
export function readUserFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(
      `the ${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}
