/** What a debugger command is; help, completion and the interpreter are made from a table of these. */
import { REGISTER_NAMES } from '../../../emulator/types.ts';
import type { RegisterName } from '../../../emulator/types.ts';
import { InputError } from '../../errors.ts';
import type { DebugSession } from '../session.ts';
import type { DebugStop } from '../debug-stop.ts';
import type { Operation } from '../operation.ts';

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
  /** What follows the name, as `ADDRESS [LENGTH]`. */
  readonly usage?: string;
  /** One line. */
  readonly help: string;
  /** Words that may come next; for completion. */
  readonly complete?: (session: DebugSession) => readonly string[];
  readonly run: (context: CommandContext, words: readonly string[]) => Promise<void> | void;
}

export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** A whole number in decimal or hexadecimal. Throws {@link InputError}. */
export function numberFrom(text: string | undefined, what: string): number {
  const value = text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InputError(text === undefined ? `${what} is missing` : `${text} is not a number: give ${what}`);
}

export function countFrom(text: string | undefined): number {
  return text === undefined ? 1 : numberFrom(text, 'a count');
}

/** The register a word names, with or without `$`. */
export function registerFrom(text: string | undefined): RegisterName | undefined {
  return REGISTER_NAMES.find((name) => name === text?.replace(/^\$/, ''));
}

/** An address: a number, a register, a symbol, or one of these plus or minus a number. Throws {@link InputError}. */
export function addressFrom(session: DebugSession, text: string | undefined): number {
  if (text === undefined) throw new InputError('an address is missing: give a number, $register or symbol');
  const match = /^(.+?)([+-])(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (match?.[1] !== undefined) {
    const offset = Number(match[3]);
    return (addressFrom(session, match[1]) + (match[2] === '-' ? -offset : offset)) >>> 0;
  }
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return numberFrom(text, 'an address') >>> 0;
  const register = text.startsWith('$') ? registerFrom(text) : undefined;
  return register === undefined ? session.resolve(text) : session.machine.registers.get(register);
}

/** A selector of calls: names and numbers between commas, or `all`. */
export function callsFrom(text: string | undefined): string | (string | number)[] {
  if (text === undefined || text === 'all') return 'all';
  return text.split(',').map((one) => (/^\d+$/.test(one) ? Number(one) : one));
}
