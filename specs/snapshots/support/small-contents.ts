/**
 * A small snapshot made by hand, for specs of the file format: all kinds of part, no machine needed. Sizes are
 * deliberately odd: neither the page count nor the memory size is a round number.
 */
import type { GuestPage, SnapshotContents } from '../../../harness/snapshots/index.ts';

export const SMALL_MEMORY_BYTES = 1003 * 4096;

const digest = (digit: string): string => digit.repeat(64);

/** Page `number` filled with bytes that follow from its number. */
export function patternPage(number: number): GuestPage {
  return {
    number,
    bytes: Uint8Array.from({ length: 4096 }, (_, index) => (index * (2 * number + 1)) & 0xff),
  };
}

export function smallContents(change: Partial<SnapshotContents> = {}): SnapshotContents {
  return {
    identity: {
      emulator: { name: 'v86', version: '0.5.462', sha256: digest('1') },
      kernel: { name: 'kernel.elf', bytes: 70_001, sha256: digest('2') },
      program: { name: 'hello.elf', bytes: 9_003, sha256: digest('3') },
      ramfs: { name: 'hello.img', bytes: 512 * 77, sha256: digest('4') },
      options: { commandLine: 'hello.elf -x;A=1', seed: 7, announceMessages: false, kernelArguments: null },
    },
    moment: {
      instructions: 123_457,
      virtualNanoseconds: 123_457.5,
      kernelCall: { index: 41, number: 35, name: 'snapshot' },
    },
    memoryBytes: SMALL_MEMORY_BYTES,
    machine: { processor: { eip: 0x40001003, cr3: 0x5000 }, devices: { pit: { reload: 1193, latch: null } } },
    monitor: { stdout: new TextEncoder().encode('hel'), bootTime: 1_767_225_600_000_000_000n, inbox: [] },
    pages: [0, 1, 2, 8, 255, 256, 700, 1002].map(patternPage),
    modules: Uint8Array.from({ length: 777 }, (_, index) => index & 15),
    ...change,
  };
}
