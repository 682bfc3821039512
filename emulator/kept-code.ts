/** Compiled code that outlives the process: taken from the store before a run, kept there after it. */

import { hasLittleElse, readCode, writeCode, writeMachineCode } from './code-file.ts';
import { compiledForProbes } from './image.ts';
import type { MachineState } from './state.ts';
import type { KeepCodeOptions, MachineOptions } from './types.ts';
import type { V86Instance } from './v86/instance.ts';

export class KeptCode {
  readonly #options: MachineOptions;
  readonly #state: MachineState;
  /** The key of the code that was taken, if it was. */
  #taken: string | undefined;

  constructor(options: MachineOptions, state: MachineState) {
    this.#options = options;
    this.#state = state;
  }

  /** @returns Whether there was code under that key which this machine can use. */
  take(v86: V86Instance, key: string, compiles: boolean): boolean {
    const { compile = true, codeStore } = this.#options;
    if (compile === false || codeStore === undefined || !v86.functions.isEmpty) return false;
    const found = readCode(codeStore, key, v86);
    if (found === undefined || !compiledForProbes(v86, found.layer)) return false;
    this.#state.addCode(v86, found, compiles);
    this.#taken = key;
    return true;
  }

  /**
   * Where hardly any code is new, all that is worth to be kept is V8's machine code of what was taken. That is kept in any case: it serves
   * also those who take no more.
   */
  keep(v86: V86Instance, key: string, options: KeepCodeOptions): void {
    const { compile = true, codeStore } = this.#options;
    if (compile === false || codeStore === undefined) return;
    const taken = this.#taken;
    const isWorthIt = taken === undefined || !hasLittleElse(codeStore, taken, v86);
    if (isWorthIt) writeCode(codeStore, key, v86, { taken, optimizes: options.optimize ?? true });
    const isReplaced = isWorthIt && taken === key;
    if (taken !== undefined && !isReplaced) writeMachineCode(codeStore, taken, v86, options);
  }
}
