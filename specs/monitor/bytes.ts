/** Guest memory as text: bytes written and shown as the ABI reference prints them. */
import type { PlayedGuest } from './guest.ts';

/** Ports of the bus. */
export const BUS = 0xe9;
export const FETCH = 0xea;
export const LOG = 0xeb;

/** Pairs of digits, `|` between fields. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll('|', ' ').trim().split(/\s+/u), (pair) => Number.parseInt(pair, 16));
}

export function put(guest: PlayedGuest, address: number, text: string): void {
  guest.fake.memory.write(address, bytesOf(text));
}

export function seen(guest: PlayedGuest, address: number, length: number): string {
  return [...guest.fake.memory.read(address, length)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ');
}

/** Fetches the next message to 0x00201000. */
export function fetch(guest: PlayedGuest): void {
  put(guest, 0x00200f00, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 10 20 00 00 00 00 00');
  guest.fake.out(FETCH, 0x00200f00, 4);
}
