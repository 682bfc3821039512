/**
 * A few instructions of the WebAssembly encoding, as functions that return bytes.
 *
 * Enough to write the functions that {@link ./rewrite.ts} adds to v86. Source of all numbers: WebAssembly core
 * specification, chapter 5 (binary format).
 */

/** Bytes, in whatever grouping they were put together. */
export type Code = readonly (number | Code)[];

/** The bytes, one after another. */
export function flatten(code: Code): number[] {
  return code.flatMap((part) => (typeof part === 'number' ? [part] : flatten(part)));
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

/** Signed LEB128 of a 32-bit value. */
export function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      out.push(byte);
      return out;
    }
    out.push(byte | 0x80);
  }
}

/** Signed LEB128 of a 64-bit value. */
export function bigSigned(value: bigint): number[] {
  const out: number[] = [];
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)) {
      out.push(byte);
      return out;
    }
    out.push(byte | 0x80);
  }
}

/** A name in one of the sections. */
export const encodeName = (name: string): number[] => [...unsigned(name.length), ...Buffer.from(name)];

const memory =
  (opcode: number, alignment: number) =>
  (offset: number): Code => [opcode, alignment, unsigned(offset)];

export const localGet = (index: number): Code => [0x20, unsigned(index)];
export const localSet = (index: number): Code => [0x21, unsigned(index)];
export const localTee = (index: number): Code => [0x22, unsigned(index)];
export const call = (index: number): Code => [0x10, unsigned(index)];
/** Calls the function of that type whose place in the first table is on the stack. */
export const callIndirect = (type: number): Code => [0x11, unsigned(type), 0];
/** The same, in place of the function that does it: the last thing it does. */
export const returnCallIndirect = (type: number): Code => [0x13, unsigned(type), 0];
export const globalGet = (index: number): Code => [0x23, unsigned(index)];
export const globalSet = (index: number): Code => [0x24, unsigned(index)];
export const i32 = (value: number): Code => [0x41, signed(value)];
/** Any 64-bit integer. */
export const i64Of = (value: bigint): Code => [0x42, bigSigned(value)];
export const i64 = (value: number): Code => [0x42, signed(value)];

/** Loads and stores take the constant offset; the address is on the stack. */
export const load32 = memory(0x28, 2);
export const load8 = memory(0x2d, 0);
export const load16 = memory(0x2f, 1);
export const load16Signed = memory(0x2e, 1);
export const load64 = memory(0x29, 0);
export const loadF32 = memory(0x2a, 0);
export const loadF64 = memory(0x2b, 0);
export const store32 = memory(0x36, 2);
export const store64 = memory(0x37, 0);
export const storeF32 = memory(0x38, 0);
export const storeF64 = memory(0x39, 0);
export const store8 = memory(0x3a, 0);

/** A word at a fixed address. */
export const wordAt = (address: number): Code => [i32(0), load32(address)];
export const byteAt = (address: number): Code => [i32(0), load8(address)];
/** Stores what `value` computes at a fixed address. */
export const storeWordAt = (address: number, value: Code): Code => [i32(0), value, store32(address)];
export const storeByteAt = (address: number, value: Code): Code => [i32(0), value, store8(address)];

export const unreachable: Code = [0x00];
export const block: Code = [0x02, 0x40];
export const loop: Code = [0x03, 0x40];
export const ifThen: Code = [0x04, 0x40];
/** Both branches leave an i32. */
export const ifValue: Code = [0x04, 0x7f];
export const otherwise: Code = [0x05];
export const end: Code = [0x0b];
export const branch = (depth: number): Code => [0x0c, unsigned(depth)];
export const branchIf = (depth: number): Code => [0x0d, unsigned(depth)];
/** Goes to the label that stands at the place of the number on the stack, or to the last one. */
export const branchTable = (depths: readonly number[], otherwise: number): Code => [
  [0x0e, unsigned(depths.length)],
  [...depths, otherwise].map(unsigned),
];
export const ret: Code = [0x0f];
export const drop: Code = [0x1a];
/** The first value where the third is not zero, else the second. */
export const select: Code = [0x1b];

export const eqz: Code = [0x45];
export const eq: Code = [0x46];
export const ne: Code = [0x47];
export const lessSigned: Code = [0x48];
export const lessUnsigned: Code = [0x49];
export const greaterSigned: Code = [0x4a];
export const greaterUnsigned: Code = [0x4b];
export const greaterOrEqualSigned: Code = [0x4e];
export const greaterOrEqualUnsigned: Code = [0x4f];
export const add: Code = [0x6a];
export const sub: Code = [0x6b];
export const mul: Code = [0x6c];
export const divideSigned: Code = [0x6d];
export const divideUnsigned: Code = [0x6e];
export const and: Code = [0x71];
export const or: Code = [0x72];
export const xor: Code = [0x73];
export const shl: Code = [0x74];
export const shrSigned: Code = [0x75];
export const shrUnsigned: Code = [0x76];

/** Bit `index` of a bitmap `displacement` bytes behind `map`: 0 or 1. The index is computed twice. */
export const bitOf = (map: Code, displacement: number, index: Code): Code => [
  [map, index, i32(3), shrUnsigned, add, load8(displacement)],
  [index, i32(7), and, shrUnsigned, i32(1), and],
];

/** One of two i32, of which only that one is computed. */
export const choose = (condition: Code, yes: Code, no: Code): Code => [
  condition,
  ifValue,
  yes,
  otherwise,
  no,
  end,
];
