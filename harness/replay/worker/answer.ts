/** Does what the page asks for, with the debugger. What cannot be done is said, and the guest stays where it is. */
import { UnmappedAddressError } from '../../../emulator/types.ts';
import { CommandInterpreter } from '../../debug/commands/interpreter.ts';
import { inBackground } from '../../debug/operation.ts';
import type { DebugSession } from '../../debug/session.ts';
import { GuestStateError, InputError } from '../../guest/errors.ts';
import type { Answer, Asked } from '../protocol.ts';
import { sampleStretch } from './flames.ts';

type Done = Pick<Answer, 'said' | 'flames'>;

const silent: Done = { said: '' };

/** @param signal Ends a long search. */
export async function answer(session: DebugSession, asked: Asked, signal: AbortSignal): Promise<Done> {
  try {
    return await perform(session, asked, signal);
  } catch (error) {
    if ([InputError, GuestStateError, UnmappedAddressError].some((kind) => error instanceof kind))
      return { said: (error as Error).message };
    throw error;
  }
}

async function perform(session: DebugSession, asked: Asked, signal: AbortSignal): Promise<Done> {
  const { operations } = session;
  const run = async (operation: Parameters<typeof inBackground>[0]): Promise<Done> => {
    if ((await inBackground(operation, signal)) === undefined && signal.aborted) session.interrupted();
    return silent;
  };
  switch (asked.what) {
    case 'go':
      return await run(
        operations.goTo(Math.max(session.timeline.start, Math.min(asked.to, session.timeline.end))),
      );
    case 'step':
      return await run(operations.step());
    case 'stepBack':
      return await run(operations.stepBack());
    case 'continue':
      return await run(operations.continue());
    case 'reverseContinue':
      return await run(operations.reverseContinue());
    case 'command': {
      let said = '';
      await new CommandInterpreter(session).execute(asked.line, (text) => (said += text), signal);
      return { said };
    }
    case 'look':
      return silent;
    case 'flames':
      return { said: '', flames: await sampleStretch(session, asked.from, asked.to, signal) };
  }
}
