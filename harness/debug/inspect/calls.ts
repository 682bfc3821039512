/** Kernel calls as a debugger shows them: decoded by the ABI's table, while the guest stands where they are made. */
import { decodeKernelArguments } from '../../trace/kernel-decoder.ts';
import { GuestView } from '../../trace/guest-view.ts';
import type { CallArgument } from '../../trace/record.ts';
import type { RecordedCall } from '../history.ts';
import type { DebugSession } from '../session.ts';

const STRING_LIMIT = 64;

/** The arguments, decoded: strings and structures are read from the guest as it stands now. */
export function callArguments(session: DebugSession, call: RecordedCall): CallArgument[] {
  const view = new GuestView(session.machine.linear, session.symbols, { stringLimit: STRING_LIMIT });
  return decodeKernelArguments(call.number, call.arguments, view);
}

/** `mmap(pid=1, addr=0x60000000, pages=4, prot=READ|WRITE)`. */
export function describeCall(session: DebugSession, call: RecordedCall): string {
  const parts = callArguments(session, call).map(({ name, text }) => `${name}=${text}`);
  return `${call.name}(${parts.join(', ')})`;
}
