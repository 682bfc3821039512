/**
 * The clock page: from it and the time-stamp counter the kernel computes the time.
 *
 * Guest time = boot time + virtual time + all jumps. What must hold: guest time never goes backwards; a restored guest
 * goes on from its own instant, and the only way to move its clock is a jump forward.
 */
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { readStruct, writeStruct } from '../../../images/abi/layout.ts';
import { PAGE_SIZE, pvclockPage } from '../../../images/abi/memory-map.ts';
import { pvclock } from '../../../images/abi/structs.ts';
import { viewOf } from './violation.ts';

/**
 * The machine's time-stamp counter ticks once per virtual nanosecond from zero at reset. The protocol's formula
 * (ticks << shift) * multiplier >> 32 is then the identity with a shift of 1 and a multiplier of one half.
 */
const SHIFT = 1;
const MULTIPLIER = 0x8000_0000;

/** Even, and not zero: zero means that there is no clock. */
const FIRST_VERSION = 2;

/** Writes the page as the kernel finds it at reset. */
export function writePvclock(memory: PhysicalMemory, bootTime: bigint): void {
  const page = new Uint8Array(PAGE_SIZE);
  writeStruct(pvclock, viewOf(page), 0, {
    version: FIRST_VERSION,
    tsc_timestamp: 0n,
    system_time: 0n,
    multiplier: MULTIPLIER,
    shift: SHIFT,
    boot_time: bootTime,
  });
  memory.write(pvclockPage.base, page);
}

/** Nanoseconds since 1970 as the guest reads them at this instant, or undefined when the page holds no clock. */
export function guestTime(memory: PhysicalMemory, virtualNanoseconds: number): bigint | undefined {
  const page = readStruct(pvclock, viewOf(memory.read(pvclockPage.base, pvclock.size)));
  if (page.version === 0) return undefined;
  return page.boot_time + page.system_time + BigInt(Math.floor(virtualNanoseconds));
}

/**
 * Moves the guest's clock forward. A kernel that is in the middle of reading the page notices by the version.
 *
 * @param nanoseconds Not negative, checked by the caller.
 */
export function jumpForward(memory: PhysicalMemory, nanoseconds: bigint): void {
  const bytes = memory.read(pvclockPage.base, pvclock.size);
  const page = readStruct(pvclock, viewOf(bytes));
  writeStruct(pvclock, viewOf(bytes), 0, {
    version: (page.version + 2) >>> 0,
    system_time: page.system_time + nanoseconds,
  });
  memory.write(pvclockPage.base, bytes);
}
