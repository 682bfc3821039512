/**
 * What v86 does in each of its functions, for a profile of the host: by the number under which a profiler names a function of
 * WebAssembly.
 *
 * Knows v86; changes nothing. A function of which nothing is said works for whoever called it.
 */

import type { WorkKind } from '../types.ts';
import { EXPORTED_WORK, FUNCTION_WORK, FunctionName, IMPORTED_WORK } from './internals.ts';
import { readV86Wasm } from './wasm-file.ts';
import { rewriteV86 } from './rewrite.ts';
import { WasmBinary } from './wasm-binary.ts';
import { namedFunctions } from './function-list.ts';

export interface HostWorkKinds {
  /** The number of a function that no module but v86 has, and that runs whenever a guest does. */
  readonly mainLoop: number;
  /** Of a function of v86, by its number. */
  ofFunction(index: number): WorkKind | undefined;
  /** Of a function of JavaScript, by its name: those that v86 imports. */
  ofImport(name: string): WorkKind | undefined;
}

function kindOf(name: string, rules: readonly (readonly [RegExp, WorkKind])[]): WorkKind | undefined {
  return rules.find(([pattern]) => pattern.test(name))?.[1];
}

/** Rewrites v86 once more to learn its numbers, which takes some 60 ms. */
export function hostWorkKinds(): HostWorkKinds {
  const stock = readV86Wasm();
  const names = new WasmBinary(stock).functionNames();
  const kinds = new Map<number, WorkKind>();
  const add = (index: number, kind: WorkKind | undefined): void => {
    if (kind !== undefined) kinds.set(index, kind);
  };
  for (const [name, index] of names) add(index, kindOf(name, FUNCTION_WORK));
  for (const [name, index] of namedFunctions(rewriteV86(stock))) add(index, kindOf(name, EXPORTED_WORK));
  return {
    mainLoop: names.get(FunctionName.mainLoop) ?? -1,
    ofFunction: (index) => kinds.get(index),
    ofImport: (name) => kindOf(name, IMPORTED_WORK),
  };
}
