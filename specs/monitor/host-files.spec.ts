/**
 * Host files of Era M as vfsd asks for them, each byte written out as the ABI reference's companion has it: without a mount each request
 * gets its error; with one, what is known of their bodies is served from a folder, and from nothing outside it.
 */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFolder } from '../../harness/guest/host-folder.ts';
import type { EraName } from '../../images/abi/eras.ts';
import { fetched, sendMessage } from './bytes.ts';
import { playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

const spaced = (bytes: Buffer): string => bytes.toString('hex').replaceAll(/(..)/gu, '$1 ').trim();
const hex = (text: string): string => spaced(Buffer.from(text));

/** A number in so many bytes, the lowest first. */
function le(value: number, bytes: number): string {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(BigInt(value));
  return spaced(buffer.subarray(0, bytes));
}

/** A request of vfsd's thread 9, number 0x11223344, in M4. */
const ask = (guest: PlayedGuest, kind: number, data: string): void => {
  sendMessage(
    guest,
    `05 | 03 00 00 00 | 09 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00 | ${le(kind, 2)} | 44 33 22 11 | ${data}`,
  );
};
/** The answer of M4: to process 3, thread 9; its kind, and `length` bytes of its data. */
function answer(guest: PlayedGuest, length: number): { readonly kind: number; readonly data: string } {
  const bytes = fetched(guest).split(' ');
  const head = '05 00 00 00 00 00 00 00 00 03 00 00 00 09 00 00 00 00 00 00 00';
  expect(bytes.slice(0, 21).join(' ')).toBe(head);
  expect(bytes.slice(23, 27).join(' ')).toBe('44 33 22 11');
  const [low = '', high = ''] = bytes.slice(21, 23);
  return { kind: Number.parseInt(high + low, 16), data: bytes.slice(27, 27 + length).join(' ') };
}

const MINUS_5 = 'fb ff ff ff';
const kinds = (first: number, last: number, step = 1): number[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, i) => first + i * step);

describe('without a mount', () => {
  it.each(kinds(98, 122, 2))('request %i is answered by the next kind with its error form', (kind) => {
    const guest = playGuest(undefined, { era: 'M4' });
    ask(guest, kind, '');
    const form =
      kind === 118
        ? `${MINUS_5} ff ff ff ff`
        : kind === 106 || kind === 108
          ? '00 00 00 00 00 00 00 00'
          : `${MINUS_5} 00 00 00 00`;
    expect(answer(guest, 8)).toEqual({ kind: kind + 1, data: form });
  });

  it.each([
    [106, 'M5'],
    [108, 'M5'],
  ] as const)('request %i of %s is answered with an error as any other', (kind, era) => {
    const guest = playGuest(undefined, { era });
    ask(guest, kind, '');
    expect(answer(guest, 4)).toEqual({ kind: kind + 1, data: MINUS_5 });
  });

  it.each([
    [131, 133],
    [135, 137],
    [138, 140],
    [174, 176],
    [181, 182],
    [183, 184],
    [185, 186],
    [187, 188],
  ])('request %i is answered by %i', (kind, response) => {
    const guest = playGuest(undefined, { era: 'M4' });
    ask(guest, kind, '');
    expect(answer(guest, 4)).toEqual({ kind: response, data: MINUS_5 });
  });

  it.each([
    [124, 99],
    [125, 117],
    [126, 115],
    [127, 111],
    [128, 113],
    [129, 130],
    [132, 133],
    [136, 137],
    [139, 140],
    [175, 176],
  ])(
    'the first part of request %i is answered by %i, with the number in its chunk; others are not',
    (kind, response) => {
      for (const size of ['05', '05 00']) {
        const guest = playGuest(undefined, { era: 'M4' });
        ask(guest, kind, `02 00 | 01 00 | ${size} | 44 33 22 11 2f`);
        expect(guest.credits()).toBe(0);
        ask(guest, kind, `02 00 | 00 00 | ${size} | 44 33 22 11 2f`);
        expect(answer(guest, 4)).toEqual({ kind: response, data: MINUS_5 });
      }
    },
  );

  it('a part whose chunk has no number is answered with number 0xffffffff', () => {
    const guest = playGuest(undefined, { era: 'M4' });
    ask(guest, 124, '01 00 | 00 00 | 03 00 | 2f 61 62');
    expect(fetched(guest, 31).slice(-23)).toBe('ff ff ff ff fb ff ff ff');
  });

  it('a request of M2 is answered to process 3, in the message of Era S', () => {
    const guest = playGuest(undefined, { era: 'M2' });
    sendMessage(guest, '05 | 03 00 00 00 | 00 00 00 00 | 00 00 00 00 | 62 00 | 44 33 22 11');
    expect(fetched(guest, 23)).toBe('05 00 00 00 00 03 00 00 00 00 00 00 00 63 00 44 33 22 11 fb ff ff ff');
  });

  it('a request of M3 is answered to the mailbox of process 3', () => {
    const guest = playGuest(undefined, { era: 'M3' });
    ask(guest, 98, '');
    expect(fetched(guest, 31)).toBe(
      '05 00 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 63 00 44 33 22 11 fb ff ff ff',
    );
  });

  it('a request of another process is answered up to M4, and not in M5', () => {
    const answered = (['M4', 'M5'] as const).map((era) => {
      const guest = playGuest(undefined, { era });
      sendMessage(
        guest,
        `05 | 04 00 00 00 | 07 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00 | 62 00 | 44 33 22 11`,
      );
      return guest.credits();
    });
    expect(answered).toEqual([1, 0]);
  });

  it('an era that knows no host files gives no answer', () => {
    const guest = playGuest(undefined, { era: 'S' });
    sendMessage(guest, '05 | 03 00 00 00 | 00 00 00 00 | 00 00 00 00 | 62 00 | 44 33 22 11');
    expect([guest.credits(), guest.stops]).toEqual([0, []]);
  });
});

