/**
 * Why a snapshot file was refused. Few kinds, told apart by what the caller can do about it; the message is one line
 * that names the file and what is wrong with it.
 *
 * What must hold: a refused file has changed nothing. Every check that can fail is made before a machine is touched.
 */

/**
 * - `unreadable`: the file cannot be opened or read, or is no snapshot at all. Name another file.
 * - `unwritable`: the file cannot be written, for example because the disk is full. Nothing is left of it.
 * - `truncated`: the file ends early. Copy or take it again.
 * - `corrupted`: bytes differ from what was written, or contradict each other. Copy or take it again.
 * - `version`: another version of the format. Use the release that wrote it, or take the snapshot again.
 * - `mismatch`: whole and genuine, but taken with another kernel, program, ramfs, emulator or options.
 * - `too-large`: a length beyond a limit, refused before anything of that length is read or inflated.
 * - `unsafe`: an entry that no snapshot has and an unpacked archive could do harm with: a link, a device, a path out of
 *   the folder. Do not trust where it came from.
 */
export type SnapshotErrorKind =
  'unreadable' | 'unwritable' | 'truncated' | 'corrupted' | 'version' | 'mismatch' | 'too-large' | 'unsafe';

/** A snapshot that is refused; {@link kind} says what to do about it. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly kind: SnapshotErrorKind;

  constructor(kind: SnapshotErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }

  /** The same error with the name of the file in front of the message. */
  inFile(path: string): SnapshotError {
    return new SnapshotError(this.kind, `${path}: ${this.message}`, { cause: this });
  }
}
