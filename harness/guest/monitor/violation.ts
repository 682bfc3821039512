/**
 * What the guest may not do to the host: every address, length and command it supplies is checked here or with what is
 * here, and a bad one becomes a value that names the field, never an exception and never a read past the end of RAM.
 */
import { hex } from '../../../emulator/hex.ts';
import type { PhysicalMemory } from '../../../emulator/types.ts';
import { PAGE_SIZE } from '../../../images/abi/memory-map.ts';
import type { ProtocolViolation } from '../stop.ts';
import type { Contradiction } from './eras/judgement.ts';

/** Builds the value for a refused write of `value` to `port`. */
export function violation(port: number, value: number, message: string): ProtocolViolation {
  return { port, value, message: `port ${hex(port)}, value ${hex(value)}: ${message}` };
}

/** The same where the guest turns out to be of another era than everything else says. */
export function contradiction(port: number, value: number, { message }: Contradiction): ProtocolViolation {
  return { port, value, message, contradictsEra: true };
}

/**
 * Says why a range of physical addresses is not usable, or undefined when it is.
 *
 * @param what Name of the field for the message, such as `message`.
 * @param address Physical address; a bigint when the guest supplied 64 bits.
 */
export function rangeFault(
  memory: PhysicalMemory,
  what: string,
  address: number | bigint,
  length: number,
): string | undefined {
  const start = BigInt(address);
  if (start + BigInt(length) <= BigInt(memory.size)) return undefined;
  return `${what} at ${hex(address)}, ${length} bytes, lies outside the ${hex(memory.size)} bytes of RAM`;
}

/** The same for a range that must not cross a page boundary. */
export function pageRangeFault(
  memory: PhysicalMemory,
  what: string,
  address: number,
  length: number,
): string | undefined {
  const outside = rangeFault(memory, what, address, length);
  if (outside !== undefined) return outside;
  if ((address % PAGE_SIZE) + length <= PAGE_SIZE) return undefined;
  return `${what} at ${hex(address)}, ${length} bytes, crosses a page boundary`;
}

/** A view of guest memory for the structure readers: a copy, so that the guest's own memory stays untouched. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
