/**
 * The vocabulary in which the tables of calls (file-calls.ts and its like) say what arguments and results mean.
 *
 * Source of those tables: the system-call interface of Linux for i386 as musl 1.2.3 calls it; 64-bit values are split into a
 * low and a high word.
 */
import type { ChoiceTable, FlagTable } from '../values.ts';
import * as constants from './constants.ts';
import type { StructureName } from './structures.ts';

/** Where the number of bytes of a buffer is said: an argument by its position, or the result. */
type Length = number | 'result';

/** What one argument means. */
export type PosixType =
  | {
      readonly kind:
        | 'int'
        | 'unsigned'
        | 'hex'
        | 'mode'
        | 'pointer'
        | 'descriptor'
        | 'directory'
        | 'string'
        | 'signal'
        | 'open-flags'
        /** A table of pointers to strings, with a null pointer behind the last. */
        | 'strings'
        /** A string that the call writes. */
        | 'string-out'
        /** The low word of a 64-bit value; the high one is the next argument and is not shown. */
        | 'offset64'
        /** The high word of a 64-bit value; the low one is the next argument and is not shown. */
        | 'high-offset64'
        /** The entries that getdents64 fills in. */
        | 'entries'
        | 'futex-operation'
        /** The argument of fcntl or ioctl, which means what the command says. */
        | 'command-argument'
        /** A word that has been shown with the one before it. */
        | 'hidden';
    }
  | { readonly kind: 'flags'; readonly table: FlagTable; readonly none: string }
  /** Values without a name are decimal, or hexadecimal. */
  | { readonly kind: 'choice'; readonly table: ChoiceTable; readonly hex?: true }
  | { readonly kind: 'buffer'; readonly direction: 'in' | 'out'; readonly length: Length }
  | { readonly kind: 'vector'; readonly direction: 'in' | 'out'; readonly count: number }
  | { readonly kind: 'structure'; readonly direction: 'in' | 'out'; readonly structure: StructureName }
  /** A socket's address. Its bytes are said by an argument by its position; for one that the call fills in, behind that pointer. */
  | { readonly kind: 'address'; readonly direction: 'in' | 'out'; readonly length: number }
  /** A set of small numbers, a bit each; how many bits (or bytes of them) is said by an argument or the result. */
  | {
      readonly kind: 'set';
      readonly direction: 'in' | 'out';
      readonly unit: 'bits' | 'bytes';
      readonly length: Length;
    }
  /** The timeout of a futex operation; where the operation takes a number instead, that. */
  | { readonly kind: 'futex-timeout'; readonly structure: StructureName }
  | { readonly kind: 'poll'; readonly count: number };

/** What a call returns when it succeeds. */
export type PosixResult = 'number' | 'pointer' | 'descriptor' | 'mode' | 'never';

/** What a call does to the table of open files, beside what its result says. */
export type DescriptorEffect =
  | { readonly kind: 'opens'; readonly directory?: number; readonly path: number }
  | { readonly kind: 'closes' | 'duplicates' | 'controls'; readonly descriptor: number }
  | { readonly kind: 'changes-directory'; readonly path?: number; readonly descriptor?: number };

export interface PosixSignature {
  readonly arguments: readonly { readonly name: string; readonly type: PosixType }[];
  readonly result: PosixResult;
  readonly effect?: DescriptorEffect;
  /** How many of the arguments mean something, where the others tell that; all of them when not given. */
  readonly shown?: (words: readonly number[]) => number;
}

export type PosixSignatures = Readonly<Record<string, PosixSignature>>;

type Arguments = readonly (readonly [name: string, type: PosixType])[];

export function call(
  list: Arguments,
  result: PosixResult = 'number',
  more: Pick<PosixSignature, 'effect' | 'shown'> = {},
): PosixSignature {
  return { arguments: list.map(([name, type]) => ({ name, type })), result, ...more };
}

export const flags = (table: FlagTable, none = '0'): PosixType => ({ kind: 'flags', table, none });
export const choice = (table: ChoiceTable): PosixType => ({ kind: 'choice', table });
export const input = (structure: StructureName): PosixType => ({
  kind: 'structure',
  direction: 'in',
  structure,
});
export const output = (structure: StructureName): PosixType => ({
  kind: 'structure',
  direction: 'out',
  structure,
});
export const reads = (length: number): PosixType => ({ kind: 'buffer', direction: 'in', length });
export const fills = (length: Length): PosixType => ({ kind: 'buffer', direction: 'out', length });

export const int = { kind: 'int' } as const;
export const size = { kind: 'unsigned' } as const;
export const pointer = { kind: 'pointer' } as const;
export const mode = { kind: 'mode' } as const;
export const string = { kind: 'string' } as const;
export const signal = ['signal', { kind: 'signal' }] as const;
export const fd = ['fd', { kind: 'descriptor' }] as const;
export const path = ['path', string] as const;
export const dirfd = ['dirfd', { kind: 'directory' }] as const;
export const hidden = ['', { kind: 'hidden' }] as const;
export const offset = [['offset', { kind: 'offset64' }], hidden] as const;
export const clock = ['clock', choice(constants.clocks)] as const;

/** True for what the call itself writes, so that it can be read only when it has returned. */
export function filledIn(type: PosixType): boolean {
  if ('direction' in type) return type.direction === 'out';
  return type.kind === 'poll' || type.kind === 'entries' || type.kind === 'string-out';
}
