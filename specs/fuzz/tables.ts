/**
 * What a case starts from: registers, FPU states and the content of its memory, made from its seed. Values at which
 * instructions turn (zero, ones, borders of ranges, pointers, special floating-point numbers) are frequent.
 */

import { randomNumbers, type RandomNumber } from '../support/random.ts';
import type { Case, CaseCode } from './case.ts';
import { At, Control, DataPage, PAGE, Size } from './layout.ts';

/** Content for a part of the world; the rest is zero. */
export interface Content {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const TURNING_POINTS = [
  ...[0, 1, 2, 7, 8, 15, 16, 31, 32, 33, 63, 64, 0x7f, 0x80, 0x81, 0xff, 0x100, 0x7fff, 0x8000, 0xffff],
  ...[0x1_0000, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_0000, 0xffff_ff80, 0xffff_fffe, 0xffff_ffff],
  ...[0x0099, 0x9999, 0x5555_5555, 0xaaaa_aaaa],
];

/** Carry, parity, adjust, zero, sign and overflow, and bit 1. */
const ARITHMETIC_FLAGS = 0x8d5;
const DIRECTION_FLAG = 0x400;
/** Bit 1 is always set, and interrupts are on in a program. */
const FLAGS_OF_A_PROGRAM = 0x202;

const word = (random: RandomNumber): number => random(0x1_0000) * 0x1_0000 + random(0x1_0000);
const oneOf = <T>(random: RandomNumber, list: readonly T[], otherwise: T): T =>
  list[random(list.length)] ?? otherwise;

function registerValue(random: RandomNumber): number {
  switch (random(5)) {
    case 0:
      return oneOf(random, TURNING_POINTS, 0);
    case 1:
      return random(70);
    case 2:
      return At.data + random(Size.data);
    case 3:
      return At.data + random(16) * PAGE - random(20);
    default:
      return word(random);
  }
}

/** Registers in the order of POPAD, then flags. */
function valuesTable(random: RandomNumber): Uint8Array {
  const view = new DataView(new ArrayBuffer(Size.values));
  for (let at = 0; at < Size.values; at += Size.valuesEntry) {
    for (let i = 0; i < 8; i++) view.setUint32(at + 4 * i, registerValue(random), true);
    const direction = random(8) === 0 ? DIRECTION_FLAG : 0;
    const flags = (random(0x1000) & ARITHMETIC_FLAGS) | direction | FLAGS_OF_A_PROGRAM;
    view.setUint32(at + 32, flags, true);
  }
  return new Uint8Array(view.buffer);
}

/** An 80-bit number: exponent with sign, then 64 bits of significand. */
function extended(random: RandomNumber): { exponent: number; high: number; low: number } {
  const sign = random(2) << 15;
  const normal = { high: (word(random) | 0x8000_0000) >>> 0, low: word(random) };
  switch (random(12)) {
    case 0:
      return { exponent: sign, high: 0, low: 0 };
    case 1:
      return { exponent: sign | 0x7fff, high: 0x8000_0000, low: 0 };
    case 2: // a quiet or a signalling NaN
      return { exponent: sign | 0x7fff, high: 0x8000_0000 + random(0x8000_0000), low: word(random) };
    case 3: // denormal
      return { exponent: sign, high: random(0x8000_0000), low: word(random) };
    case 4: // a small whole number
      return { exponent: sign | (0x3fff + random(6)), high: 0x8000_0000 + random(16) * 0x800_0000, low: 0 };
    case 5:
      return { exponent: sign | random(0x7fff), ...normal };
    case 6: // around the range of a double
      return { exponent: sign | (oneOf(random, [0x3c01, 0x43fe, 0x3f81, 0x407e], 0) + random(4)), ...normal };
    default:
      return { exponent: sign | (0x3fff - 8 + random(40)), ...normal };
  }
}

/** The upper word of a double, or a single. */
function float32Bits(random: RandomNumber): number {
  const sign = (random(2) << 31) >>> 0;
  switch (random(8)) {
    case 0:
      return sign;
    case 1:
      return sign + oneOf(random, [0x7f80_0000, 0x7ff0_0000, 0x7fc0_0000, 0x7ff8_0000, 0x7f80_0001], 0);
    case 2:
      return sign + random(0x80_0000);
    case 3:
      return sign + 0x3f80_0000 + random(8) * 0x40_0000;
    case 4:
      return sign + 0x3ff0_0000 + random(8) * 0x4_0000;
    case 5:
      return word(random);
    default:
      return sign + 0x3f00_0000 + random(0x100_0000);
  }
}

const CONTROL_ALL_MASKED = 0x37f;
const MXCSR_ALL_MASKED = 0x1f80;

/** FXRSTOR images. One in eight does not mask all exceptions, if `unmasked` lets it. */
function fxTable(random: RandomNumber, unmasked: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(Size.fx));
  for (let at = 0; at < Size.fx; at += Size.fxEntry) {
    const open = unmasked && random(8) === 0;
    const precision = random(4) === 0 ? oneOf(random, [0x000, 0x200, 0x300], 0x300) : 0x300;
    const rounding = random(3) === 0 ? random(4) : 0;
    const masks = open ? random(0x40) : 0x3f;
    view.setUint16(at, (CONTROL_ALL_MASKED & ~0x33f) | masks | precision | (rounding << 10), true);
    view.setUint16(at + 2, random(8) << 11, true);
    view.setUint8(at + 4, random(3) === 0 ? 0xff : random(0x100));
    const sseMasks = open ? random(0x40) << 7 : MXCSR_ALL_MASKED;
    const flush = random(8) === 0 ? 0x8040 & random(0x1_0000) : 0;
    view.setUint32(at + 24, sseMasks | (rounding << 13) | flush, true);
    for (let i = 0; i < 8; i++) {
      const { exponent, high, low } = extended(random);
      view.setUint32(at + 32 + 16 * i, low, true);
      view.setUint32(at + 36 + 16 * i, high, true);
      view.setUint16(at + 40 + 16 * i, exponent, true);
      for (let k = 0; k < 4; k++) view.setUint32(at + 160 + 16 * i + 4 * k, float32Bits(random), true);
    }
  }
  return new Uint8Array(view.buffer);
}

