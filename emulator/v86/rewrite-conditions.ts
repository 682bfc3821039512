/**
 * A correction of v86's code generator: LOOPE and LOOPNE whose jump is generated the other way round.
 *
 * Where the target of a conditional jump is what comes next, v86 generates a jump on the opposite condition, and takes for the
 * opposite the condition with its lowest bit changed. That holds for Jcc, and for LOOP and JECXZ once the count is decremented, but not
 * for LOOPE and LOOPNE: of "ECX is not 0 and ZF" it makes "ECX is not 0 and not ZF".
 */

import { FunctionName, Generator } from './internals.ts';
import { Editor, type Indices, threeWords } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';

/** Opcode of LOOPNE, and with the lowest bit set of LOOPE. */
const LOOP_WITH_ZERO_FLAG = 0xe0;

/** Appends `condition(context, condition, opposite)`: generates a condition, or what is true when it is not. */
function addCondition(binary: WasmBinary, index: Indices): number {
  const [context, condition, opposite] = [wasm.localGet(0), wasm.localGet(1), wasm.localGet(2)];
  return binary.add(threeWords, {
    locals: [],
    code: [
      [condition, wasm.i32(0xfe), wasm.and, wasm.i32(LOOP_WITH_ZERO_FLAG), wasm.eq],
      wasm.ifThen,
      [context, condition, wasm.call(index.generateCondition)],
      opposite,
      wasm.ifThen,
      [context, wasm.load32(Generator.contextBuilder), wasm.call(index.equalsZero)],
      wasm.end,
      wasm.otherwise,
      [context, condition, opposite, wasm.xor, wasm.call(index.generateCondition)],
      wasm.end,
    ],
  });
}

export function correctConditions(binary: WasmBinary, index: Indices): void {
  const editor = new Editor(binary, index.generateConditionalJump, FunctionName.generateConditionalJump);
  const opposite = editor.once('opcode.115', `call ${index.generateCondition}`);
  editor.replace(opposite, 2, wasm.call(addCondition(binary, index)));
  binary.edit(index.generateConditionalJump, editor.edits);
}
