/** Commands that move the guest in time. */
import { kernelCalls } from '../../../images/abi/kernel-calls.ts';
import { addressFrom, callsFrom, countFrom, numberFrom } from './command.ts';
import type { DebugCommand } from './command.ts';

const callNames = (): readonly string[] => kernelCalls.map(({ name }) => name);

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
    aliases: ['reverse-stepi', 'rsi'],
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
];
