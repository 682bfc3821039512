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

/** A message of 64 bytes in an envelope of its own. Bytes that are not given are zero. */
export function sendMessage(guest: PlayedGuest, text: string): void {
  put(guest, 0x00200000, '00 '.repeat(64));
  put(guest, 0x00200000, text);
  put(guest, 0x00200100, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00');
  guest.fake.out(BUS, 0x00200100, 4);
}

/** Bulk data of one page or less: the four numbers of its header, and a length. Its bytes are those at 0x00205000. */
export function sendBulk(guest: PlayedGuest, parties: string, length: string): void {
  put(guest, 0x00200200, `${parties} | 00 50 20 00 | ${length}`);
  put(guest, 0x00200300, `${length} 00 00 00 00 | 00 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00`);
  guest.fake.out(BUS, 0x00200300, 4);
}

/** Bulk data in one piece, by a scatter/gather header: its way, and a length. */
export function sendScattered(
  guest: PlayedGuest,
  parties: string,
  way: 'push' | 'pull',
  length: string,
): void {
  const operation = way === 'push' ? '01 00' : '02 00';
  put(
    guest,
    0x00200200,
    `${parties} | ${operation} | 01 00 | ${length} | 00 00 00 00 | 00 50 20 00 | ${length}`,
  );
  put(guest, 0x00200300, '24 00 00 00 00 00 00 00 | 02 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
  guest.fake.out(BUS, 0x00200300, 4);
}

/** The bytes of what is fetched next, as text; empty when nothing waits. */
export function fetched(guest: PlayedGuest, length = 64): string {
  if (guest.credits() === 0) return '';
  fetch(guest);
  return seen(guest, 0x00201000, length);
}
