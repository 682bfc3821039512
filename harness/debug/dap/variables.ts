/**
 * What an editor shows of a stopped guest as scopes and variables: the kernel call it stands at, its registers, its open
 * files. Registers of the thread that runs and arguments of the call can be set.
 */
import { hex } from '../../../emulator/hex.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { REGISTER_NAMES } from '../../../emulator/types.ts';
import { parseExpression, registerFrom } from '../commands/expression.ts';
import type { DebugSession } from '../index.ts';
import { openFilePlace } from '../inspect/open-files.ts';
import { InputError } from '../../guest/errors.ts';
import { registerValues } from '../../snapshots/register-values.ts';

/** A list of variables: what a reference stands for. */
export interface VariableList {
  readonly kind: 'call' | 'registers' | 'all-registers' | 'files';
  readonly thread: number;
}

const plain = (name: string, value: string): DebugProtocol.Variable => ({
  name,
  value,
  variablesReference: 0,
});
const GENERAL: ReadonlySet<string> = new Set(REGISTER_NAMES);

/** The scopes of a thread, in the order in which they are shown. */
export function scopesOf(
  session: DebugSession,
  thread: number,
  reference: (list: VariableList) => number,
): DebugProtocol.Scope[] {
  const scope = (name: string, kind: VariableList['kind'], expensive = false): DebugProtocol.Scope => ({
    name,
    variablesReference: reference({ kind, thread }),
    expensive,
  });
  if (thread !== session.thread) return [scope('Registers', 'registers')];
  return [
    ...(session.call === undefined ? [] : [scope(`Kernel call ${session.call.name}`, 'call')]),
    { ...scope('Registers', 'registers'), presentationHint: 'registers' },
    scope('Segments, x87 and SSE', 'all-registers', true),
    ...(session.openFiles === undefined ? [] : [scope('Open files', 'files', true)]),
  ];
}

export function variablesOf(session: DebugSession, list: VariableList): DebugProtocol.Variable[] {
  switch (list.kind) {
    case 'call':
      return callVariables(session);
    case 'registers':
      return registerVariables(session, list.thread);
    case 'all-registers':
      return Object.entries(registerValues(session.machine.registers))
        .filter(([name]) => !GENERAL.has(name))
        .map(([name, value]) => plain(name, value));
    case 'files':
      return (session.openFiles ?? []).map((file) =>
        plain(String(file.descriptor), `${openFilePlace(file)}  ${file.flags}`),
      );
  }
}

function callVariables(session: DebugSession): DebugProtocol.Variable[] {
  const { call } = session;
  if (call === undefined) return [];
  return session.argumentsOf(call).map(({ name, value, text }) => ({
    ...plain(name, text),
    memoryReference: hex(value),
  }));
}

function registerVariables(session: DebugSession, thread: number): DebugProtocol.Variable[] {
  const saved = session.threads?.find(({ tid }) => tid === thread)?.saved;
  const { registers } = session.machine;
  return REGISTER_NAMES.map((name) => {
    const value = saved === undefined ? registers.get(name) : saved.general[name];
    const symbol = session.describe(value);
    return {
      ...plain(name, symbol === undefined ? hex(value) : `${hex(value)} <${symbol}>`),
      memoryReference: hex(value),
      evaluateName: `$${name}`,
    };
  });
}

/** Sets a variable of a list to the value of an expression, and gives it as it is shown then. Throws {@link InputError}. */
export function setVariable(
  session: DebugSession,
  list: VariableList,
  name: string,
  expression: string,
): DebugProtocol.Variable {
  const value = parseExpression(session, expression)();
  const register = list.kind === 'registers' ? registerFrom(name) : undefined;
  if (list.kind === 'call') session.setArgument(name, value);
  else if (register !== undefined && list.thread === session.thread) session.setRegister(register, value);
  else throw new InputError(`${name} cannot be set here`);
  return plain(name, hex(value));
}
