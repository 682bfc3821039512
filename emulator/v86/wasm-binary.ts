/**
 * Reads a WebAssembly binary far enough to change single functions of it, and writes it again.
 *
 * Touches no memory but its own; knows nothing of v86. What must hold: function indices never change, so bodies
 * refer to one another as before; new types, functions and exports are appended.
 */

import { type Code, encodeName, flatten, i32, unsigned } from './wasm-code.ts';
import { decodeInstruction, type Instruction, Reader } from './wasm-instructions.ts';
import { encodeFunctionList, type FunctionList } from './function-list.ts';
import { ExternalKind, readImports, Section, type SectionPlace, sectionsOf } from './wasm-sections.ts';

/** A change of a function body: what stands from `start` to `end` in the binary is replaced by `code`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly code: Code;
}

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** What a value of WebAssembly is in TypeScript; a vector can't be handed over. */
export type ValueOf<Type extends ValueType> = Type extends 'v128'
  ? never
  : Type extends 'i64'
    ? bigint
    : number;

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const VALUE_TYPES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** A function type as it stands in a section of types. */
export const encodeSignature = ({ parameters, results }: Signature): Code => [
  0x60,
  ...unsigned(parameters.length),
  ...parameters.map((type) => VALUE_TYPES[type]),
  ...unsigned(results.length),
  ...results.map((type) => VALUE_TYPES[type]),
];

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
  readonly #sections: readonly SectionPlace[];
  readonly #bodyStarts: number[] = [];
  readonly #bodyEnds: number[] = [];
  readonly #importedFunctions: number;
  readonly #importedTables: number;
  readonly #replaced = new Map<number, Uint8Array>();
  readonly #newTypes: Code[] = [];
  readonly #newFunctions: { type: number; body: Uint8Array }[] = [];
  readonly #newData: { address: number; bytes: Uint8Array }[] = [];
  readonly #newExports: { name: string; index: number }[] = [];
  readonly #redirectedExports = new Map<string, number>();
  readonly #typeCount: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#sections = sectionsOf(bytes);
    const imports = readImports(this.#reader(Section.imports));
    const imported = (wanted: number): number => imports.filter(({ kind }) => kind === wanted).length;
    this.#importedFunctions = imported(ExternalKind.function);
    this.#importedTables = imported(ExternalKind.table);
    this.#typeCount = this.#reader(Section.types).unsigned();
    const code = this.#reader(Section.code);
    for (let count = code.unsigned(); count > 0; count--) {
      const length = code.unsigned();
      this.#bodyStarts.push(code.at);
      this.#bodyEnds.push(code.at + length);
      code.at += length;
    }
  }

  #reader(id: number): Reader {
    const section = this.#sections.find((candidate) => candidate.id === id);
    if (section === undefined) throw new Error(`the WebAssembly binary has no section ${id}`);
    return new Reader(this.bytes, section.start);
  }

  /** Function indices by name, from the name section. */
  functionNames(): Map<string, number> {
    const names = new Map<string, number>();
    for (const section of this.#sections) {
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

  #position(index: number): number {
    const position = index - this.#importedFunctions;
    if (position < 0 || position >= this.#bodyStarts.length) throw new Error(`function ${index} has no body`);
    return position;
  }

  /** The instructions of a function, in order. */
  instructions(index: number): Instruction[] {
    const position = this.#position(index);
    const end = this.#bodyEnds[position] ?? 0;
    const reader = new Reader(this.bytes, this.#bodyStarts[position] ?? 0);
    reader.skipLocals();
    const out: Instruction[] = [];
    while (reader.at < end) {
      const start = reader.at;
      const text = decodeInstruction(reader);
      out.push({ text, start, end: reader.at });
    }
    return out;
  }

  /** The depths of a `br_table`; the last one is that for what is beyond. */
  branchTable({ start }: Instruction): number[] {
    const reader = new Reader(this.bytes, start + 1);
    return Array.from({ length: reader.unsigned() + 1 }, () => reader.unsigned());
  }

  /** Index that the next local of a function would have, given the number of its parameters. */
  localCount(index: number, parameters: number): number {
    const reader = new Reader(this.bytes, this.#bodyStarts[this.#position(index)] ?? 0);
    let count = parameters;
    for (let groups = reader.unsigned(); groups > 0; groups--) {
      count += reader.unsigned();
      reader.byte();
    }
    return count;
  }

  /** Changes parts of a function's body, and gives it `extraLocals` more locals of type i32. */
  edit(index: number, edits: readonly Edit[], extraLocals = 0): void {
    this.#replaced.set(index, this.#edited(index, edits, extraLocals));
  }

  #edited(index: number, edits: readonly Edit[], extraLocals: number): Uint8Array {
    const position = this.#position(index);
    const start = this.#bodyStarts[position] ?? 0;
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
    parts.push(this.bytes.subarray(at, this.#bodyEnds[position]));
    return concatenate(parts);
  }

  /** Gives a function another body. */
  replace(index: number, body: FunctionBody): void {
    this.#replaced.set(index, encodeBody(body));
  }

  /** Appends a copy of a function's body as it stands in the binary, changed by `edits`, under a new index. */
  copy(index: number, signature: Signature, edits: readonly Edit[] = []): number {
    return this.#append(signature, this.#edited(index, edits, 0));
  }

  /** Appends a function and returns its index. */
  add(signature: Signature, body: FunctionBody): number {
    return this.#append(signature, encodeBody(body));
  }

  /** Appends a function type and returns its index. */
  type(signature: Signature): number {
    this.#newTypes.push(encodeSignature(signature));
    return this.#typeCount + this.#newTypes.length - 1;
  }

  #append(signature: Signature, body: Uint8Array): number {
    this.#newFunctions.push({ type: this.type(signature), body });
    return this.#importedFunctions + this.#bodyStarts.length + this.#newFunctions.length - 1;
  }

  export(name: string, index: number): void {
    this.#newExports.push({ name, index });
  }

  /** Gives the name of an exported function to another function. Functions with the same body share one in v86. */
  redirectExport(name: string, index: number): void {
    this.#redirectedExports.set(name, index);
  }

  /** Bytes that stand at a fixed address of memory when an instance starts. */
  data(address: number, bytes: Uint8Array): void {
    this.#newData.push({ address, bytes });
  }

  /** The changed binary, without its custom sections. What it exported of functions it lists instead: see function-list.ts. */
  encode(): Uint8Array<ArrayBuffer> {
    const list = encodeFunctionList(this.#functionList());
    const parts: (Uint8Array | Code)[] = [this.bytes.subarray(0, 8)];
    const put = (id: number, content: Uint8Array | Code): void => {
      parts.push([id], unsigned(content.length), content);
    };
    for (const section of this.#sections) {
      if (section.id === Section.custom) continue;
      if (section.id === Section.memories) put(Section.tables, list.tables);
      put(section.id, this.#encodeSection(section, list));
    }
    put(Section.custom, list.names);
    return concatenate(parts);
  }

  /** All functions that have a body, and the names of those that are exported. */
  #functionList(): FunctionList {
    const redirected = new Map(this.#redirectedExports);
    const named = new Map<string, number>();
    for (const { name, kind, index } of this.#exports()) {
      if (kind !== ExternalKind.function) continue;
      named.set(name, redirected.get(name) ?? index);
      redirected.delete(name);
    }
    for (const name of redirected.keys()) throw new Error(`the WebAssembly binary exports no ${name}`);
    for (const { name, index } of this.#newExports) named.set(name, index);
    return {
      table: this.#importedTables,
      first: this.#importedFunctions,
      count: this.#bodyStarts.length + this.#newFunctions.length,
      named,
    };
  }

  #exports(): { name: string; kind: number; index: number }[] {
    const reader = this.#reader(Section.exports);
    return Array.from({ length: reader.unsigned() }, () => ({
      name: reader.name(),
      kind: reader.byte(),
      index: reader.unsigned(),
    }));
  }

  #encodeSection(section: SectionPlace, list: ReturnType<typeof encodeFunctionList>): Uint8Array {
    const reader = new Reader(this.bytes, section.start);
    switch (section.id) {
      case Section.types:
        return this.#extended(reader, section, this.#newTypes);
      case Section.functions:
        return this.#extended(
          reader,
          section,
          this.#newFunctions.map((added) => unsigned(added.type)),
        );
      case Section.exports:
        return this.#encodeExports(list.exported);
      case Section.elements:
        return this.#extended(reader, section, [list.elements]);
      case Section.data:
        return this.#extended(
          reader,
          section,
          this.#newData.map(({ address, bytes }) => [
            0,
            i32(address),
            0x0b,
            unsigned(bytes.length),
            ...bytes,
          ]),
        );
      case Section.code:
        return this.#encodeCode();
      default:
        return this.bytes.subarray(section.start, section.end);
    }
  }

  #encodeExports(listed: Code): Uint8Array {
    const others = this.#exports().filter(({ kind }) => kind !== ExternalKind.function);
    return concatenate([
      unsigned(others.length + 1),
      ...others.map(({ name, kind, index }) => [...encodeName(name), kind, ...unsigned(index)]),
      listed,
    ]);
  }

  #extended(reader: Reader, section: SectionPlace, added: readonly Code[]): Uint8Array {
    const count = reader.unsigned();
    return concatenate([
      unsigned(count + added.length),
      this.bytes.subarray(reader.at, section.end),
      ...added,
    ]);
  }

  #encodeCode(): Uint8Array {
    const parts: (Uint8Array | Code)[] = [unsigned(this.#bodyStarts.length + this.#newFunctions.length)];
    const code = this.#sections.find((section) => section.id === Section.code);
    const reader = new Reader(this.bytes, code?.start ?? 0);
    reader.unsigned();
    let at = reader.at;
    for (const index of [...this.#replaced.keys()].sort((a, b) => a - b)) {
      const position = this.#position(index);
      const previousEnd = position === 0 ? reader.at : (this.#bodyEnds[position - 1] ?? 0);
      const body = this.#replaced.get(index) ?? new Uint8Array();
      parts.push(this.bytes.subarray(at, previousEnd), unsigned(body.length), body);
      at = this.#bodyEnds[position] ?? 0;
    }
    parts.push(this.bytes.subarray(at, this.#bodyEnds.at(-1)));
    for (const { body } of this.#newFunctions) parts.push(unsigned(body.length), body);
    return concatenate(parts);
  }
}
