/** What the kernel takes for a program, and what it says of a file that is none. */
import { describe, expect, it } from 'vitest';
import { exitStatuses } from '../../images/abi/index.ts';
import { runGuest } from '../support/guests.ts';
import { elfFile, LOAD } from './elf-file.ts';

/** mov eax, 3; mov ebx, 42; int 0x80 */
const EXIT_42 = Uint8Array.of(0xb8, 3, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80);
const code = { type: LOAD, flags: 5, offset: 0x1000, address: 0x40000000, bytes: EXIT_42 };

const start = (program: Uint8Array) => runGuest({ program, programName: 'made', memoryMiB: 128 });

describe('a program', () => {
  it('is started at its entry', async () => {
    const { outcome } = await start(elfFile({ segments: [code], entry: 0x40000000 }));
    expect(outcome).toEqual({ kind: 'exit', status: 42 });
  });

  it('that is position-independent is started at 0x40000000 plus its entry', async () => {
    const { outcome } = await start(
      elfFile({ type: 3, segments: [{ ...code, address: 0x2000 }], entry: 0x2000 }),
    );
    expect(outcome).toEqual({ kind: 'exit', status: 42 });
  });

  it('whose file offset and address differ within the page is copied into place', async () => {
    const { outcome } = await start(elfFile({ segments: [{ ...code, offset: 0x123 }], entry: 0x40000000 }));
    expect(outcome).toEqual({ kind: 'exit', status: 42 });
  });

  it('may have two segments in one page of its file', async () => {
    // mov eax, [0x40002100]; add [0x40001000], eax; mov ebx, [0x40001000]; mov eax, 3; int 0x80
    const text = Uint8Array.of(
      ...[0xa1, 0x00, 0x21, 0x00, 0x40, 0x01, 0x05, 0x00, 0x10, 0x00, 0x40],
      ...[0x8b, 0x1d, 0x00, 0x10, 0x00, 0x40, 0xb8, 3, 0, 0, 0, 0xcd, 0x80],
    );
    const { outcome } = await start(
      elfFile({
        entry: 0x40000000,
        segments: [
          { ...code, bytes: text },
          {
            type: LOAD,
            flags: 6,
            offset: 0x2000,
            address: 0x40001000,
            bytes: Uint8Array.of(30),
            memory: 0x1000,
          },
          { type: LOAD, flags: 4, offset: 0x2100, address: 0x40002100, bytes: Uint8Array.of(3) },
        ],
      }),
    );
    expect(outcome).toEqual({ kind: 'exit', status: 33 });
  });

  it('finds zeros behind the bytes of its data, though the file goes on there', async () => {
    // mov ebx, [0x40001004]; mov eax, 3; int 0x80
    const text = Uint8Array.of(0x8b, 0x1d, 0x04, 0x10, 0x00, 0x40, 0xb8, 3, 0, 0, 0, 0xcd, 0x80);
    const { outcome } = await start(
      elfFile({
        entry: 0x40000000,
        segments: [
          { ...code, bytes: text },
          {
            type: LOAD,
            flags: 6,
            offset: 0x2000,
            address: 0x40001000,
            bytes: Uint8Array.of(1, 2, 3, 4),
            memory: 64,
          },
          { type: 0, flags: 0, offset: 0x2004, address: 0, bytes: Uint8Array.of(9, 9, 9, 9) },
        ],
      }),
    );
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });
});

describe('the kernel refuses', () => {
  const good = { segments: [code], entry: 0x40000000 };
  it.each([
    ['what is no ELF file', new Uint8Array(4096).fill(1), 'not an ELF file'],
    ['an empty file', new Uint8Array(1), 'not an ELF file'],
    ['a program for another processor', elfFile({ ...good, machine: 40 }), 'not for 32-bit x86'],
    ['an object file', elfFile({ ...good, type: 1 }), 'not an executable'],
    [
      'program headers outside the file',
      elfFile({ ...good, programHeaders: 0x7fffffff }),
      'program headers lie outside the file',
    ],
    [
      'a segment outside the file',
      elfFile({ ...good, segments: [{ ...code, fileSize: 0x10000000, memory: 0x10000000 }] }),
      'a segment lies outside the file',
    ],
    [
      'a segment with more bytes than memory',
      elfFile({ ...good, segments: [{ ...code, memory: 1 }] }),
      'a segment is larger in the file than in memory',
    ],
    [
      'a segment over the kernel',
      elfFile({ ...good, segments: [{ ...code, address: 0x00100000 }] }),
      'a segment lies outside user space',
    ],
    [
      'a segment over the stack',
      elfFile({ ...good, segments: [{ ...code, address: 0xeffff000 }] }),
      'a segment lies outside user space',
    ],
    [
      'a segment that wraps around',
      elfFile({ ...good, segments: [{ ...code, memory: 0xf0000000 }] }),
      'a segment lies outside user space',
    ],
    [
      'segments on top of each other',
      elfFile({ ...good, segments: [code, { ...code, address: 0x40000800, offset: 0x1800 }] }),
      'two segments share a page',
    ],
    [
      'a segment larger than memory',
      elfFile({ ...good, segments: [code, { ...code, address: 0x40001000, memory: 0x40000000 }] }),
      'no memory',
    ],
  ])('%s', async (_what, program, message) => {
    const { outcome, console } = await start(program);
    expect(console).toBe(`kernel: cannot start the program: ${message}\n`);
    expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.notExecutable });
  });
});
