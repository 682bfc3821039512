/**
 * Rotations, shifts, double shifts and searches for a bit, in every width, on registers and in memory, by every kind of count: what compiled
 * code computes without v86's functions. Each is looked at by itself, with the flags that the manual defines after it.
 */

import { type Case, type Item, parseCase } from './case.ts';

const [CARRY, PARITY, ADJUST, ZERO, SIGN, OVERFLOW] = [0x001, 0x004, 0x010, 0x040, 0x080, 0x800];
const ALL = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;
const WIDTHS = [8, 16, 32] as const;
const COUNTS = [0, 1, 7, 31, 32];
/** The register field of the group of shifts. */
const ROTATIONS = { rol: 0, ror: 1, rcl: 2, rcr: 3 } as const;
const SHIFTS = { shl: 4, shr: 5, sar: 7 } as const;
const ITEMS_PER_CASE = 110;

/** ModR/M byte and what follows it: EAX, or the doubleword at 20020000h. */
const operand = (field: number, inMemory: boolean): string =>
  inMemory ? `${byte(0x05 | (field << 3))} 00 00 02 20` : byte(0xc0 | (field << 3));
const byte = (value: number): string => value.toString(16).padStart(2, '0');
const prefix = (width: number): string => (width === 16 ? '66 ' : '');
const BOTH = [false, true];

/**
 * A line: the operand made from what was found so far, all flags set by an addition, the instruction, then result and flags taken into
 * ESI, which is stirred.
 */
function line(instruction: string, flags: number): string {
  return [
    // mov [20020000h],esi; mov eax,esi; add edx,esi
    '89 35 00 00 02 20 89 f0 01 f2',
    instruction,
    // pushf; and [esp],flags; pop edi; xor esi,edi; add esi,eax; xor esi,[20020000h]; imul esi,esi,19660Dh; inc esi
    `9c 81 24 24 ${byte(flags & 0xff)} ${byte(flags >> 8)} 00 00 5f 31 fe 01 c6 33 35 00 00 02 20 69 f6 0d 66 19 00 46`,
  ].join(' ');
}

/** An instruction with a count: as a constant, and in CL. */
const byCount = (count: number, constant: string, inRegister: string): string[] => [
  `${constant} ${byte(count)}`,
  `b1 ${byte(count)} ${inRegister}`,
];

function* singles(): Generator<string> {
  for (const [name, field] of Object.entries({ ...ROTATIONS, ...SHIFTS })) {
    for (const width of WIDTHS)
      for (const inMemory of BOTH)
        for (const given of COUNTS) {
          const count = given & 31;
          const isRotation = name in ROTATIONS;
          // by more than one OF is undefined, AF after any shift; CF where all bits are gone
          const undefinedFlags =
            count === 0
              ? 0
              : (count === 1 ? 0 : OVERFLOW) |
                (isRotation ? 0 : ADJUST) |
                (!isRotation && count >= width ? CARRY : 0);
          const [wide, place] = [width === 8 ? 0 : 1, operand(field, inMemory)];
          for (const code of byCount(
            given,
            `${prefix(width)}${byte(0xc0 | wide)} ${place}`,
            `${prefix(width)}${byte(0xd2 | wide)} ${place}`,
          ))
            yield line(code, ALL & ~undefinedFlags);
        }
  }
}

function* doubles(): Generator<string> {
  for (const opcode of [0xa4, 0xac])
    for (const width of [16, 32])
      for (const inMemory of BOTH)
        for (const given of COUNTS) {
          const count = given & 31;
          if (count >= width) continue;
          const undefinedFlags = count === 0 ? 0 : ADJUST | (count === 1 ? 0 : OVERFLOW);
          // by EDX
          const place = operand(2, inMemory);
          for (const code of byCount(
            given,
            `${prefix(width)}0f ${byte(opcode)} ${place}`,
            `${prefix(width)}0f ${byte(opcode + 1)} ${place}`,
          ))
            yield line(code, ALL & ~undefinedFlags);
        }
}

function* searches(): Generator<string> {
  for (const opcode of [0xbc, 0xbd])
    for (const width of [16, 32])
      for (const inMemory of BOTH) {
        const search = `${prefix(width)}0f ${byte(opcode)} ${operand(0, inMemory)}`;
        yield line(search, ZERO);
        // and eax,0; mov [20020000h],eax: there is none, and EAX stays
        yield line(`83 e0 00 a3 00 00 02 20 ${search}`, ZERO);
      }
}

/** All of them. */
export function shiftCases(): Case[] {
  const items: Item[] = [...singles(), ...doubles(), ...searches()].flatMap(
    (text) => parseCase(`case\n${text}`).items,
  );
  return Array.from({ length: Math.ceil(items.length / ITEMS_PER_CASE) }, (_, i) => ({
    ...{ seed: i + 1, rounds: 12, start: 0, fpu: false, timer: 0 },
    items: items.slice(i * ITEMS_PER_CASE, (i + 1) * ITEMS_PER_CASE),
  }));
}
