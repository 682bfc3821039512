/**
 * An editor's breakpoints as stop points. Each kind is set anew as a whole by a request, so each keeps its own list.
 *
 * A function breakpoint is the name of a function, `call:mmap` for a kernel call, or `return:mmap` for its return.
 */
import { hex } from '../../../emulator/hex.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { parseCondition } from '../commands/condition.ts';
import type { Condition } from '../commands/condition.ts';
import { callsFrom } from '../commands/command.ts';
import { parseExpression } from '../commands/expression.ts';
import type { DebugSession, StopSpec } from '../index.ts';
import { InputError } from '../../guest/errors.ts';

export type BreakpointList = 'function' | 'instruction' | 'data' | 'exception';

/** The only filter for exceptions. */
export const FAULT_FILTER = 'fault';
const CALL_PREFIX = /^(call|return):(.*)$/;
const DATA_ID = /^(0x[0-9a-f]+):(\d+)$/;
const DEFAULT_DATA_BYTES = 4;
const ACCESS = { read: 'read', write: 'write', readWrite: 'access' } as const;

/** `$eax = 3`; nothing for none. */
function when(session: DebugSession, condition: string | undefined, atCalls: boolean): { when?: Condition } {
  if (condition === undefined || condition.trim() === '') return {};
  const met = parseCondition(session, condition, atCalls);
  return { when: (call, result) => met(call, result) };
}

const here = ({ when: met }: { when?: Condition }): { when?: () => boolean } =>
  met === undefined ? {} : { when: () => met() };

export function functionStop(session: DebugSession, one: DebugProtocol.FunctionBreakpoint): StopSpec {
  const [, kind, calls] = CALL_PREFIX.exec(one.name.trim()) ?? [];
  if (kind === 'call' || kind === 'return') {
    return { kind, calls: callsFrom(calls), ...when(session, one.condition, true) };
  }
  const at = parseExpression(session, one.name)();
  return { kind: 'breakpoint', at, ...here(when(session, one.condition, false)) };
}

export function instructionStop(session: DebugSession, one: DebugProtocol.InstructionBreakpoint): StopSpec {
  const at = (parseExpression(session, one.instructionReference)() + (one.offset ?? 0)) >>> 0;
  return { kind: 'breakpoint', at, ...here(when(session, one.condition, false)) };
}

export function dataStop(session: DebugSession, one: DebugProtocol.DataBreakpoint): StopSpec {
  const [, address, length] = DATA_ID.exec(one.dataId) ?? [];
  if (address === undefined) throw new InputError(`${one.dataId} is not what dataBreakpointInfo answered`);
  return {
    kind: 'watchpoint',
    at: Number(address),
    length: Number(length),
    access: ACCESS[one.accessType ?? 'write'],
    ...here(when(session, one.condition, false)),
  };
}

/** What an expression names in memory, as the identifier of a data breakpoint. */
export function dataId(session: DebugSession, expression: string, bytes = DEFAULT_DATA_BYTES): string {
  return `${hex(parseExpression(session, expression)())}:${bytes}`;
}

export class EditorBreakpoints {
  readonly #session: DebugSession;
  readonly #points: Record<BreakpointList, readonly number[]> = {
    function: [],
    instruction: [],
    data: [],
    exception: [],
  };

  constructor(session: DebugSession) {
    this.#session = session;
  }

  /** Replaces a list. One that cannot be set is not verified, and says why; the others are set all the same. */
  replace<Wanted extends object | string>(
    list: BreakpointList,
    wanted: readonly Wanted[],
    toStop: (session: DebugSession, one: Wanted) => StopSpec,
  ): DebugProtocol.Breakpoint[] {
    const { stops } = this.#session;
    for (const id of this.#points[list]) stops.remove(id);
    const set = wanted.map((one): DebugProtocol.Breakpoint => {
      try {
        if (typeof one === 'object' && 'hitCondition' in one && one.hitCondition !== '') {
          throw new InputError('hits are not counted: give a condition');
        }
        const point = stops.add(toStop(this.#session, one));
        const { resolved } = point;
        return {
          verified: true,
          id: point.id,
          ...(resolved.kind === 'breakpoint' ? { instructionReference: hex(resolved.address) } : {}),
        };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { verified: false, message: error.message };
      }
    });
    this.#points[list] = set.flatMap(({ id }) => (id === undefined ? [] : [id]));
    return set;
  }
}
