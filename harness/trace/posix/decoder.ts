/** Decodes the arguments and results of POSIX calls. Follows open files, so it must see all calls, in their order. */
import type { GuestView } from '../guest-view.ts';
import type { CallArgument, CallResultRecord } from '../record.ts';
import { choiceText, hex, flagsText, octal, signed } from '../values.ts';
import {
  duplicatingCommands,
  futexClockRealtime,
  futexOperations,
  futexPrivate,
  openFlagsText,
  signals,
} from './constants.ts';
import { Descriptors, pathOf } from './descriptors.ts';
import { posixErrnoName } from './errno.ts';
import { posixCallName } from './numbers.ts';
import { posixSignatures, type PosixSignature, type PosixType } from './signatures.ts';
import { entriesText, pollText, structureText, vectorText } from './structures.ts';

/** Largest negated error number a call can return. */
const lastErrno = 4095;
/** Longest data that is looked at for one argument, in bytes. */
const dataMaximum = 1 << 20;

const setStatusFlags = 4;
const windowSizeRequest = 0x5413;

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

/** True for what the call itself writes, so that it can be read only when it has returned. */
function filledIn(type: PosixType): boolean {
  if (type.kind === 'buffer' || type.kind === 'vector' || type.kind === 'structure')
    return type.direction === 'out';
  return type.kind === 'poll' || type.kind === 'entries' || type.kind === 'command-argument';
}

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
    if (value < 0 && value >= -lastErrno) {
      const errno = posixErrnoName(-value) ?? String(-value);
      return { arguments: call.arguments, result: { value, text: `-1 ${errno}`, errno } };
    }
    const fills = signature.arguments.some((argument) => filledIn(argument.type));
    const decoded = fills ? this.#arguments(signature, call.words, eax) : call.arguments;
    // What is closed is named by its path one last time, so the open files change only now.
    if (signature.effect !== undefined) {
      this.descriptors.apply(signature.effect, call.words, value, call.path);
    }
    return {
      arguments: fills ? this.#keepInputs(signature, call.arguments, decoded) : decoded,
      result: this.#result(call, signature, eax),
    };
  }

  /** Arguments that the call only reads stay as they were when it was made. */
  #keepInputs(
    signature: PosixSignature,
    before: readonly CallArgument[],
    after: readonly CallArgument[],
  ): CallArgument[] {
    const shown = signature.arguments.filter(({ type }) => type.kind !== 'hidden');
    return after.map((argument, index) => {
      const type = shown[index]?.type;
      return type !== undefined && filledIn(type) ? argument : (before[index] ?? argument);
    });
  }

  /** @param result EAX behind the call; undefined while it runs. */
  #arguments(
    signature: PosixSignature,
    words: readonly number[],
    result: number | undefined,
  ): CallArgument[] {
    return signature.arguments.flatMap(({ name, type }, index) => {
      const value = (words[index] ?? 0) >>> 0;
      if (type.kind === 'hidden') return [];
      const text = this.#text(type, value, index, words, result);
      return [filledIn(type) ? { name, value, text, out: true } : { name, value, text }];
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
        return choiceText(signed(value), type.table);
      case 'buffer': {
        if (pending && type.direction === 'out') return view.pointer(value);
        const length = type.length === 'result' ? (result ?? 0) : (words[type.length] ?? 0);
        return view.quotedBytes(value, Math.min(length >>> 0, dataMaximum));
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
      case 'offset64':
        return String(BigInt.asIntN(64, (BigInt((words[index + 1] ?? 0) >>> 0) << 32n) | BigInt(value)));
      case 'poll':
        return pollText(value, words[type.count] ?? 0, !pending, view);
      case 'entries':
        return pending ? view.pointer(value) : entriesText(value, result, view);
      case 'futex-operation': {
        const name = choiceText(value & ~(futexPrivate | futexClockRealtime), futexOperations);
        const isPrivate = (value & futexPrivate) === 0 ? '' : '|FUTEX_PRIVATE';
        return `${name}${isPrivate}${(value & futexClockRealtime) === 0 ? '' : '|FUTEX_CLOCK_REALTIME'}`;
      }
      case 'command-argument':
        return this.#commandArgument(words[1] ?? 0, value, pending);
      case 'hidden':
        return '';
    }
  }

  #commandArgument(command: number, value: number, pending: boolean): string {
    if (command === setStatusFlags) return openFlagsText(value);
    if (duplicatingCommands.has(command)) return String(signed(value));
    if (command === windowSizeRequest && !pending) return structureText('windowSize', value, this.#view);
    return hex(value);
  }

  #result(call: PendingPosixCall, signature: PosixSignature, eax: number): CallResultRecord {
    const value = signed(eax);
    const duplicates =
      signature.effect?.kind === 'controls' &&
      duplicatingCommands.has(call.words[signature.effect.descriptor + 1] ?? -1);
    if (signature.result === 'pointer') return { value: eax >>> 0, text: this.#view.pointer(eax) };
    if (signature.result === 'mode') return { value, text: octal(eax) };
    if (signature.result === 'descriptor' || duplicates)
      return { value, text: this.descriptors.describe(value) };
    return { value, text: String(value) };
  }
}

/** True for a call that does not come back. */
export function posixNeverReturns(number: number): boolean {
  return signatureOf(number).result === 'never';
}
