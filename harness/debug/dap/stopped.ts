/** A stop as the `stopped` event of the protocol: why, in the protocol's words, and in ours. */
import { StoppedEvent } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describeStop } from '../commands/describe-stop.ts';
import type { DebugStop } from '../debug-stop.ts';
import type { DebugSession } from '../index.ts';

export function stoppedEvent(session: DebugSession, stop: DebugStop): DebugProtocol.StoppedEvent {
  const event: DebugProtocol.StoppedEvent = new StoppedEvent(reasonOf(stop), session.thread);
  Object.assign(event.body, {
    text: describeStop(session, stop),
    allThreadsStopped: true,
    ...(stop.points === undefined ? {} : { hitBreakpointIds: [...stop.points] }),
  });
  return event;
}

function reasonOf(stop: DebugStop): string {
  switch (stop.kind) {
    case 'step':
    case 'reached':
    case 'start':
      return 'step';
    case 'breakpoint':
      return 'breakpoint';
    case 'call':
    case 'return':
      return 'function breakpoint';
    case 'watchpoint':
      return 'data breakpoint';
    case 'fault':
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return 'exception';
    case 'interrupted':
    case 'exit':
    case 'snapshot':
    case 'paused':
    case 'input':
      return 'pause';
  }
}
