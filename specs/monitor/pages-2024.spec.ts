/**
 * A second opinion on Era 2024: how it boots, what its kernel says and hears, each byte written out as the ABI reference has it and
 * nothing taken from our own tables.
 */
import { describe, expect, it } from 'vitest';
import { boot, exitStatusOf } from '../../harness/index.ts';
import { layOut } from '../../harness/guest/monitor/boot-protocol.ts';
import type { BootImage } from '../../harness/guest/monitor/boot-protocol.ts';
import { monitorEras } from '../../harness/guest/monitor/eras/index.ts';
import { fakeMachine } from '../support/fake-machine.ts';
import { tinyElf } from '../support/tiny-elf.ts';
import { BUS, bytesOf, FETCH, put, seen } from './bytes.ts';
import { playGuest } from './guest.ts';

const kernelOf = (code: string): Uint8Array =>
  tinyElf({ entry: 0x8000, segments: [{ address: 0x8000, bytes: bytesOf(code), memoryBytes: 4096 }] });
/** Two pages and a half. */
const programOf = (entry: number): Uint8Array =>
  tinyElf({ entry, segments: [{ address: 0x40000000, bytes: new Uint8Array(9000), memoryBytes: 9000 }] });

function image(changes: Partial<BootImage> = {}): BootImage {
  return {
    kernel: kernelOf('f4'),
    program: programOf(0x40000000),
    ramfs: new Uint8Array(0),
    commandLine: 'procd ;',
    kernelArguments: '',
    era: monitorEras[2024],
    bootTime: 1n,
    ...changes,
  };
}

describe('the boot', () => {
  it('has the program at 0x00800000, and its whole pages in the low 12 bits of EBX', () => {
    const fake = fakeMachine();
    layOut(fake.machine, image());
    expect(fake.start).toEqual({ eip: 0x8000, eax: 0x0c00ffee, ebx: 0x00800002, eflags: 2 });
    expect(fake.memory.read(0x00800000, 4)).toEqual(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46));
  });

  it('shares no pages: nothing is written below the kernel, and nothing behind the program', () => {
    const fake = fakeMachine();
    fake.memory.fill(0, 0x2000, 0xaa);
    fake.memory.fill(0x00803000, 0x1000, 0xaa);
    layOut(fake.machine, image());
    expect(fake.memory.read(0, 0x2000).every((byte) => byte === 0xaa)).toBe(true);
    expect(fake.memory.read(0x00803000, 0x1000).every((byte) => byte === 0xaa)).toBe(true);
  });

  it.each([
    [
      'a program that starts elsewhere',
      { program: programOf(0x40000100) },
      /starts at 0x40000100, and one of era 2024 at 0x40000000/u,
    ],
    ['a ramfs', { ramfs: new Uint8Array(4096) }, /takes no ramfs/u],
    ['kernel arguments', { kernelArguments: 'snapshot' }, /takes no kernel arguments/u],
    ['a command line', { commandLine: 'procd -v;' }, /takes no command line/u],
    [
      'a program whose size has no place in 12 bits',
      {
        program: tinyElf({
          entry: 0x40000000,
          segments: [{ address: 0x40000000, bytes: new Uint8Array(4096 * 4096), memoryBytes: 4096 * 4096 }],
        }),
      },
      /at most 4095/u,
    ],
  ])('refuses %s', (_what, changes, reason) => {
    expect(() => {
      layOut(fakeMachine(64).machine, image(changes));
    }).toThrow(reason);
  });
});

describe('the bus', () => {
  it('takes a message where the pointer leads', () => {
    const told: string[] = [];
    const guest = playGuest(undefined, { era: '2024', log: { debug: (what) => told.push(what) } });
    put(
      guest,
      0x00200000,
      '05 | 02 00 00 00 | 00 00 00 00 | 00 00 00 00 | 18 00 | 01 00 00 00 | 03 00 00 00',
    );
    guest.fake.out(BUS, 0x00200000, 4);
    expect(guest.stops).toEqual([]);
    expect(told).toEqual(['passed over: host message with the unknown header 24']);
  });

  it('answers a fetch while nothing waits with a message of type 0, as often as it is asked, and counts no credits', () => {
    const guest = playGuest(undefined, { era: '2024' });
    for (let poll = 0; poll < 3; poll += 1) {
      put(guest, 0x00200000, 'ff '.repeat(64));
      guest.fake.out(FETCH, 0x00200000, 4);
      expect(seen(guest, 0x00200000, 64)).toBe('00 '.repeat(64).trim());
    }
    expect(guest.fake.memory.read32(4)).toBe(0);
  });

  it('has a byte port for the console as well', () => {
    const guest = playGuest(undefined, { era: '2024' });
    guest.fake.out(BUS, 0x21, 1);
    expect(new TextDecoder().decode(guest.monitor.console.log.bytes)).toBe('!');
  });
});

