/**
 * What differs between the eras of Nanvix that our kernel and POSIX layer are built for, as data: the headers of their C
 * sources are generated from it, and the monitor reads layouts and numbers here.
 * Source: ABI reference for Era S; its companion for Era M, "The monitor" (initrd, messages) and "Calls".
 */
import type { Era } from './era.ts';
import type { KernelCall, ResultRegisters } from './kernel-calls.ts';
import { kernelCallsOf } from './kernel-calls.ts';
import { trapVectors } from './ports.ts';
import { hostPayloadM, messageM, structsM } from './structs-m.ts';
import type { StructLayout } from './structs.ts';
import { hostPayload, message, structs } from './structs.ts';

export type { Era } from './era.ts';

/** One era. */
export interface EraAbi {
  readonly era: Era;
  /** Vector of a kernel call. */
  readonly trapVector: number;
  readonly kernelCalls: readonly KernelCall[];
  /** Where the kernel puts the result of a call, and how it numbers errors. */
  readonly resultRegisters: ResultRegisters;
  /** The command line behind the initrd: bytes of its length, and the longest text. */
  readonly commandLine: { readonly lengthBytes: 1 | 2; readonly maximum: number };
  /** The 64-byte message, and the payload of one of type host. */
  readonly message: StructLayout;
  readonly hostPayload: StructLayout;
  /** Every structure, in an order in which C can declare them. */
  readonly structs: readonly StructLayout[];
}

/** The eras that guests are built for, by name. */
export const eras: Readonly<Record<Era, EraAbi>> = {
  S: {
    era: 'S',
    trapVector: trapVectors.eraS,
    kernelCalls: kernelCallsOf('S'),
    resultRegisters: 'edx:eax',
    commandLine: { lengthBytes: 1, maximum: 255 },
    message,
    hostPayload,
    structs,
  },
  M: {
    era: 'M',
    trapVector: trapVectors.eraM,
    kernelCalls: kernelCallsOf('M'),
    resultRegisters: 'edx:eax',
    commandLine: { lengthBytes: 2, maximum: 4092 },
    message: messageM,
    hostPayload: hostPayloadM,
    structs: [
      ...structs.filter((layout) => layout.name !== message.name && layout.name !== hostPayload.name),
      ...structsM,
    ],
  },
};

/** The era of a guest, by what its identity says; S where it says nothing that is known. */
export function eraOf(name: unknown): EraAbi {
  return Object.values(eras).find(({ era }) => era === name) ?? eras.S;
}
