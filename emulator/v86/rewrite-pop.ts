/**
 * A correction of v86's interpreter: POP into memory whose address cannot be had.
 *
 * The address is that of an operand after the pop, so v86 moves ESP, looks for the address, and moves ESP back where that faults. By
 * then the exception has been raised, with ESP moved: its frame lies elsewhere than ESP says. Here the address is looked for once
 * before, with ESP as it was.
 */

import { Address } from './internals.ts';
import { attempt } from './interpreting.ts';
import { type Indices, oneWord } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';

export function rewritePop(binary: WasmBinary, index: Indices): void {
  const [modrm, instructionPointer] = [wasm.localGet(0), 1];
  for (const pop of [index.pop16ToMemory, index.pop32ToMemory]) {
    const original = binary.copy(pop, oneWord);
    binary.replace(pop, {
      locals: ['i32'],
      code: [
        [wasm.wordAt(Address.instructionPointer), wasm.localSet(instructionPointer)],
        attempt([modrm, wasm.call(index.resolveModrm)], wasm.ret),
        wasm.storeWordAt(Address.instructionPointer, wasm.localGet(instructionPointer)),
        [modrm, wasm.call(original)],
      ],
    });
  }
}
