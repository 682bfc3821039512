/**
 * A second opinion on Era S: what a kernel says and hears on the bus, each byte written out as the ABI reference has it and
 * nothing taken from our own tables.
 */
import { describe, expect, it } from 'vitest';
import { BUS, fetch, LOG, put, seen } from './bytes.ts';
import { playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

const CREDITS = 4;

describe('a short write', () => {
  function write(guest: PlayedGuest, fd: string): void {
    put(guest, 0x00200000, '05 | ff ff ff ff | 00 00 00 00 | 00 00 00 00 | 18 00');
    put(guest, 0x0020000f, `${fd} 00 00 00 | 03 00 00 00`);
    put(guest, 0x00200100, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200100, 4);
    put(
      guest,
      0x00200200,
      '01 00 00 00 | 01 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 03 20 00 | 03 00 00 00',
    );
    put(guest, 0x00200300, '68 69 0a');
    put(guest, 0x00200400, '03 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200400, 4);
  }

  it('of three bytes is three bytes of output, and a response for the thread', () => {
    const guest = playGuest();
    write(guest, '01');
    expect(new TextDecoder().decode(guest.monitor.streams.stdout.bytes)).toBe('hi\n');
    expect(guest.fake.memory.read32(CREDITS)).toBe(1);
    fetch(guest);
    expect(seen(guest, 0x00201000, 19)).toBe('05 00 00 00 00 ff ff ff ff 00 00 00 00 19 00 03 00 00 00');
    expect(guest.fake.memory.read32(CREDITS)).toBe(0);
    expect(guest.stops).toEqual([]);
  });

  it('to another descriptor is answered with -1', () => {
    const guest = playGuest();
    write(guest, '03');
    fetch(guest);
    expect(seen(guest, 0x00201000, 19)).toBe('05 00 00 00 00 ff ff ff ff 00 00 00 00 19 00 ff ff ff ff');
  });
});

describe('the size in an envelope', () => {
  it.each(['18 00', '00 00', 'ff ff'])('of data (%s) is neither believed nor refused', (size) => {
    const guest = playGuest();
    put(
      guest,
      0x00200000,
      '05 | ff ff ff ff | 00 00 00 00 | 00 00 00 00 | 18 00 | 01 00 00 00 | 03 00 00 00',
    );
    put(guest, 0x00200100, `${size} 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00`);
    guest.fake.out(BUS, 0x00200100, 4);
    put(
      guest,
      0x00200200,
      '01 00 00 00 | 01 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 03 20 00 | 03 00 00 00',
    );
    put(guest, 0x00200300, '68 69 0a');
    put(guest, 0x00200400, `${size} 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00`);
    guest.fake.out(BUS, 0x00200400, 4);
    expect(new TextDecoder().decode(guest.monitor.streams.stdout.bytes)).toBe('hi\n');
    expect(guest.stops).toEqual([]);
  });
});

describe('a read', () => {
  function read(guest: PlayedGuest, fd: string): void {
    put(guest, 0x00200000, '05 | fe ff ff ff | 00 00 00 00 | 00 00 00 00 | 1a 00');
    put(guest, 0x0020000f, `${fd} 00 00 00 | 08 00 00 00`);
    put(guest, 0x00200100, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200100, 4);
    put(
      guest,
      0x00200200,
      '01 00 00 00 | 02 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 03 20 00 | 08 00 00 00',
    );
    put(guest, 0x00200400, '08 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200400, 4);
  }

  it('gives the bytes, then a pull response with the header of the pull, then a read response', () => {
    const guest = playGuest('abc');
    read(guest, '00');
    expect(guest.fake.memory.read32(CREDITS)).toBe(2);
    fetch(guest);
    expect(seen(guest, 0x00200300, 3)).toBe('61 62 63');
    const header = '01 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 03 20 00 03 00 00 00';
    expect(seen(guest, 0x00201000, 37)).toBe(`06 00 00 00 00 00 00 00 00 00 00 00 00 ${header}`);
    fetch(guest);
    expect(seen(guest, 0x00201000, 19)).toBe('05 00 00 00 00 fe ff ff ff 00 00 00 00 1b 00 03 00 00 00');
  });

  it('at the end of the input is a pull response without bytes and a count of 0', () => {
    const guest = playGuest();
    read(guest, '00');
    fetch(guest);
    expect(seen(guest, 0x00201021, 4)).toBe('00 00 00 00');
    fetch(guest);
    expect(seen(guest, 0x0020100d, 6)).toBe('1b 00 00 00 00 00');
  });

  it('of another descriptor is a pull response without bytes and a count of -1', () => {
    const guest = playGuest('abc');
    read(guest, '05');
    fetch(guest);
    expect(seen(guest, 0x00201021, 4)).toBe('00 00 00 00');
    fetch(guest);
    expect(seen(guest, 0x0020100d, 6)).toBe('1b 00 ff ff ff ff');
  });
});

describe('the kernel log', () => {
  it('goes to the console, each line marked', () => {
    const guest = playGuest();
    guest.fake.out(BUS, 0x2e, 1);
    put(guest, 0x00200300, '6f 6e 65 0a 74 77 6f 0a');
    put(guest, 0x00200400, '08 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 00 03 20 00 00 00 00 00');
    guest.fake.out(LOG, 0x00200400, 4);
    expect(new TextDecoder().decode(guest.monitor.console.log.bytes)).toBe('.\nklog: one\nklog: two\n');
  });

  it('is cut at 4096 bytes', () => {
    const guest = playGuest();
    guest.fake.memory.fill(0x00202000, 0x2000, 0x78);
    put(guest, 0x00200400, '00 20 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 00 20 20 00 00 00 00 00');
    guest.fake.out(LOG, 0x00200400, 4);
    expect(guest.monitor.console.log.length).toBe('klog: '.length + 4096 + 1);
  });
});
