/** A guest that hands over nonsense is refused with a value that names it; nothing throws, nothing is read past RAM. */
import { describe, expect, it } from 'vitest';
import { messageTypes } from '../../images/abi/messages.ts';
import { ports } from '../../images/abi/ports.ts';
import { CHUNK, ENVELOPE, MESSAGE, playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

const RAM = 16 << 20;

function sendChunkAt(guest: PlayedGuest, address: number, length: number): void {
  guest.fake.memory.fill(CHUNK, 24, 0);
  guest.fake.memory.write32(CHUNK, 1);
  guest.fake.memory.write32(CHUNK + 16, address);
  guest.fake.memory.write32(CHUNK + 20, length);
  guest.envelope({ size: 24, address: CHUNK });
  guest.fake.out(ports.busSend, ENVELOPE, 4);
}

describe('the bus refuses', () => {
  const envelopes: [string, (guest: PlayedGuest) => void, RegExp][] = [
    [
      'an envelope outside RAM',
      (guest) => {
        guest.fake.out(ports.busSend, 0xffff_fff0, 4);
      },
      /envelope at 0xfffffff0/,
    ],
    [
      'an envelope that ends outside RAM',
      (guest) => {
        guest.fake.out(ports.busSend, RAM - 8, 4);
      },
      /envelope at 0xfffff8/,
    ],
    [
      'a message address of more than 32 bits',
      (guest) => {
        guest.envelope({ size: 64, kind: 1, address: 2n ** 40n });
        guest.fake.out(ports.busSend, ENVELOPE, 4);
      },
      /address in the envelope at 0x10000000000/,
    ],
    [
      'an envelope that is neither message nor data',
      (guest) => {
        guest.envelope({ size: 64, kind: 4, address: MESSAGE });
        guest.fake.out(ports.busSend, ENVELOPE, 4);
      },
      /kind 4 in the envelope/,
    ],
    [
      'a message that reaches past RAM',
      (guest) => {
        guest.envelope({ size: 64, kind: 1, address: RAM - 32 });
        guest.fake.out(ports.busSend, ENVELOPE, 4);
      },
      /message at 0xffffe0/,
    ],
    [
      'a message of a type that does not exist',
      (guest) => {
        guest.fake.memory.write8(MESSAGE, 9);
        guest.envelope({ size: 64, kind: 1, address: MESSAGE });
        guest.fake.out(ports.busSend, ENVELOPE, 4);
      },
      /message has type 9/,
    ],
    [
      'data outside RAM',
      (guest) => {
        sendChunkAt(guest, 0xffff_f000, 16);
      },
      /data chunk at 0xfffff000/,
    ],
    [
      'data of a length that overflows',
      (guest) => {
        sendChunkAt(guest, 0x1000, 0xffff_ffff);
      },
      /4294967295 bytes, lies outside/,
    ],
    [
      'data across a page boundary',
      (guest) => {
        sendChunkAt(guest, 0x1ff0, 0x20);
      },
      /crosses a page boundary/,
    ],
    [
      'a fetch into a buffer outside RAM',
      (guest) => {
        guest.write(1, 1, 'x');
        guest.envelope({ size: 64, kind: 1, address: RAM - 1 });
        guest.fake.out(ports.busReceive, ENVELOPE, 4);
      },
      /message buffer at 0xffffff/,
    ],
    [
      'a word written to the machine port',
      (guest) => {
        guest.fake.out(ports.machine, 0x3000, 2);
      },
      /a write of 2 bytes/,
    ],
    [
      'an unknown machine command',
      (guest) => {
        guest.fake.out(ports.machine, 0x7000_0000, 4);
      },
      /unknown command/,
    ],
  ];
  it.each(envelopes)('%s', (_name, act, message) => {
    const guest = playGuest();
    act(guest);
    expect(guest.refusal()).toMatch(message);
  });

  it('nothing that fills a page to its last byte', () => {
    const guest = playGuest();
    guest.request(0, 'writeRequest', 1, 4096);
    sendChunkAt(guest, 0x3000, 0x1000);
    expect(guest.stops).toEqual([]);
    expect(guest.monitor.streams.stdout.length).toBe(4096);
  });
});

describe('what Nanvix passes over too', () => {
  const acts: [string, (guest: PlayedGuest) => void, string][] = [
    [
      'a fetch while no message waits',
      (guest) => {
        guest.envelope({ size: 64, kind: 1, address: MESSAGE });
        guest.fake.out(ports.busReceive, ENVELOPE, 4);
      },
      'fetch while no message waits',
    ],
    [
      'a message that is not for the host',
      (guest) => {
        guest.fake.memory.write8(MESSAGE, messageTypes.ipc);
        guest.envelope({ size: 64, kind: 1, address: MESSAGE });
        guest.fake.out(ports.busSend, ENVELOPE, 4);
      },
      'message of type 3, which is not for the host',
    ],
    [
      'a host message with an unknown header',
      (guest) => {
        guest.fake.memory.write8(MESSAGE, messageTypes.host);
        guest.fake.memory.write8(MESSAGE + 13, 99);
        guest.envelope({ size: 64, kind: 1, address: MESSAGE });
        guest.fake.out(ports.busSend, ENVELOPE, 4);
      },
      'host message with the unknown header 99',
    ],
    [
      'bulk data that no request announced',
      (guest) => {
        sendChunkAt(guest, 0x3000, 16);
      },
      'bulk data that no request announced',
    ],
    [
      'a word written to the bus',
      (guest) => {
        guest.fake.out(ports.busSend, 0, 2);
      },
      'write of 2 bytes to port 0xe9',
    ],
    [
      'a port that is nobody’s',
      (guest) => {
        guest.fake.out(0x3f8, 0x41, 1);
      },
      "write of port 0x3f8, which is nobody's",
    ],
    [
      'a log port write that is no log',
      (guest) => {
        guest.envelope({ size: 64, kind: 1, address: MESSAGE });
        guest.fake.out(ports.kernelLog, ENVELOPE, 4);
      },
      'write to port 0xeb that is no piece of a log',
    ],
  ];
  it.each(acts)('%s ends nothing, is not answered and is told once', (_name, act, remark) => {
    const told: string[] = [];
    const guest = playGuest(undefined, { log: { debug: (what) => told.push(what) } });
    act(guest);
    act(guest);
    expect({ stops: guest.stops, credits: guest.credits(), told }).toEqual({
      stops: [],
      credits: 0,
      told: [`passed over: ${remark}`],
    });
  });

  it('an empty fetch leaves the buffer as it was', () => {
    const guest = playGuest();
    guest.fake.memory.write32(MESSAGE, 0x1234_5678);
    guest.envelope({ size: 64, kind: 1, address: MESSAGE });
    guest.fake.out(ports.busReceive, ENVELOPE, 4);
    expect(guest.fake.memory.read32(MESSAGE)).toBe(0x1234_5678);
  });
});

describe('the machine port', () => {
  it('ends the machine with the 16-bit status', () => {
    const guest = playGuest();
    guest.fake.out(ports.machine, 0x2000_ffff, 4);
    expect(guest.stops).toEqual([{ kind: 'exit', status: 0xffff }]);
    expect(guest.monitor.exitStatus).toBe(0xffff);
  });

  it('pauses', () => {
    const guest = playGuest();
    guest.fake.out(ports.machine, 0x3000_0000, 4);
    expect(guest.stops).toEqual([{ kind: 'pause' }]);
  });

  it('counts snapshot commands and stops for them only when told to', () => {
    const quiet = playGuest();
    quiet.fake.out(ports.machine, 0x4000_0000, 4);
    expect([quiet.stops, quiet.monitor.snapshotRequests]).toEqual([[], 1]);
    const stopping = playGuest(undefined, { stopAtSnapshot: true });
    stopping.fake.out(ports.machine, 0x4000_0000, 4);
    expect(stopping.stops).toEqual([{ kind: 'snapshot' }]);
  });

  it('notes when the boot is complete and goes on', () => {
    const guest = playGuest();
    guest.fake.out(ports.machine, 0x5000_0000, 4);
    expect([guest.stops, guest.monitor.bootCompleteAt]).toEqual([[], 0]);
  });
});
