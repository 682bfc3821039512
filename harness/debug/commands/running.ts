/** Commands that move the guest in time, and those that say where it is to stop. */
import { faultNames } from '../fault-gates.ts';
import { InputError } from '../../errors.ts';
import { kernelCalls } from '../../../images/abi/kernel-calls.ts';
import type { StopPoint } from '../stop-points.ts';
import { addressFrom, callsFrom, countFrom, numberFrom } from './command.ts';
import type { CommandContext, DebugCommand } from './command.ts';
import { parseCondition } from './condition.ts';

const callNames = (): readonly string[] => kernelCalls.map(({ name }) => name);

function announce({ print }: CommandContext, point: StopPoint): void {
  print(`stop ${point.id}: ${point.text}`);
}

/** `[return] CALLS [if CONDITION]`, or `fault [VECTORS]`. */
function catchStop(context: CommandContext, words: readonly string[]): void {
  const [first, ...rest] = words;
  if (first === undefined) throw new InputError('catch what: name calls, `return CALLS` or `fault`');
  if (first === 'fault') {
    const vectors = rest[0]?.split(',').map((one) => numberFrom(one, 'a vector'));
    const unknown = vectors?.find((vector) => faultNames[vector] === undefined);
    if (unknown !== undefined) throw new InputError(`${unknown} is the vector of no fault`);
    announce(
      context,
      context.session.stops.add({ kind: 'fault', ...(vectors === undefined ? {} : { vectors }) }),
    );
    return;
  }
  const returns = first === 'return';
  const [calls, keyword, ...condition] = returns ? rest : words;
  if (keyword !== undefined && keyword !== 'if')
    throw new InputError(`${keyword} is not understood: say \`if\``);
  const when = keyword === undefined ? undefined : parseCondition(condition.join(' '));
  const text = words.join(' ');
  announce(
    context,
    context.session.stops.add(
      { kind: returns ? 'return' : 'call', calls: callsFrom(calls), ...(when === undefined ? {} : { when }) },
      { text: `catch ${text}` },
    ),
  );
}

export const runningCommands: readonly DebugCommand[] = [
  {
    name: 'continue',
    aliases: ['c'],
    help: 'run to the next stop, or the end',
    run: async ({ session, go }) => {
      await go(session.operations.continue());
    },
  },
  {
    name: 'stepi',
    aliases: ['si', 's', 'step'],
    usage: '[COUNT]',
    help: 'execute instructions',
    run: async ({ session, go }, [count]) => {
      await go(session.operations.step(countFrom(count)));
    },
  },
  {
    name: 'nexti',
    aliases: ['ni', 'n'],
    help: 'execute an instruction; run a called function to its return',
    run: async ({ session, go }) => {
      await go(session.operations.stepOver());
    },
  },
  {
    name: 'finish',
    aliases: ['fin'],
    help: 'run until the present function, or the kernel call just made, has returned',
    run: async ({ session, go }) => {
      const { call, operations } = session;
      await go(call === undefined ? operations.stepOut() : operations.finishCall());
    },
  },
  {
    name: 'call',
    aliases: ['nextcall'],
    usage: '[CALLS]',
    help: 'run to the next kernel call, of these names or numbers',
    complete: callNames,
    run: async ({ session, go }, [calls]) => {
      await go(session.operations.nextCall(callsFrom(calls)));
    },
  },
  {
    name: 'back',
    aliases: ['b-', 'reverse-stepi', 'rsi'],
    usage: '[COUNT]',
    help: 'undo instructions',
    run: async ({ session, go }, [count]) => {
      await go(session.operations.stepBack(countFrom(count)));
    },
  },
  {
    name: 'backcall',
    aliases: ['rcall'],
    usage: '[CALLS]',
    help: 'go back to the last kernel call, of these names or numbers',
    complete: callNames,
    run: async ({ session, go }, [calls]) => {
      await go(session.operations.stepBackCall(callsFrom(calls)));
    },
  },
  {
    name: 'rewind',
    aliases: ['reverse-continue', 'rc'],
    help: 'go back to the last stop, or the start of history',
    run: async ({ session, go }) => {
      await go(session.operations.reverseContinue());
    },
  },
  {
    name: 'lastwrite',
    usage: 'ADDRESS [LENGTH]',
    help: 'go back to just before the last write to memory',
    run: async ({ session, go }, [address, length]) => {
      const at = addressFrom(session, address);
      await go(
        session.operations.lastWrite(at, length === undefined ? undefined : numberFrom(length, 'a length')),
      );
    },
  },
  {
    name: 'goto',
    usage: 'COUNT',
    help: 'go to an instruction count, back or forth',
    run: async ({ session, go }, [count]) => {
      await go(session.operations.goTo(numberFrom(count, 'an instruction count')));
    },
  },
  {
    name: 'break',
    aliases: ['b'],
    usage: 'ADDRESS',
    help: 'stop before the instruction at an address or symbol',
    run: (context, [address]) => {
      const at = addressFrom(context.session, address);
      announce(
        context,
        context.session.stops.add({ kind: 'breakpoint', at }, { text: `break ${address ?? ''}` }),
      );
    },
  },
  {
    name: 'until',
    usage: 'COUNT',
    help: 'stop at an instruction count',
    run: (context, [count]) => {
      announce(
        context,
        context.session.stops.add({ kind: 'instructions', at: numberFrom(count, 'an instruction count') }),
      );
    },
  },
  ...(['write', 'read', 'access'] as const).map((access): DebugCommand => ({
    name: { write: 'watch', read: 'rwatch', access: 'awatch' }[access],
    usage: 'ADDRESS [LENGTH]',
    help: { write: 'stop at a write to memory', read: 'stop at a read', access: 'stop at either' }[access],
    run: (context, [address, length]) => {
      const at = addressFrom(context.session, address);
      const spec = { kind: 'watchpoint', at, access } as const;
      announce(
        context,
        context.session.stops.add(
          length === undefined ? spec : { ...spec, length: numberFrom(length, 'a length') },
        ),
      );
    },
  })),
  {
    name: 'catch',
    usage: '[return] CALLS [if CONDITION] | fault [VECTORS]',
    help: 'stop at kernel calls, at their return, or at faults',
    complete: () => ['return', 'fault', ...callNames()],
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
      else if (!session.stops.remove(numberFrom(id, 'the number of a stop')))
        throw new InputError(`there is no stop ${id}`);
    },
  },
  ...([true, false] as const).map((on): DebugCommand => ({
    name: on ? 'enable' : 'disable',
    usage: 'NUMBER',
    help: on ? 'switch a stop on' : 'switch a stop off',
    run: ({ session }, [id]) => {
      const number = numberFrom(id, 'the number of a stop');
      if (!session.stops.enable(number, on)) throw new InputError(`there is no stop ${number}`);
    },
  })),
];
