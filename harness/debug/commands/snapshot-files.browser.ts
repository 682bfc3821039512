/** A page has no files, so that no command of it reads or writes a snapshot. */
import { InputError } from '../../guest/errors.ts';

export function snapshotFiles(): never {
  throw new InputError('a page has no files: use `nanvix-v86 debug` for snapshots');
}