describe('with a mount', () => {
  let outside = '';
  let folder = '';
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'nanvix-v86-mount-'));
    folder = join(outside, 'mounted');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'a.txt'), 'hello, host\n');
    writeFileSync(join(outside, 'secret'), 'secret');
  });
  afterEach(() => {
    rmSync(outside, { recursive: true });
  });

  const play = (era: EraName = 'M4'): PlayedGuest =>
    playGuest(undefined, { era, hostFolder: hostFolder(folder) });
  const open = (guest: PlayedGuest, path: string, flags = 0, mode = 0o600): string => {
    ask(guest, 98, `${le(flags, 4)} | ${le(mode, 4)} | ${le(Buffer.byteLength(path), 2)} | ${hex(path)}`);
    return answer(guest, 5).data;
  };
  const read = (guest: PlayedGuest, descriptor: number, count: number, offset: number): string => {
    ask(guest, 102, `${le(descriptor, 4)} | ${le(count, 4)} | ${le(offset, 8)}`);
    const [bytes, text] = [fetched(guest).split(' ').slice(27), new TextDecoder()];
    const number = Buffer.from(bytes.slice(0, 4).join(''), 'hex').readInt32LE();
    return number < 0 ? String(number) : text.decode(Buffer.from(bytes.slice(4, 4 + number).join(''), 'hex'));
  };
  const write = (guest: PlayedGuest, descriptor: number, text: string, offset: number): string => {
    const length = Buffer.byteLength(text);
    ask(
      guest,
      104,
      `${le(descriptor, 4)} | ${le(length, 4)} | ${le(offset, 8)} | ${le(length, 2)} | ${hex(text)}`,
    );
    return answer(guest, 4).data;
  };
  const CREATE = 0x200;
  const TRUNCATE = 0x400;
  const WRITE_ONLY = 1;

  it('opens by flags, mode and path, from descriptor 1 on, and says what is a folder', () => {
    const guest = play();
    expect([open(guest, '/a.txt'), open(guest, 'sub')]).toEqual(['01 00 00 00 00', '02 00 00 00 01']);
    expect(open(guest, '/none').slice(0, 11)).toBe('fe ff ff ff');
  });

  it('opens without a mode in M2 and M3', () => {
    const guest = play('M3');
    ask(guest, 98, `00 00 00 00 | 06 00 | ${hex('/a.txt')}`);
    expect(fetched(guest, 32).slice(-14)).toBe('01 00 00 00 00');
  });

  it('reads at an offset, at most 33 bytes, and where the descriptor stands', () => {
    const guest = play();
    writeFileSync(join(folder, 'long'), '0123456789'.repeat(5));
    open(guest, '/a.txt');
    open(guest, '/long');
    expect([read(guest, 1, 5, 7), read(guest, 1, 5, 100), read(guest, 2, 50, 0).length]).toEqual([
      'host\n',
      '',
      33,
    ]);
    expect([read(guest, 1, 5, -1), read(guest, 1, 99, -1)]).toEqual(['hello', ', host\n']);
  });

  it('writes what is in the message, into files that it makes', () => {
    const guest = play();
    open(guest, '/new', WRITE_ONLY | CREATE);
    expect([write(guest, 1, 'abc', 0), write(guest, 1, 'X', 1)]).toEqual(['03 00 00 00', '01 00 00 00']);
    expect(readFileSync(join(folder, 'new'), 'utf8')).toBe('aXc');
  });

  it('truncates and appends as the flags say', () => {
    const guest = play();
    open(guest, '/a.txt', WRITE_ONLY | TRUNCATE);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('');
    open(guest, '/a.txt', WRITE_ONLY | 0x8);
    write(guest, 2, 'one', 0);
    write(guest, 2, 'two', 0);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('onetwo');
  });

  it('refuses what the descriptor is not open for, and flags that it does not know', () => {
    const guest = play();
    open(guest, '/a.txt');
    open(guest, '/a.txt', WRITE_ONLY);
    expect([write(guest, 1, 'x', 0), read(guest, 2, 1, 0), read(guest, 9, 1, 0)]).toEqual([
      'f7 ff ff ff',
      '-9',
      '-9',
    ]);
    expect(open(guest, '/a.txt', 0x40).slice(0, 11)).toBe('ea ff ff ff');
  });

  it('lists a folder entry by entry, in the order of names, and ends with a name of no length', () => {
    const guest = play();
    open(guest, '/');
    const entries = Array.from({ length: 3 }, () => {
      ask(guest, 108, le(1, 4));
      return answer(guest, 16).data;
    });
    expect(entries).toEqual([
      `05 00 00 0c 00 00 00 00 00 00 00 ${hex('a.txt')}`,
      expect.stringMatching(new RegExp(`^03 00 01( [0-9a-f]{2}){8} ${hex('sub')}`, 'u')),
      '00 '.repeat(16).trim(),
    ]);
  });

  it('seeks from the start, from where it stands, and from the end', () => {
    const guest = play();
    open(guest, '/a.txt');
    const seek = (offset: number, whence: number): string => {
      ask(guest, 118, `${le(1, 4)} | ${le(offset, 8)} | ${le(whence, 4)}`);
      return answer(guest, 8).data;
    };
    expect([seek(7, 0), read(guest, 1, 4, -1), seek(-4, 1), seek(-1, 2)]).toEqual([
      le(7, 8),
      'host',
      le(7, 8),
      le(11, 8),
    ]);
    expect([seek(-1, 0), seek(0, 9)]).toEqual([le(-22, 8), le(-22, 8)]);
  });

  it('closes, once', () => {
    const guest = play();
    open(guest, '/a.txt');
    const close = (): string => {
      ask(guest, 100, le(1, 4));
      return answer(guest, 4).data;
    };
    expect([close(), close()]).toEqual(['00 00 00 00', 'f7 ff ff ff']);
  });

  it.each([
    [110, 111],
    [112, 113],
    [114, 115],
    [116, 117],
    [120, 121],
  ])('answers request %i, whose body is not known, with an error, and touches nothing', (kind, response) => {
    const guest = play();
    ask(guest, kind, `05 00 | ${hex('a.txt')}`);
    expect(answer(guest, 4)).toEqual({ kind: response, data: MINUS_5 });
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('hello, host\n');
  });

  it('goes on after a restore in the folder that is mounted there, as it is then', () => {
    const guest = play();
    open(guest, '/a.txt');
    read(guest, 1, 7, -1);
    const state = structuredClone(guest.monitor.capture());
    writeFileSync(join(folder, 'a.txt'), 'hello, later\n');
    const other = play();
    other.monitor.restore(state);
    expect(read(other, 1, 20, -1)).toBe('later\n');
    const unmounted = playGuest(undefined, { era: 'M4' });
    unmounted.monitor.restore(state);
    expect(read(unmounted, 1, 20, -1)).toBe('-5');
  });

  it.each([
    ['../secret', 'f3 ff ff ff'],
    ['/sub/../../secret', 'f3 ff ff ff'],
    ['/out', 'f3 ff ff ff'],
    ['/up/secret', 'f3 ff ff ff'],
    ['/sub/../a.txt', '01 00 00 00'],
    ['/inside', '01 00 00 00'],
    ['/loop', 'd8 ff ff ff'],
    ['/nul\0', 'ea ff ff ff'],
  ])('opens %j with %s', (path, result) => {
    symlinkSync(join(outside, 'secret'), join(folder, 'out'));
    symlinkSync('..', join(folder, 'up'));
    symlinkSync('a.txt', join(folder, 'inside'));
    symlinkSync('loop', join(folder, 'loop'));
    expect(open(play(), path).slice(0, 11)).toBe(result);
  });

  it('makes no file outside through a link that leads to nothing yet', () => {
    symlinkSync(join(outside, 'made'), join(folder, 'dangling'));
    expect(open(play(), '/dangling', WRITE_ONLY | CREATE).slice(0, 11)).toBe('d8 ff ff ff');
    expect(() => readFileSync(join(outside, 'made'))).toThrow();
  });
});
