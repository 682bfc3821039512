/** The one error of the ramfs writer: what is wrong with the caller's files, and what to do about it. */
export type RamfsErrorKind = 'bad-name' | 'duplicate-name' | 'too-large' | 'unreadable' | 'not-a-volume';

/** Thrown when files can't become a FAT volume, or bytes are not one. The message is one line that names the culprit. */
export class RamfsError extends Error {
  override readonly name = 'RamfsError';
  readonly kind: RamfsErrorKind;

  constructor(kind: RamfsErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
