/** Which era a guest is of is told by its files and by what it does, never silently, and a contradiction names both sides. */
import { describe, expect, it } from 'vitest';
import { kernelEvidence, programEvidence, vectorSeen } from '../../harness/guest/monitor/eras/evidence.ts';
import { isContradiction, narrow, preferred, UNJUDGED } from '../../harness/guest/monitor/eras/judgement.ts';
import type { Evidence } from '../../harness/guest/monitor/eras/judgement.ts';
import { BUS, bytesOf, FETCH, LOG, put } from './bytes.ts';
import { playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

/** What is possible by the evidence, and what is taken. */
function judged(told: readonly Evidence[]): string {
  let judgement = UNJUDGED;
  for (const evidence of told) {
    const next = narrow(judgement, evidence);
    if (isContradiction(next)) return next.message;
    judgement = next;
  }
  return `${preferred(judgement)} of ${judgement.steps.join(' ')}`;
}

const MACHINE_PORT_WORD = '66 b8 00 20 | 66 ba 04 06 | 66 ef';
const MACHINE_PORT_DWORD = '0d 00 00 00 20 | 66 ba 04 06 | ef';

describe('files', () => {
  const programs: readonly [string, string, string][] = [
    ['that begins with NVMB', '4e 56 4d 42 01 00 00 00', 'M4 of M1 M2 M3 M4 M5'],
    ['that calls by int 0x81', '90 | b8 03 00 00 00 | 31 db | cd 81', 'M4 of M1 M2 M3 M4 M5'],
    ['that calls by int 0x80', '90 | b8 03 00 00 00 | 31 db | cd 80', 'S of 2024 S'],
    ['whose text holds the bytes of an INT by chance', 'cd 81 | 00 cd 80', 'S of 2024 S M1 M2 M3 M4 M5'],
    [
      'that calls by both alike',
      'b8 03 00 00 00 cd 81 | 90 90 90 90 90 90 90 90 90 90 90 90 | b8 03 00 00 00 cd 80',
      'S of 2024 S M1 M2 M3 M4 M5',
    ],
  ];
  it.each(programs)('a program %s', (_what, text, result) => {
    expect(judged(programEvidence(bytesOf(text)))).toBe(result);
  });

  it('a kernel that ends the machine by a word is of 2024, one that does so by a dword is any other', () => {
    expect(judged(kernelEvidence(bytesOf(MACHINE_PORT_WORD)))).toBe('2024 of 2024');
    expect(judged(kernelEvidence(bytesOf(MACHINE_PORT_DWORD)))).toBe('S of 2024 S M1 M2 M3 M4 M5');
  });

  it('an indication gives way to what is certain, whichever came first', () => {
    const told = [...programEvidence(bytesOf('4e 56 4d 42')), ...kernelEvidence(bytesOf(MACHINE_PORT_WORD))];
    expect(judged(told)).toBe('M4 of M1 M2 M3 M4 M5');
    expect(judged(told.toReversed())).toBe('M4 of M1 M2 M3 M4 M5');
  });
});

/** Sends a message of these bytes by an envelope. */
function send(guest: PlayedGuest, text: string): void {
  put(guest, 0x00200000, '00 '.repeat(64));
  put(guest, 0x00200000, text);
  put(guest, 0x00200100, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 00 20 00 00 00 00 00');
  guest.fake.out(BUS, 0x00200100, 4);
}

/** Sends six bytes of bulk data of thread 7 in process 4. */
function pushSix(guest: PlayedGuest): void {
  put(guest, 0x00200200, '04 00 00 00 | 07 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 03 20 00 | 06 00 00 00');
  put(guest, 0x00200300, '68 65 6c 6c 6f 0a');
  put(guest, 0x00200400, '06 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00 | 00 02 20 00 00 00 00 00');
  guest.fake.out(BUS, 0x00200400, 4);
}

const SHORT_WRITE = '05 | f9 ff ff ff | 00 00 00 00 | 00 00 00 00 | 18 00 | 01 00 00 00 | 06 00 00 00';
const LONG = '05 | 04 00 00 00 | 07 00 00 00 | 00 00 00 00 | 00 00 00 00 | 00 00 00 00';
const M3_WRITE = `${LONG} | 18 00 | 01 00 00 00 | 06 00 00 00`;
const M4_WRITE = `${LONG} | 18 00 | 09 00 00 00 | 01 00 00 00 | 06 00 00 00`;
const POLL = `${LONG} | a3 00 | 09 00 00 00 | 00 00 00 00`;

describe('what a guest does', () => {
  const acts: readonly [string, (guest: PlayedGuest) => void, string][] = [
    [
      'a message without an envelope',
      (guest) => {
        put(guest, 0x00200000, '03 | 01 00 00 00 | 02 00 00 00 | 00 00 00 00 | 78 78 78');
        guest.fake.out(BUS, 0x00200000, 4);
      },
      '2024',
    ],
    [
      'a fetch into a plain buffer',
      (guest) => {
        put(guest, 0x00200000, '00 '.repeat(64));
        guest.fake.out(FETCH, 0x00200000, 4);
      },
      '2024',
    ],
    [
      'a shutdown by a word',
      (guest) => {
        guest.fake.out(0x604, 0x2000, 2);
      },
      '2024',
    ],
    [
      'a write with its header at 13',
      (guest) => {
        send(guest, SHORT_WRITE);
      },
      'S M1 M2',
    ],
    [
      'a write with its header at 21',
      (guest) => {
        send(guest, M3_WRITE);
      },
      'M3 M4 M5',
    ],
    [
      'the bulk data that shows that its write has no number',
      (guest) => {
        send(guest, M3_WRITE);
        pushSix(guest);
      },
      'M3',
    ],
    [
      'the bulk data that shows that its write has a number',
      (guest) => {
        send(guest, M4_WRITE);
        pushSix(guest);
      },
      'M4 M5',
    ],
    [
      'a poll of the input',
      (guest) => {
        send(guest, POLL);
      },
      'M4 M5',
    ],
    [
      'a piece of the log on port 0xeb',
      (guest) => {
        put(guest, 0x00200400, '01 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 00 03 20 00 00 00 00 00');
        guest.fake.out(LOG, 0x00200400, 4);
      },
      'M3 M4 M5',
    ],
    [
      'a command of the machine port by a dword',
      (guest) => {
        guest.fake.out(0x604, 0x5000_0000, 4);
      },
      'S M1 M2 M3 M4 M5',
    ],
  ];
  it.each(acts)('%s', (_what, act, left) => {
    const told: string[] = [];
    const guest = playGuest(undefined, { era: 'not given', log: { debug: (line) => told.push(line) } });
    act(guest);
    expect(guest.monitor.era.steps.join(' ')).toBe(left);
    expect(told.filter((line) => line.startsWith('era '))).not.toEqual([]);
  });

  it.each([
    ['M3', M3_WRITE, '1900 06000000'],
    ['M4', M4_WRITE, '1900 09000000 06000000'],
  ])(
    'a write of %s is answered in its own layout, though only its data told which that is',
    (_era, text, answer) => {
      const guest = playGuest(undefined, { era: 'not given' });
      send(guest, text);
      pushSix(guest);
      expect(new TextDecoder().decode(guest.monitor.streams.stdout.bytes)).toBe('hello\n');
      put(guest, 0x00200f00, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 10 20 00 00 00 00 00');
      guest.fake.out(FETCH, 0x00200f00, 4);
      const payload = Buffer.from(guest.fake.memory.read(0x00201015, 10)).toString('hex');
      expect(payload.startsWith(answer.replaceAll(' ', ''))).toBe(true);
    },
  );

  it('that only an indication tells is as open behind a snapshot as before', () => {
    const guest = playGuest(undefined, { era: 'not given' });
    put(guest, 0x00200000, '00 '.repeat(64));
    guest.fake.out(FETCH, 0x00200000, 4);
    const other = playGuest(undefined, { era: 'not given' });
    other.monitor.restore(structuredClone(guest.monitor.capture()));
    for (const one of [guest, other]) {
      expect(one.monitor.era.steps).toEqual(['2024']);
      send(one, M3_WRITE);
      expect([one.stops, one.monitor.era.steps]).toEqual([[], ['M3', 'M4', 'M5']]);
    }
  });

  it('is remembered by a snapshot, a request that is still open among it', () => {
    const guest = playGuest(undefined, { era: 'not given' });
    send(guest, M3_WRITE);
    const state = structuredClone(guest.monitor.capture());
    const other = playGuest(undefined, { era: 'not given' });
    other.monitor.restore(state);
    pushSix(other);
    expect(other.monitor.era.steps).toEqual(['M3']);
    expect(new TextDecoder().decode(other.monitor.streams.stdout.bytes)).toBe('hello\n');
  });
});

describe('the vector of the first kernel call', () => {
  it.each([
    [0x80, 'S of 2024 S'],
    [0x81, 'M4 of M1 M2 M3 M4 M5'],
  ])('0x%s says which half it is, where nothing is certain yet', (vector, result) => {
    expect(judged([vectorSeen(vector)])).toBe(result);
    expect(judged([{ what: 'it is of S', admits: ['S'] }, vectorSeen(vector)])).toBe('S of S');
  });
});

describe('a guest of another era than was given', () => {
  it.each([
    [
      '2024',
      SHORT_WRITE,
      /the caller says so \(era 2024\), but a pointer on the bus leads to an envelope \(era S or M\)/u,
    ],
    [
      'S',
      M4_WRITE,
      /the caller says so \(era S\), but a message has a header of 21 bytes \(era M3 or M4 or M5\)/u,
    ],
    ['M3', SHORT_WRITE, /\(era M3\), but a message has a header of 13 bytes \(era 2024 or S or M1 or M2\)/u],
    ['M', SHORT_WRITE, undefined],
  ] as const)('of %s ends the run by a value that names both', (era, text, reason) => {
    const guest = playGuest(undefined, { era });
    send(guest, text);
    if (reason === undefined) {
      expect(guest.stops).toEqual([]);
      return;
    }
    expect(guest.refusal()).toMatch(reason);
    expect(guest.stops).toMatchObject([{ violation: { contradictsEra: true } }]);
  });

  it('is not one that does what Nanvix passes over', () => {
    const guest = playGuest(undefined, { era: 'S' });
    put(guest, 0x00200400, '01 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 00 03 20 00 00 00 00 00');
    guest.fake.out(LOG, 0x00200400, 4);
    expect(guest.stops).toEqual([]);
  });
});
