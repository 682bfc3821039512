/**
 * The opcodes behind 0F that belong to MMX and SSE to SSE3, by mandatory prefix: which exist, what they need, what they compute.
 *
 * What CPUID does not promise is not here, and undefined. Source: Intel SDM volume 2, opcode map and "Exceptions" of each instruction;
 * `specs/emulator/sse/opcodes.spec.ts` holds it against what a real processor answered.
 */

import { OPERATIONS, type OperationName } from '../sse/operations.ts';

/** What is known of an opcode, as bits; above them the number of its operation, from {@link OPERATION_SHIFT} on. */
export const Opcode = {
  /** Raises #UD whatever the operands. */
  undefined: 0x01,
  /** Uses MMX registers. */
  mmx: 0x02,
  /** Uses XMM registers or MXCSR: needs CR4.OSFXSR. */
  sse: 0x04,
  /** An operand in memory is of 128 bits and aligned. */
  aligned: 0x08,
  /** Computes with floating point: goes by MXCSR and may raise #XM. */
  computes: 0x10,
  /** Compiled code leaves it to the interpreter. */
  interpreted: 0x20,
  /** Has an immediate byte. Only said of what computes. */
  immediate: 0x40,
  /** LDDQU, which loads as MOVUPS does. */
  unalignedLoad: 0x80,
  /** FXSAVE, FXRSTOR, LDMXCSR, STMXCSR, fences and cache lines. */
  group15: 0x100,
  /** Of what computes: an operand in memory is of 64 bits, not 32. */
  long: 0x200,
  /** Where operands are, if not in XMM registers; said of CVTPI2PD and of what computes. */
  fromGeneral: 0x400,
  fromMmx: 0x800,
  toGeneral: 0x1000,
  /** EMMS, which also puts the x87's first register on top. */
  toTop: 0x2000,
} as const;

/** Where an operand that is no memory comes from, or a result goes to. */
export type Place = 'xmm' | 'general' | 'mmx' | 'flags';

/** An instruction that computes. */
export interface Computing {
  readonly name: OperationName;
  /** Bytes of an operand in memory. */
  readonly bytes: 4 | 8 | 16;
  readonly source: Place;
  readonly destination: Place;
  /** What of v86 compiled code calls for it; undefined where it is left to the interpreter. */
  readonly exported: string | undefined;
}

/** Prefixes in the order of the bits of {@link prefixIndex}. */
export const PREFIXES = [0, 0x66, 0xf3, 0xf2] as const;
type Prefix = (typeof PREFIXES)[number];

/** The number of the operation stands in an opcode's bits from here on. */
export const OPERATION_SHIFT = 16;
const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

/** The name of an operation by its number. */
export function operationNamed(number: number): OperationName {
  const name = OPERATION_NAMES[number];
  if (name === undefined) throw new Error(`no operation ${number}`);
  return name;
}

export const numberOfOperation = (name: OperationName): number => OPERATION_NAMES.indexOf(name);

const key = (prefix: Prefix, opcode: number): number => (PREFIXES.indexOf(prefix) << 8) | opcode;

const table = new Uint32Array(PREFIXES.length << 8);
const computing = new Map<OperationName, Computing>();

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

function define(prefix: Prefix, opcodes: readonly number[], bits: number): void {
  for (const opcode of opcodes) table[key(prefix, opcode)] = bits;
}

// ── what only moves, shuffles or computes with integers ──

/** Where anything of this sort can be; all of it that is not defined below raises #UD. */
const SORT = [
  ...range(0x10, 0x17),
  ...range(0x28, 0x2f),
  ...range(0x50, 0x7f),
  ...range(0xc2, 0xc6),
  ...range(0xd0, 0xff),
];
for (const prefix of PREFIXES) define(prefix, SORT, Opcode.undefined);

const { mmx, sse, aligned } = Opcode;
/** Integers, in MMX registers without a prefix, in XMM registers with 66. */
const INTEGERS = [
  ...range(0x60, 0x6b),
  ...range(0x74, 0x76),
  ...[0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf],
  ...[0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef],
  ...[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe],
];
/** Shifts by an immediate, which have no operand in memory. */
const SHIFTS = [0x71, 0x72, 0x73];
define(0, [...INTEGERS, ...SHIFTS, 0x6e, 0x6f, 0x70, 0x7e, 0x7f, 0xc4, 0xc5, 0xd7, 0xe7, 0xf7], mmx);
define(0, [0x77], mmx | Opcode.toTop);
define(0x66, [...INTEGERS, 0x6c, 0x6d, 0x6f, 0x70, 0x7f, 0xe7], sse | aligned);
define(0x66, [...SHIFTS, 0x6e, 0x7e, 0xc4, 0xc5, 0xd6, 0xd7, 0xf7], sse);
define(0xf3, [0x6f, 0x7e, 0x7f], sse);
define(0xf3, [0x70], sse | aligned);
define(0xf2, [0x70], sse | aligned);
// MOVQ2DQ, MOVDQ2Q
define(0xf3, [0xd6], sse | mmx);
define(0xf2, [0xd6], sse | mmx);

