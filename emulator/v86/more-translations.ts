/**
 * A change of v86.wasm's numbers: how many translations of page tables the processor remembers.
 *
 * v86 has a word for each virtual page, but lists those that are in use, and has room for 10,000 of them: a program that walks more than
 * 40 MiB makes it forget all of them again and again, and walk the page tables for nearly every page that it comes to. Here the list lies
 * behind v86's own data, where there is room for as many as a guest can well use.
 *
 * The list is at fixed addresses in ten functions. Its numbers take as many bytes as those that they replace, so nothing else moves;
 * whatever is rewritten afterwards finds the functions as they were. What must hold: each number occurs exactly as often as is said here.
 */

import { Address, FunctionName, OldTranslationList, TRANSLATIONS_REMEMBERED } from './internals.ts';
import { UnsupportedV86Error } from './rewrite-support.ts';
import { WasmBinary } from './wasm-binary.ts';
import type { Instruction } from './wasm-instructions.ts';

const WORD = 4;

/**
 * The functions that use the list: how often they go through it from its first entry to its last one, by adding a negative offset to its
 * end, and how often they go by a number in it.
 */
const USES = {
  clearTranslations: { through: 1, byNumber: 1 },
  clearAllTranslations: { through: 1, byNumber: 0 },
  doPageWalk: { through: 1, byNumber: 1 },
  markPageWithCode: { through: 2, byNumber: 0 },
  finishCompile: { through: 1, byNumber: 1 },
  resetCpu: { through: 1, byNumber: 0 },
  setControl0: { through: 1, byNumber: 0 },
  mainLoop: { through: 1, byNumber: 0 },
  analyzeAndGenerate: { through: 0, byNumber: 1 },
  freeCode: { through: 0, byNumber: 1 },
} as const satisfies Partial<Record<keyof typeof FunctionName, unknown>>;

/** The bytes of v86.wasm, with room for {@link TRANSLATIONS_REMEMBERED}. @throws {@link UnsupportedV86Error} */
export function withMoreTranslations(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const binary = new WasmBinary(bytes);
  const indices = binary.functionNames();
  for (const [name, { through, byNumber }] of Object.entries(USES)) {
    const index = indices.get(FunctionName[name as keyof typeof USES]);
    if (index === undefined) throw new UnsupportedV86Error(`no function ${name}`);
    const found = change(changed, binary.instructions(index));
    if (found.through !== through || found.byNumber !== byNumber || found.room === 0)
      throw new UnsupportedV86Error(`${name}: another use of the list of translations`);
  }
  return changed;
}

/** Changes the numbers in one function; how often each was found. */
function change(
  bytes: Uint8Array,
  instructions: readonly Instruction[],
): { through: number; byNumber: number; room: number } {
  const found = { through: 0, byNumber: 0, room: 0 };
  /** Locals that hold an offset from the list's end. */
  const offsets = new Set<string>();
  for (const [i, { text }] of instructions.entries()) {
    if (text === `i32.const ${-WORD * OldTranslationList.room}`)
      offsets.add(instructions[i + 1]?.text.replace(/^local\.(set|tee)/, 'local.get') ?? '');
  }
  const oldEnd = OldTranslationList.start + WORD * OldTranslationList.room;
  const end = Address.validTlbEntries + WORD * TRANSLATIONS_REMEMBERED;
  for (const [i, { text, start, end: after }] of instructions.entries()) {
    // behind the opcode, and behind what an access to memory says of its alignment
    const putConstant = (value: number): void => {
      bytes.set(padded(value, after - start - 1), start + 1);
    };
    const beyond = [0, 1].find((less) => text === `i32.const ${OldTranslationList.room - less}`);
    if (beyond !== undefined) {
      putConstant(TRANSLATIONS_REMEMBERED - beyond);
      found.room++;
    } else if (text === `i32.const ${-WORD * OldTranslationList.room}`) {
      putConstant(-WORD * TRANSLATIONS_REMEMBERED);
    } else if (text === `i32.const ${oldEnd}` && offsets.has(instructions[i - 1]?.text ?? '')) {
      putConstant(end);
      found.through++;
    } else if (/^i32\.(load|store) /.test(text) && text.endsWith(` ${OldTranslationList.start}`)) {
      bytes.set(padded(Address.validTlbEntries, after - start - 2), start + 2);
      found.byNumber++;
    }
  }
  return found;
}

/** A number of 32 bits as LEB128 of just so many bytes. @throws {@link UnsupportedV86Error} where it takes more. */
function padded(value: number, length: number): number[] {
  const bytes = Array.from({ length }, (_, i) => ((value >> (7 * i)) & 0x7f) | (i < length - 1 ? 0x80 : 0));
  const fits = length > 4 || value >> (7 * length - 1) === value >> 31;
  if (!fits) throw new UnsupportedV86Error(`no room for ${value} in the list of translations`);
  return bytes;
}
