/**
 * Where everything of a fuzz case stands, by linear address: the same in our machine, as a Linux process and in QEMU.
 *
 * The guest's page tables and the native runner's mmap calls both follow {@link REGIONS}, so a case needs no relocation.
 */

export const PAGE = 4096;

/** A fuzz case's own 4 MiB of linear memory: one page table. */
export const WORLD = 0x2000_0000;

/** Linear addresses. */
export const At = {
  /** The case's code: four pages, unmapped memory on both sides. */
  code: WORLD,
  /** The same four pages once more, writable. */
  codeAlias: WORLD + 0x1_0000,
  /** What memory operands point to: sixteen pages of several kinds, see {@link REGIONS}. */
  data: WORLD + 0x2_0000,
  /** Two pages, unmapped memory on both sides. */
  stack: WORLD + 0x4_0000,
  /** The words that the frame around the items works with. */
  control: WORLD + 0x5_0000,
  /** Registers and flags for the start of each round, 64 bytes each. */
  values: WORLD + 0x6_0000,
  /** FXRSTOR images for the start of each round. */
  fx: WORLD + 0x7_0000,
  /** For each byte of code a word: where execution goes on when the instruction there faults. */
  skip: WORLD + 0x8_0000,
  /** What faulted, 64 bytes each, oldest overwritten. */
  faults: WORLD + 0x9_0000,
  /** Registers and flags at the end of each round, 40 bytes each, growing downwards. */
  rounds: WORLD + 0xd_0000,
  /** FXSAVE images of the end of each round. */
  fxRounds: WORLD + 0x10_0000,
} as const;

export const Size = {
  /** From {@link WORLD} to the end of the last part. */
  world: 0x20_0000,
  code: 4 * PAGE,
  data: 16 * PAGE,
  stack: 2 * PAGE,
  values: 0x1_0000,
  valuesEntry: 64,
  fx: 0x1_0000,
  skip: 0x1_0000,
  faults: 0x4_0000,
  faultsEntry: 64,
  rounds: 0x3_0000,
  roundsEntry: 40,
  fxRounds: 0x10_0000,
  fxEntry: 512,
} as const;

/** The words at {@link At.control}. */
export const Control = {
  valuesCursor: At.control,
  fxCursor: At.control + 4,
  roundsCursor: At.control + 8,
  fxRoundsCursor: At.control + 12,
  roundsLeft: At.control + 16,
  stackPointer: At.control + 20,
  faultsCursor: At.control + 24,
  faultCount: At.control + 28,
  /** Where execution goes on when code outside of {@link At.code} faults. */
  landing: At.control + 32,
  /** Mixed from each interrupt of the timer: where it came. */
  timerSum: At.control + 36,
  demandCount: At.control + 40,
  scratch: At.control + 0x800,
} as const;

/** No case may run more rounds: the logs hold that many. */
export const MOST_ROUNDS = Size.fxRounds / Size.fxEntry;

export type Access = 'none' | 'read' | 'write' | 'code' | 'demand';

/** A part of the case's memory. `backing` says whose pages it shows, when not its own. */
export interface Region {
  readonly start: number;
  readonly length: number;
  /** `demand` starts unmapped and is mapped by its first fault; interrupt {@link Vector.unmap} unmaps it. */
  readonly access: Access;
  readonly backing?: number;
}

/** Pages of the data region that are not plain memory, by number. */
export const DataPage = { hole: 3, readOnly: 5, demand: 6, alias: 8, secondHole: 10 } as const;

const dataPage = (number: number): number => At.data + number * PAGE;
const writable = (from: number, to: number): Region => ({
  start: dataPage(from),
  length: (to - from) * PAGE,
  access: 'write',
});

/** All that is mapped, in ascending order. */
export const REGIONS: readonly Region[] = [
  { start: At.code, length: Size.code, access: 'code' },
  { start: At.codeAlias, length: Size.code, access: 'write', backing: At.code },
  writable(0, 3),
  writable(4, 5),
  { start: dataPage(DataPage.readOnly), length: PAGE, access: 'read' },
  { start: dataPage(DataPage.demand), length: PAGE, access: 'demand' },
  writable(7, 8),
  { start: dataPage(DataPage.alias), length: PAGE, access: 'write', backing: dataPage(0) },
  writable(9, 10),
  writable(11, 16),
  { start: At.stack, length: Size.stack, access: 'write' },
  { start: At.control, length: PAGE, access: 'write' },
  { start: At.values, length: Size.values, access: 'write' },
  { start: At.fx, length: Size.fx, access: 'write' },
  { start: At.skip, length: Size.skip, access: 'write' },
  { start: At.faults, length: Size.faults, access: 'write' },
  { start: At.rounds, length: Size.rounds, access: 'write' },
  { start: At.fxRounds, length: Size.fxRounds, access: 'write' },
];

/** Software interrupts of a case. Natively each is a fault that the runner knows. */
export const Vector = { exit: 0x81, unmap: 0x82 } as const;

/** Linear base of the FS and GS segments: places from which 16-bit offsets reach the data region. */
export const SegmentBase = { fs: At.data, gs: At.data + 0x801 } as const;
/** Selectors as Linux gives them to a 32-bit program. */
export const Selector = { code: 0x23, data: 0x2b, fs: 0x63, gs: 0x6b } as const;
