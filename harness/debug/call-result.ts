/** What a kernel call came back with, from EDX:EAX. Source: ABI reference, "Kernel calls". */
import { errno, errnoName } from '../../images/abi/errno.ts';
import type { ErrnoName } from '../../images/abi/errno.ts';
import type { CallAnswer } from './history.ts';

export interface CallResult {
  /** EDX:EAX, signed. */
  readonly value: bigint;
  /** The error's name, or its number where the ABI has no name for it; undefined after success. */
  readonly error?: ErrnoName | number;
}

const LAST_ERRNO = 4095n;

/** Reads a 64-bit result. Errors are -errno. */
export function callResult(eax: number, edx: number): CallResult {
  const value = BigInt.asIntN(64, (BigInt(edx >>> 0) << 32n) | BigInt(eax >>> 0));
  if (value >= 0n || -value > LAST_ERRNO) return { value };
  const number = Number(-value);
  return { value, error: errnoName(number) ?? number };
}

/** What a call comes back with that is answered in the kernel's place. */
export function resultOf(answer: CallAnswer): CallResult {
  const value =
    answer.kind === 'fail' ? -BigInt(errno[answer.errno]) : BigInt.asIntN(64, BigInt(answer.value));
  return callResult(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn));
}

/** `12`, `-12 ENOMEM`: the result as a trace prints it. */
export function formatResult(result: CallResult): string {
  if (result.error === undefined) return result.value.toString();
  return typeof result.error === 'number' ? result.value.toString() : `${result.value} ${result.error}`;
}
