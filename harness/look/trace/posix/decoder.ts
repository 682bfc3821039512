/** Decodes the arguments and results of POSIX calls. Follows open files, so it must see all calls, in their order. */
import { hex } from '../../../../emulator/hex.ts';
import type { GuestView } from '../guest-view.ts';
import type { CallArgument, CallResultRecord } from '../record.ts';
import { choiceText, flagsText, octal, signed } from '../values.ts';
import {
  descriptorCommand,
  descriptorFlags,
  duplicatingCommands,
  futexOperationText,
  futexWaits,
  openFlagsText,
  signals,
} from './constants.ts';
import { Descriptors, pathOf } from './descriptors.ts';
import { posixErrnoName } from './errno.ts';
import { posixCallName } from './numbers.ts';
import { filledIn, type PosixSignature, type PosixType } from './signature.ts';
import { posixSignatures } from './signatures.ts';
import {
  addressText,
  entriesText,
  pollText,
  setText,
  stringsText,
  structureText,
  vectorText,
} from './structures.ts';

/** Largest negated error number a call can return. */
const LAST_ERRNO = 4095;
/** Longest data that is looked at for one argument, in bytes. */
const DATA_MAXIMUM = 1 << 20;

const WINDOW_SIZE_REQUEST = 0x5413;
const READABLE_BYTES_REQUEST = 0x541b;
const NONBLOCKING_REQUEST = 0x5421;

const sixWords: PosixSignature = {
  arguments: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, type: { kind: 'hex' } })),
  result: 'number',
};

/** A call that has been made and has not returned. */
export interface PendingPosixCall {
  readonly number: number;
  readonly words: readonly number[];
  readonly arguments: readonly CallArgument[];
  readonly path: string | undefined;
}

const signatureOf = (number: number): PosixSignature => posixSignatures[posixCallName(number)] ?? sixWords;

export class PosixDecoder {
  /** The open files, followed from the calls seen. */
  readonly descriptors = new Descriptors();
  readonly #view: GuestView;

  constructor(view: GuestView) {
    this.#view = view;
  }

  /** Decodes a call when it is made. `words` are the six arguments. */
  enter(number: number, words: readonly number[]): PendingPosixCall {
    const signature = signatureOf(number);
    return {
      number,
      words,
      arguments: this.#arguments(signature, words, undefined),
      path: pathOf(signature.effect, words, this.#view),
    };
  }

  /** Decodes what a call returned and what it filled in, and takes in what it did to the open files. */
  leave(
    call: PendingPosixCall,
    eax: number,
  ): { readonly arguments: readonly CallArgument[]; readonly result: CallResultRecord } {
    const signature = signatureOf(call.number);
    const value = signed(eax);
    if (value < 0 && value >= -LAST_ERRNO) {
      const errno = posixErrnoName(-value) ?? String(-value);
      return { arguments: call.arguments, result: { value, text: `-1 ${errno}`, errno } };
    }
    const fills = call.arguments.some(({ out }) => out === true);
    const decoded = fills ? this.#arguments(signature, call.words, eax) : call.arguments;
    // What is closed is named by its path one last time, so the open files change only now.
    if (signature.effect !== undefined) {
      this.descriptors.apply(signature.effect, call.words, value, call.path);
    }
    return {
      // Arguments that the call only reads stay as they were when it was made.
      arguments: decoded.map((after, index) => (after.out ? after : (call.arguments[index] ?? after))),
      result: this.#result(call, signature, eax),
    };
  }

  /** @param result EAX behind the call; undefined while it runs. */
  #arguments(
    signature: PosixSignature,
    words: readonly number[],
    result: number | undefined,
  ): CallArgument[] {
    const shown = signature.arguments.slice(0, signature.shown?.(words));
    return shown.flatMap(({ name, type }, index) => {
      const value = (words[index] ?? 0) >>> 0;
      if (type.kind === 'hidden') return [];
      const text = this.#text(type, value, index, words, result);
      const writes = filledIn(type) || (type.kind === 'command-argument' && commandFillsIn(words[1] ?? 0));
      return [writes ? { name, value, text, out: true } : { name, value, text }];
    });
  }

