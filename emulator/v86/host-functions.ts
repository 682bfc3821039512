/**
 * Functions written in TypeScript that the rewritten v86 calls.
 *
 * WebAssembly numbers imports before all functions, so one import more would renumber every call in v86. Instead, a small
 * module takes these functions in and hands them out as WebAssembly functions of fixed types, which stand in v86's function
 * table, behind the compiled guest code; {@link callHost} is the code that calls one there. A call takes about 20 ns, 100
 * with a 64-bit integer, which is a bigint here: for what is rare.
 *
 * What must hold: a function may be in the middle of a guest's instruction when it is called, so it changes nothing of the
 * machine but what that instruction does, and keeps nothing between calls: what is to last lies in v86's memory, which
 * snapshots hold.
 */

import { TABLE_OFFSET, TABLE_SLOTS } from './internals.ts';
import type { Signature, ValueType, WasmBinary } from './wasm-binary.ts';
import { encodeSignature, type ValueOf } from './wasm-binary.ts';
import { type Code, callIndirect, encodeName, flatten, i32, unsigned } from './wasm-code.ts';
import { encodeModule, ExternalKind, Section } from './wasm-sections.ts';

/** Each function's type. Their order is that of their places in the table. */
export const HOST_FUNCTIONS = {
  /**
   * Executes an x87 instruction, which is packed in a word: see `x87/state.ts`. Its operand has been copied to `X87Area`; 1 says that
   * one is to be copied from there.
   */
  x87: { parameters: ['i32'], results: ['i32'] },
  /** The time stamp counter before the guest's own offset. */
  timestamp: { parameters: [], results: ['f64'] },
  /** An operation of SSE by its number, a register, an immediate byte: see sse-host.ts. */
  computeSse: { parameters: ['i32', 'i32', 'i32'], results: ['i32'] },
  /**
   * What is refused of a selector: its use, the selector, the ring, what looking it up came to, both words of the descriptor; see
   * protection/rules.ts. 0 if nothing is, else the vector in the upper half of the word and the error code in the lower.
   */
  judgeSelector: { parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] },
  /** The processor shuts down: does not come back. */
  shutDown: { parameters: [], results: [] },
} as const satisfies Readonly<Record<string, Signature>>;

export type HostFunctionName = keyof typeof HOST_FUNCTIONS;

type Arguments<Types extends readonly ValueType[]> = { [Index in keyof Types]: ValueOf<Types[Index]> };
type Result<Types extends readonly ValueType[]> = Types extends readonly [infer Type extends ValueType]
  ? ValueOf<Type>
  : undefined;

/** The functions themselves, as their types demand. */
export type HostFunctions = {
  readonly [Name in HostFunctionName]: (
    ...values: Arguments<(typeof HOST_FUNCTIONS)[Name]['parameters']>
  ) => Result<(typeof HOST_FUNCTIONS)[Name]['results']>;
};

const NAMES = Object.keys(HOST_FUNCTIONS) as HostFunctionName[];
const FIRST_SLOT = TABLE_OFFSET + TABLE_SLOTS;

/** The place of a function of the rewrite's that compiled code goes on with: see rewrite-over-page-end.ts. */
export const PASS_PAGE_END_SLOT = FIRST_SLOT + NAMES.length;

/** Places that the function table of a rewritten v86 has. */
export const TABLE_LENGTH = PASS_PAGE_END_SLOT + 1;

/** Code that calls a function; its arguments are on the stack. */
export function callHost(binary: WasmBinary, name: HostFunctionName): Code {
  return [i32(FIRST_SLOT + NAMES.indexOf(name)), callIndirect(binary.type(HOST_FUNCTIONS[name]))];
}

/** Puts the functions into the function table of a v86. */
export function connectHostFunctions(table: WebAssembly.Table, functions: HostFunctions): void {
  const { exports } = new WebAssembly.Instance(passingOn(), { [NAMESPACE]: { ...functions } });
  for (const [place, name] of NAMES.entries()) {
    table.set(FIRST_SLOT + place, exports[name] as CallableFunction);
  }
}

const NAMESPACE = 'host';
let passingOnModule: WebAssembly.Module | undefined;

/** A module that imports all functions and exports them. */
function passingOn(): WebAssembly.Module {
  passingOnModule ??= new WebAssembly.Module(
    encodeModule([
      section(
        Section.types,
        NAMES.map((name) => encodeSignature(HOST_FUNCTIONS[name])),
      ),
      section(
        Section.imports,
        NAMES.map((name, index) => [
          encodeName(NAMESPACE),
          encodeName(name),
          ExternalKind.function,
          unsigned(index),
        ]),
      ),
      section(
        Section.exports,
        NAMES.map((name, index) => [encodeName(name), ExternalKind.function, unsigned(index)]),
      ),
    ]),
  );
  return passingOnModule;
}

const section = (id: number, items: readonly Code[]): readonly [number, Uint8Array] => [
  id,
  Uint8Array.from(flatten([unsigned(items.length), ...items])),
];
