/**
 * A second opinion on Era M: what a kernel says and hears on the bus, each byte written out as the ABI reference's companion
 * has it and nothing taken from our own tables.
 */
import { describe, expect, it } from 'vitest';
import { playGuest } from './guest.ts';
import { BUS, fetch, put, seen } from './bytes.ts';

const ERA = 'M';
const NO_ERRORS: readonly unknown[] = [];

describe('a write in pieces', () => {
  it('is one piece of output, and a response for the process, thread and request', () => {
    const guest = playGuest(undefined, { era: ERA });
    put(
      guest,
      0x00200000,
      '05 | 04 00 00 00 | 07 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00 | 18 00 | 39 30 00 00 | 01 00 00 00 | 05 00 00 00',
    );
    put(guest, 0x00200100, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200100, 4);
    put(guest, 0x00203ffe, '68 65');
    put(guest, 0x00207000, '6c 6c 6f');
    put(
      guest,
      0x00200200,
      '04 00 00 00 | 07 00 00 00 | 00 00 00 00 | 00 00 00 00 | 01 00 | 02 00 | 05 00 00 00 | 00 03 20 00 | fe 3f 20 00 | 02 00 00 00',
    );
    put(guest, 0x00200300, '00 00 00 00 | 00 70 20 00 | 03 00 00 00');
    put(guest, 0x00200400, '24 00 00 00 00 00 00 00 | 02 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200400, 4);
    expect(new TextDecoder().decode(guest.monitor.streams.stdout.bytes)).toBe('hello');
    expect(guest.stops).toEqual(NO_ERRORS);
    fetch(guest);
    expect(seen(guest, 0x00201000, 31)).toBe(
      '05 00 00 00 00 00 00 00 00 04 00 00 00 07 00 00 00 00 00 00 00 19 00 39 30 00 00 05 00 00 00',
    );
  });
});

describe('a read in pieces', () => {
  it('fills them in their order and answers with the header of the pull', () => {
    const guest = playGuest('abcde', { era: ERA });
    put(
      guest,
      0x00200000,
      '05 | 01 00 00 00 | 02 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00 | 1a 00 | 01 00 00 00 | 00 00 00 00 | 08 00 00 00',
    );
    put(guest, 0x00200100, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200100, 4);
    put(
      guest,
      0x00200200,
      '01 00 00 00 | 02 00 00 00 | 00 00 00 00 | 00 00 00 00 | 02 00 | 02 00 | 08 00 00 00 | 00 03 20 00 | fd 3f 20 00 | 03 00 00 00',
    );
    put(guest, 0x00200300, '00 00 00 00 | 00 70 20 00 | 05 00 00 00');
    put(guest, 0x00200400, '24 00 00 00 00 00 00 00 | 02 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200400, 4);
    fetch(guest);
    expect([seen(guest, 0x00203ffd, 3), seen(guest, 0x00207000, 2)]).toEqual(['61 62 63', '64 65']);
    expect(seen(guest, 0x00201000, 37)).toMatch(/^06( 00){20} 01 00 00 00 02 00 00 00( 00){8}/u);
    expect(seen(guest, 0x00201029, 4)).toBe('05 00 00 00');
    fetch(guest);
    expect(seen(guest, 0x00201015, 10)).toBe('1b 00 01 00 00 00 05 00 00 00');
  });
});

describe('a chain of pieces that', () => {
  const chains: readonly [string, string, string, RegExp][] = [
    [
      'has fewer than its header says',
      '01 00 | 02 00 | 02 00 00 00 | 00 00 00 00',
      '',
      /1 pieces, its header says 2/u,
    ],
    ['has another total', '01 00 | 01 00 | 09 00 00 00 | 00 00 00 00', '', /2 bytes, the scatter/u],
    [
      'leads to itself',
      '01 00 | 02 00 | 02 00 00 00 | 00 03 20 00',
      '00 03 20 00 | 00 70 20 00 | 00 00 00 00',
      /more than 170/u,
    ],
    ['leads out of RAM', '01 00 | 02 00 | 02 00 00 00 | f0 ff ff ff', '', /0xfffffff0/u],
    ['goes neither way', '03 00 | 01 00 | 02 00 00 00 | 00 00 00 00', '', /neither push nor pull/u],
  ];
  it.each(chains)('%s is refused', (_what, rest, segment, reason) => {
    const guest = playGuest(undefined, { era: ERA });
    put(guest, 0x00200200, `01 00 00 00 | 01 00 00 00 | 00 00 00 00 | 00 00 00 00 | ${rest}`);
    put(guest, 0x0020021c, '00 60 20 00 | 02 00 00 00');
    if (segment !== '') put(guest, 0x00200300, segment);
    put(guest, 0x00200400, '24 00 00 00 00 00 00 00 | 02 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200400, 4);
    expect(guest.refusal()).toMatch(reason);
  });
});
