/** Commands that say where the guest is to stop. */
import { kernelCalls } from '../../../images/abi/kernel-calls.ts';
import { InputError } from '../../guest/errors.ts';
import { faultNames } from '../fault-gates.ts';
import type { DebugSession } from '../session.ts';
import type { Location, StopSpec } from '../stop-points.ts';
import { addressFrom, callsFrom, noMore, numberFrom, splitCondition, splitProcess } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { parseCondition } from './condition.ts';

const callNames = (): readonly string[] => kernelCalls.map(({ name }) => name);

function add({ session, print }: CommandContext, spec: StopSpec, text: string): void {
  const point = session.stops.add(spec, { text });
  print(`stop ${point.id}: ${point.text}`);
}

/** What stands behind the subject of a stop: `[in PROCESS] [if CONDITION]`. */
function limitsOf(session: DebugSession, words: readonly string[], atCalls: boolean) {
  const { before, condition } = splitCondition(words);
  const { before: subject, process } = splitProcess(before);
  // Refused here rather than at the first stop.
  if (process !== undefined) session.places.isIn(process);
  const when = condition === undefined ? undefined : parseCondition(session, condition, atCalls);
  return { subject, process, ...(process !== undefined && { limit: { process } }), when };
}

/** A place: an address, or one of a process by its symbol, which limits the stop to that process. */
function placeFrom(session: DebugSession, text: string | undefined, process: string | undefined): Location {
  const word = text?.replace(/^\*/, '');
  const name = word !== undefined && process !== undefined && /^[a-z_.][\w.@]*$/i.test(word);
  if (name) return `${process}:${word}`;
  // A name as it stands, so that the session knows whose it is.
  if (word !== undefined && /^[^\s+*()$-]+$/.test(word) && !/^\d[^:]*$/.test(word)) {
    session.places.place(word);
    return word;
  }
  return addressFrom(session, word);
}

/** `ADDRESS [in PROCESS] [if CONDITION]`; `*ADDRESS` is the address itself, as gdb writes it. */
function breakAt(context: CommandContext, words: readonly string[]): void {
  const { session } = context;
  const { subject, process, limit, when } = limitsOf(session, words, false);
  const [address, ...more] = subject;
  noMore(more);
  const at = placeFrom(session, address, process);
  const text = `break ${words.join(' ')}`;
  add(context, { kind: 'breakpoint', at, ...limit, ...(when && { when: () => when() }) }, text);
}

/** `ADDRESS [LENGTH] [in PROCESS] [if CONDITION]`. */
function watch(
  context: CommandContext,
  access: 'read' | 'write' | 'access',
  name: string,
  words: readonly string[],
): void {
  const { session } = context;
  const { subject, process, limit, when } = limitsOf(session, words, false);
  const [address, length, ...more] = subject;
  noMore(more);
  const spec: StopSpec = {
    kind: 'watchpoint',
    at: placeFrom(session, address, process),
    access,
    ...limit,
    ...(length === undefined ? {} : { length: numberFrom(length, 'a length') }),
    ...(when && { when: () => when() }),
  };
  add(context, spec, `${name} ${words.join(' ')}`);
}

/** `[return] CALLS [in PROCESS] [if CONDITION]`, or `fault [VECTORS] [in PROCESS] [if CONDITION]`. */
function catchStop(context: CommandContext, words: readonly string[]): void {
  const { session } = context;
  const isFault = words[0] === 'fault';
  const { subject: before, limit, when } = limitsOf(session, words, !isFault);
  const [first] = before;
  if (first === undefined) throw new InputError('catch what: name calls, `return CALLS` or `fault`');
  const text = `catch ${words.join(' ')}`;
  if (isFault) {
    const [, vectors, ...more] = before;
    noMore(more);
    const spec: StopSpec = {
      kind: 'fault',
      ...limit,
      ...(vectors === undefined ? {} : { vectors: vectorsFrom(vectors) }),
      ...(when && { when: () => when() }),
    };
    add(context, spec, text);
    return;
  }
  const kind = first === 'return' ? 'return' : 'call';
  const [calls, ...more] = kind === 'return' ? before.slice(1) : before;
  noMore(more);
  add(context, { kind, calls: callsFrom(calls), ...limit, ...(when && { when }) }, text);
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
    usage: 'ADDRESS [in PROCESS] [if CONDITION]',
    help: 'stop before the instruction at an address or symbol; of several programs, as app:main',
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
    usage: 'ADDRESS [LENGTH] [in PROCESS] [if CONDITION]',
    help,
    run: (context, words) => {
      watch(context, access, name, words);
    },
  })),
  {
    name: 'catch',
    usage: '[return] CALLS | fault [VECTORS] [in PROCESS] [if CONDITION]',
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
