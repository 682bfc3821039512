/**
 * Many small modules of compiled guest code as one, and a single piece of it as a module of its own again.
 *
 * Knows what v86's generator writes: five sections, which get branch hints; the same types, memory and table in every module; one function. A
 * function refers to others by number in its calls alone, so these are all that changes, but for the look-ups of memory: code that is kept
 * is worth more of V8's time.
 */

import { PIECE_EXPORT } from './compiled-code.ts';
import { withBranchHints } from './branch-hints.ts';
import { NAMESPACE } from './calling-convention.ts';
import { testBehindLoad } from './look-ups.ts';
import { encodeName, flatten, unsigned } from './wasm-code.ts';
import { decodeInstruction, Reader } from './wasm-instructions.ts';
import { Opcode } from './wasm-opcodes.ts';
import {
  encodeModule,
  ExternalKind,
  readImports,
  Section,
  type SectionPlace,
  sectionsOf,
} from './wasm-sections.ts';

interface ImportedFunction {
  readonly name: string;
  readonly type: number;
}

interface ParsedModule {
  readonly wire: Uint8Array;
  readonly sections: readonly SectionPlace[];
  readonly functions: readonly ImportedFunction[];
  /** The imports of v86's memory and function table, as they stand. */
  readonly others: readonly Uint8Array[];
  /** Type of the module's own functions: the first one's stands for all. */
  readonly type: number;
  /** Start and end of each body. */
  readonly bodies: readonly (readonly [number, number])[];
}

/** One module with the functions of all these, exported as `0`, `1` and so on. @throws Error for modules that v86 did not make. */
export function mergeModules(wires: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const modules = wires.map(parse);
  const [first] = modules;
  if (first === undefined) throw new Error('there is no module to merge');
  const indices = new Map<string, number>();
  const functions: ImportedFunction[] = [];
  for (const module of modules) {
    if (!alike(module, first))
      throw new Error('modules of compiled code differ in their types, memory or table');
    for (const imported of module.functions) {
      if (indices.has(imported.name)) continue;
      indices.set(imported.name, functions.length);
      functions.push(imported);
    }
  }
  const bodies = modules.map((module) => renumbered(module, indices));
  const names = modules.map((_, index) => String(index));
  return encode(first, functions, names, bodies);
}

/** The module of one function of a merged one. */
export function pieceOf(merged: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const module = parse(merged);
  const [start, end] = module.bodies[index] ?? [0, 0];
  return encode(module, module.functions, [PIECE_EXPORT], [merged.subarray(start, end)]);
}

/** Bytes of each function of a merged one. */
export const lengthsOf = (merged: Uint8Array): number[] =>
  parse(merged).bodies.map(([start, end]) => end - start);

// ── reading ──

function parse(wire: Uint8Array): ParsedModule {
  const sections = sectionsOf(wire);
  const imports = readImports(readerOf(wire, sections, Section.imports));
  const functions = imports.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }]));
  const others = imports.flatMap(({ type, start, end }) =>
    type === undefined ? [wire.slice(start, end)] : [],
  );
  const types = readerOf(wire, sections, Section.functions);
  types.unsigned();
  const code = readerOf(wire, sections, Section.code);
  const bodies = Array.from({ length: code.unsigned() }, () => {
    const length = code.unsigned();
    code.at += length;
    return [code.at - length, code.at] as const;
  });
  return { wire, sections, functions, others, type: types.unsigned(), bodies };
}

const typesOf = ({ wire, sections }: ParsedModule): Uint8Array => {
  const types = sections.find(({ id }) => id === Section.types);
  return wire.subarray(types?.start ?? 0, types?.end ?? 0);
};

function readerOf(wire: Uint8Array, sections: readonly SectionPlace[], id: number): Reader {
  const section = sections.find((candidate) => candidate.id === id);
  if (section === undefined) throw new Error(`a module of compiled code has no section ${id}`);
  return new Reader(wire, section.start);
}

function alike(one: ParsedModule, other: ParsedModule): boolean {
  return (
    one.bodies.length === 1 &&
    one.type === other.type &&
    Buffer.compare(typesOf(one), typesOf(other)) === 0 &&
    Buffer.compare(list(one.others), list(other.others)) === 0
  );
}

/** The body of a module's function, its calls to where the merged module has the functions it imports, its look-ups with two branches. */
function renumbered({ wire, functions, bodies }: ParsedModule, indices: ReadonlyMap<string, number>): Buffer {
  const [start, end] = bodies[0] ?? [0, 0];
  const reader = new Reader(wire, start);
  reader.skipLocals();
  const parts: Uint8Array[] = [];
  let copied = start;
  while (reader.at < end) {
    const at = reader.at;
    decodeInstruction(reader);
    const test = wire[at] === Opcode.load ? testBehindLoad(wire, at) : undefined;
    if (test !== undefined) {
      parts.push(wire.subarray(copied, reader.at), Uint8Array.from(flatten(test.code)));
      copied = reader.at = test.end;
    }
    if (wire[at] !== Opcode.call) continue;
    const called = functions[new Reader(wire, at + 1).unsigned()];
    const index = called === undefined ? undefined : indices.get(called.name);
    if (index === undefined) throw new Error('compiled code calls what it does not import');
    parts.push(wire.subarray(copied, at + 1), Uint8Array.from(unsigned(index)));
    copied = reader.at;
  }
  return Buffer.concat([...parts, wire.subarray(copied, end)]);
}

// ── writing ──

/** A module whose own functions have these names and bodies; everything else is as in `like`. */
function encode(
  like: ParsedModule,
  functions: readonly ImportedFunction[],
  names: readonly string[],
  bodies: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const { others, type } = like;
  const imports = functions.map((imported) =>
    Uint8Array.from(
      flatten([
        encodeName(NAMESPACE),
        encodeName(imported.name),
        ExternalKind.function,
        unsigned(imported.type),
      ]),
    ),
  );
  const exports = names.map((name, index) =>
    Uint8Array.from(flatten([encodeName(name), ExternalKind.function, unsigned(functions.length + index)])),
  );
  const module = encodeModule([
    [Section.types, typesOf(like)],
    [Section.imports, list([...imports, ...others])],
    [Section.functions, list(bodies.map(() => Uint8Array.from(unsigned(type))))],
    [Section.exports, list(exports)],
    [Section.code, list(bodies.map((body) => Buffer.concat([Uint8Array.from(unsigned(body.length)), body])))],
  ]);
  return withBranchHints(module);
}

const list = (items: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Uint8Array.from(unsigned(items.length)), ...items]);
