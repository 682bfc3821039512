/** Decodes the arguments and results of kernel calls by the types in the ABI's table. */
import { hex } from '../../../emulator/hex.ts';
import { type EraName } from '../../../images/abi/era.ts';
import { kernelCallByNumber } from '../../../images/abi/eras.ts';
import { errnoName } from '../../../images/abi/errno.ts';
import {
  argumentRegisters,
  kernelCallOutcome,
  type ArgumentType,
  type KernelCall,
  type ResultRegisters,
} from '../../../images/abi/kernel-calls.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { hostHeaders, messageTypes } from '../../../images/abi/messages.ts';
import { capabilities, limits, NO_TIMEOUT, portAccess, protections } from '../../../images/abi/parameters.ts';
import { maskChanges } from '../../../images/abi/signals.ts';
import { hostPayloadM, messageM, structsM } from '../../../images/abi/structs-m.ts';
import {
  hostPayload,
  message as messageLayout,
  streamRequest,
  streamResponse,
  structs,
  type StructLayout,
} from '../../../images/abi/structs.ts';
import type { GuestView } from './guest-view.ts';
import { posixErrnoName } from './posix/errno.ts';
import type { CallArgument, CallResultRecord } from './record.ts';
import { choiceText, flagsText, signed, type ChoiceTable } from './values.ts';

/** Arguments a call of an unknown number is shown with. */
const unknownCallArguments = argumentRegisters.length;

function reversed(table: Readonly<Record<string, number>>): ChoiceTable {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [value, name]));
}

const capabilityNames = reversed(capabilities);
const accessNames = reversed(portAccess);
const messageNames = reversed(messageTypes);
const headerNames = reversed(hostHeaders);
/** The part of a host message's payload that is the same in all eras. */
const hostPayloadHeader = { ...hostPayload, fields: [hostPayload.fields[0]] } as const;
const maskNames = reversed(maskChanges);
const protectionBits = [
  ['READ', protections.read],
  ['WRITE', protections.write],
  ['EXECUTE', protections.execute],
] as const;

function tagText(word: number): string {
  const letters = [24, 16, 8, 0].map((shift) => String.fromCharCode((word >>> shift) & 0xff)).join('');
  return /^[\x20-\x7e]{4}$/.test(letters) ? `'${letters}'` : hex(word);
}

/** Eras whose messages name process and thread of both sides, and those of them that number requests. */
const LONG_MESSAGES: ReadonlySet<EraName> = new Set(['M', 'M3', 'M4', 'M5']);
const NUMBERED_REQUESTS: ReadonlySet<EraName> = new Set(['M', 'M4', 'M5']);

function hostMessageText(payload: readonly number[], era: EraName): string {
  const view = new DataView(Uint8Array.from(payload).buffer);
  const { header } = readStruct(hostPayloadHeader, view);
  const [, ...fields] = NUMBERED_REQUESTS.has(era) ? hostPayloadM.fields : hostPayload.fields;
  const data = new DataView(view.buffer, fields.at(-1)?.offset);
  const name = choiceText(header, headerNames);
  if (header === hostHeaders.writeRequest || header === hostHeaders.readRequest) {
    const { fd, count } = readStruct(streamRequest, data);
    return `${name}{fd=${fd}, count=${count}}`;
  }
  if (header === hostHeaders.writeResponse || header === hostHeaders.readResponse) {
    return `${name}{count=${readStruct(streamResponse, data).count}}`;
  }
  return name;
}

/** Who a message is from or for: in Era S one number, a thread as its negative; later `process/thread`. */
function sidesOf(view: DataView, era: EraName): { source: string; destination: string } {
  if (!LONG_MESSAGES.has(era)) {
    const { source, destination } = readStruct(messageLayout, view);
    return { source: String(source), destination: String(destination) };
  }
  const long = readStruct(messageM, view);
  return {
    source: `${long.source_pid}/${long.source_tid}`,
    destination: `${long.destination_pid}/${long.destination_tid}`,
  };
}

function messageText(view: DataView, era: EraName): string {
  const { type, status, payload } = readStruct(LONG_MESSAGES.has(era) ? messageM : messageLayout, view);
  const { source, destination } = sidesOf(view, era);
  const content = type === messageTypes.host ? `, ${hostMessageText(payload, era)}` : '';
  const failed = status === 0 ? '' : `, status=${status}`;
  return `{${choiceText(type, messageNames)}, source=${source}, destination=${destination}${failed}${content}}`;
}

function structText(name: string, address: number, view: GuestView, era: EraName): string {
  const layout: StructLayout | undefined = [...structs, ...structsM].find(
    (candidate) => candidate.name === name,
  );
  const bytes = layout === undefined || address === 0 ? undefined : view.bytes(address, layout.size);
  if (layout === undefined || bytes === undefined) return view.pointer(address);
  if (layout === messageLayout) return messageText(bytes, era);
  const fields = Object.entries(readStruct(layout, bytes)).map(([field, value]) => {
    if (field === 'protection') return `${field}=${flagsText(Number(value), protectionBits)}`;
    const isAddress = ['function', 'tda', 'stack_base', 'base', 'buffer', 'handler'].includes(field);
    return `${field}=${isAddress ? view.pointer(Number(value)) : value}`;
  });
  return `{${fields.join(', ')}}`;
}

