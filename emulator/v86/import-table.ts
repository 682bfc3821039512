/**
 * Gives a module of compiled guest code what v86's generator does not write: an import of the function table, through which it
 * goes on with the code of another page (rewrite-chaining.ts).
 */

import { encodeName, flatten, unsigned } from './wasm-code.ts';
import { Reader } from './wasm-instructions.ts';
import { ExternalKind, FUNCTION_REFERENCE, Section, sectionsOf } from './wasm-sections.ts';

/** What compiled code imports from. */
export const NAMESPACE = 'e';
/** Under which name it imports the table. */
export const TABLE_IMPORT = 't';

const tableImport = Uint8Array.from(
  flatten([
    [encodeName(NAMESPACE), encodeName(TABLE_IMPORT)],
    // of any length
    [ExternalKind.table, FUNCTION_REFERENCE, 0, unsigned(0)],
  ]),
);

/** The module with the table as its last import. @throws Error for a module that imports nothing. */
export function withTable(wire: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(wire);
  const place = sections.findIndex(({ id }) => id === Section.imports);
  const [before, section] = [sections[place - 1], sections[place]];
  if (before === undefined || section === undefined) throw new Error('compiled code imports nothing');
  const reader = new Reader(wire, section.start);
  const count = Uint8Array.from(unsigned(reader.unsigned() + 1));
  const length = count.length + section.end - reader.at + tableImport.length;
  return new Uint8Array(
    Buffer.concat([
      wire.subarray(0, before.end),
      Uint8Array.from([Section.imports, ...unsigned(length)]),
      count,
      wire.subarray(reader.at, section.end),
      tableImport,
      wire.subarray(section.end),
    ]),
  );
}
