/**
 * Conditions of stops: comparisons between expressions, joined by `and`: `pages > 16 and prot = 6`, `result < 0`,
 * `$eax = 3 and *counter != 0`.
 *
 * At a call its arguments go by their names and arg0 to arg3, at its return `result` too. Where one side is negative the
 * other is taken with its sign.
 */
import { UnmappedAddressError } from '../../../emulator/types.ts';

import { callAbis, kernelCallByNumber } from '../../../images/abi/eras.ts';
import type { EraName } from '../../../images/abi/eras.ts';
import { InputError } from '../../guest/errors.ts';
import type { CallResult } from '../call-result.ts';
import type { RecordedCall } from '../history.ts';
import type { DebugSession } from '../session.ts';
import { parseExpression } from './expression.ts';

/** True if the guest meets it as it stands: at a call that is given, at none otherwise. */
export type Condition = (call?: RecordedCall, result?: CallResult) => boolean;

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** What an operand is worth at a call, or at none; undefined where the call has nothing of that name. */
type Operand = (call: RecordedCall | undefined, result: CallResult | undefined) => bigint | undefined;

const ARGUMENT_NAMES: ReadonlySet<string> = new Set(
  Object.values(callAbis).flatMap(({ kernelCalls }) =>
    kernelCalls.flatMap((call) => call.arguments.map(({ name }) => name)),
  ),
);

function readOperand(session: DebugSession, text: string, atCalls: boolean): Operand {
  if (/^-\s*(0x[0-9a-f]+|\d+)$/i.test(text)) {
    const value = -BigInt(text.slice(1).trim());
    return () => value;
  }
  const index = /^arg([0-3])$/.exec(text)?.[1];
  if (atCalls && text === 'result') return (_call, result) => result?.value;
  if (atCalls && (index !== undefined || ARGUMENT_NAMES.has(text))) {
    return (call) => argumentOf(call, index === undefined ? text : Number(index), session.era);
  }
  const expression = parseExpression(session, text);
  return () => BigInt(expression());
}

function argumentOf(
  call: RecordedCall | undefined,
  which: string | number,
  era: EraName,
): bigint | undefined {
  if (call === undefined) return undefined;
  const index =
    typeof which === 'number'
      ? which
      : (kernelCallByNumber(call.number, era)?.arguments.findIndex(({ name }) => name === which) ?? -1);
  const value = call.arguments[index];
  return value === undefined ? undefined : BigInt(value);
}

/**
 * Reads a condition. What has no value is not met: an argument that the call has not, memory that is not mapped.
 *
 * @param atCalls True where arguments and results can be named.
 * @throws InputError for what makes no sense.
 */
export function parseCondition(session: DebugSession, text: string, atCalls: boolean): Condition {
  const terms = text.split(/\s+and\s+/).map((term) => {
    const match = /^([^=!<>]+?)\s*(==|!=|<=|>=|=|<|>)\s*([^=!<>]+)$/.exec(term.trim());
    const compare = comparisons[match?.[2] ?? ''];
    if (match?.[1] === undefined || match[3] === undefined || compare === undefined) {
      const example = atCalls ? 'pages > 16' : '$eax = 3';
      throw new InputError(`${JSON.stringify(term.trim())} is no condition: give one such as ${example}`);
    }
    const left = readOperand(session, match[1], atCalls);
    const right = readOperand(session, match[3], atCalls);
    return { left, compare, right };
  });
  return (call, result) => {
    try {
      return terms.every(({ left, compare, right }) => {
        const a = left(call, result);
        const b = right(call, result);
        if (a === undefined || b === undefined) return false;
        return a < 0n || b < 0n ? compare(signed(a), signed(b)) : compare(a, b);
      });
    } catch (error) {
      if (error instanceof UnmappedAddressError) return false;
      throw error;
    }
  };
}

/** A word of 32 bits with its sign; what has one, or more bits, as it is. */
function signed(value: bigint): bigint {
  return value >= 0n && value < 2n ** 32n ? BigInt.asIntN(32, value) : value;
}
