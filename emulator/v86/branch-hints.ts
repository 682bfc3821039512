/**
 * Tells V8 which way compiled code goes at each access to memory: by v86's look-up that finds the page, and not by the call that does
 * what the look-up cannot.
 *
 * V8 then puts the call out of the way, and does not spill for its sake what is in registers. It is the custom section of WebAssembly's
 * branch hinting proposal: it changes nothing of what code does, and an engine that does not know it passes over it. V8 reads it
 * only as {@link compileHinted} of native-code.ts has it do.
 */

import { Address } from './internals.ts';
import * as wasm from './wasm-code.ts';
import { encodeName, flatten, unsigned } from './wasm-code.ts';
import { Reader } from './wasm-instructions.ts';
import { Opcode } from './wasm-opcodes.ts';
import { encodeModule, readImports, Section, type SectionPlace, sectionsOf } from './wasm-sections.ts';

/** The section's name. Source: the proposal, https://github.com/WebAssembly/branch-hinting. */
const NAME = 'metadata.code.branch_hint';
/** The value of a hint, which takes one byte: whether the branch is likely taken. */
const LIKELY = [1, 1] as const;
const UNLIKELY = [1, 0] as const;

/** What each look-up begins with, behind its block and the address: the entry for the address's page is loaded. */
const LOOK_UP = Uint8Array.from(
  flatten([wasm.i32(12), wasm.shrUnsigned, wasm.i32(2), wasm.shl, wasm.load32(Address.tlbData)]),
);
/** What stands between there and the branch: tests of the entry, and whether the access goes on in the next page. */
const TESTS: ReadonlySet<number> = new Set([
  Opcode.equal,
  Opcode.notEqual,
  Opcode.lessOrEqualSigned,
  Opcode.and,
]);
const LOCALS: ReadonlySet<number> = new Set([Opcode.localGet, Opcode.localSet, Opcode.localTee]);

/**
 * The hints at the branches of the look-up at `at`, each as its place in the body and its value; none for anything else than is written for
 * one. Of two branches (look-ups.ts) the first one stands in a block of its own, and leads to the call.
 */
function hintsBehind(code: Uint8Array, at: number): number[][] {
  const reader = new Reader(code, at + LOOK_UP.length);
  const hints: number[][] = [];
  let branches = 1;
  for (;;) {
    const start = reader.at;
    const opcode = reader.byte();
    if (opcode === Opcode.branchIf) {
      hints.push([...unsigned(start), ...(branches === 1 ? LIKELY : UNLIKELY)]);
      if (--branches === 0) return hints;
      reader.unsigned();
    } else if (opcode === Opcode.block) {
      branches++;
      reader.byte();
    } else if (opcode === Opcode.constant) reader.signed32();
    else if (LOCALS.has(opcode)) reader.unsigned();
    else if (!TESTS.has(opcode)) return [];
  }
}

/** The hints of a function's body, each as its place in the body and its value. */
function hintsOf(body: Buffer): number[][] {
  const hints: number[][] = [];
  for (let at = body.indexOf(LOOK_UP); at >= 0; at = body.indexOf(LOOK_UP, at + LOOK_UP.length)) {
    hints.push(...hintsBehind(body, at));
  }
  return hints;
}

const placeOf = (sections: readonly SectionPlace[], id: number): SectionPlace | undefined =>
  sections.find((section) => section.id === id);

/** A module of compiled code, of one function or many, with hints in front of its code. */
export function withBranchHints(wire: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(wire);
  const [imports, code] = [placeOf(sections, Section.imports), placeOf(sections, Section.code)];
  if (imports === undefined || code === undefined) return new Uint8Array(wire);
  const imported = readImports(new Reader(wire, imports.start)).filter(({ type }) => type !== undefined);
  const reader = new Reader(wire, code.start);
  const functions: number[][] = [];
  for (let left = reader.unsigned(), index = imported.length; left > 0; left--, index++) {
    const length = reader.unsigned();
    const hints = hintsOf(Buffer.from(wire.buffer, wire.byteOffset + reader.at, length));
    if (hints.length > 0) functions.push([...unsigned(index), ...unsigned(hints.length), ...hints.flat()]);
    reader.at += length;
  }
  const hints = Uint8Array.from([...encodeName(NAME), ...unsigned(functions.length), ...functions.flat()]);
  return encodeModule(
    sections.flatMap(({ id, start, end }) => [
      ...(id === Section.code ? [[Section.custom, hints] as const] : []),
      [id, wire.subarray(start, end)] as const,
    ]),
  );
}
