/** The frame of a WebAssembly binary: its sections, read and written, and what it imports. Source: core specification, chapter 5. */

import { unsigned } from './wasm-code.ts';
import { Reader } from './wasm-instructions.ts';

export const Section = {
  custom: 0,
  types: 1,
  imports: 2,
  functions: 3,
  tables: 4,
  memories: 5,
  exports: 7,
  elements: 9,
  code: 10,
  data: 11,
} as const;

/** What every WebAssembly binary begins with: its magic number and version. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const;
/** What is imported or exported. */
export const ExternalKind = { function: 0, table: 1, global: 3 } as const;
export const FUNCTION_REFERENCE = 0x70;

/** A section's content, from `start` to `end` in the binary. */
export interface SectionPlace {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** An import, from `start` to `end` in the binary. */
export interface Import {
  readonly name: string;
  /** One of {@link ExternalKind}, or a memory. */
  readonly kind: number;
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

/** A binary of these sections, in a buffer of its own. */
export function encodeModule(
  sections: readonly (readonly [id: number, content: Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat([
      Uint8Array.from(HEADER),
      ...sections.flatMap(([id, content]) => [Uint8Array.from([id, ...unsigned(content.length)]), content]),
    ]),
  );
}

/** The imports that a reader at the start of their section finds. */
export function readImports(reader: Reader): Import[] {
  return Array.from({ length: reader.unsigned() }, () => {
    const start = reader.at;
    reader.name();
    const name = reader.name();
    const kind = reader.byte();
    const type = readImportedType(reader, kind);
    return { name, kind, type, start, end: reader.at };
  });
}

function readImportedType(reader: Reader, kind: number): number | undefined {
  if (kind === ExternalKind.function) return reader.unsigned();
  if (kind === ExternalKind.global) {
    reader.at += 2;
    return undefined;
  }
  if (kind === ExternalKind.table) reader.byte();
  const hasMaximum = (reader.byte() & 1) !== 0;
  reader.unsigned();
  if (hasMaximum) reader.unsigned();
  return undefined;
}
