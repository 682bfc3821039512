/** A page has no folders to open to a guest. */
import { InputError } from './errors.ts';

export function hostFolder(): never {
  throw new InputError('a page has no files: nothing can be mounted in it');
}
