/**
 * What the parts of the rewrite share: finding functions by name and places in them by pattern.
 *
 * What must hold: a pattern that is looked for occurs exactly once, else {@link UnsupportedV86Error}.
 */

import { FunctionName, V86_VERSION } from './internals.ts';
import type { Edit, Signature, WasmBinary } from './wasm-binary.ts';
import type { Instruction } from './wasm-instructions.ts';
import type { Code } from './wasm-code.ts';

/** The v86 that is installed is not the one this project was written for. */
export class UnsupportedV86Error extends Error {
  constructor(detail: string) {
    super(`v86 ${V86_VERSION} is needed, the installed one differs (${detail}): run npm ci`);
    this.name = 'UnsupportedV86Error';
  }
}

export type Indices = Readonly<Record<keyof typeof FunctionName, number>>;

export function findFunctions(binary: WasmBinary): Indices {
  const names = binary.functionNames();
  const indices: Partial<Record<keyof typeof FunctionName, number>> = {};
  for (const key of Object.keys(FunctionName) as (keyof typeof FunctionName)[]) {
    const index = names.get(FunctionName[key]);
    if (index === undefined) throw new UnsupportedV86Error(`no function ${FunctionName[key]}`);
    indices[key] = index;
  }
  return indices as Indices;
}

/** The only place in a function where these instructions follow one another; a position names the first of them. */
function findOnce(instructions: readonly Instruction[], what: string, pattern: readonly string[]): number {
  const found = findAll(instructions, pattern);
  const first = found[0];
  if (first === undefined || found.length !== 1)
    throw new UnsupportedV86Error(`${what}: ${found.length} matches`);
  return first;
}

function findAll(instructions: readonly Instruction[], pattern: readonly string[]): number[] {
  const found: number[] = [];
  for (let i = 0; i + pattern.length <= instructions.length; i++) {
    if (pattern.every((text, k) => instructions[i + k]?.text === text)) found.push(i);
  }
  return found;
}

/** Collects changes of one function. */
export class Editor {
  readonly instructions: readonly Instruction[];
  readonly edits: Edit[] = [];
  readonly #name: string;

  constructor(binary: WasmBinary, index: number, name: string) {
    this.instructions = binary.instructions(index);
    this.#name = name;
  }

  #at(position: number): Instruction {
    const instruction = this.instructions[position];
    if (instruction === undefined) throw new UnsupportedV86Error(`${this.#name} ends too early`);
    return instruction;
  }

  once(...pattern: string[]): number {
    return findOnce(this.instructions, `${this.#name}: ${pattern.join('; ')}`, pattern);
  }

  all(...pattern: string[]): number[] {
    return findAll(this.instructions, pattern);
  }

  expect(condition: boolean, detail: string): void {
    if (!condition) throw new UnsupportedV86Error(`${this.#name}: ${detail}`);
  }

  insertBefore(position: number, code: Code): void {
    const { start } = this.#at(position);
    this.edits.push({ start, end: start, code });
  }

  replace(position: number, count: number, code: Code): void {
    this.edits.push({ start: this.#at(position).start, end: this.#at(position + count - 1).end, code });
  }
}

export const nothing = { parameters: [], results: [] } as const satisfies Signature;
export const oneWord = { parameters: ['i32'], results: [] } as const satisfies Signature;
export const twoWords = { parameters: ['i32', 'i32'], results: [] } as const satisfies Signature;
export const threeWords = { parameters: ['i32', 'i32', 'i32'], results: [] } as const satisfies Signature;
export const fourWords = {
  parameters: ['i32', 'i32', 'i32', 'i32'],
  results: [],
} as const satisfies Signature;
