/** Commands that say where the guest is to stop. */
import { kernelCalls } from '../../../images/abi/kernel-calls.ts';
import { InputError } from '../../guest/errors.ts';
import { faultNames } from '../fault-gates.ts';
import type { StopSpec } from '../stop-points.ts';
import { addressFrom, callsFrom, noMore, numberFrom, splitCondition } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { parseCondition } from './condition.ts';

const callNames = (): readonly string[] => kernelCalls.map(({ name }) => name);

function add({ session, print }: CommandContext, spec: StopSpec, text: string): void {
  const point = session.stops.add(spec, { text });
  print(`stop ${point.id}: ${point.text}`);
}

/** `ADDRESS [if CONDITION]`; `*ADDRESS` is the address itself, as gdb writes it. */
function breakAt(context: CommandContext, words: readonly string[]): void {
  const { session } = context;
  const { before, condition } = splitCondition(words);
  const [address, ...more] = before;
  noMore(more);
  const at = addressFrom(session, address?.replace(/^\*/, ''));
  const when = condition === undefined ? undefined : parseCondition(session, condition, false);
  const text = `break ${words.join(' ')}`;
  add(context, { kind: 'breakpoint', at, ...(when === undefined ? {} : { when: () => when() }) }, text);
}

/** `ADDRESS [LENGTH] [if CONDITION]`. */
function watch(
  context: CommandContext,
  access: 'read' | 'write' | 'access',
  name: string,
  words: readonly string[],
): void {
  const { session } = context;
  const { before, condition } = splitCondition(words);
  const [address, length, ...more] = before;
  noMore(more);
  const when = condition === undefined ? undefined : parseCondition(session, condition, false);
  const spec: StopSpec = {
    kind: 'watchpoint',
    at: addressFrom(session, address),
    access,
    ...(length === undefined ? {} : { length: numberFrom(length, 'a length') }),
    ...(when === undefined ? {} : { when: () => when() }),
  };
  add(context, spec, `${name} ${words.join(' ')}`);
}

/** `[return] CALLS [if CONDITION]`, or `fault [VECTORS] [if CONDITION]`. */
function catchStop(context: CommandContext, words: readonly string[]): void {
  const { session } = context;
  const { before, condition } = splitCondition(words);
  const [first] = before;
  if (first === undefined) throw new InputError('catch what: name calls, `return CALLS` or `fault`');
  const text = `catch ${words.join(' ')}`;
  if (first === 'fault') {
    const [, vectors, ...more] = before;
    noMore(more);
    const when = condition === undefined ? undefined : parseCondition(session, condition, false);
    add(
      context,
      {
        kind: 'fault',
        ...(vectors === undefined ? {} : { vectors: vectorsFrom(vectors) }),
        ...(when === undefined ? {} : { when: () => when() }),
      },
      text,
    );
    return;
  }
  const kind = first === 'return' ? 'return' : 'call';
  const [calls, ...more] = kind === 'return' ? before.slice(1) : before;
  noMore(more);
  const when = condition === undefined ? undefined : parseCondition(session, condition, true);
  add(context, { kind, calls: callsFrom(calls), ...(when === undefined ? {} : { when }) }, text);
}

function vectorsFrom(text: string): number[] {
  const vectors = text.split(',').map((one) => numberFrom(one, 'a vector'));
  const unknown = vectors.find((vector) => faultNames[vector] === undefined);
  if (unknown !== undefined) throw new InputError(`${unknown} is the vector of no fault`);
  return vectors;
}

const pointNumber = (text: string | undefined): number => numberFrom(text, 'the number of a stop');

export const stoppingCommands: readonly DebugCommand[] = [
  {
    name: 'break',
    aliases: ['b'],
    usage: 'ADDRESS [if CONDITION]',
    help: 'stop before the instruction at an address or symbol',
    run: breakAt,
  },
  {
    name: 'until',
    usage: 'COUNT',
    help: 'stop at an instruction count',
    run: (context, [count, ...more]) => {
      noMore(more);
      const at = numberFrom(count, 'an instruction count');
      add(context, { kind: 'instructions', at }, `until ${at}`);
    },
  },
  ...(
    [
      ['watch', 'write', 'stop at a write to memory'],
      ['rwatch', 'read', 'stop at a read'],
      ['awatch', 'access', 'stop at either'],
    ] as const
  ).map(([name, access, help]): DebugCommand => ({
    name,
    usage: 'ADDRESS [LENGTH] [if CONDITION]',
    help,
    run: (context, words) => {
      watch(context, access, name, words);
    },
  })),
  {
    name: 'catch',
    usage: '[return] CALLS | fault [VECTORS] [if CONDITION]',
    help: 'stop at kernel calls, at their return, or at faults; CALLS are names and numbers between commas, or all',
    complete: () => ['return', 'fault', 'all', ...callNames()],
    run: catchStop,
  },
  {
    name: 'stops',
    help: 'list what is stopped at',
    run: ({ session, print }) => {
      if (session.stops.all.length === 0) print('no stops');
      for (const { id, text, enabled, hits } of session.stops.all) {
        print(`${id}  ${enabled ? 'on ' : 'off'}  ${hits} times  ${text}`);
      }
    },
  },
  {
    name: 'delete',
    aliases: ['d'],
    usage: '[NUMBER]',
    help: 'remove a stop, or all of them',
    run: ({ session }, [id]) => {
      if (id === undefined) session.stops.removeAll();
      else if (!session.stops.remove(pointNumber(id))) throw new InputError(`there is no stop ${id}`);
    },
  },
  ...([true, false] as const).map((on): DebugCommand => ({
    name: on ? 'enable' : 'disable',
    usage: 'NUMBER',
    help: on ? 'switch a stop on' : 'switch a stop off',
    run: ({ session }, [id]) => {
      const number = pointNumber(id);
      if (!session.stops.enable(number, on)) throw new InputError(`there is no stop ${number}`);
    },
  })),
];
