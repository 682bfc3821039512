/**
 * A machine image for the worker threads of a process: guest memory lies in one buffer that all of them read, and the
 * compiled code, v86's own as well, is shared rather than compiled again.
 *
 * What must hold: the buffer is never written to once it is made.
 */

import { type CompiledLayer, Image } from './image.ts';
import { packImage, unpackImage, type PackedImage } from './packed-image.ts';
import type { MachineImage } from './types.ts';
import { adoptV86Module, v86Module } from './v86/module.ts';

/** An image that can be posted to a worker thread. Nothing of it is copied but the processor, devices and tables. */
export interface SharedImage extends PackedImage<SharedArrayBuffer> {
  readonly code: WebAssembly.Module;
  readonly compiled: CompiledLayer | undefined;
}

/** The image in a form that worker threads share. */
export function shareImage(image: MachineImage): SharedImage {
  const packed = packImage(image, (bytes) => new SharedArrayBuffer(bytes));
  const compiled = image instanceof Image ? image.compiled : undefined;
  return { ...packed, code: v86Module(), compiled: compiled && withoutOrigins(compiled) };
}

/** Where code comes from is told by functions, which do not leave their thread. */
function withoutOrigins(layer: CompiledLayer): CompiledLayer {
  return { ...layer, code: layer.code.map((one) => one && { ...one, origin: undefined }) };
}

/** The image that another thread shared. From here on machines of this thread run the shared code of v86. */
export function adoptImage({ code, compiled, ...packed }: SharedImage): MachineImage {
  adoptV86Module(code);
  return unpackImage(packed, compiled);
}
