/** The functions that are added to v86 for the x87, by name: compiled code imports them by it. */

import { callHost } from '../host-functions.ts';
import type { ValueType, WasmBinary } from '../wasm-binary.ts';
import { X87Area } from '../internals.ts';
import type { Code } from '../wasm-code.ts';

export class Helpers {
  readonly binary: WasmBinary;
  readonly #indices = new Map<string, number>();
  readonly #places = new Map<string, number>();
  #nextPlace: number = X87Area.names;

  constructor(binary: WasmBinary) {
    this.binary = binary;
  }

  /** Adds a function that interpreter and compiled code can call. */
  add(name: string, parameters: readonly ValueType[], locals: readonly ValueType[], code: Code): void {
    const index = this.binary.add({ parameters, results: [] }, { locals, code });
    const exported = `x87_${name}`;
    this.binary.export(exported, index);
    this.#indices.set(name, index);
    this.#places.set(name, this.#nextPlace);
    this.binary.data(this.#nextPlace, Buffer.from(exported));
    this.#nextPlace += exported.length;
    if (this.#nextPlace > X87Area.end) throw new Error('the names of the x87 do not fit');
  }

  /** Executes an instruction in TypeScript; leaves its answer. */
  slowly(packed: Code): Code {
    return [packed, callHost(this.binary, 'x87')];
  }

  /** The function's number. */
  index(name: string): number {
    const index = this.#indices.get(name);
    if (index === undefined) throw new Error(`no function ${name} for the x87`);
    return index;
  }

  /** Where the name under which it is exported stands in v86's memory: address and length. */
  nameOf(name: string): readonly [number, number] {
    return [this.#places.get(name) ?? 0, `x87_${name}`.length];
  }
}
