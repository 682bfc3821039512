/**
 * How the rewritten v86 gives out its functions: all of them in a table, with the names of those that v86 exports in a section beside
 * it, and none exported by itself.
 *
 * V8 makes an object of each function that is exported whenever an instance starts: of v86's 900, that takes 4 ms, and a machine
 * needs some sixty. Of what stands in a table V8 makes one when it is asked for.
 */

import { encodeName, flatten, i32, unsigned, type Code } from './wasm-code.ts';
import { ExternalKind, FUNCTION_REFERENCE, Section, sectionsOf } from './wasm-sections.ts';

export interface FunctionList {
  /** Index of the table. */
  readonly table: number;
  /** Index of the function that stands first in it: the first with a body. All that follow stand behind it. */
  readonly first: number;
  readonly count: number;
  /** Indices of functions by name. */
  readonly named: ReadonlyMap<string, number>;
}

/** Under which name the table is exported, and what the section with the names is called. */
const NAME = 'functions';
const END = 0x0b;
/** A segment of elements that fills a table which it names; its elements are functions, by index. */
const FILLS_TABLE = 2;
const FUNCTION_INDICES = 0;

/** What a binary with such a list has in its sections. */
export interface EncodedList {
  readonly tables: Code;
  /** One more export. */
  readonly exported: Code;
  /** One more segment of elements. */
  readonly elements: Code;
  /** The custom section. */
  readonly names: Code;
}

export function encodeFunctionList({ table, first, count, named }: FunctionList): EncodedList {
  const lines = [first, ...[...named].map(([name, index]) => `${name} ${index}`)];
  return {
    tables: [1, FUNCTION_REFERENCE, 0, ...unsigned(count)],
    exported: flatten([encodeName(NAME), ExternalKind.table, unsigned(table)]),
    elements: flatten([
      [FILLS_TABLE, unsigned(table), i32(0), END, FUNCTION_INDICES, unsigned(count)],
      Array.from({ length: count }, (_, place) => unsigned(first + place)),
    ]),
    names: flatten([encodeName(NAME), [...Buffer.from(lines.join('\n'), 'latin1')]]),
  };
}

type NamedFunctions = Pick<FunctionList, 'first' | 'named'>;

function parse(text: string): NamedFunctions {
  const [first, ...lines] = text.split('\n');
  const named = lines.map((line): [string, number] => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), Number(line.slice(space + 1))];
  });
  return { first: Number(first), named: new Map(named) };
}

/** The named functions of a binary. */
export function namedFunctions(bytes: Uint8Array): NamedFunctions['named'] {
  const section = sectionsOf(bytes).findLast(({ id }) => id === Section.custom);
  const content = Buffer.from(bytes.subarray(section?.start, section?.end)).toString('latin1');
  return parse(content.slice(1 + NAME.length)).named;
}

const known = new WeakMap<WebAssembly.Module, NamedFunctions>();

function namedIn(module: WebAssembly.Module): NamedFunctions {
  let named = known.get(module);
  if (named === undefined) {
    const [section] = WebAssembly.Module.customSections(module, NAME);
    if (section === undefined) throw new Error('the module lists no functions');
    known.set(module, (named = parse(Buffer.from(section).toString('latin1'))));
  }
  return named;
}

/** The functions of an instance. */
export class ListedFunctions {
  readonly #table: WebAssembly.Table;
  readonly #list: NamedFunctions;

  constructor(module: WebAssembly.Module, instance: WebAssembly.Instance) {
    this.#table = instance.exports[NAME] as WebAssembly.Table;
    this.#list = namedIn(module);
  }

  /** The function of a name. */
  get(name: string): CallableFunction | undefined {
    const index = this.#list.named.get(name);
    return index === undefined ? undefined : (this.#table.get(index - this.#list.first) ?? undefined);
  }

  /** All functions, those without a name among them. */
  all(): CallableFunction[] {
    return Array.from({ length: this.#table.length }, (_, place) => this.#table.get(place) ?? []).flat();
  }
}
