/**
 * An operation of SSE on the registers of a running v86, by {@link ../sse/operations.ts}: what its fast functions do not do.
 *
 * Takes the source operand from where the rewritten v86 puts it, and leaves the result where the instruction does; of those into
 * general registers in the place of the source, since compiled code has these elsewhere.
 */

import { perform } from '../sse/operations.ts';
import { Address, STATUS_FLAGS } from './internals.ts';
import { COMPUTING, operationNamed } from './sse-opcodes.ts';

/** The memory of a running v86. */
export interface Memory {
  word(address: number): number;
  setWord(address: number, value: number): void;
  setHalf(address: number, value: number): void;
}

const REGISTER_BYTES = 16;
/** What the upper 16 bits of an x87 register are once MMX has written the lower 64. */
const MMX_EXPONENT = 0xffff;

/** Does an operation. 1: it raises an exception, and nothing but MXCSR is changed; else 0. */
export function computeSse(v86: Memory, number: number, register: number, immediate: number): number {
  const name = operationNamed(number);
  const destination = Address.xmm + REGISTER_BYTES * register;
  const outcome = perform(
    name,
    readVector(v86, destination),
    readVector(v86, Address.sseScratch),
    v86.word(Address.mxcsr),
    immediate,
  );
  v86.setWord(Address.mxcsr, outcome.mxcsr);
  if (outcome.result === undefined) return 1;
  store(v86, COMPUTING.get(name)?.destination ?? 'xmm', register, outcome.result);
  return 0;
}

function store(v86: Memory, place: string, register: number, result: bigint): void {
  switch (place) {
    case 'general':
      v86.setWord(Address.sseScratch, Number(result));
      break;
    case 'mmx': {
      const at = Address.fpuRegisters + REGISTER_BYTES * register;
      writeVector(v86, at, result, 8);
      v86.setHalf(at + 8, MMX_EXPONENT);
      break;
    }
    case 'flags':
      v86.setWord(Address.flagsChanged, 0);
      v86.setWord(Address.flags, (v86.word(Address.flags) & ~STATUS_FLAGS) | Number(result));
      break;
    default:
      writeVector(v86, Address.xmm + REGISTER_BYTES * register, result, REGISTER_BYTES);
  }
}

function readVector(v86: Memory, at: number): bigint {
  let value = 0n;
  for (let offset = REGISTER_BYTES - 4; offset >= 0; offset -= 4)
    value = (value << 32n) | BigInt(v86.word(at + offset));
  return value;
}

function writeVector(v86: Memory, at: number, value: bigint, bytes: number): void {
  for (let offset = 0; offset < bytes; offset += 4)
    v86.setWord(at + offset, Number(BigInt.asUintN(32, value >> BigInt(8 * offset))));
}
