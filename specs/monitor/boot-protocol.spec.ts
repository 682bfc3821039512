/** A guest lies in memory as Nanvix's boot protocol says. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../harness/guest/errors.ts';
import { layOut } from '../../harness/guest/monitor/boot-protocol.ts';
import type { BootImage } from '../../harness/guest/monitor/boot-protocol.ts';
import { commandLineText, encodeCommandLine } from '../../harness/guest/monitor/command-line.ts';
import { monitorEras } from '../../harness/guest/monitor/eras/index.ts';
import { eras } from '../../images/abi/eras.ts';
import { fakeMachine } from '../support/fake-machine.ts';
import { tinyElf } from '../support/tiny-elf.ts';

const KERNEL_TEXT = Uint8Array.of(0xf4, 1, 2, 3);
const INITRD = 0x00c00000;

function image(changes: Partial<BootImage> = {}): BootImage {
  return {
    kernel: tinyElf({ entry: 0x8000, segments: [{ address: 0x8000, bytes: KERNEL_TEXT, memoryBytes: 64 }] }),
    program: new Uint8Array(5000).fill(7),
    ramfs: new Uint8Array(8192).fill(9),
    commandLine: 'python -B;HOME=/',
    kernelArguments: 'snapshot',
    era: monitorEras.S,
    bootTime: 0n,
    ...changes,
  };
}

describe('the boot protocol', () => {
  it('starts at the entry point with magic number, program address and size in pages', () => {
    const fake = fakeMachine();
    layOut(fake.machine, image());
    expect(fake.start).toEqual({ eip: 0x8000, eax: 0x0c00ffee, ebx: INITRD | 2, eflags: 2 });
  });

  it('loads segments to their virtual addresses and zeroes their rest', () => {
    const fake = fakeMachine();
    fake.memory.fill(0x8000, 128, 0xaa);
    layOut(fake.machine, image());
    expect(fake.memory.read(0x8000, 4)).toEqual(KERNEL_TEXT);
    expect(fake.memory.read(0x8004, 60)).toEqual(new Uint8Array(60));
    expect(fake.memory.read8(0x8040)).toBe(0xaa);
  });

  it('survives a kernel whose zero section covers the control page', () => {
    const fake = fakeMachine();
    const kernel = tinyElf({
      entry: 0x8000,
      segments: [{ address: 0, bytes: new Uint8Array(0), memoryBytes: 0x8000 }],
    });
    layOut(fake.machine, image({ kernel }));
    expect(fake.memory.read32(0x0c)).not.toBe(0);
    expect(fake.memory.read32(0x1000)).not.toBe(0);
  });

  it('puts the command line behind the last page of the program', () => {
    const fake = fakeMachine();
    layOut(fake.machine, image());
    const bytes = fake.memory.read(INITRD + 8192, 17);
    expect(bytes[0]).toBe(16);
    expect(new TextDecoder().decode(bytes.subarray(1))).toBe('python -B;HOME=/');
  });

  it('puts the ramfs at the top of memory and says so in the control page', () => {
    const fake = fakeMachine();
    layOut(fake.machine, image());
    const top = (16 << 20) - 8192;
    expect([fake.memory.read32(0x0c), fake.memory.read32(0x10)]).toEqual([top, 8192]);
    expect(fake.memory.read8(top)).toBe(9);
  });

  it('hands over the kernel arguments with their length', () => {
    const fake = fakeMachine();
    layOut(fake.machine, image());
    expect(fake.memory.read16(0xefc)).toBe(8);
    expect(new TextDecoder().decode(fake.memory.read(0xf00, 8))).toBe('snapshot');
  });

  describe('of Era M', () => {
    const program = new Uint8Array(5000).fill(7);
    it('has a command line with a length of two bytes, up to 4092', () => {
      const fake = fakeMachine();
      const commandLine = `p ${'x'.repeat(4089)};`;
      layOut(fake.machine, image({ era: monitorEras.M1, commandLine }));
      expect(fake.memory.read16(INITRD + 8192)).toBe(4092);
      expect(fake.memory.read8(INITRD + 8194)).toBe('p'.charCodeAt(0));
      expect(() => {
        layOut(fakeMachine().machine, image({ era: monitorEras.M1, commandLine: `${commandLine}x` }));
      }).toThrow(/4093 bytes, at most 4092/);
    });

    it('takes a bundle as it is, with nothing behind it', () => {
      const fake = fakeMachine();
      fake.memory.fill(INITRD, 0x4000, 0xaa);
      const bundle = Uint8Array.from(program);
      bundle.set(new TextEncoder().encode('NVMB'));
      layOut(fake.machine, image({ era: monitorEras.M1, program: bundle }));
      expect(fake.memory.read(INITRD, 5000)).toEqual(bundle);
      expect(fake.memory.read(INITRD + 5000, 3192)).toEqual(new Uint8Array(3192));
      expect(fake.memory.read8(INITRD + 8192)).toBe(0xaa);
      expect(fake.start).toMatchObject({ ebx: INITRD | 2 });
    });
  });

  const refusals: [string, Partial<BootImage>, RegExp][] = [
    ['a kernel that is not an ELF file', { kernel: Uint8Array.of(1, 2, 3) }, /kernel is not an ELF file/],
    [
      'a kernel that is cut off',
      {
        kernel: tinyElf({
          entry: 0,
          segments: [{ address: 0x8000, bytes: KERNEL_TEXT, memoryBytes: 64 }],
        }).subarray(0, 90),
      },
      /kernel/,
    ],
    [
      'a kernel that reaches into the program',
      {
        kernel: tinyElf({
          entry: 0,
          segments: [{ address: 0xbff000, bytes: KERNEL_TEXT, memoryBytes: 0x2000 }],
        }),
      },
      /into the program/,
    ],
    ['a ramfs that is no multiple of a page', { ramfs: new Uint8Array(100) }, /not a multiple of 4096/],
    ['a ramfs that does not fit', { ramfs: new Uint8Array(8 << 20) }, /more memory/],
    ['a program that does not fit', { program: new Uint8Array(8 << 20) }, /more memory/],
    ['kernel arguments that are too long', { kernelArguments: 'x'.repeat(257) }, /257 bytes, at most 256/],
    ['a command line that is too long', { commandLine: 'x'.repeat(256) }, /256 bytes, at most 255/],
  ];
  it('refuses a program that reaches to where programs map memory, however much there is', () => {
    const { machine } = fakeMachine();
    const large = { ...machine, memory: { ...machine.memory, size: 2 ** 31 } as typeof machine.memory };
    // Never touched, so the host need not have this much.
    const program = new Uint8Array(0x60000000 - INITRD);
    expect(() => {
      layOut(large, image({ program }));
    }).toThrow(/more than Nanvix can map/);
  });

  it.each(refusals)('refuses %s', (_name, changes, message) => {
    expect(() => {
      layOut(fakeMachine().machine, image(changes));
    }).toThrow(message);
    expect(() => {
      layOut(fakeMachine().machine, image(changes));
    }).toThrow(InputError);
  });
});

describe('the command line', () => {
  it('is name, arguments, semicolon, environment', () => {
    const text = commandLineText({ programName: 'p', args: ['-B', '/x.py'], env: { A: '1', B: '2' } });
    expect(text).toBe('p -B /x.py;A=1 B=2');
  });

  it('is taken verbatim when given as one text', () => {
    expect(commandLineText({ programName: 'p', verbatim: 'a b;C=d e;f' })).toBe('p a b;C=d e;f');
  });

  it.each(['two words', 'semi;colon', 'zero\0byte', ''])(
    'refuses the argument %j, which it cannot carry',
    (word) => {
      expect(() => commandLineText({ programName: 'p', args: [word] })).toThrow(InputError);
    },
  );

  it('has a length of two bytes in Era M', () => {
    expect([...encodeCommandLine('x'.repeat(300), eras.M.commandLine).subarray(0, 2)]).toEqual([44, 1]);
  });
});
