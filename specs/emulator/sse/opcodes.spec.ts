/**
 * Which opcodes of MMX and SSE there are, and which of them want their operand aligned: as on a real processor, of which opcodes.tsv
 * was recorded; whatever that has beyond SSE3 is undefined here.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fault, faultsOf } from './fault-guest.ts';
import { codeOf, FORMS, OPCODES, PREFIXES } from './opcodes.ts';

const LETTERS: Readonly<Record<number, string>> = { 0: '.', [Fault.undefined]: 'U', [Fault.protection]: 'G' };

async function opcodesOfMachine(compile: boolean): Promise<string[]> {
  const trials = OPCODES.flatMap((opcode) =>
    PREFIXES.flatMap((prefix) =>
      FORMS.map(({ modrm, offset }) => ({ code: codeOf(prefix, opcode, modrm), offset })),
    ),
  );
  const letters = (await faultsOf(trials, compile)).map((vector) => LETTERS[vector] ?? `${vector}`);
  return OPCODES.map((opcode, row) => {
    const columns = PREFIXES.map((_, column) => {
      const at = (row * PREFIXES.length + column) * FORMS.length;
      return letters.slice(at, at + FORMS.length).join('');
    });
    return [opcode.toString(16), ...columns].join('\t');
  });
}

describe.each([
  ['the interpreter', false],
  ['compiled code', true],
] as const)('%s', (_way, compile) => {
  it('has the opcodes of a real processor and no others', async () => {
    const recorded = readFileSync(new URL('opcodes.tsv', import.meta.url), 'utf8');
    expect(await opcodesOfMachine(compile)).toEqual(recorded.trim().split('\n'));
  });
});
