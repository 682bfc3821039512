/** What a debugger command is; help, completion and the interpreter are made from a table of these. */
import { InputError } from '../../guest/errors.ts';
import type { DebugSession } from '../session.ts';
import type { DebugStop } from '../debug-stop.ts';
import type { Operation } from '../operation.ts';
import { parseExpression } from './expression.ts';

/** What a command may use. */
export interface CommandContext {
  readonly session: DebugSession;
  /** Prints text; a newline is added. */
  readonly print: (text: string) => void;
  /** Runs the guest so that it can be interrupted, and says where it stopped. */
  readonly go: (operation: Operation<DebugStop>) => Promise<void>;
}

export interface DebugCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What follows the name, as `ADDRESS [LENGTH]`; nothing may follow where it is not given. */
  readonly usage?: string;
  /** One line. */
  readonly help: string;
  /** Words that may come next; for completion. */
  readonly complete?: (session: DebugSession) => readonly string[];
  readonly run: (context: CommandContext, words: readonly string[]) => Promise<void> | void;
}

/** A whole number in decimal or hexadecimal. Throws {@link InputError}. */
export function numberFrom(text: string | undefined, what: string): number {
  const value = text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InputError(text === undefined ? `${what} is missing` : `${text} is not a number: give ${what}`);
}

/** A count, 1 when nothing is said. */
export function countFrom(text: string | undefined): number {
  const count = text === undefined ? 1 : numberFrom(text, 'a count');
  if (count > 0) return count;
  throw new InputError('0 is no count: give a whole number above 0');
}

/** An address or another word: see expression.ts. Throws {@link InputError}. */
export function addressFrom(session: DebugSession, text: string | undefined): number {
  if (text === undefined) throw new InputError('an address is missing: give a number, $register or symbol');
  return parseExpression(session, text)();
}

/** The words in front of `if`, and the condition behind it as text. */
export function splitCondition(words: readonly string[]): {
  readonly before: readonly string[];
  readonly condition: string | undefined;
} {
  const at = words.indexOf('if');
  if (at < 0) return { before: words, condition: undefined };
  return { before: words.slice(0, at), condition: words.slice(at + 1).join(' ') };
}

/** The words in front of `in PROCESS`, and the process. */
export function splitProcess(words: readonly string[]): {
  readonly before: readonly string[];
  readonly process: string | undefined;
} {
  const at = words.lastIndexOf('in');
  if (at < 0) return { before: words, process: undefined };
  const [process, ...more] = words.slice(at + 1);
  if (process === undefined)
    throw new InputError('in which process: give the name of a program, or a number');
  noMore(more);
  return { before: words.slice(0, at), process };
}

/** Throws {@link InputError} where words are left over. */
export function noMore(words: readonly string[]): void {
  if (words[0] !== undefined) throw new InputError(`${words[0]} is one word too many here`);
}

/** A selector of calls: names and numbers between commas, or `all`. */
export function callsFrom(text: string | undefined): string | (string | number)[] {
  if (text === undefined || text === 'all') return 'all';
  return text.split(',').map((one) => (/^\d+$/.test(one) ? Number(one) : one));
}
