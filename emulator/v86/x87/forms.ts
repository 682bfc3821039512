/** Which function executes which x87 instruction, and what it takes: one table for interpreter and compiled code. */

import { isNonWaiting } from '../../fpu/x87.ts';
import { OPERATIONS } from './arithmetic.ts';

/** What an instruction needs before its function is called. */
export type Form =
  | { readonly kind: 'undefined' }
  /** Called with the instruction, {@link Packed}. */
  | { readonly kind: 'registers'; readonly name: string }
  /** Called with the operand's bits and the instruction. */
  | { readonly kind: 'load'; readonly name: string; readonly bytes: 2 | 4 | 8 }
  /** Called with the instruction and the address of an operand that is read or written; its length may depend on the operand size. */
  | {
      readonly kind: 'read' | 'write';
      readonly name: string;
      readonly narrow: number;
      readonly wide: number;
    };

const UNDEFINED: Form = { kind: 'undefined' };
const registers = (name: string): Form => ({ kind: 'registers', name });
const load = (name: string, bytes: 2 | 4 | 8): Form => ({ kind: 'load', name, bytes });
const read = (name: string, narrow: number, wide = narrow): Form => ({ kind: 'read', name, narrow, wide });
const write = (name: string, narrow: number, wide = narrow): Form => ({ kind: 'write', name, narrow, wide });

/** Arithmetic by register field; 2 and 3 compare. */
const arithmetic = (field: number, suffix: string, compare = suffix): string =>
  OPERATIONS[field] === undefined ? `compare${field - 2}${compare}` : OPERATIONS[field].name + suffix;

const withOperand = (suffix: string, bytes: 2 | 4 | 8): Form[] =>
  Array.from({ length: 8 }, (_, field) => load(arithmetic(field, suffix), bytes));

/** Memory forms, by first byte and register field. */
const MEMORY: readonly (readonly Form[])[] = [
  withOperand('Single', 4),
  [
    load('loadSingle', 4),
    UNDEFINED,
    write('storeSingle', 4),
    write('storeSinglePop', 4),
    read('anyControlRead', 14, 28),
    load('loadControl', 2),
    write('anyControlWrite', 14, 28),
    write('anyControlWrite', 2),
  ],
  withOperand('Integer32', 4),
  [
    load('loadInteger32', 4),
    write('storeTruncated32Pop', 4),
    write('storeInteger32', 4),
    write('storeInteger32Pop', 4),
    UNDEFINED,
    read('loadExtended', 10),
    UNDEFINED,
    write('storeExtended', 10),
  ],
  withOperand('Double', 8),
  [
    load('loadDouble', 8),
    write('storeTruncated64Pop', 8),
    write('storeDouble', 8),
    write('storeDoublePop', 8),
    read('anyControlRead', 94, 108),
    UNDEFINED,
    write('anyControlWrite', 94, 108),
    write('anyControlWrite', 2),
  ],
  withOperand('Integer16', 2),
  [
    load('loadInteger16', 2),
    write('storeTruncated16Pop', 2),
    write('storeInteger16', 2),
    write('storeInteger16Pop', 2),
    read('anyRead', 10),
    load('loadInteger64', 8),
    write('anyWrite', 10),
    write('storeInteger64Pop', 8),
  ],
];

/** Register forms of D9, by its second byte less C0. */
function formOfD9(field: number, index: number): Form {
  switch (field) {
    case 0:
      return registers('duplicate');
    case 1:
      return registers('exchange');
    case 2:
      return index === 0 ? registers('any') : UNDEFINED;
    case 4:
      if (index === 0) return registers('changeSign');
      if (index === 1) return registers('absolute');
      return index === 4 || index === 5 ? registers('any') : UNDEFINED;
    case 5:
      if (index === 0) return registers('one');
      if (index === 6) return registers('zero');
      return index === 7 ? UNDEFINED : registers('any');
    case 7:
      if (index === 0) return registers('remainder');
      if (index === 4) return registers('roundToInteger');
      return registers(index === 2 ? 'root' : 'any');
    default:
      return registers('any');
  }
}

/** Register forms of DD and DF that differ in whether they pop. */
function formOfMove(field: number, index: number, pops: boolean): Form {
  switch (field) {
    case 0:
      return registers('any');
    case 1:
      return registers('exchange');
    case 2:
      return registers(pops ? 'copyPop' : 'copy');
    case 3:
      return registers('copyPop');
    case 4:
      if (pops) return index === 0 ? registers('anyControl') : UNDEFINED;
      return registers('compare0');
    case 5:
      return registers(pops ? 'compareFlags1' : 'compare1');
    case 6:
      return pops ? registers('compareFlags1') : UNDEFINED;
    default:
      return UNDEFINED;
  }
}

function formOfRegisters(group: number, field: number, index: number): Form {
  switch (group) {
    case 0:
      return registers(arithmetic(field, ''));
    case 1:
      return formOfD9(field, index);
    case 2:
      if (field === 5 && index === 1) return registers('compare2');
      return field < 4 ? registers('conditionalMove') : UNDEFINED;
    case 3:
      if (field === 4) return index < 5 ? registers('anyControl') : UNDEFINED;
      if (field === 5 || field === 6) return registers('compareFlags0');
      return field < 4 ? registers('conditionalMove') : UNDEFINED;
    case 4:
      return registers(arithmetic(field, 'To', ''));
    case 6:
      if (field === 2) return registers('compare1');
      if (field === 3) return index === 1 ? registers('compare2') : UNDEFINED;
      return registers(arithmetic(field, 'Pop'));
    default:
      return formOfMove(field, index, group === 7);
  }
}

/** The form of an instruction, by its last 11 bits. */
export function formOf(operation: number): Form {
  const [group, modrm] = [operation >> 8, operation & 0xff];
  const field = (modrm >> 3) & 7;
  if (modrm < 0xc0) return MEMORY[group]?.[field] ?? UNDEFINED;
  return formOfRegisters(group, field, modrm & 7);
}

/** An entry of {@link table}: instructions that are handled alike. */
export interface Entry {
  readonly form: Form;
  /** Whether it waits for a pending exception. */
  readonly waits: boolean;
}

/** Number of memory forms, which stand first in {@link table}. */
export const MEMORY_FORMS = 64;

/**
 * All instructions: memory forms by first byte and register field, then register forms by first byte and the lowest six bits of the
 * second. Each is given as a place in `entries`, where those that are handled alike stand once.
 */
export function table(): { readonly entries: readonly Entry[]; readonly places: readonly number[] } {
  const entries = new Map<string, Entry>();
  const places: number[] = [];
  const enter = (operation: number): void => {
    const entry = { form: formOf(operation), waits: !isNonWaiting(operation) };
    const key = JSON.stringify(entry);
    if (!entries.has(key)) entries.set(key, entry);
    places.push([...entries.keys()].indexOf(key));
  };
  for (let which = 0; which < MEMORY_FORMS; which++) enter(((which >> 3) << 8) | ((which & 7) << 3));
  for (let which = 0; which < 512; which++) enter(((which >> 6) << 8) | 0xc0 | (which & 63));
  return { entries: [...entries.values()], places };
}
