/** Code that does for each x87 instruction what its entry of the table of forms says: for interpreter and generator. */

import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, select } from '../wasm-expressions.ts';
import { type Entry, MEMORY_FORMS, table } from './forms.ts';

/**
 * Does what `arm` gives for the entry of an instruction, then returns.
 *
 * @param opcode,modrm Locals with the instruction's two bytes.
 */
export function dispatch(opcode: number, modrm: number, arm: (entry: Entry) => Code): Code {
  const { entries, places } = table();
  const group = I32.and(get(opcode), I32.of(7));
  const which = select(
    I32.less(get(modrm), I32.of(0xc0)),
    I32.or(I32.shl(group, I32.of(3)), I32.and(I32.shr(get(modrm), I32.of(3)), I32.of(7))),
    I32.add(I32.of(MEMORY_FORMS), I32.or(I32.shl(group, I32.of(6)), I32.and(get(modrm), I32.of(63)))),
  );
  return [
    entries.map(() => wasm.block),
    which,
    wasm.branchTable(places, 0),
    entries.map((entry) => [wasm.end, arm(entry), wasm.ret]),
  ];
}
