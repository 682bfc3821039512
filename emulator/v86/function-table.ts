/**
 * The part of v86's function table that holds compiled guest code: which module is in which slot.
 *
 * A module becomes a function of this table's v86 when it is first put into a slot, and stays one: putting it there again
 * costs nothing.
 */

import { ImageDataError } from '../image-data-error.ts';
import { COMPILED_HANDLE_IRQS, SHADOW_END_EXPORT, TABLE_OFFSET, TABLE_SLOTS } from './internals.ts';

/** A compiled piece of guest code: the module, and its function bound to v86. */
interface CompiledCode {
  readonly module: WebAssembly.Module;
  readonly run: CallableFunction;
}

export class FunctionTable {
  readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_OFFSET + TABLE_SLOTS });
  private readonly slots: (CompiledCode | undefined)[] = new Array<undefined>(TABLE_SLOTS);
  private readonly codeOfModule = new WeakMap<WebAssembly.Module, CompiledCode>();
  private imports: WebAssembly.ModuleImports = {};

  /** What compiled code can call and touch: v86's own functions and memory. To be called before any module is used. */
  connect(exports: WebAssembly.Exports, memory: WebAssembly.Memory): void {
    this.imports = { m: memory };
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value === 'function' && !name.startsWith('_') && !name.endsWith('_js'))
        this.imports[name] = value;
    }
    const endShadow = exports[SHADOW_END_EXPORT];
    if (endShadow !== undefined) this.imports[COMPILED_HANDLE_IRQS] = endShadow;
  }

  get isEmpty(): boolean {
    return this.slots.every((code) => code === undefined);
  }

  /** The function of a module. */
  functionOf(module: WebAssembly.Module): CallableFunction {
    return this.bound(module).run;
  }

  set(slot: number, module: WebAssembly.Module | undefined): void {
    if (this.slots[slot]?.module === module) return;
    const code = module === undefined ? undefined : this.bound(module);
    this.slots[slot] = code;
    this.table.set(TABLE_OFFSET + slot, code?.run ?? null);
  }

  /** The module in each slot. */
  modules(): (WebAssembly.Module | undefined)[] {
    return this.slots.map((code) => code?.module);
  }

  /** Puts modules into the slots, as {@link modules} gave them here or elsewhere. */
  setAll(modules: readonly (WebAssembly.Module | undefined)[]): void {
    for (let slot = 0; slot < TABLE_SLOTS; slot++) this.set(slot, modules[slot]);
  }

  /** Binds modules to v86, which can fail, and changes nothing else. @throws {@link ImageDataError} */
  bind(modules: readonly (WebAssembly.Module | undefined)[]): void {
    for (const [slot, module] of modules.entries()) {
      if (module === undefined) continue;
      try {
        this.bound(module);
      } catch (error) {
        throw new ImageDataError(`the image's compiled code in slot ${slot} does not fit the emulator`, {
          cause: error,
        });
      }
    }
  }

  private bound(module: WebAssembly.Module): CompiledCode {
    let code = this.codeOfModule.get(module);
    if (code === undefined) {
      const instance = new WebAssembly.Instance(module, { e: this.imports });
      code = { module, run: instance.exports['f'] as CallableFunction };
      this.codeOfModule.set(module, code);
    }
    return code;
  }
}