function dataContent(random: RandomNumber): Uint8Array {
  const view = new DataView(new ArrayBuffer(PAGE));
  for (let at = 0; at < PAGE; at += 4) {
    view.setUint32(at, random(2) === 0 ? registerValue(random) : float32Bits(random), true);
  }
  return new Uint8Array(view.buffer);
}

/** Data pages with memory of their own. */
const CONTENT_PAGES = [0, 1, 2, 4, DataPage.readOnly, DataPage.demand, 7, 9, 11, 12, 13, 14, 15];

/** All that is to be written into memory before a case runs. */
export function initialContent(one: Case, code: CaseCode): Content[] {
  const random = randomNumbers(one.seed);
  const control = new DataView(new ArrayBuffer(PAGE));
  const set = (address: number, value: number): void => {
    control.setUint32(address - At.control, value, true);
  };
  set(Control.valuesCursor, At.values);
  set(Control.fxCursor, At.fx);
  set(Control.roundsCursor, At.rounds + Size.rounds);
  set(Control.fxRoundsCursor, At.fxRounds);
  set(Control.roundsLeft, one.rounds);
  set(Control.faultsCursor, At.faults);
  set(Control.landing, code.itemStarts.at(-1) ?? code.entry);
  return [
    { address: code.entry, bytes: code.bytes },
    { address: At.skip, bytes: new Uint8Array(code.skip.buffer) },
    { address: At.control, bytes: new Uint8Array(control.buffer) },
    { address: At.values, bytes: valuesTable(random) },
    ...(one.fpu ? [{ address: At.fx, bytes: fxTable(random, true) }] : []),
    ...CONTENT_PAGES.map((page) => ({ address: At.data + page * PAGE, bytes: dataContent(random) })),
  ];
}