  #text(
    type: PosixType,
    value: number,
    index: number,
    words: readonly number[],
    result: number | undefined,
  ): string {
    const view = this.#view;
    const pending = result === undefined;
    switch (type.kind) {
      case 'int':
        return String(signed(value));
      case 'unsigned':
        return String(value);
      case 'hex':
        return hex(value);
      case 'mode':
        return octal(value);
      case 'pointer':
        return view.pointer(value);
      case 'descriptor':
        return this.descriptors.describe(value);
      case 'directory':
        return this.descriptors.describeDirectory(value);
      case 'string':
        return view.quotedString(value);
      case 'signal':
        return choiceText(value, signals);
      case 'open-flags':
        return openFlagsText(value);
      case 'flags':
        return flagsText(value, type.table, type.none);
      case 'choice':
        return type.table[signed(value)] ?? (type.hex === true ? hex(value) : String(signed(value)));
      case 'buffer': {
        if (pending && type.direction === 'out') return view.pointer(value);
        const length = type.length === 'result' ? (result ?? 0) : (words[type.length] ?? 0);
        return view.quotedBytes(value, Math.min(length >>> 0, DATA_MAXIMUM));
      }
      case 'vector':
        if (pending && type.direction === 'out') return view.pointer(value);
        return vectorText(
          value,
          words[type.count] ?? 0,
          type.direction === 'out' ? (result ?? 0) : Infinity,
          view,
        );
      case 'structure':
        if (pending && type.direction === 'out') return view.pointer(value);
        return structureText(type.structure, value, view);
      case 'address': {
        if (pending && type.direction === 'out') return view.pointer(value);
        const length = words[type.length] ?? 0;
        return addressText(value, type.direction === 'out' ? (view.word(length) ?? 0) : length, view);
      }
      case 'offset64':
        return longText(words[index + 1] ?? 0, value);
      case 'high-offset64':
        return longText(value, words[index + 1] ?? 0);
      case 'set': {
        if (pending && type.direction === 'out') return view.pointer(value);
        const length = (type.length === 'result' ? (result ?? 0) : (words[type.length] ?? 0)) >>> 0;
        return setText(value, type.unit === 'bytes' ? 8 * length : length, view);
      }
      case 'strings':
        return stringsText(value, view);
      case 'string-out':
        return pending ? view.pointer(value) : view.quotedString(value);
      case 'futex-timeout':
        return futexWaits(words[1] ?? 0) ? structureText(type.structure, value, view) : String(value);
      case 'poll':
        return pollText(value, words[type.count] ?? 0, !pending, view);
      case 'entries':
        return pending ? view.pointer(value) : entriesText(value, result, view);
      case 'futex-operation':
        return futexOperationText(value);
      case 'command-argument':
        return this.#commandArgument(words[1] ?? 0, value, pending);
      case 'hidden':
        return '';
    }
  }

  #commandArgument(command: number, value: number, pending: boolean): string {
    const view = this.#view;
    if (command === descriptorCommand.setStatus) return openFlagsText(value);
    if (command === descriptorCommand.setFlags) return flagsText(value, descriptorFlags);
    if (duplicatingCommands.has(command)) return String(signed(value));
    if (command >= descriptorCommand.getLock && command <= descriptorCommand.setLockWaiting)
      return structureText('lock64', value, view);
    if (command === NONBLOCKING_REQUEST) return structureText('word', value, view);
    if (pending) return hex(value);
    if (command === WINDOW_SIZE_REQUEST) return structureText('windowSize', value, view);
    return command === READABLE_BYTES_REQUEST ? structureText('word', value, view) : hex(value);
  }

  #result(call: PendingPosixCall, signature: PosixSignature, eax: number): CallResultRecord {
    const value = signed(eax);
    const command = signature.effect?.kind === 'controls' ? call.words[1] : undefined;
    const text = (): string => {
      if (signature.result === 'mode') return octal(eax);
      if (command === descriptorCommand.getStatus) return `${hex(eax)} (flags ${openFlagsText(eax)})`;
      if (command === descriptorCommand.getFlags && value !== 0)
        return `${hex(eax)} (flags ${flagsText(eax, descriptorFlags)})`;
      const descriptor = signature.result === 'descriptor' || duplicatingCommands.has(command ?? -1);
      return descriptor ? this.descriptors.describe(value) : String(value);
    };
    if (signature.result === 'pointer') return { value: eax >>> 0, text: this.#view.pointer(eax) };
    return { value, text: text() };
  }
}

/** Whether a command of fcntl or ioctl writes through its argument. */
function commandFillsIn(command: number): boolean {
  return [descriptorCommand.getLock, WINDOW_SIZE_REQUEST, READABLE_BYTES_REQUEST].includes(command);
}

/** A signed 64-bit value from its two words. */
function longText(high: number, low: number): string {
  return String(BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)));
}

/** True for a call that does not come back. */
export function posixNeverReturns(number: number): boolean {
  return signatureOf(number).result === 'never';
}
