/**
 * The emulator: a PC without a BIOS, exact to the instruction. Start with {@link createMachine}.
 *
 * Nothing above this folder knows v86, nothing in it knows Nanvix.
 */

import { V86Machine } from './machine.ts';
import type { CodeStore } from './code-store.ts';
import { v86Module } from './v86/module.ts';
import type { Machine, MachineOptions } from './types.ts';

export * from './types.ts';
export {
  deserializeImage,
  digestImage,
  emulatorVersion,
  serializeImage,
  type EmulatorVersion,
  type SerializedImage,
  type SerializedPage,
  type SerializedState,
} from './serialize.ts';
export { ImageDataError, OtherEmulatorError } from './image-data-error.ts';
export { packImage, unpackImage, type PackedImage } from './packed-image.ts';
export { codeIsKept } from './code-file.ts';
export type { CodeKind, CodeStore, KeptCode } from './code-store.ts';
export { adoptImage, shareImage, type SharedImage } from './share.ts';
export { MachineStateError } from './machine-state-error.ts';
export { REWRITTEN_SHA256 as EMULATOR_BUILD } from './v86/internals.ts';
export { hostWorkKinds, type HostWorkKinds } from './v86/host-work-kinds.ts';
export { UnsupportedV86Error } from './v86/rewrite.ts';

/**
 * Makes a machine: RAM all zero, processor as after a reset. The first one in a process also loads v86.
 *
 * @throws RangeError for options outside their range; {@link UnsupportedV86Error} when another v86 is installed.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- what is wrong rejects, whoever awaits it
export async function createMachine(options: MachineOptions): Promise<Machine> {
  return new V86Machine(options);
}

/**
 * Loads v86 for this process now and not with its first machine. `codeStore` as in {@link MachineOptions}.
 *
 * @throws {@link UnsupportedV86Error} when another v86 is installed.
 */
export function loadEmulator(codeStore?: CodeStore): void {
  v86Module(codeStore);
}
