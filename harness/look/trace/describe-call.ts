/** Single kernel calls for people: decoded by the ABI's table, with what their pointers point to in the guest as it stands. */
import type { EraName } from '../../../images/abi/eras.ts';
import type { LinearMemory } from '../../../emulator/types.ts';
import type { KernelCall } from '../../guest/stop.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import { GuestView } from './guest-view.ts';
import { decodeKernelArguments } from './kernel-decoder.ts';
import type { CallArgument } from './record.ts';

const STRING_LIMIT = 64;

/** Where a call's arguments are read: a debug session or a guest, as far as it matters here. */
export interface CallPlace {
  readonly machine: { readonly linear: Pick<LinearMemory, 'readMappedInto'> };
  readonly symbols: GuestSymbols | undefined;
  /** The era of the guest, which numbers kernel calls; S when not given. */
  readonly era?: EraName;
}

/** Where nothing can be read, because the guest is gone: flags and names are decoded, pointers stay numbers. */
export const nowhere: CallPlace = {
  machine: { linear: { readMappedInto: () => 0 } },
  symbols: undefined,
};

type Made = Pick<KernelCall, 'number' | 'name' | 'arguments'>;

/** The arguments, decoded: strings and structures are read from the guest as it stands now. */
export function callArguments(place: CallPlace, call: Made): CallArgument[] {
  const view = new GuestView(place.machine.linear, place.symbols, { stringLimit: STRING_LIMIT });
  return decodeKernelArguments(call.number, call.arguments, view, place.era ?? 'S');
}

/** `mmap(pid=1, addr=0x60000000, pages=4, prot=READ|WRITE)`. */
export function describeCall(place: CallPlace, call: Made): string {
  const parts = callArguments(place, call).map(({ name, text }) => `${name}=${text}`);
  return `${call.name}(${parts.join(', ')})`;
}
