/** What a kernel call came back with. Source: ABI reference, "Kernel calls" and "Era 2024". */
import { callAbis } from '../../images/abi/eras.ts';
import type { EraName } from '../../images/abi/eras.ts';
import type { ResultRegisters } from '../../images/abi/kernel-calls.ts';
import { kernelErrorName } from '../look/trace/kernel-decoder.ts';
import type { CallAnswer } from './history.ts';

export interface CallResult {
  /** EDX:EAX or EAX alone, signed. */
  readonly value: bigint;
  /** The error's name, or its number where the ABI has no name for it; undefined after success. */
  readonly error?: string | number;
}

const LAST_ERRNO = 4095n;

/** Reads a result from the registers in which the kernel answers. Errors are -errno, in its own numbering. */
export function callResult(eax: number, edx: number, registers: ResultRegisters = 'edx:eax'): CallResult {
  const value =
    registers === 'eax' ? BigInt(eax | 0) : BigInt.asIntN(64, (BigInt(edx >>> 0) << 32n) | BigInt(eax >>> 0));
  if (value >= 0n || -value > LAST_ERRNO) return { value };
  const number = Number(-value);
  return { value, error: kernelErrorName(number, registers) ?? number };
}

/** What a call comes back with that is answered in the kernel's place. */
export function resultOf(answer: CallAnswer, era: EraName): CallResult {
  const { errno, resultRegisters } = callAbis[era];
  const value =
    answer.kind === 'fail' ? -BigInt(errno[answer.errno]) : BigInt.asIntN(64, BigInt(answer.value));
  return callResult(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn), resultRegisters);
}

/** `12`, `-12 ENOMEM`: the result as a trace prints it. */
export function formatResult(result: CallResult): string {
  if (result.error === undefined) return result.value.toString();
  return typeof result.error === 'number' ? result.value.toString() : `${result.value} ${result.error}`;
}
