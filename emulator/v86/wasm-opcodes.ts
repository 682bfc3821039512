/** Opcodes of WebAssembly by what they do, for who passes over compiled code. Source: core specification, chapter 5. */

/** First and last opcodes of a kind. */
export const Opcode = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  ifThen: 0x04,
  otherwise: 0x05,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  branchTable: 0x0e,
  ret: 0x0f,
  call: 0x10,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  load: 0x28,
  loadByte: 0x2d,
  lastLoad: 0x35,
  store: 0x36,
  storeLong: 0x37,
  lastStore: 0x3e,
  constant: 0x41,
  longConstant: 0x42,
  floatConstant: 0x43,
  doubleConstant: 0x44,
  firstOperation: 0x45,
  equal: 0x46,
  notEqual: 0x47,
  lessOrEqualSigned: 0x4c,
  and: 0x71,
  lastOperation: 0xc4,
} as const;

/** Operations with one operand, from and to: tests for zero; counts of bits, and what floats have of the kind; conversions. */
const UNARY = [
  [0x45, 0x45],
  [0x50, 0x50],
  [0x67, 0x69],
  [0x79, 0x7b],
  [0x8b, 0x91],
  [0x99, 0x9f],
  [0xa7, 0xc4],
] as const;
export const isUnary = Uint8Array.from({ length: 256 }, (_, opcode) =>
  UNARY.some(([first, last]) => opcode >= first && opcode <= last) ? 1 : 0,
);

/** Bytes that an access has, by opcode from {@link Opcode.load} on. */
export const ACCESS_BYTES = [4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4, 4, 8, 4, 8, 1, 2, 1, 2, 4];
