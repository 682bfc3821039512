/** A page has no sysroot to boot from: what a guest is made of is given as bytes. */
import { InputError } from '../errors.ts';

export function withSysroot(): never {
  throw new InputError('a page has no files: give kernel, program and volume as bytes');
}