function argumentText(
  type: ArgumentType,
  value: number,
  length: number | undefined,
  view: GuestView,
  era: EraName,
): string {
  switch (type.kind) {
    case 'process-id':
    case 'thread-id':
    case 'exit-status':
    case 'signal':
      return String(signed(value));
    case 'size':
    case 'page-count':
      return String(value);
    case 'capability':
      return choiceText(value, capabilityNames);
    case 'switch':
      return value === 0 ? type.off : value === 1 ? type.on : String(signed(value));
    case 'address':
    case 'mutex':
    case 'condition':
      return view.pointer(value);
    case 'protection':
      return flagsText(value, protectionBits, 'NONE');
    case 'mask-change':
      return choiceText(value, maskNames);
    case 'signal-set': {
      const set = value === 0 ? undefined : view.bytes(value, 8);
      return set === undefined ? view.pointer(value) : `[${hex(set.getBigUint64(0, true))}]`;
    }
    case 'port':
    case 'port-value':
      return hex(value);
    case 'port-access':
      return choiceText(value, accessNames);
    case 'port-width':
      return String(value);
    case 'tag-low':
    case 'tag-high':
      return tagText(value);
    case 'seconds':
    case 'nanoseconds':
      return type.clock === 'absolute' && value === NO_TIMEOUT ? 'NO_TIMEOUT' : String(value);
    case 'buffer':
      return view.quotedBytes(value, Math.min(length ?? 0, limits.debugBytes * 16));
    case 'struct':
      return structText(type.struct, value, view, era);
    case 'word-out': {
      const word = value === 0 ? undefined : view.word(value);
      return word === undefined ? view.pointer(value) : `[${signed(word)}]`;
    }
  }
}

const filledIn = (type: ArgumentType): boolean =>
  type.kind === 'word-out' ||
  ((type.kind === 'buffer' || type.kind === 'struct' || type.kind === 'signal-set') &&
    type.direction === 'out');

function rowOf(number: number, era: EraName): Pick<KernelCall, 'arguments' | 'result'> {
  return (
    kernelCallByNumber(number, era) ?? {
      arguments: argumentRegisters
        .slice(0, unknownCallArguments)
        .map((name) => ({ name, type: { kind: 'address' } })),
      result: 'none',
    }
  );
}

function decodeOne(
  call: Pick<KernelCall, 'arguments'>,
  index: number,
  words: readonly number[],
  view: GuestView,
  era: EraName,
): string {
  const argument = call.arguments[index];
  if (argument === undefined) return '';
  const { type } = argument;
  const lengthIndex =
    type.kind === 'buffer' ? call.arguments.findIndex((other) => other.name === type.length) : -1;
  return argumentText(type, words[index] ?? 0, words[lengthIndex], view, era);
}

/** Arguments when the call is made; what the kernel will fill in is shown as a pointer. */
export function decodeKernelArguments(
  number: number,
  words: readonly number[],
  view: GuestView,
  era: EraName,
): CallArgument[] {
  const call = rowOf(number, era);
  return call.arguments.map((argument, index) => {
    const value = words[index] ?? 0;
    const { name } = argument;
    if (filledIn(argument.type)) return { name, value, text: view.pointer(value), out: true };
    return { name, value, text: decodeOne(call, index, words, view, era) };
  });
}

/** The same arguments when the call has succeeded: what the kernel filled in is read now. */
export function completeKernelArguments(
  number: number,
  before: readonly CallArgument[],
  view: GuestView,
  era: EraName,
): readonly CallArgument[] {
  const call = rowOf(number, era);
  if (!call.arguments.some((argument) => filledIn(argument.type))) return before;
  const words = before.map((argument) => argument.value);
  return before.map((argument, index) => {
    const type = call.arguments[index]?.type;
    if (type === undefined || !filledIn(type)) return argument;
    return { ...argument, text: decodeOne(call, index, words, view, era) };
  });
}

/** Kernels that answer in EAX alone number errors as Linux does; so does the POSIX layer. */
export const kernelErrorName = (errno: number, registers: ResultRegisters): string | undefined =>
  registers === 'eax' ? posixErrnoName(errno) : errnoName(errno);

/** What the registers say behind a kernel call. */
export function decodeKernelResult(
  number: number,
  {
    eax,
    edx,
    registers,
  }: { readonly eax: number; readonly edx: number; readonly registers: ResultRegisters },
  view: GuestView,
  era: EraName,
): CallResultRecord {
  const outcome = kernelCallOutcome(eax, edx, registers);
  if (outcome.kind === 'error') {
    const errno = kernelErrorName(outcome.errno, registers) ?? String(outcome.errno);
    return { value: -outcome.errno, text: `-1 ${errno}`, errno };
  }
  const { value } = outcome;
  switch (rowOf(number, era).result) {
    case 'address':
      return { value, text: value === 0 ? 'NULL' : view.pointer(value) };
    case 'port-value':
      return { value, text: hex(value) };
    case 'none':
    case 'never':
    case 'process-id':
    case 'thread-id':
    case 'count':
      return { value, text: String(value) };
  }
}

/** True for a call that does not come back when it succeeds. */
export function neverReturns(number: number, era: EraName): boolean {
  return rowOf(number, era).result === 'never';
}
