/**
 * Keeps flags in locals of WebAssembly, within each block of compiled code, instead of words in memory.
 *
 * Nearly each instruction writes flags, and hardly any is followed by one that reads them. V8 drops what is computed for a local that
 * nobody reads; to memory, it would have to be written. So a word that is written stays in its local until code branches, calls what may
 * look at it, or ends: only then it goes to memory. An instruction that faults branches, so what is in locals is written on that way, which
 * is hardly ever taken.
 *
 * What must hold: code does what it did as v86 wrote it. Wherever ways meet, behind a block or a loop, words are where they were at its
 * start, on each way: those that were in locals alone are, and all others stand in memory. So they do where functions begin, and where
 * loops do. What is not understood here stays as v86 has written it.
 */

import { Body, type FunctionType, NotUnderstood } from './flags-in-body.ts';
import { LEAVES_FLAGS } from './lazy-flags.ts';
import { unsigned } from './wasm-code.ts';
import { Reader } from './wasm-instructions.ts';
import { encodeModule, readImports, Section, type SectionPlace, sectionsOf } from './wasm-sections.ts';

/** The types of a module. @throws {@link NotUnderstood} */
function readTypes(reader: Reader): FunctionType[] {
  const skip = (): number => {
    const count = reader.unsigned();
    reader.at += count;
    return count;
  };
  return Array.from({ length: reader.unsigned() }, () => {
    reader.byte();
    const parameters = skip();
    return { parameters, results: skip() };
  });
}

function place(sections: readonly SectionPlace[], id: number): SectionPlace {
  const section = sections.find((candidate) => candidate.id === id);
  if (section === undefined) throw new NotUnderstood();
  return section;
}

function rewritten(wire: Uint8Array): Uint8Array {
  const sections = sectionsOf(wire);
  const at = (id: number): Reader => new Reader(wire, place(sections, id).start);
  const types = readTypes(at(Section.types));
  const functions = readImports(at(Section.imports)).flatMap(({ name, type }) => {
    const signature = type === undefined ? undefined : types[type];
    if (signature === undefined) return [];
    const leavesFlags = LEAVES_FLAGS.some((pattern) => pattern.test(name));
    return [{ name, leavesFlags, ...signature }];
  });
  const own = at(Section.functions);
  own.unsigned();
  const parameters = types[own.unsigned()]?.parameters ?? 0;
  const code = place(sections, Section.code);
  const reader = new Reader(wire, code.start);
  reader.unsigned();
  const end = reader.unsigned() + reader.at;
  const { bytes } = new Body(reader, end, parameters, types, functions);
  const head = Uint8Array.from([...unsigned(1), ...unsigned(bytes.length)]);
  return encodeModule(
    sections.map(({ id, start, end: sectionEnd }) => [
      id,
      id === Section.code ? Buffer.concat([head, bytes]) : wire.subarray(start, sectionEnd),
    ]),
  );
}

/** A module of one function that v86 has made, with its flags in locals; as it is where it has anything that is not understood. */
export function withFlagsInLocals(wire: Uint8Array): Uint8Array {
  try {
    return rewritten(wire);
  } catch (error) {
    if (error instanceof NotUnderstood) return wire;
    throw error;
  }
}
