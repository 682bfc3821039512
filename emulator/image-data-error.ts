/** Data that no machine of this emulator can have been in. */
export class ImageDataError extends Error {
  override readonly name: string = 'ImageDataError';
}

/** Compiled code of another build of the emulator: the rest of the image may well be in order. */
export class OtherEmulatorError extends ImageDataError {
  override readonly name = 'OtherEmulatorError';
}
