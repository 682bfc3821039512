/** The control page: physical page 0, through which host and kernel share a few numbers. Layout: images/abi/memory-map.ts. */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { controlPage, PAGE_SIZE } from '../../../images/abi/memory-map.ts';

export interface RamfsPlace {
  readonly base: number;
  readonly size: number;
}

/**
 * Writes the page as the kernel finds it at reset. To be done after the kernel is loaded: a real kernel's zero section
 * covers the page.
 *
 * @param kernelArguments At most {@link controlPage.kernelArgumentsMaximum} bytes, checked by the caller.
 */
export function writeControlPage(
  memory: PhysicalMemory,
  ramfs: RamfsPlace,
  kernelArguments: Uint8Array,
): void {
  memory.fill(controlPage.base, PAGE_SIZE, 0);
  memory.write32(controlPage.base + controlPage.ramfsBase, ramfs.base);
  memory.write32(controlPage.base + controlPage.ramfsSize, ramfs.size);
  memory.write16(controlPage.base + controlPage.kernelArgumentsLength, kernelArguments.length);
  memory.write(controlPage.base + controlPage.kernelArguments, kernelArguments);
}

/** The volume as the guest has left it: a copy of the bytes that the page names. */
export function readVolume(memory: PhysicalMemory): Uint8Array {
  const base = memory.read32(controlPage.base + controlPage.ramfsBase);
  return memory.read(base, memory.read32(controlPage.base + controlPage.ramfsSize));
}

/** How many messages wait for the guest. */
export function writeCredits(memory: PhysicalMemory, credits: number): void {
  memory.write32(controlPage.base + controlPage.credits, credits);
}

/** Asks the kernel to pause; it answers with the pause command on port 0x604. */
export function writePauseRequest(memory: PhysicalMemory, requested: boolean): void {
  memory.write32(controlPage.base + controlPage.pauseRequest, requested ? 1 : 0);
}
