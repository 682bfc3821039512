/** All registers of a machine as text by name, for a comparison that people read. */
import { hex, hex32 } from '../../emulator/hex.ts';
import { CONTROL_REGISTERS, REGISTER_NAMES, SEGMENT_NAMES } from '../../emulator/types.ts';
import type { Registers } from '../../emulator/types.ts';

const REGISTERS_IN_FXSAVE = 8;
const SPACING_IN_FXSAVE = 16;

/** Where the FXSAVE layout keeps what; lengths in bytes. Source: Intel SDM, volume 1, "FXSAVE Area". */
const FXSAVE = {
  fcw: [0, 2],
  fsw: [2, 2],
  ftw: [4, 1],
  mxcsr: [24, 4],
  ...places('st', 32, 10),
  ...places('xmm', 160, 16),
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

/** Hexadecimal values by name: general, segment, control, x87 and SSE registers, and the privilege level. */
export function registerValues(registers: Registers): Readonly<Record<string, string>> {
  const fxsave = registers.fxsave();
  const entries: [string, string][] = [
    ...REGISTER_NAMES.map((name): [string, string] => [name, hex32(registers.get(name))]),
    ...SEGMENT_NAMES.map((name): [string, string] => [
      name,
      `${hex(registers.segment(name))} base ${hex32(registers.segmentBase(name))}`,
    ]),
    ...CONTROL_REGISTERS.map((index): [string, string] => [`cr${index}`, hex32(registers.control(index))]),
    ['ring', String(registers.privilege)],
    ['idt', table(registers.idt)],
    ['gdt', table(registers.gdt)],
    ...Object.entries(FXSAVE).map(([name, [offset, length]]): [string, string] => [
      name,
      `0x${Buffer.from(fxsave.slice(offset, offset + length))
        .reverse()
        .toString('hex')}`,
    ]),
  ];
  return Object.fromEntries(entries);
}

function places(name: string, start: number, length: number): Record<string, [number, number]> {
  return Object.fromEntries(
    Array.from({ length: REGISTERS_IN_FXSAVE }, (_, index) => [
      `${name}${index}`,
      [start + index * SPACING_IN_FXSAVE, length],
    ]),
  );
}

const table = ({ base, limit }: { base: number; limit: number }): string =>
  `${hex32(base)} limit ${hex(limit)}`;