describe('the end', () => {
  it('is a word, and its status is 0', () => {
    const guest = playGuest(undefined, { era: '2024' });
    guest.fake.out(0x604, 0x2000, 2);
    expect(guest.stops).toEqual([{ kind: 'exit', status: 0 }]);
  });
});

describe('a panic', () => {
  const PANIC = "[PANIC][kernel] file='a.rs', line=1 :: not implemented";
  const ending = (console: string) => {
    const guest = playGuest(undefined, { era: '2024' });
    for (const byte of Buffer.from(console)) guest.fake.out(BUS, byte, 1);
    guest.fake.out(0x604, 0x2000, 2);
    return guest.stops[0];
  };

  it('is told by the console alone, because the machine ends as ever', () => {
    expect(ending(`[WARN][kernel::hal] no controller\n${PANIC}\n`)).toEqual({
      kind: 'exit',
      status: 0,
      panic: PANIC,
    });
  });

  it.each([
    ['it stands within a line', `a program says ${PANIC}\n`],
    ['the kernel says more', `${PANIC}\n[INFO][kernel] on\n`],
    ['it is of a program', "PANIC file='a.rs', line=1 :: no\n"],
  ])('is none where %s', (_what, console) => {
    expect(ending(console)).toEqual({ kind: 'exit', status: 0 });
  });

  it('has the status that later kernels have for it', () => {
    expect(exitStatusOf({ kind: 'exit', status: 0, panic: PANIC })).toBe(202);
  });
});

describe('a machine whose kernel speaks so', () => {
  // mov al, 'k'; out 0xe9, al; mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt, in real mode
  const kernel = kernelOf('b0 6b e6 e9 | ba 04 06 | b8 00 20 | ef | f4');
  const files = { kernel, program: programOf(0x40000000) };

  it('runs to its end, and is known to be of 2024 by then', async () => {
    const lines: string[] = [];
    const guest = await boot({ ...files, log: { debug: (line) => lines.push(line) } });
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
    expect([guest.console, guest.era]).toEqual(['k', '2024']);
    expect(lines).toContain('era 2024: the machine is ended by a word');
    guest.dispose();
  });

  it('has neither clock nor pause', async () => {
    const guest = await boot({ ...files, era: '2024' });
    expect(guest.time).toBeUndefined();
    expect(() => {
      guest.advanceClock(1n);
    }).toThrow(/has no clock/u);
    expect(() => {
      guest.requestPause();
    }).toThrow(/knows no pause request/u);
    guest.dispose();
  });

  it.each(['S', 'M', 'M3'] as const)(
    'is found out at its first fetch where the caller said %s, if its file shows what it is',
    async (era) => {
      // mov dx, 0xea; mov eax, 0x00100000; out dx, eax; hlt; behind it a word for the machine port
      const fetching = kernelOf(
        'ba ea 00 | 66 b8 00 00 10 00 | 66 ef | f4 | 66 b8 00 20 | 66 ba 04 06 | 66 ef',
      );
      const guest = await boot({ ...files, kernel: fetching, era });
      const stop = guest.run();
      expect(exitStatusOf(stop)).toBe(76);
      expect(stop).toMatchObject({
        kind: 'protocol-error',
        violation: {
          message: expect.stringMatching(
            /the caller says so \(era \w+\), but the kernel ends the machine by a word, and a fetch gives a plain buffer \(era 2024\)/u,
          ) as string,
        },
      });
      expect(guest.machine.instructions).toBe(3);
      guest.dispose();
    },
  );

  it('ends with a status of its own where the caller said S', async () => {
    const guest = await boot({ ...files, era: 'S' });
    const stop = guest.run();
    expect([stop.kind, exitStatusOf(stop)]).toEqual(['protocol-error', 76]);
    guest.dispose();
  });
});
