/** Reads the frame of a WebAssembly binary: its sections, and what it imports. Source: core specification, chapter 5. */

import { Reader } from './wasm-instructions.ts';

export const Section = { types: 1, imports: 2, functions: 3, exports: 7, code: 10, data: 11 } as const;

/** What every WebAssembly binary begins with: its magic number and version. */
export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const;
const FUNCTION_KIND = 0;
export const ImportKind = { function: 0, table: 1, global: 3 } as const;

/** A section's content, from `start` to `end` in the binary. */
export interface SectionPlace {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** An import, from `start` to `end` in the binary. */
export interface Import {
  readonly name: string;
  /** Index of a function's type; undefined for what is no function. */
  readonly type: number | undefined;
  readonly start: number;
  readonly end: number;
}

export function sectionsOf(bytes: Uint8Array): SectionPlace[] {
  const sections: SectionPlace[] = [];
  const reader = new Reader(bytes, HEADER.length);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = reader.unsigned();
    sections.push({ id, start: reader.at, end: reader.at + length });
    reader.at += length;
  }
  return sections;
}

/** The imports that a reader at the start of their section finds. */
export function readImports(reader: Reader): Import[] {
  return Array.from({ length: reader.unsigned() }, () => {
    const start = reader.at;
    reader.name();
    const name = reader.name();
    const type = readImportedType(reader);
    return { name, type, start, end: reader.at };
  });
}

function readImportedType(reader: Reader): number | undefined {
  const kind = reader.byte();
  if (kind === ImportKind.function) return reader.unsigned();
  if (kind === ImportKind.global) {
    reader.at += 2;
    return undefined;
  }
  if (kind === ImportKind.table) reader.byte();
  const hasMaximum = (reader.byte() & 1) !== 0;
  reader.unsigned();
  if (hasMaximum) reader.unsigned();
  return undefined;
}

/** The functions that a binary exports, by name. */
export function exportedFunctions(bytes: Uint8Array): Map<string, number> {
  const functions = new Map<string, number>();
  const section = sectionsOf(bytes).find(({ id }) => id === Section.exports);
  const reader = new Reader(bytes, section?.start ?? 0);
  for (let left = section === undefined ? 0 : reader.unsigned(); left > 0; left--) {
    const name = reader.name();
    const kind = reader.byte();
    const index = reader.unsigned();
    if (kind === FUNCTION_KIND) functions.set(name, index);
  }
  return functions;
}
