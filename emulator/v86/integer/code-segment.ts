/**
 * Writes through the code segment, which a processor refuses in protected mode with #GP: v86 does not look at a segment's rights.
 *
 * A prefix CS is rare but for jumps and for padding, so what it stands before is looked up when it is met, in the interpreter and
 * in the code generator: does the instruction write to the memory that its ModR/M byte, or a constant, names?
 */

import { Address, Prefix } from '../internals.ts';
import { isEmulatedOrTaskSwitched, isX87ExceptionPending } from '../sse-state.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, set, when, whenElse } from '../wasm-expressions.ts';

/** Register fields of a ModR/M byte with which an opcode writes to memory, a bit for each. */
const ALL = 0xff;
/** It writes whatever follows: MOV to an offset, MASKMOVQ. */
const ALWAYS = 0x100;
/** From this bit on: register fields with which it waits for a pending exception of the x87, which comes first. */
const WAITS_SHIFT = 16;
/** It is an instruction of the x87, MMX or SSE: where there is none of them, that comes first. */
const FLOATING = 0x200;
/** Behind F2 or F3 it is another instruction, which does not write, or none. */
const WITHOUT_REPEAT = 0x400;
const waiting = (fieldsThatWait: number, others = 0): number =>
  FLOATING | fieldsThatWait | others | (fieldsThatWait << WAITS_SHIFT);

const fields = (...numbers: number[]): number => numbers.reduce((bits, field) => bits | (1 << field), 0);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

type Row = readonly [opcodes: readonly number[], writes: number];
/** Source: Intel SDM volume 2, opcode maps: instructions whose first operand is in memory and is written. */
const ONE_BYTE: readonly Row[] = [
  // ADD OR ADC SBB AND SUB XOR to memory
  [range(0, 6).flatMap((operation) => [8 * operation, 8 * operation + 1]), ALL],
  [[0x63], ALL],
  // CMP is the last of the group
  [range(0x80, 0x83), fields(0, 1, 2, 3, 4, 5, 6)],
  [[0x86, 0x87, 0x88, 0x89, 0x8c], ALL],
  [[0x8f, 0xc6, 0xc7], fields(0)],
  [[0xa2, 0xa3], ALWAYS],
  [[0xc0, 0xc1, ...range(0xd0, 0xd3)], ALL],
  // NOT, NEG; INC, DEC
  [[0xf6, 0xf7], fields(2, 3)],
  [[0xfe, 0xff], fields(0, 1)],
  // stores of the x87
  [[0xd9], waiting(fields(2, 3), fields(6, 7))],
  [[0xdb], waiting(fields(1, 2, 3, 7))],
  [[0xdd], waiting(fields(1, 2, 3), fields(6, 7))],
  [[0xdf], waiting(fields(1, 2, 3, 6, 7))],
];
const BEHIND_0F: readonly Row[] = [
  [[0x11, 0x7f], FLOATING | ALL],
  [[0x13, 0x17, 0x29, 0x2b, 0x7e, 0xd6, 0xe7], FLOATING | WITHOUT_REPEAT | ALL],
  [[0xc3], ALL],
  [range(0x90, 0x9f), ALL],
  [[0xa4, 0xa5, 0xac, 0xad, 0xab, 0xb3, 0xbb, 0xb0, 0xb1, 0xc0, 0xc1], ALL],
  [[0xba], fields(5, 6, 7)],
  [[0xc7], fields(1)],
  // FXSAVE, STMXCSR; SLDT, STR; SGDT, SIDT, SMSW
  [[0xae], FLOATING | fields(0, 3)],
  [[0x00], fields(0, 1)],
  [[0x01], fields(0, 1, 4)],
  [[0xf7], FLOATING | ALWAYS],
];

const Byte = { behind0F: 0x0f, codeSegment: 0x2e } as const;
/** Prefixes that leave the segment as it is, and those that name another one. */
const REPEATS = [0xf2, 0xf3];
const OTHER_PREFIXES = [0x66, 0x67, 0xf0, ...REPEATS, Byte.codeSegment];
const OTHER_SEGMENTS = [0x26, 0x36, 0x3e, 0x64, 0x65];
const VIRTUAL_8086 = 1 << 17;

