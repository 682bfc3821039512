/**
 * A machine image for the worker threads of a process: guest memory lies in one buffer that all of them read, and the
 * compiled code, v86's own as well, is shared rather than compiled again.
 *
 * What must hold: the buffer is never written to once it is made.
 */

import { type CompiledLayer, Image, type Page, type SurroundingsState } from './image.ts';
import type { MachineImage } from './types.ts';
import { PAGE } from './v86/internals.ts';
import { adoptV86Module, v86Module } from './v86/module.ts';

/** An image that can be posted to a worker thread. Nothing of it is copied but the processor, devices and tables. */
export interface SharedImage {
  readonly code: WebAssembly.Module;
  readonly memoryBytes: number;
  readonly ticksPerMicrosecond: number;
  /** Numbers of the pages that are not all zero, ascending. */
  readonly pageNumbers: Uint32Array;
  /** Those pages, one after another. */
  readonly pages: SharedArrayBuffer;
  readonly processor: Uint8Array;
  readonly translations: Uint32Array;
  readonly surroundings: SurroundingsState;
  readonly compiled: CompiledLayer | undefined;
}

/** The image in a form that worker threads share. */
export function shareImage(image: MachineImage): SharedImage {
  if (!(image instanceof Image)) throw new TypeError('this image was not made by this emulator');
  const numbers = image.pages.flatMap((page, number) => (page === undefined ? [] : [number]));
  const pages = new SharedArrayBuffer(numbers.length * PAGE);
  const bytes = new Uint8Array(pages);
  numbers.forEach((number, index) => {
    const page = image.pages[number];
    if (page !== undefined) bytes.set(page, index * PAGE);
  });
  const { memoryBytes, ticksPerMicrosecond, processor, translations, surroundings } = image;
  const compiled = image.compiled === undefined ? undefined : withoutOrigins(image.compiled);
  return {
    code: v86Module(),
    memoryBytes,
    ticksPerMicrosecond,
    pageNumbers: Uint32Array.from(numbers),
    pages,
    processor,
    translations,
    surroundings,
    compiled,
  };
}

/** Where code comes from is told by functions, which do not leave their thread. */
function withoutOrigins(layer: CompiledLayer): CompiledLayer {
  return { ...layer, code: layer.code.map((one) => one && { ...one, origin: undefined }) };
}

/** The image that another thread shared. From here on machines of this thread run the shared code of v86. */
export function adoptImage(shared: SharedImage): MachineImage {
  adoptV86Module(shared.code);
  const pages = new Array<Page>(shared.memoryBytes / PAGE).fill(undefined);
  shared.pageNumbers.forEach((number, index) => {
    pages[number] = new Uint8Array(shared.pages, index * PAGE, PAGE);
  });
  return new Image({ ...shared, pages });
}
