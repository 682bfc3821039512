/** Conditions on calls: `pages > 16 and prot = 6`, `result < 0`, over arguments by name, arg0 to arg3 and `result`. */
import { kernelCallByNumber } from '../../../images/abi/kernel-calls.ts';
import { InputError } from '../../errors.ts';
import type { CallResult } from '../call-result.ts';
import type { RecordedCall } from '../history.ts';

export type CallCondition = (call: RecordedCall, result?: CallResult) => boolean;

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function valueOf(name: string, call: RecordedCall, result: CallResult | undefined): bigint | undefined {
  if (name === 'result') return result?.value;
  const index =
    /^arg([0-3])$/.exec(name)?.[1] ??
    kernelCallByNumber(call.number)?.arguments.findIndex((argument) => argument.name === name);
  const value = index === undefined ? undefined : call.arguments[Number(index)];
  return value === undefined ? undefined : BigInt(value);
}

/** Reads a condition. A call that has no argument of a name does not meet it. Throws {@link InputError}. */
export function parseCondition(text: string): CallCondition {
  const terms = text.split(/\s+and\s+/).map((term) => {
    const match = /^\s*(\w+)\s*(==|!=|<=|>=|=|<|>)\s*(-?(?:0x[0-9a-f]+|\d+))\s*$/i.exec(term);
    const compare = comparisons[match?.[2] ?? ''];
    const name = match?.[1];
    if (compare === undefined || name === undefined) {
      throw new InputError(`${JSON.stringify(term.trim())} is no condition: give one such as pages > 16`);
    }
    const literal = match?.[3] ?? '0';
    const wanted = literal.startsWith('-') ? -BigInt(literal.slice(1)) : BigInt(literal);
    return { name, compare, wanted };
  });
  return (call, result) =>
    terms.every(({ name, compare, wanted }) => {
      const value = valueOf(name, call, result);
      return value !== undefined && compare(value, wanted);
    });
}
