/**
 * What differs between the eras of Nanvix, as data: the headers of our C sources are generated from it, and the harness reads
 * numbers of calls, registers of results and numbers of errors here.
 * Source: ABI reference, "Kernel calls" and "Era 2024"; its companion for Era M, "The monitor" (initrd, messages) and "Calls".
 */
import type { Era, EraName } from './era.ts';
import { errno, linuxErrno } from './errno.ts';
import type { ErrnoName } from './errno.ts';
import { kernelCalls2024 } from './kernel-calls-2024.ts';
import type { KernelCall, ResultRegisters } from './kernel-calls.ts';
import { kernelCallsOf } from './kernel-calls.ts';
import { trapVectors } from './ports.ts';
import { hostPayloadM, messageM, structsM } from './structs-m.ts';
import type { StructLayout } from './structs.ts';
import { hostPayload, message, structs } from './structs.ts';

export { eraFamily, eraNames, eraSteps, stepsOf } from './era.ts';
export type { Era, EraName, EraStep } from './era.ts';

/** How a program of an era calls its kernel. */
export interface CallAbi {
  readonly era: EraName;
  /** Vector of a kernel call. */
  readonly trapVector: number;
  readonly kernelCalls: readonly KernelCall[];
  /** Where the kernel puts the result of a call. */
  readonly resultRegisters: ResultRegisters;
  /** How it numbers errors. */
  readonly errno: Readonly<Record<ErrnoName, number>>;
}

/** One of the eras that our kernel is built for. */
export interface EraAbi extends CallAbi {
  readonly era: Era;
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
    errno,
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
    errno,
    commandLine: { lengthBytes: 2, maximum: 4092 },
    message: messageM,
    hostPayload: hostPayloadM,
    structs: [
      ...structs.filter((layout) => layout.name !== message.name && layout.name !== hostPayload.name),
      ...structsM,
    ],
  },
};

const stepOfM = (era: 'M1' | 'M2' | 'M3' | 'M4' | 'M5'): CallAbi => ({
  ...eras.M,
  era,
  kernelCalls: kernelCallsOf(era),
});

/** How programs call their kernel, by era. */
export const callAbis: Readonly<Record<EraName, CallAbi>> = {
  2024: {
    era: '2024',
    trapVector: trapVectors.eraS,
    kernelCalls: kernelCalls2024,
    resultRegisters: 'eax',
    errno: linuxErrno,
  },
  S: eras.S,
  M: eras.M,
  M1: stepOfM('M1'),
  M2: stepOfM('M2'),
  M3: stepOfM('M3'),
  M4: stepOfM('M4'),
  M5: stepOfM('M5'),
};

/** Names of calls in any era. */
export const kernelCallNames: ReadonlySet<string> = new Set(
  Object.values(callAbis).flatMap(({ kernelCalls }) => kernelCalls.map(({ name }) => name)),
);

/** The era of a guest, by what its identity says; S where it says nothing that is known. */
export function eraOf(name: unknown): CallAbi {
  return Object.values(callAbis).find(({ era }) => era === name) ?? eras.S;
}

/** Finds a call by its number (EAX at the trap), as the era knows it; undefined for a number that the era has no call for. */
export function kernelCallByNumber(number: number, era: EraName = 'S'): KernelCall | undefined {
  const { kernelCalls } = callAbis[era];
  // Rows are in the order of their numbers, without holes.
  return kernelCalls[number];
}
