/**
 * MXCSR, the register that controls SSE's floating point and collects its exceptions.
 *
 * Source of all numbers: Intel SDM volume 1, section 10.2.3.
 */

/** Exceptions, as bits of the flags in MXCSR; their masks are the same bits 7 places higher. */
export const Exception = {
  invalid: 0x01,
  denormal: 0x02,
  divideByZero: 0x04,
  overflow: 0x08,
  underflow: 0x10,
  precision: 0x20,
} as const;

export const Mxcsr = {
  flags: 0x3f,
  denormalsAreZeros: 0x40,
  masks: 0x1f80,
  masksShift: 7,
  rounding: 0x6000,
  roundingShift: 13,
  flushToZero: 0x8000,
  /** Bits that exist; to set another one is a general protection fault. FXSAVE stores this as MXCSR_MASK. */
  all: 0xffff,
} as const;

/** Exceptions that are found before anything is computed. Where one of them is not masked, the others are not looked for. */
const BEFORE_COMPUTING = Exception.invalid | Exception.denormal | Exception.divideByZero;

export const Rounding = { nearest: 0, down: 1, up: 2, truncate: 3 } as const;
export type Rounding = (typeof Rounding)[keyof typeof Rounding];

/** What of MXCSR an instruction goes by. */
export interface Environment {
  readonly rounding: Rounding;
  readonly denormalsAreZeros: boolean;
  /** Tiny results become zero. False where the underflow exception is not masked: flushing is off then. */
  readonly flushToZero: boolean;
  /**
   * Whether overflow and underflow are masked. Where they are not, a tiny result is an underflow even if it is exact, and results out
   * of range are inexact only if they would be with any exponent.
   */
  readonly overflowMasked: boolean;
  readonly underflowMasked: boolean;
}

export function environmentOf(mxcsr: number): Environment {
  const masks = mxcsr >> Mxcsr.masksShift;
  const underflowMasked = (masks & Exception.underflow) !== 0;
  return {
    rounding: ((mxcsr & Mxcsr.rounding) >> Mxcsr.roundingShift) as Rounding,
    denormalsAreZeros: (mxcsr & Mxcsr.denormalsAreZeros) !== 0,
    flushToZero: (mxcsr & Mxcsr.flushToZero) !== 0 && underflowMasked,
    overflowMasked: (masks & Exception.overflow) !== 0,
    underflowMasked,
  };
}

/** MXCSR after an instruction that found `exceptions`, and whether one of them is not masked: nothing else changes then. */
export function report(mxcsr: number, exceptions: number): { mxcsr: number; raised: boolean } {
  const unmasked = exceptions & ~(mxcsr >> Mxcsr.masksShift);
  const reported = (unmasked & BEFORE_COMPUTING) !== 0 ? exceptions & BEFORE_COMPUTING : exceptions;
  return { mxcsr: mxcsr | reported, raised: unmasked !== 0 };
}
