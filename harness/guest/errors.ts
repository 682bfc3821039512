/**
 * The errors a caller may meet. They are few, because whatever a guest does is a {@link Stop}, a value; an error
 * means that the caller asked for something that cannot be done. Each message is one line and says what to do.
 */
import { SnapshotError } from './snapshot-error.ts';

/** What was asked for cannot be done as it stands: fix the option or the file it names. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Kernel, program and era that were given do not belong together: leave the era out, or give files of one era. */
export class EraContradictionError extends Error {
  override readonly name = 'EraContradictionError';
}

/** A guest that crashed or was disposed of was asked to go on: restore a snapshot into it or boot another. */
export class GuestStateError extends Error {
  override readonly name = 'GuestStateError';
}

/** A worker of a pool ended, and took the run with it that it had: ask for the run again, or start another pool where none is left. */
export class ForkWorkerError extends Error {
  override readonly name = 'ForkWorkerError';
}

/** A snapshot does not fit the guest it is restored into: use the images it was taken with. */
export class SnapshotMismatchError extends SnapshotError {
  constructor(message: string) {
    super('mismatch', message);
  }
}
