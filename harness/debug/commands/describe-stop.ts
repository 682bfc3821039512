/** A stop in words, for people. */
import { hex } from '../../../emulator/hex.ts';
import { formatResult } from '../call-result.ts';
import type { DebugStop } from '../debug-stop.ts';
import { describeFault } from '../fault-gates.ts';
import { describeCall } from '../../look/trace/describe-call.ts';
import { instructionAt } from '../inspect/disassembly.ts';
import { describeProcess } from '../processes.ts';
import type { DebugSession } from '../session.ts';

const bytesText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function reasonText(session: DebugSession, stop: DebugStop): string {
  switch (stop.kind) {
    case 'call':
      return `call ${describeCall(session.callPlace, stop.call)}`;
    case 'return':
      return `${stop.call.name} = ${formatResult(stop.result)}`;
    case 'breakpoint':
      return `breakpoint at ${hex(stop.address)}`;
    case 'watchpoint':
      return `${stop.access} at ${hex(stop.address)}: ${bytesText(stop.previous)} -> ${bytesText(stop.value)}`;
    case 'fault':
      return describeFault(stop.fault);
    case 'step':
      return 'step';
    case 'reached':
      return 'instruction count reached';
    case 'start':
      return 'start of history';
    case 'interrupted':
      return 'interrupted';
    case 'exit':
      return `the guest has ended with status ${stop.status}`;
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return `${stop.kind}: ${stop.crash.message}`;
    case 'snapshot':
      return 'the kernel asks for a snapshot';
    case 'paused':
      return 'the kernel has paused';
    case 'input':
      return 'the guest waits for input';
  }
}

/** Where the guest stands and why: two lines at most. */
export function describeStop(session: DebugSession, stop: DebugStop): string {
  const { machine, process } = session;
  const eip = machine.registers.get('eip');
  const symbol = session.describe(eip);
  const instruction = instructionAt(machine, eip);
  const place = `${hex(eip)}${symbol === undefined ? '' : ` <${symbol}>`} ring ${machine.registers.privilege}${process === undefined ? '' : `, ${describeProcess(process)}`}`;
  const { points = [] } = stop;
  const point = points.length === 0 ? '' : ` (stop${points.length > 1 ? 's' : ''} ${points.join(', ')})`;
  const code = instruction === undefined ? '' : `\n  ${place}: ${instruction.text}`;
  return `[${stop.instructions}] ${reasonText(session, stop)}${point}${code}`;
}
