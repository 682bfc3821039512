/**
 * A second opinion on Era M, row by row: ports, envelopes, messages and the frames that the host answers, each byte written out as the
 * ABI reference's companion has it and nothing taken from our own tables. The guest is process 4, thread 7, or vfsd's thread 9.
 */
import { describe, expect, it } from 'vitest';
import { BUS, FETCH, fetched, LOG, put, seen, sendBulk, sendMessage, sendScattered } from './bytes.ts';
import { playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

const FROM = '04 00 00 00 | 07 00 00 00';
const VFSD = '03 00 00 00 | 09 00 00 00';
const TO_HOST = '00 00 00 00 | 00 00 00 00';
const TO_NETWORKD = '02 00 00 00 | 00 00 00 00';
const OK = '00 00 00 00';
const PARTIES = `${FROM} | ${TO_HOST}`;
const VFSD_PARTIES = `${VFSD} | ${TO_HOST}`;

/** An M4 message of thread 7 of process 4 with the number 0x11223344. */
const m4 = (kind: string, body: string, from = FROM, to = TO_HOST): string =>
  `05 | ${from} | ${to} | ${OK} | ${kind} | 44 33 22 11 | ${body}`;
/** How an answer to it begins: type 5, from the host to who asked, status 0, kind and number. */
const answer4 = (kind: string, body: string, to = FROM): string =>
  `05 00 00 00 00 00 00 00 00 ${to} 00 00 00 00 ${kind} 44 33 22 11 ${body}`.replaceAll(' | ', ' ').trim();
const output = (guest: PlayedGuest): string => new TextDecoder().decode(guest.monitor.streams.stdout.bytes);
const m4Guest = (stdin?: string): PlayedGuest => playGuest(stdin, { era: 'M4' });
const bytesIn = (text: string): number => text.trim().split(/\s+/u).length;

describe('ports', () => {
  it('0xea is a fetch by a write of any width', () => {
    const guest = m4Guest();
    sendMessage(guest, m4('a3 00', '00 00 00 00'));
    put(guest, 0x00000f00, '40 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 10 20 00 00 00 00 00');
    guest.fake.out(FETCH, 0x0f00, 2);
    expect(seen(guest, 0x00201000, 1)).toBe('05');
  });

  it('0xeb of another width, or with another kind in its envelope, is passed over', () => {
    const guest = m4Guest();
    put(guest, 0x00200300, '04 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | 00 50 20 00 00 00 00 00');
    guest.fake.out(LOG, 0x00200300, 4);
    guest.fake.out(LOG, 0x0300, 2);
    expect([guest.stops, guest.monitor.console.log.length]).toEqual([[], 0]);
  });
});

describe('envelopes', () => {
  it('of kind 3 on the port of the bus are passed over, of kind 4 end the run', () => {
    const guest = m4Guest();
    put(guest, 0x00200300, '04 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 00 50 20 00 00 00 00 00');
    guest.fake.out(BUS, 0x00200300, 4);
    expect(guest.stops).toEqual([]);
    put(guest, 0x00200308, '04');
    guest.fake.out(BUS, 0x00200300, 4);
    expect(guest.refusal()).toMatch(/kind 4 in the envelope/u);
  });

  it('with a message whose type is 0 or 9 end the run', () => {
    for (const type of ['00', '09']) {
      const guest = m4Guest();
      sendMessage(guest, `${type} | ${FROM} | ${TO_HOST}`);
      expect(guest.refusal()).toMatch(/there is no such type/u);
    }
  });
});

describe('bulk data', () => {
  it('of a pull in pieces has a number of its own, which is no address in RAM', () => {
    const guest = m4Guest('abcd');
    const names = [1, 2].map(() => {
      sendMessage(guest, m4('1a 00', '00 00 00 00 | 02 00 00 00'));
      sendScattered(guest, PARTIES, 'pull', '02 00 00 00');
      const response = fetched(guest, 45);
      fetched(guest);
      return response.slice(-23);
    });
    // 16 MiB of RAM: the numbers are 0x01000000 and 0x01000001.
    expect(names).toEqual(['00 00 00 01 02 00 00 00', '01 00 00 01 02 00 00 00']);
  });

  it('of a pull goes to the guest when it fetches the answer, not before', () => {
    const guest = m4Guest('abcd');
    sendMessage(guest, m4('1a 00', '00 00 00 00 | 04 00 00 00'));
    sendScattered(guest, PARTIES, 'pull', '04 00 00 00');
    expect(seen(guest, 0x00205000, 4)).toBe('00 00 00 00');
    fetched(guest);
    expect(seen(guest, 0x00205000, 4)).toBe('61 62 63 64');
  });

  it('of a pull is answered with the header of the pull as it came, and the bytes that came', () => {
    const guest = m4Guest('ab');
    sendMessage(guest, m4('1a 00', '00 00 00 00 | 04 00 00 00'));
    sendBulk(guest, `${FROM} | 00 00 00 00 | 05 00 00 00`, '04 00 00 00');
    const header = '04 00 00 00 07 00 00 00 00 00 00 00 05 00 00 00 00 50 20 00 02 00 00 00';
    expect(fetched(guest, 45)).toBe(`06${' 00'.repeat(20)} ${header}`);
  });

  it('without a request is passed over; in M5 a pull is answered with nothing, so that who pulls wakes', () => {
    const counts = (['M4', 'M5'] as const).map((era) => {
      const guest = playGuest('abc', { era });
      sendScattered(guest, PARTIES, 'pull', '02 00 00 00');
      sendScattered(guest, PARTIES, 'push', '02 00 00 00');
      expect(guest.stops).toEqual([]);
      const response = fetched(guest, 45);
      return [guest.credits(), response.slice(-11)];
    });
    expect(counts).toEqual([
      [0, ''],
      [0, '00 00 00 00'],
    ]);
  });
});

describe('credits and the message interrupt', () => {
  it('a read costs two credits, and one interrupt until the guest fetches', () => {
    const guest = playGuest('ab', { era: 'M4', announceMessages: true });
    sendMessage(guest, m4('1a 00', '00 00 00 00 | 02 00 00 00'));
    sendBulk(guest, PARTIES, '02 00 00 00');
    const raised = (): number => guest.fake.lines.filter(({ line, level }) => line === 9 && level).length;
    expect([guest.credits(), raised()]).toEqual([2, 1]);
    fetched(guest);
    expect(guest.credits()).toBe(1);
    sendMessage(guest, m4('a3 00', '00 00 00 00'));
    expect([guest.credits(), raised()]).toEqual([2, 2]);
  });
});

describe('a write', () => {
  const write = (fd: string): string => m4('18 00', `${fd} | 03 00 00 00`);

  it.each([
    ['01 00 00 00', '03 00 00 00', 'abc'],
    ['03 00 00 00', 'ff ff ff ff', ''],
  ])('to descriptor %s is answered with %s', (fd, count, text) => {
    const guest = m4Guest();
    put(guest, 0x00205000, '61 62 63');
    sendMessage(guest, write(fd));
    sendBulk(guest, PARTIES, '03 00 00 00');
    const wanted = answer4('19 00', count);
    expect([output(guest), fetched(guest, bytesIn(wanted))]).toEqual([text, wanted]);
  });

  it('that another message follows is answered with 0', () => {
    const guest = m4Guest();
    sendMessage(guest, write('01 00 00 00'));
    sendMessage(guest, m4('a3 00', '00 00 00 00'));
    const wanted = answer4('19 00', '00 00 00 00');
    expect(fetched(guest, bytesIn(wanted))).toBe(wanted);
    expect(fetched(guest, 23).slice(-5)).toBe('a8 00');
  });

  it('of M3 has no number, and neither has its answer', () => {
    const guest = playGuest(undefined, { era: 'M3' });
    put(guest, 0x00205000, '61 62 63');
    sendMessage(guest, `05 | ${FROM} | ${TO_HOST} | ${OK} | 18 00 | 01 00 00 00 | 03 00 00 00`);
    sendBulk(guest, PARTIES, '03 00 00 00');
    expect(fetched(guest, 27).slice(-17)).toBe('19 00 03 00 00 00');
    expect(output(guest)).toBe('abc');
  });

  it('of M2 has the message of Era S; who sends as a process is answered as its first thread', () => {
    const guest = playGuest(undefined, { era: 'M2' });
    put(guest, 0x00205000, '61 62 63');
    sendMessage(guest, `05 | 04 00 00 00 | 00 00 00 00 | ${OK} | 18 00 | 01 00 00 00 | 03 00 00 00`);
    sendBulk(guest, '04 00 00 00 | 01 00 00 00 | 00 00 00 00 | 00 00 00 00', '03 00 00 00');
    expect(fetched(guest, 19)).toBe('05 00 00 00 00 ff ff ff ff 00 00 00 00 19 00 03 00 00 00');
    expect(output(guest)).toBe('abc');
  });
});

describe('a read', () => {
  it.each([
    ['00 00 00 00', 'ab', '02 00 00 00', '02 00 00 00'],
    ['00 00 00 00', '', '00 00 00 00', '00 00 00 00'],
    ['05 00 00 00', 'ab', '00 00 00 00', 'ff ff ff ff'],
  ])(
    'of descriptor %s with the input "%s" gives a data frame of %s bytes, then %s',
    (fd, stdin, bytes, count) => {
      const guest = m4Guest(stdin);
      sendMessage(guest, m4('1a 00', `${fd} | 04 00 00 00`));
      sendBulk(guest, PARTIES, '04 00 00 00');
      expect(fetched(guest, 45).slice(-11)).toBe(bytes);
      const wanted = answer4('1b 00', count);
      expect(fetched(guest, bytesIn(wanted))).toBe(wanted);
    },
  );

  it('that another message follows is answered with 0 alone', () => {
    const guest = m4Guest('ab');
    sendMessage(guest, m4('1a 00', '00 00 00 00 | 04 00 00 00'));
    sendMessage(guest, m4('a3 00', '00 00 00 00'));
    const wanted = answer4('1b 00', '00 00 00 00');
    expect(fetched(guest, bytesIn(wanted))).toBe(wanted);
    expect(guest.credits()).toBe(1);
  });
});

describe('a poll of the input', () => {
  it.each([
    ['abc', '02'],
    ['', '01'],
  ])('without a count, with the input "%s", is answered with %s', (stdin, status) => {
    const guest = m4Guest(stdin);
    sendMessage(guest, m4('a3 00', '00 00 00 00'));
    const wanted = answer4('a8 00', status);
    expect(fetched(guest, bytesIn(wanted))).toBe(wanted);
  });

  it.each([
    ['abc', '04 00 00 00', '02 61 62 63', '04 00 00 00'],
    ['abc', '02 00 00 00', '02 61 00 00', '02 00 00 00'],
    ['', '04 00 00 00', '01 00 00 00', '01 00 00 00'],
  ])(
    'with a count, with the input "%s" and %s bytes of room, gives data alone',
    (stdin, room, data, length) => {
      const guest = m4Guest(stdin);
      sendMessage(guest, m4('a3 00', '20 00 00 00'));
      sendScattered(guest, PARTIES, 'pull', room);
      expect(fetched(guest, 45).slice(-11)).toBe(length);
      expect(seen(guest, 0x00205000, 4)).toBe(data);
      expect(guest.credits()).toBe(0);
    },
  );

  it('finds nothing while a source of its own pace has nothing', async () => {
    const guest = playGuest(late('x'), { era: 'M4' });
    const poll = (): string => {
      sendMessage(guest, m4('a3 00', '00 00 00 00'));
      return fetched(guest, 28).slice(-2);
    };
    expect(poll()).toBe('00');
    expect([guest.stops, guest.monitor.waits]).toEqual([[{ kind: 'input' }], false]);
    await guest.monitor.streams.input.ready(guest.monitor.streams.position);
    expect(poll()).toBe('02');
  });
});

async function* late(text: string): AsyncGenerator<string> {
  await Promise.resolve();
  yield text;
}

describe('a subscription to the input', () => {
  const SUBSCRIBE = m4('a5 00', '', VFSD);
  /** From 0 to vfsd's mailbox, kind 164, no number. */
  const AVAILABLE = `05${' 00'.repeat(8)} 03 00 00 00 00 00 00 00 00 00 00 00 a4 00 00 00 00 00`;
  const poll = (guest: PlayedGuest, from: string, parties: string): string => {
    sendMessage(guest, m4('a3 00', '01 00 00 00', from));
    sendScattered(guest, parties, 'pull', '02 00 00 00');
    fetched(guest);
    return seen(guest, 0x00205000, 2);
  };

  it('by vfsd is told at once of what is there, once until it polls, and again of what is left', () => {
    const guest = m4Guest('ab');
    sendMessage(guest, SUBSCRIBE);
    expect(fetched(guest, 27)).toBe(AVAILABLE);
    expect(guest.credits()).toBe(0);
    expect(poll(guest, VFSD, VFSD_PARTIES)).toBe('02 61');
    expect(fetched(guest, 27)).toBe(AVAILABLE);
    expect(poll(guest, VFSD, VFSD_PARTIES)).toBe('02 62');
    // The end, which is told of once.
    expect(fetched(guest, 27)).toBe(AVAILABLE);
    expect(poll(guest, VFSD, VFSD_PARTIES).slice(0, 2)).toBe('01');
    expect(guest.credits()).toBe(0);
  });

  it('by another process is none', () => {
    const guest = m4Guest('ab');
    sendMessage(guest, m4('a5 00', ''));
    expect([guest.credits(), guest.stops]).toEqual([0, []]);
  });

  it('leaves the polls of other processes empty', () => {
    const guest = m4Guest('ab');
    sendMessage(guest, SUBSCRIBE);
    fetched(guest);
    expect(poll(guest, FROM, PARTIES).slice(0, 2)).toBe('00');
    expect(poll(guest, VFSD, VFSD_PARTIES)).toBe('02 61');
  });

  it('to a source of its own pace is told once the guest begins to run again with something there', async () => {
    const guest = playGuest(late('x'), { era: 'M4' });
    sendMessage(guest, SUBSCRIBE);
    expect([guest.credits(), guest.stops, guest.monitor.listens]).toEqual([0, [{ kind: 'input' }], true]);
    await guest.monitor.streams.input.ready(guest.monitor.streams.position);
    guest.monitor.resume();
    expect([fetched(guest, 27), guest.monitor.listens]).toEqual([AVAILABLE, false]);
  });

  it('belongs to a snapshot', () => {
    const guest = m4Guest('ab');
    sendMessage(guest, SUBSCRIBE);
    fetched(guest);
    const other = m4Guest('ab');
    other.monitor.restore(structuredClone(guest.monitor.capture()));
    expect(poll(other, VFSD, VFSD_PARTIES)).toBe('02 61');
    expect(fetched(other, 27)).toBe(AVAILABLE);
  });
});

describe('the network', () => {
  /** From networkd, status 95, kind 0 and the number. */
  const REFUSAL = `05 02 00 00 00 00 00 00 00 ${FROM.replace(' | ', ' ')} 5f 00 00 00 00 00 44 33 22 11`;

  it.each(['2e 00', '30 00', '46 00', 'a1 00'])('refuses a request of kind %s at once', (kind) => {
    const guest = m4Guest();
    sendMessage(guest, m4(kind, '', FROM, TO_NETWORKD));
    expect(fetched(guest, 27)).toBe(REFUSAL);
  });

  it.each(['3a 00', '9b 00'])('refuses to send by kind %s once the data is drained', (kind) => {
    const guest = m4Guest();
    sendMessage(guest, m4(kind, '', FROM, TO_NETWORKD));
    expect(guest.credits()).toBe(0);
    sendScattered(guest, PARTIES, 'push', '02 00 00 00');
    expect([fetched(guest, 27), output(guest)]).toEqual([REFUSAL, '']);
  });

  it.each(['38 00', '9d 00'])('refuses to receive by kind %s behind an empty data frame', (kind) => {
    const guest = m4Guest('abc');
    sendMessage(guest, m4(kind, '', FROM, TO_NETWORKD));
    sendScattered(guest, PARTIES, 'pull', '02 00 00 00');
    expect(fetched(guest, 45).slice(-11)).toBe('00 00 00 00');
    expect(fetched(guest, 27)).toBe(REFUSAL);
  });

  it('of M2 is refused in the message of Era S', () => {
    const guest = playGuest(undefined, { era: 'M2' });
    sendMessage(guest, `05 | f9 ff ff ff | 02 00 00 00 | ${OK} | 3a 00`);
    expect(fetched(guest, 15)).toBe('05 02 00 00 00 f9 ff ff ff 5f 00 00 00 00 00');
  });
});

describe('a kind that the host does not know', () => {
  it('gets no answer and ends nothing', () => {
    const guest = m4Guest();
    sendMessage(guest, m4('a6 00', ''));
    sendMessage(guest, m4('17 00', ''));
    expect([guest.credits(), guest.stops]).toEqual([0, []]);
  });
});

describe('a snapshot between push and pull', () => {
  it('goes on with the same result, here and in another monitor', () => {
    const results = [false, true].map((restored) => {
      const guest = m4Guest('abcdef');
      put(guest, 0x00205000, '78 79 7a');
      sendMessage(guest, m4('18 00', '01 00 00 00 | 03 00 00 00'));
      sendMessage(guest, m4('1a 00', '00 00 00 00 | 04 00 00 00', VFSD));
      sendScattered(guest, PARTIES, 'push', '03 00 00 00');
      sendScattered(guest, VFSD_PARTIES, 'pull', '04 00 00 00');
      const other = restored ? m4Guest('abcdef') : guest;
      if (restored) {
        other.fake.memory.write(0, guest.fake.memory.read(0, guest.fake.memory.size));
        other.monitor.restore(structuredClone(guest.monitor.capture()));
      }
      const frames = [fetched(other), fetched(other), fetched(other), fetched(other)];
      return { frames, data: seen(other, 0x00205000, 4), output: output(other) };
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ data: '61 62 63 64', output: 'xyz' });
  });
});
