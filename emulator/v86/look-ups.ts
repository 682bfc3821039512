/**
 * The test at accesses to memory of compiled code that is kept, as two branches: whether the page of an address is remembered with the
 * rights that are needed, and whether the access goes on in the next page.
 *
 * v86 writes two comparisons, makes one number of both and branches once. V8 translates that word by word, where a comparison that is
 * branched by is one instruction with its branch. So there is less code, and less to find registers for: for a function that has too much,
 * V8 takes a quick allocator, which keeps nearly everything in memory. But V8 takes a tenth longer for all that a short program executes,
 * so code is changed when it is merged to be kept, and not when it is made.
 *
 * What must hold: a look-up does what it did as v86 wrote it; what is not as v86 writes it stays.
 */

import { Address, PAGE, TlbFlag } from './internals.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { Reader } from './wasm-instructions.ts';
import { Opcode } from './wasm-opcodes.ts';

/** What of a look-up stands behind the load of the entry, its branch included. */
interface Test {
  /** The same as two branches: to just behind this code, and to where v86's leads. */
  readonly code: Code;
  /** Where the next instruction stands. */
  readonly end: number;
}

/**
 * The test behind the load at `at`, where that is of an entry for an address's page; undefined where v86 has written another one: that of
 * a byte is one comparison already, and the answer to that of what is read and written is needed twice.
 */
export function testBehindLoad(wire: Uint8Array, at: number): Test | undefined {
  const reader = new Reader(wire, at + 1);
  reader.unsigned();
  if (reader.unsigned() !== Address.tlbData) return undefined;
  const is = (...opcodes: readonly number[]): boolean => opcodes.every((opcode) => reader.byte() === opcode);
  const constant = (): number | undefined => (is(Opcode.constant) ? reader.signed32() : undefined);
  if (!is(Opcode.localTee)) return undefined;
  const entry = reader.unsigned();
  const mask = constant();
  if (mask === undefined || !is(Opcode.and) || constant() !== TlbFlag.valid) return undefined;
  if (!is(Opcode.equal, Opcode.localGet)) return undefined;
  const address = reader.unsigned();
  if (constant() !== PAGE - 1 || !is(Opcode.and)) return undefined;
  const last = constant();
  if (last === undefined || !is(Opcode.lessOrEqualSigned, Opcode.and, Opcode.branchIf, 0)) return undefined;
  return {
    end: reader.at,
    code: [
      [wasm.localSet(entry), wasm.block],
      [wasm.localGet(entry), wasm.i32(mask), wasm.and, wasm.i32(TlbFlag.valid), wasm.ne, wasm.branchIf(0)],
      [wasm.localGet(address), wasm.i32(PAGE - 1), wasm.and, wasm.i32(last), Opcode.lessOrEqualSigned],
      [wasm.branchIf(1), wasm.end],
    ],
  };
}
