/**
 * The part of v86's function table that holds compiled guest code: which code is in which slot.
 *
 * A module is bound to this table's v86 when code of it is first put into a slot, and stays so: putting it there again costs
 * nothing.
 */

import { ImageDataError } from '../image-data-error.ts';
import type { CompiledCode } from './compiled-code.ts';
import type { ListedFunctions } from './function-list.ts';
import { PASS_PAGE_END_SLOT, TABLE_LENGTH } from './host-functions.ts';
import { NAMESPACE, TABLE_IMPORT } from './calling-convention.ts';
import {
  COMPILED_HANDLE_IRQS,
  PASS_PAGE_END_EXPORT,
  SHADOW_END_EXPORT,
  TABLE_OFFSET,
  TABLE_SLOTS,
} from './internals.ts';

export class FunctionTable {
  readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_LENGTH });
  readonly #slots = new Array<CompiledCode | undefined>(TABLE_SLOTS).fill(undefined);
  readonly #exportsOfModule = new WeakMap<WebAssembly.Module, WebAssembly.Exports>();
  #imports: WebAssembly.ModuleImports = {};

  /** What compiled code can call and touch: v86's own functions and memory, and other compiled code. To be called before any module is used. */
  connect(functions: ListedFunctions, memory: WebAssembly.Memory): void {
    this.table.set(PASS_PAGE_END_SLOT, functions.get(PASS_PAGE_END_EXPORT) ?? null);
    const known = new Map<string, WebAssembly.ImportValue | undefined>([
      ['m', memory],
      [TABLE_IMPORT, this.table],
      [COMPILED_HANDLE_IRQS, functions.get(SHADOW_END_EXPORT)],
    ]);
    // a function is looked up when code that calls it is bound: all code calls a small part of them
    const get = (_: unknown, name: string): WebAssembly.ImportValue | undefined => {
      if (!known.has(name)) known.set(name, functions.get(name));
      return known.get(name);
    };
    this.#imports = new Proxy<WebAssembly.ModuleImports>({}, { get });
  }

  get isEmpty(): boolean {
    return this.#slots.every((code) => code === undefined);
  }

  /** The function that code is, bound to v86. */
  functionOf({ module, name }: CompiledCode): CallableFunction {
    return this.#bound(module)[name] as CallableFunction;
  }

  set(slot: number, code: CompiledCode | undefined): void {
    const there = this.#slots[slot];
    if (there?.module === code?.module && there?.name === code?.name) return;
    const run = code === undefined ? null : this.functionOf(code);
    this.#slots[slot] = code;
    this.table.set(TABLE_OFFSET + slot, run);
  }

  /** The code in each slot. */
  code(): (CompiledCode | undefined)[] {
    return [...this.#slots];
  }

  /** Puts code into the slots, as {@link code} gave it here or elsewhere. */
  setAll(code: readonly (CompiledCode | undefined)[]): void {
    for (let slot = 0; slot < TABLE_SLOTS; slot++) this.set(slot, code[slot]);
  }

  /** Binds code to v86, which can fail, and changes nothing else. @throws {@link ImageDataError} */
  bind(code: readonly (CompiledCode | undefined)[]): void {
    for (const [slot, one] of code.entries()) {
      if (one === undefined) continue;
      try {
        if (typeof this.functionOf(one) !== 'function') throw new TypeError(`no function ${one.name}`);
      } catch (error) {
        throw new ImageDataError(`the image's compiled code in slot ${slot} does not fit the emulator`, {
          cause: error,
        });
      }
    }
  }

  #bound(module: WebAssembly.Module): WebAssembly.Exports {
    let exports = this.#exportsOfModule.get(module);
    if (exports === undefined) {
      ({ exports } = new WebAssembly.Instance(module, { [NAMESPACE]: this.#imports }));
      this.#exportsOfModule.set(module, exports);
    }
    return exports;
  }
}
