/**
 * The rewrite of the x87: v86's own loses exceptions, works in double precision where it should not, and lacks instructions.
 *
 * Interpreter and code generator are led around v86's x87 altogether, to functions that are the same for both: common instructions
 * in WebAssembly (`x87/instructions.ts`), all others, and all that is exceptional, in TypeScript (`fpu/x87.ts`).
 */

import type { IntegerInstructions } from './rewrite-integer.ts';
import { leadInterpreter } from './rewrite-opcodes.ts';
import type { Indices } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import { replaceRounding } from './x87/arithmetic.ts';
import { rewriteGenerator } from './x87/generator.ts';
import { Helpers } from './x87/helpers.ts';
import { Instructions } from './x87/instructions.ts';
import { addInterpreter } from './x87/interpreter.ts';

/** Puts x87 instructions, and the integer ones that have functions of their own, into interpreter and code generator. */
export function rewriteX87(
  binary: WasmBinary,
  index: Indices,
  pushByte: number,
  integers: IntegerInstructions,
): void {
  replaceRounding(binary, index);
  const helpers = new Helpers(binary);
  new Instructions(helpers, index).addAll();
  leadInterpreter(binary, index, [addInterpreter(binary, index, helpers), ...integers.executors]);
  rewriteGenerator(binary, index, helpers, pushByte, integers.generate);
}