/** Appends a function that gives the entry of an opcode. */
function addTable(binary: WasmBinary, rows: readonly Row[]): number {
  const entries = new Uint32Array(256);
  for (const [opcodes, writes] of rows) for (const opcode of opcodes) entries[opcode] = writes;
  const different = [...new Set(entries)];
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        different.map(() => wasm.block),
        get(0),
        wasm.branchTable(
          [...entries].map((entry) => different.indexOf(entry)),
          different.indexOf(0),
        ),
        different.map((entry) => [wasm.end, I32.of(entry), wasm.ret]),
        wasm.unreachable,
      ],
    },
  );
}

const isOneOf = (byte: Code, bytes: readonly number[]): Code =>
  bytes.map((one, i) => (i === 0 ? I32.eq(byte, I32.of(one)) : [I32.eq(byte, I32.of(one)), wasm.or]));

/** Locals that {@link scanForWrite} uses: a byte, what is known of the opcode, and whether there is a prefix F2 or F3. */
export interface ScanLocals {
  readonly byte: number;
  readonly writes: number;
  readonly repeats: number;
}

/**
 * Code that goes through an instruction from behind a prefix CS on, and does `found` where it writes through CS.
 *
 * @param prefixes v86's bits for the prefixes before that one.
 * @param next Reads the next byte into a local.
 * @param now Whether the instruction is about to be executed, so that another fault may come first.
 */
export function scanForWrite(
  tables: WriteTables,
  { byte, writes, repeats }: ScanLocals,
  prefixes: Code,
  next: (local: number) => Code,
  now: boolean,
  found: Code,
): Code {
  const field = I32.and(I32.shr(get(byte), I32.of(3)), I32.of(7));
  const waits = I32.and(I32.shr(get(writes), I32.add(field, I32.of(WAITS_SHIFT))), I32.of(1));
  return [
    set(repeats, I32.and(prefixes, I32.of(Prefix.repeat | Prefix.repeatNot))),
    wasm.block,
    wasm.loop,
    next(byte),
    when(isOneOf(get(byte), REPEATS), set(repeats, I32.of(1))),
    [isOneOf(get(byte), OTHER_PREFIXES), wasm.branchIf(0)],
    [isOneOf(get(byte), OTHER_SEGMENTS), wasm.branchIf(1)],
    wasm.end,
    whenElse(
      I32.eq(get(byte), I32.of(Byte.behind0F)),
      [next(byte), set(writes, [get(byte), wasm.call(tables.behind0F)])],
      set(writes, [get(byte), wasm.call(tables.oneByte)]),
    ),
    [I32.isZero(get(writes)), wasm.branchIf(0)],
    when(I32.and(get(writes), I32.of(WITHOUT_REPEAT)), [get(repeats), wasm.branchIf(1)]),
    now ? when(I32.and(get(writes), I32.of(FLOATING)), [isEmulatedOrTaskSwitched, wasm.branchIf(1)]) : [],
    when(
      I32.isZero(I32.and(get(writes), I32.of(ALWAYS))),
      next(byte),
      [I32.isZero(I32.less(get(byte), I32.of(0xc0))), wasm.branchIf(1)],
      [I32.isZero(I32.and(I32.shr(get(writes), field), I32.of(1))), wasm.branchIf(1)],
      now ? [isX87ExceptionPending, wasm.ifThen, waits, wasm.branchIf(2), wasm.end] : [],
    ),
    found,
    wasm.end,
  ];
}

/** Functions that give the entries of opcodes. */
export interface WriteTables {
  readonly oneByte: number;
  readonly behind0F: number;
}

export const addWriteTables = (binary: WasmBinary): WriteTables => ({
  oneByte: addTable(binary, ONE_BYTE),
  behind0F: addTable(binary, BEHIND_0F),
});

/** Whether segments have rights: not in real mode, nor in its likeness. */
export const hasRights: Code = I32.and(
  I32.ne(wasm.byteAt(Address.protectedMode), I32.of(0)),
  I32.isZero(I32.and(wasm.wordAt(Address.flags), I32.of(VIRTUAL_8086))),
);
