/** Kernel calls as a debugger shows them: decoded by the ABI's table, while the guest stands where they are made. */
import type { Machine } from '../../../emulator/types.ts';
import { decodeKernelArguments } from '../../look/trace/kernel-decoder.ts';
import { GuestView } from '../../look/trace/guest-view.ts';
import type { GuestSymbols } from '../../look/symbols/index.ts';
import type { CallArgument } from '../../look/trace/record.ts';
import type { RecordedCall } from '../history.ts';

const STRING_LIMIT = 64;

/** Where a call's arguments are read: a debug session, as far as it matters here. */
interface CallPlace {
  readonly machine: Pick<Machine, 'linear'>;
  readonly symbols: GuestSymbols;
}

/** The arguments, decoded: strings and structures are read from the guest as it stands now. */
export function callArguments(place: CallPlace, call: RecordedCall): CallArgument[] {
  const view = new GuestView(place.machine.linear, place.symbols, { stringLimit: STRING_LIMIT });
  return decodeKernelArguments(call.number, call.arguments, view);
}

/** `mmap(pid=1, addr=0x60000000, pages=4, prot=READ|WRITE)`. */
export function describeCall(place: CallPlace, call: RecordedCall): string {
  const parts = callArguments(place, call).map(({ name, text }) => `${name}=${text}`);
  return `${call.name}(${parts.join(', ')})`;
}