/** Floating point as bits, the same for both formats: moves, logic, shuffles. */
for (const prefix of [0, 0x66] as const) {
  define(prefix, [0x10, 0x11, 0x12, 0x13, 0x16, 0x17, 0x50], sse);
  define(prefix, [0x14, 0x15, 0x28, 0x29, 0x2b, ...range(0x54, 0x57), 0xc6], sse | aligned);
}
define(0xf3, [0x10, 0x11], sse);
define(0xf2, [0x10, 0x11, 0x12], sse);
define(0xf3, [0x12, 0x16], sse | aligned);
// v86 takes LDDQU and ADDSUBPS for opcodes without operands where it looks for the borders of what it compiles
define(0xf2, [0xf0], sse | Opcode.unalignedLoad | Opcode.interpreted);
// exact, and so without exceptions: CVTSI2SD, CVTDQ2PD, CVTPI2PD
define(0xf2, [0x2a], sse);
define(0xf3, [0xe6], sse);
define(0x66, [0x2a], sse | mmx | Opcode.fromMmx);
// MOVNTI is none of SSE's for CR4; with a prefix it does not exist
define(0, [0xc3], 0);
for (const prefix of PREFIXES) define(prefix, [0xae], Opcode.undefined);
define(0, [0xae], Opcode.group15);

// ── what computes ──

const hexadecimal = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
const exportOf = (prefix: Prefix, opcode: number): string =>
  `instr_${prefix === 0 ? '' : hexadecimal(prefix)}0F${hexadecimal(opcode)}`;

function compute(
  prefix: Prefix,
  opcode: number,
  name: OperationName,
  bytes: 4 | 8 | 16,
  special: Partial<Computing> = {},
): void {
  const usual = {
    name,
    bytes,
    source: 'xmm',
    destination: 'xmm',
    exported: exportOf(prefix, opcode),
  } as const;
  const instruction = { ...usual, ...special };
  computing.set(name, instruction);
  const { source, destination } = instruction;
  table[key(prefix, opcode)] =
    sse |
    Opcode.computes |
    (source === 'mmx' || destination === 'mmx' ? mmx : 0) |
    (bytes === 16 ? aligned : 0) |
    (bytes === 8 ? Opcode.long : 0) |
    (source === 'general' ? Opcode.fromGeneral : 0) |
    (source === 'mmx' ? Opcode.fromMmx : 0) |
    (destination === 'general' ? Opcode.toGeneral : 0) |
    (instruction.exported === undefined ? Opcode.interpreted : 0) |
    (opcode === 0xc2 ? Opcode.immediate : 0) |
    (numberOfOperation(name) << OPERATION_SHIFT);
}

for (const [opcode, stem] of [
  [0x51, 'sqrt'],
  [0x58, 'add'],
  [0x59, 'mul'],
  [0x5c, 'sub'],
  [0x5d, 'min'],
  [0x5e, 'div'],
  [0x5f, 'max'],
  [0xc2, 'cmp'],
] as const) {
  compute(0, opcode, `${stem}ps`, 16);
  compute(0x66, opcode, `${stem}pd`, 16);
  compute(0xf3, opcode, `${stem}ss`, 4);
  compute(0xf2, opcode, `${stem}sd`, 8);
}
for (const [opcode, stem] of [
  [0x52, 'rsqrt'],
  [0x53, 'rcp'],
] as const) {
  compute(0, opcode, `${stem}ps`, 16);
  compute(0xf3, opcode, `${stem}ss`, 4);
}
for (const [opcode, stem] of [
  [0x2e, 'ucomi'],
  [0x2f, 'comi'],
] as const) {
  compute(0, opcode, `${stem}ss`, 4, { destination: 'flags' });
  compute(0x66, opcode, `${stem}sd`, 8, { destination: 'flags' });
}
for (const [opcode, stem] of [
  [0x7c, 'hadd'],
  [0x7d, 'hsub'],
] as const) {
  compute(0x66, opcode, `${stem}pd`, 16);
  compute(0xf2, opcode, `${stem}ps`, 16);
}
compute(0x66, 0xd0, 'addsubpd', 16, { exported: undefined });
compute(0xf2, 0xd0, 'addsubps', 16, { exported: undefined });

compute(0, 0x5a, 'cvtps2pd', 8);
compute(0x66, 0x5a, 'cvtpd2ps', 16);
compute(0xf3, 0x5a, 'cvtss2sd', 4);
compute(0xf2, 0x5a, 'cvtsd2ss', 8);
compute(0, 0x5b, 'cvtdq2ps', 16);
compute(0x66, 0x5b, 'cvtps2dq', 16);
compute(0xf3, 0x5b, 'cvttps2dq', 16);
compute(0x66, 0xe6, 'cvttpd2dq', 16);
compute(0xf2, 0xe6, 'cvtpd2dq', 16);
compute(0xf3, 0x2a, 'cvtsi2ss', 4, { source: 'general' });

const toGeneral = (exported: string) => ({ destination: 'general', exported }) as const;
compute(0xf3, 0x2c, 'cvttss2si', 4, toGeneral('sse_convert_with_truncation_f32_to_i32'));
compute(0xf2, 0x2c, 'cvttsd2si', 8, toGeneral('sse_convert_with_truncation_f64_to_i32'));
compute(0xf3, 0x2d, 'cvtss2si', 4, toGeneral('sse_convert_f32_to_i32'));
compute(0xf2, 0x2d, 'cvtsd2si', 8, toGeneral('sse_convert_f64_to_i32'));

const toMmx = { destination: 'mmx', exported: undefined } as const;
compute(0, 0x2a, 'cvtpi2ps', 8, { source: 'mmx', exported: undefined });
compute(0, 0x2c, 'cvttps2pi', 8, toMmx);
compute(0, 0x2d, 'cvtps2pi', 8, toMmx);
compute(0x66, 0x2c, 'cvttpd2pi', 16, toMmx);
compute(0x66, 0x2d, 'cvtpd2pi', 16, toMmx);

/** What is known of each opcode: bits of {@link Opcode}, 0 of what is none of MMX or SSE; by prefix and opcode. */
export const OPCODES: Readonly<Uint32Array> = table;

/** The instructions that compute and may raise #XM. */
export const COMPUTING: ReadonlyMap<OperationName, Computing> = computing;
