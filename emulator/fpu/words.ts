/** The control and status words of the x87: names for their bits. Source: Intel's manual, volume 1, chapter 8.1. */

/** Exceptions: bits of the status word, and, at the same places, their masks in the control word. */
export const Exceptions = {
  invalid: 0x01,
  denormal: 0x02,
  zeroDivide: 0x04,
  overflow: 0x08,
  underflow: 0x10,
  precision: 0x20,
  all: 0x3f,
} as const;

export const Status = {
  /** Together with `invalid`: a register was empty, or not. */
  stackFault: 0x40,
  /** An exception is raised and not masked; the two bits always agree. */
  summary: 0x80,
  busy: 0x8000,
  c0: 0x100,
  c1: 0x200,
  c2: 0x400,
  c3: 0x4000,
  conditions: 0x4700,
  topShift: 11,
} as const;

export const Control = {
  /** What FNINIT sets. */
  initial: 0x37f,
  /** This bit reads as 1. */
  always: 0x40,
  /** The bits that a program can set. */
  writable: 0x1f3f,
} as const;

/** Rounding control. */
export const roundingMode = (control: number): number => (control >> 10) & 3;

/** Bits of significand that precision control leaves; the reserved value counts as all. */
export const precisionOf = (control: number): number => [24, 64, 53, 64][(control >> 8) & 3] ?? 64;
