/**
 * Reads the instructions of WebAssembly code, each with its place and as text that a pattern can name.
 *
 * Instructions that no pattern has needed so far are texts of their opcode. Source of all numbers: WebAssembly core
 * specification, chapter 5 (binary format).
 */

export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('the WebAssembly binary ends too early');
    return value;
  }
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
  }
  signed32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) !== 0) continue;
      return shift < 25 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
  }
  /** A signed LEB128 of up to 64 bits. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0)
        return BigInt.asIntN(64, (byte & 0x40) === 0 ? value : value - (1n << (shift + 7n)));
    }
  }
  name(): string {
    const length = this.unsigned();
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.at, length).toString('latin1');
    this.at += length;
    return text;
  }
  /** Passes over the locals that stand in front of a function's code. */
  skipLocals(): void {
    for (let groups = this.unsigned(); groups > 0; groups--) {
      this.unsigned();
      this.byte();
    }
  }
}

/** One instruction: its text, for matching, and where it stands in the binary. */
export interface Instruction {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const LOADS_AND_STORES = new Map<number, string>([
  [0x28, 'i32.load'],
  [0x29, 'i64.load'],
  [0x2c, 'i32.load8_s'],
  [0x2d, 'i32.load8_u'],
  [0x2e, 'i32.load16_s'],
  [0x2f, 'i32.load16_u'],
  [0x34, 'i64.load32_s'],
  [0x35, 'i64.load32_u'],
  [0x36, 'i32.store'],
  [0x37, 'i64.store'],
  [0x3a, 'i32.store8'],
  [0x3b, 'i32.store16'],
]);

const INDEXED = new Map<number, string>([
  [0x0c, 'br'],
  [0x0d, 'br_if'],
  [0x10, 'call'],
  [0x20, 'local.get'],
  [0x21, 'local.set'],
  [0x22, 'local.tee'],
  [0x23, 'global.get'],
  [0x24, 'global.set'],
]);

const PLAIN = new Map<number, string>([
  [0x0b, 'end'],
  [0x45, 'i32.eqz'],
  [0x46, 'i32.eq'],
  [0x47, 'i32.ne'],
  [0x49, 'i32.lt_u'],
  [0x6a, 'i32.add'],
  [0x6b, 'i32.sub'],
]);

/** The instruction at the reader, as text; the reader then stands behind it. */
export function decodeInstruction(reader: Reader): string {
  const opcode = reader.byte();
  const indexed = INDEXED.get(opcode);
  if (indexed !== undefined) return `${indexed} ${reader.unsigned()}`;
  const plain = PLAIN.get(opcode);
  if (plain !== undefined) return plain;
  if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.unsigned();
    return `${LOADS_AND_STORES.get(opcode) ?? `memory.${opcode}`} ${reader.unsigned()}`;
  }
  switch (opcode) {
    case 0x02:
    case 0x03:
    case 0x04:
      reader.signed32();
      return opcode === 0x02 ? 'block' : opcode === 0x03 ? 'loop' : 'if';
    case 0x0e: {
      const count = reader.unsigned();
      for (let i = 0; i <= count; i++) reader.unsigned();
      return 'br_table';
    }
    case 0x11:
    case 0x13: {
      const type = reader.unsigned();
      reader.unsigned();
      return `${opcode === 0x11 ? 'call_indirect' : 'return_call_indirect'} ${type}`;
    }
    case 0x1c: {
      const count = reader.unsigned();
      for (let i = 0; i < count; i++) reader.byte();
      return 'select';
    }
    case 0x3f:
    case 0x40:
      reader.byte();
      return 'memory.size';
    case 0x41:
      return `i32.const ${reader.signed32()}`;
    case 0x42:
      return `i64.const ${reader.signed()}`;
    case 0x43:
      reader.at += 4;
      return 'f32.const';
    case 0x44:
      reader.at += 8;
      return 'f64.const';
    case 0xfc: {
      const extended = reader.unsigned();
      if (extended === 10) reader.at += 2;
      else if (extended === 11) reader.at += 1;
      else if (extended > 11) throw new Error(`unexpected bulk-memory instruction ${extended}`);
      return `extended.${extended}`;
    }
    case 0xfd: {
      const vector = reader.unsigned();
      if (vector <= 11 || vector === 92 || vector === 93) {
        reader.unsigned();
        reader.unsigned();
      } else if (vector === 12 || vector === 13) {
        reader.at += 16;
      } else if (vector >= 21 && vector <= 34) {
        reader.at += 1;
      } else if (vector >= 84 && vector <= 91) {
        reader.unsigned();
        reader.unsigned();
        reader.at += 1;
      }
      return `vector.${vector}`;
    }
    default:
      if (opcode > 0xc4) throw new Error(`unexpected instruction 0x${opcode.toString(16)}`);
      return `opcode.${opcode}`;
  }
}
