/**
 * A machine image as few large values, for who keeps it or hands it on within one release: nothing is encoded, and nothing is checked
 * when it comes back. What leaves the user's own machine is `serialize.ts`'s.
 *
 * What must hold: the pages are never written to once they are packed.
 */

import { type CompiledLayer, Image, type Page, type SurroundingsState } from './image.ts';
import type { MachineImage } from './types.ts';
import { PAGE } from './v86/internals.ts';

/** An image without its compiled code: data that can be cloned. */
export interface PackedImage<Memory extends ArrayBufferLike = ArrayBufferLike> {
  readonly memoryBytes: number;
  readonly ticksPerMicrosecond: number;
  /** Numbers of the pages that are not all zero, ascending. */
  readonly pageNumbers: Uint32Array;
  /** Those pages, one after another. */
  readonly pages: Uint8Array<Memory>;
  readonly processor: Uint8Array;
  readonly translations: Uint32Array;
  readonly surroundings: SurroundingsState;
}

/** @param memory Makes the buffer for so many bytes of pages. @throws TypeError for what is no image of this emulator. */
export function packImage<Memory extends ArrayBufferLike = ArrayBuffer>(
  image: MachineImage,
  memory: (bytes: number) => Memory = (bytes) => new ArrayBuffer(bytes) as Memory,
): PackedImage<Memory> {
  if (!(image instanceof Image)) throw new TypeError('this image was not made by this emulator');
  const { memoryBytes, ticksPerMicrosecond, processor, translations, surroundings } = image;
  const numbers = image.pages.flatMap((page, number) => (page === undefined ? [] : [number]));
  const pages = new Uint8Array(memory(numbers.length * PAGE));
  numbers.forEach((number, index) => {
    const page = image.pages[number];
    if (page !== undefined) pages.set(page, index * PAGE);
  });
  return {
    ...{ memoryBytes, ticksPerMicrosecond, processor, translations, surroundings },
    ...{ pageNumbers: Uint32Array.from(numbers), pages },
  };
}

/** The image that was packed, with compiled code where its caller has some. */
export function unpackImage(
  { pages: packed, ...packedImage }: PackedImage,
  compiled?: CompiledLayer,
): MachineImage {
  const pages = new Array<Page>(packedImage.memoryBytes / PAGE).fill(undefined);
  packedImage.pageNumbers.forEach((number, index) => {
    pages[number] = packed.subarray(index * PAGE, (index + 1) * PAGE);
  });
  return new Image({ ...packedImage, pages, compiled });
}
