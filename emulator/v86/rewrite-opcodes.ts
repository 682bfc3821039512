/** The rewrite of v86's interpreter where it goes by the first byte of an instruction: some lead to functions written here. */

import { FunctionName } from './internals.ts';
import { Editor, type Indices, UnsupportedV86Error } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import { get, I32 } from './wasm-expressions.ts';

/** First bytes, each with and without the prefix for the operand size, and the function that is called with them. */
export interface Executor {
  readonly bytes: readonly number[];
  /** A function that takes the first byte, with bit 8 for an operand size of 32 bits. */
  readonly execute: number;
  /** Whether it answers: 1 where the instruction is done, 0 where v86 is to do it. */
  readonly declines: boolean;
}

/** Number of places in the interpreter's table: each byte with both operand sizes, and what cannot be. */
const PLACES = 513;

/** Lets these functions execute instructions in the place of v86's. */
export function leadInterpreter(binary: WasmBinary, index: Indices, executors: readonly Executor[]): void {
  const editor = new Editor(binary, index.interpret, FunctionName.interpret);
  const [first = 0] = editor.all('br_table');
  const instruction = editor.instructions[first];
  const frame = editor.instructions.find(({ text }) => text.startsWith('i32.const'));
  if (instruction === undefined || frame === undefined)
    throw new UnsupportedV86Error('the interpreter has no table of first bytes');
  const table = binary.branchTable(instruction);
  if (table.length !== PLACES)
    throw new UnsupportedV86Error(`the interpreter knows ${table.length} first bytes`);
  const stackFrame = Number(frame.text.split(' ')[1]);
  const opcode = get(0);
  const blocks = executors.length + 1;
  // a block lies around the table for each function, which is called behind it, and one more that leads to v86's own table
  const depths = table.map((depth, place) => {
    const own = executors.findIndex(({ bytes }) => bytes.includes(place & 0xff));
    return place === PLACES - 1 || own < 0 ? depth + blocks : own;
  });
  const leave = [get(1), I32.of(stackFrame), wasm.add, wasm.globalSet(0), wasm.ret];
  editor.replace(first - 1, 2, [
    new Array<typeof wasm.block>(blocks).fill(wasm.block),
    [opcode, wasm.branchTable(depths.slice(0, -1), depths.at(-1) ?? 0), wasm.end],
    executors.map(({ execute, declines }, i) => [
      [opcode, wasm.call(execute)],
      declines ? [wasm.eqz, wasm.branchIf(executors.length - 1 - i)] : [],
      [leave, wasm.end],
    ]),
    [opcode, wasm.branchTable(table.slice(0, -1), table.at(-1) ?? 0)],
  ]);
  binary.edit(index.interpret, editor.edits);
}
