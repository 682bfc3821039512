/**
 * What the golden snapshots hold. Written out here on purpose rather than shared with the code under test or with other
 * specs: these values belong to files that are never made again.
 */
import type { SnapshotContents } from '../../harness/snapshots/index.ts';

const digest = (byte: string): string => byte.repeat(32);

/** A page whose every byte follows from its number and place. */
const page = (number: number): { number: number; bytes: Uint8Array } => ({
  number,
  bytes: Uint8Array.from({ length: 4096 }, (_, index) => ((index >> 4) + number) & 0xff),
});

/** Sizes are odd on purpose: defaults would hide what depends on them. */
export const goldenContentsV1: SnapshotContents = {
  identity: {
    emulator: { name: 'v86', version: '0.5.462', sha256: digest('a1') },
    kernel: { name: 'kernel.elf', bytes: 65_537, sha256: digest('b2') },
    program: { name: 'hello.elf', bytes: 12_347, sha256: digest('c3') },
    ramfs: { name: 'files.img', bytes: 1_052_672, sha256: digest('d4') },
    options: { commandLine: 'hello.elf a b;X=1', seed: 3, announceMessages: true, kernelArguments: '' },
  },
  moment: {
    instructions: 9_007_199_254_740_001,
    virtualNanoseconds: 17.25,
    kernelCall: { index: 5, number: 35, name: 'snapshot' },
  },
  memoryBytes: 19 * 4096,
  machine: { processor: Uint8Array.of(0, 1, 254, 255), surroundings: { alarms: [], random: -7 } },
  monitor: { stdout: new TextEncoder().encode('grüße\n'), bootTime: -(2n ** 70n), exitStatus: null },
  pages: [0, 1, 18].map(page),
  modules: new TextEncoder().encode('no module'),
};
