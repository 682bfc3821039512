/**
 * How compiled code calls compiled code: by a tail call through the function table, with the count and the registers that matter most as
 * arguments, so that they need not go through memory from page to page (rewrite-chaining.ts).
 *
 * v86's generator writes functions that take nothing but the number of the block at which they are entered, and load all registers from
 * memory first. As rewrite-generator.ts numbers the locals, the first of them become parameters here without a change to any other
 * instruction. The module also imports the table.
 *
 * More arguments than V8 passes in registers do not pay: they go through memory as well, and what V8 holds for them until the call takes
 * registers from the look-up before it. With all eight registers a program that walks trees ran 6 % slower than with none.
 *
 * What must hold: a module begins as v86 writes it, else {@link UnsupportedV86Error}.
 */

import { Address, CompiledFunction, Own } from './internals.ts';
import { UnsupportedV86Error } from './rewrite-support.ts';
import { encodeSignature, type Signature } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import { type Code, encodeName, flatten, unsigned } from './wasm-code.ts';
import { Reader } from './wasm-instructions.ts';
import {
  encodeModule,
  ExternalKind,
  FUNCTION_REFERENCE,
  Section,
  type SectionPlace,
  sectionsOf,
} from './wasm-sections.ts';

/** What compiled code imports from. */
export const NAMESPACE = 'e';
/** Under which name it imports the table. */
export const TABLE_IMPORT = 't';

const { registers, order, handedOver, type } = CompiledFunction;

/** The locals that become parameters. */
const MOVED = handedOver + 1;

const registersHandedOver = order.slice(0, handedOver);
const addressOf = (register: number): number => Address.registers + 4 * register;

/** The entry, the count, registers. */
export const COMPILED_SIGNATURE: Signature = {
  parameters: new Array<'i32'>(1 + MOVED).fill('i32'),
  results: [],
};

/** The arguments but for the entry, as they stand in memory while no compiled code runs. */
export const ARGUMENTS_IN_MEMORY: Code = [
  [wasm.wordAt(Address.instructionCounter), wasm.wordAt(Own.limit), wasm.sub],
  registersHandedOver.map((register) => wasm.wordAt(addressOf(register))),
];

/** The same in compiled code. */
export const ARGUMENTS_IN_LOCALS: Code = Array.from({ length: MOVED }, (_, i) =>
  wasm.localGet(CompiledFunction.count + i),
);

/** Writes some of the registers, in their order, from locals to memory. */
const storeRegisters = (first: number, end: number): Code =>
  order
    .slice(first, end)
    .map((register, i) => wasm.storeWordAt(addressOf(register), wasm.localGet(registers + first + i)));

/** Writes those registers to memory that are no arguments. */
export const STORE_OTHER_REGISTERS: Code = storeRegisters(handedOver, order.length);

/** Writes a called function's own arguments, but for the entry, to where they stand in memory while no compiled code runs. */
export const STORE_ARGUMENTS: Code = [
  wasm.storeWordAt(Address.instructionCounter, [
    wasm.localGet(CompiledFunction.count),
    wasm.wordAt(Own.limit),
    wasm.add,
  ]),
  storeRegisters(0, handedOver),
];

const bytesOf = (code: Code): Uint8Array => Uint8Array.from(flatten(code));

const tableImport = bytesOf([
  [encodeName(NAMESPACE), encodeName(TABLE_IMPORT)],
  // of any length
  [ExternalKind.table, FUNCTION_REFERENCE, 0, unsigned(0)],
]);
const compiledType = bytesOf(encodeSignature(COMPILED_SIGNATURE));

/** What v86 writes at the start of each function. */
const prologue = bytesOf(
  registersHandedOver.map((register, i) => [
    [wasm.i32(addressOf(register)), wasm.load32(0), wasm.localSet(registers + i)],
  ]),
);

/** A module as v86 made it, changed to this convention. @throws {@link UnsupportedV86Error} */
export function withConvention(wire: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeModule(sectionsOf(wire).map((section) => [section.id, changed(wire, section)]));
}

function changed(wire: Uint8Array, { id, start, end }: SectionPlace): Uint8Array {
  const reader = new Reader(wire, start);
  switch (id) {
    case Section.types:
      expect(reader.unsigned() === type, 'other types');
      return Buffer.concat([bytesOf(unsigned(type + 1)), wire.subarray(reader.at, end), compiledType]);
    case Section.imports: {
      const imports = bytesOf(unsigned(reader.unsigned() + 1));
      return Buffer.concat([imports, wire.subarray(reader.at, end), tableImport]);
    }
    case Section.functions:
      expect(reader.unsigned() === 1, 'more than one function');
      return bytesOf([unsigned(1), unsigned(type)]);
    case Section.code: {
      reader.unsigned();
      reader.unsigned();
      const body = changedBody(wire, reader, end);
      return Buffer.concat([bytesOf([unsigned(1), unsigned(body.length)]), body]);
    }
    default:
      return wire.subarray(start, end);
  }
}

/** The body at the reader. Its first locals are all of one type. */
function changedBody(wire: Uint8Array, reader: Reader, end: number): Uint8Array {
  const groups = reader.unsigned();
  const words = reader.unsigned() - MOVED;
  const locals = reader.at;
  expect(words > 0, 'too few locals');
  for (let group = 0; group < groups; group++) {
    if (group > 0) reader.unsigned();
    reader.byte();
  }
  const code = reader.at;
  const found = wire.subarray(code, code + prologue.length);
  expect(Buffer.compare(found, prologue) === 0, 'another start');
  return Buffer.concat([
    bytesOf([unsigned(groups), unsigned(words)]),
    wire.subarray(locals, code),
    wire.subarray(code + prologue.length, end),
  ]);
}

function expect(condition: boolean, detail: string): void {
  if (!condition) throw new UnsupportedV86Error(`a module of compiled code has ${detail}`);
}
