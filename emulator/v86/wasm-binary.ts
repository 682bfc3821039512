/**
 * Reads a WebAssembly binary far enough to change single functions of it, and writes it again.
 *
 * Touches no memory but its own; knows nothing of v86. What must hold: function indices never change, so bodies
 * refer to one another as before; new types, functions and exports are appended.
 */

import { type Code, flatten, unsigned } from './wasm-code.ts';

interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

class Reader {
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

function decodeInstruction(reader: Reader): string {
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
    case 0x11: {
      const type = reader.unsigned();
      reader.unsigned();
      return `call_indirect ${type}`;
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

/** A change of a function body: what stands from `start` to `end` in the binary is replaced by `code`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly code: Code;
}

export type ValueType = 'i32' | 'i64' | 'f64';

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const VALUE_TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c };

/** Body of a function: its own locals (beyond the parameters, by type) and its code without the final `end`. */
export interface FunctionBody {
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

function encodeBody(body: FunctionBody): Uint8Array {
  const locals = body.locals.flatMap((type) => [1, VALUE_TYPES[type]]);
  return Uint8Array.from([...unsigned(body.locals.length), ...locals, ...flatten(body.code), 0x0b]);
}

function concatenate(pieces: readonly (Uint8Array | Code)[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map((piece) => (piece instanceof Uint8Array ? piece : flatten(piece)));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export class WasmBinary {
  readonly bytes: Uint8Array;
  private readonly sections: readonly Section[];
  private readonly bodyStarts: number[] = [];
  private readonly bodyEnds: number[] = [];
  private readonly importedFunctions: number;
  private readonly replaced = new Map<number, Uint8Array>();
  private readonly newTypes: Code[] = [];
  private readonly newFunctions: { type: number; body: Uint8Array }[] = [];
  private readonly newExports: { name: string; index: number }[] = [];
  private readonly typeCount: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const sections: Section[] = [];
    const reader = new Reader(bytes, 8);
    while (reader.at < bytes.length) {
      const id = reader.byte();
      const length = reader.unsigned();
      sections.push({ id, start: reader.at, end: reader.at + length });
      reader.at += length;
    }
    this.sections = sections;
    this.importedFunctions = this.countImportedFunctions();
    this.typeCount = this.reader(1).unsigned();
    const code = this.reader(10);
    for (let count = code.unsigned(); count > 0; count--) {
      const length = code.unsigned();
      this.bodyStarts.push(code.at);
      this.bodyEnds.push(code.at + length);
      code.at += length;
    }
  }

  private reader(id: number): Reader {
    const section = this.sections.find((candidate) => candidate.id === id);
    if (section === undefined) throw new Error(`the WebAssembly binary has no section ${id}`);
    return new Reader(this.bytes, section.start);
  }

  private countImportedFunctions(): number {
    const reader = this.reader(2);
    let functions = 0;
    for (let count = reader.unsigned(); count > 0; count--) {
      reader.name();
      reader.name();
      const kind = reader.byte();
      if (kind === 0) {
        reader.unsigned();
        functions++;
      } else if (kind === 3) {
        reader.at += 2;
      } else {
        if (kind === 1) reader.byte();
        const limits = reader.byte();
        reader.unsigned();
        if ((limits & 1) !== 0) reader.unsigned();
      }
    }
    return functions;
  }

  /** Function indices by name, from the name section. */
  functionNames(): Map<string, number> {
    const names = new Map<string, number>();
    for (const section of this.sections) {
      if (section.id !== 0) continue;
      const reader = new Reader(this.bytes, section.start);
      if (reader.name() !== 'name') continue;
      while (reader.at < section.end) {
        const kind = reader.byte();
        const end = reader.unsigned() + reader.at;
        if (kind === 1) {
          for (let count = reader.unsigned(); count > 0; count--) {
            const index = reader.unsigned();
            names.set(reader.name(), index);
          }
        }
        reader.at = end;
      }
    }
    return names;
  }

  private position(index: number): number {
    const position = index - this.importedFunctions;
    if (position < 0 || position >= this.bodyStarts.length) throw new Error(`function ${index} has no body`);
    return position;
  }

  /** The instructions of a function, in order. */
  instructions(index: number): Instruction[] {
    const position = this.position(index);
    const end = this.bodyEnds[position] ?? 0;
    const reader = new Reader(this.bytes, this.bodyStarts[position] ?? 0);
    for (let groups = reader.unsigned(); groups > 0; groups--) {
      reader.unsigned();
      reader.byte();
    }
    const out: Instruction[] = [];
    while (reader.at < end) {
      const start = reader.at;
      const text = decodeInstruction(reader);
      out.push({ text, start, end: reader.at });
    }
    return out;
  }

  /** Index that the next local of a function would have, given the number of its parameters. */
  localCount(index: number, parameters: number): number {
    const reader = new Reader(this.bytes, this.bodyStarts[this.position(index)] ?? 0);
    let count = parameters;
    for (let groups = reader.unsigned(); groups > 0; groups--) {
      count += reader.unsigned();
      reader.byte();
    }
    return count;
  }

  /** Changes parts of a function's body, and gives it `extraLocals` more locals of type i32. */
  edit(index: number, edits: readonly Edit[], extraLocals = 0): void {
    const position = this.position(index);
    const start = this.bodyStarts[position] ?? 0;
    const reader = new Reader(this.bytes, start);
    const groups = reader.unsigned();
    const groupsStart = reader.at;
    for (let i = 0; i < groups; i++) {
      reader.unsigned();
      reader.byte();
    }
    const parts: (Uint8Array | Code)[] = [
      unsigned(extraLocals > 0 ? groups + 1 : groups),
      this.bytes.subarray(groupsStart, reader.at),
      extraLocals > 0 ? [...unsigned(extraLocals), VALUE_TYPES.i32] : [],
    ];
    let at = reader.at;
    for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
      if (edit.start < at) throw new Error('overlapping edits');
      parts.push(this.bytes.subarray(at, edit.start), edit.code);
      at = edit.end;
    }
    parts.push(this.bytes.subarray(at, this.bodyEnds[position]));
    this.replaced.set(index, concatenate(parts));
  }

  /** Gives a function another body. */
  replace(index: number, body: FunctionBody): void {
    this.replaced.set(index, encodeBody(body));
  }

  /** Appends a copy of a function's body as it stands in the binary, under a new index. */
  copy(index: number, signature: Signature): number {
    const position = this.position(index);
    return this.append(signature, this.bytes.subarray(this.bodyStarts[position], this.bodyEnds[position]));
  }

  /** Appends a function and returns its index. */
  add(signature: Signature, body: FunctionBody): number {
    return this.append(signature, encodeBody(body));
  }

  private append(signature: Signature, body: Uint8Array): number {
    this.newTypes.push([
      0x60,
      ...unsigned(signature.parameters.length),
      ...signature.parameters.map((type) => VALUE_TYPES[type]),
      ...unsigned(signature.results.length),
      ...signature.results.map((type) => VALUE_TYPES[type]),
    ]);
    this.newFunctions.push({ type: this.typeCount + this.newTypes.length - 1, body });
    return this.importedFunctions + this.bodyStarts.length + this.newFunctions.length - 1;
  }

  export(name: string, index: number): void {
    this.newExports.push({ name, index });
  }

  /** The changed binary, without its custom sections. */
  encode(): Uint8Array<ArrayBuffer> {
    const parts: (Uint8Array | Code)[] = [this.bytes.subarray(0, 8)];
    for (const section of this.sections) {
      if (section.id === 0) continue;
      const content = this.encodeSection(section);
      parts.push([section.id], unsigned(content.length), content);
    }
    return concatenate(parts);
  }

  private encodeSection(section: Section): Uint8Array {
    const reader = new Reader(this.bytes, section.start);
    switch (section.id) {
      case 1:
        return this.extended(reader, section, this.newTypes);
      case 3:
        return this.extended(
          reader,
          section,
          this.newFunctions.map((added) => unsigned(added.type)),
        );
      case 7:
        return this.extended(
          reader,
          section,
          this.newExports.map(({ name, index }) => [
            ...unsigned(name.length),
            ...Buffer.from(name),
            0,
            ...unsigned(index),
          ]),
        );
      case 10:
        return this.encodeCode();
      default:
        return this.bytes.subarray(section.start, section.end);
    }
  }

  private extended(reader: Reader, section: Section, added: readonly Code[]): Uint8Array {
    const count = reader.unsigned();
    return concatenate([
      unsigned(count + added.length),
      this.bytes.subarray(reader.at, section.end),
      ...added,
    ]);
  }

  private encodeCode(): Uint8Array {
    const parts: (Uint8Array | Code)[] = [unsigned(this.bodyStarts.length + this.newFunctions.length)];
    const code = this.sections.find((section) => section.id === 10);
    const reader = new Reader(this.bytes, code?.start ?? 0);
    reader.unsigned();
    let at = reader.at;
    for (const index of [...this.replaced.keys()].sort((a, b) => a - b)) {
      const position = this.position(index);
      const previousEnd = position === 0 ? reader.at : (this.bodyEnds[position - 1] ?? 0);
      const body = this.replaced.get(index) ?? new Uint8Array();
      parts.push(this.bytes.subarray(at, previousEnd), unsigned(body.length), body);
      at = this.bodyEnds[position] ?? 0;
    }
    parts.push(this.bytes.subarray(at, this.bodyEnds.at(-1)));
    for (const { body } of this.newFunctions) parts.push(unsigned(body.length), body);
    return concatenate(parts);
  }
}
