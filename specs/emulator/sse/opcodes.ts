/**
 * The opcodes behind 0F in which MMX and SSE are, with each prefix, and whether a processor has them: a table of text that is recorded
 * on a real one.
 */

import { askProcessor, Signal } from './processor.ts';

export const PREFIXES = [[], [0x66], [0xf3], [0xf2]] as const;
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** EMMS and MASKMOVQ are left out: they have other operands. */
export const OPCODES = [
  ...range(0x10, 0x17),
  ...range(0x28, 0x2f),
  ...range(0x50, 0x76),
  ...range(0x7a, 0x7f),
  ...range(0xc2, 0xc6),
  ...range(0xd0, 0xf6),
  ...range(0xf8, 0xff),
];
const WITH_IMMEDIATE: readonly number[] = [0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6];

/** The operands: registers 2 and 1; register 2 and memory that is aligned; that is not. 2 is a shift in the groups of shifts. */
export const FORMS = [
  { modrm: 0xd1, offset: 0 },
  { modrm: 0x13, offset: 0 },
  { modrm: 0x13, offset: 1 },
] as const;

export const codeOf = (prefix: readonly number[], opcode: number, modrm: number): number[] => [
  ...prefix,
  0x0f,
  opcode,
  modrm,
  ...(WITH_IMMEDIATE.includes(opcode) ? [0] : []),
];

/** Executed, undefined, or a fault for its address. */
const LETTERS: Readonly<Record<number, string>> = {
  [Signal.none]: '.',
  [Signal.illegal]: 'U',
  [Signal.segmentation]: 'G',
};

/** MOVNTSS and MOVNTSD, which only AMD has. */
const isForeign = (prefix: readonly number[], opcode: number): boolean =>
  opcode === 0x2b && (prefix[0] === 0xf3 || prefix[0] === 0xf2);

/** A line for each opcode: its number, then three letters for each prefix. */
export function opcodesOfProcessor(): string {
  const questions = OPCODES.flatMap((opcode) =>
    PREFIXES.flatMap((prefix) =>
      FORMS.map(({ modrm, offset }) => ({
        code: codeOf(prefix, opcode, modrm),
        mxcsr: 0x1f80,
        xmm0: 0n,
        xmm1: 0n,
        offset,
      })),
    ),
  );
  const answers = askProcessor(questions).map(({ signal }) => LETTERS[signal] ?? `${signal}`);
  return OPCODES.map((opcode, row) => {
    const columns = PREFIXES.map((prefix, column) => {
      const at = (row * PREFIXES.length + column) * FORMS.length;
      return isForeign(prefix, opcode) ? 'UUU' : answers.slice(at, at + FORMS.length).join('');
    });
    return `${[opcode.toString(16), ...columns].join('\t')}\n`;
  }).join('');
}
