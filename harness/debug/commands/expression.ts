/**
 * Expressions of the debugger's commands: numbers, `$registers`, symbols, words of memory by `*`, sums and parentheses.
 *
 * `count+4`, `*$esp`, `*(counter+8)-1`, and `memd:count` for the symbol of one of several programs. Values are 32 bits without a sign. What must hold: reading an expression touches
 * nothing of the guest; its value is taken when it is asked for, so that a condition can be met anew at each stop.
 */
import { REGISTER_NAMES } from '../../../emulator/types.ts';
import type { RegisterName } from '../../../emulator/types.ts';
import { InputError } from '../../guest/errors.ts';
import type { DebugSession } from '../session.ts';

/** Gives the value now. Throws UnmappedAddressError where it takes memory that is not there. */
export type Expression = () => number;

/** What a name means besides registers and symbols; undefined for what it does not know. */
export type Names = (name: string) => number | undefined;

const TOKEN = /\s*(0x[0-9a-f]+|(?:[\w.]+:[a-z_.][\w.@]*)|\d+|\$?[a-z_.][\w.@]*|[-+*()])/iy;
const WORD = 2 ** 32;

/** The register a word names, with or without `$`. */
export function registerFrom(text: string | undefined): RegisterName | undefined {
  return REGISTER_NAMES.find((name) => name === text?.replace(/^\$/, ''));
}

function tokens(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw notUnderstood(text);
    found.push(token);
  }
  return found;
}

const notUnderstood = (text: string): InputError =>
  new InputError(`${JSON.stringify(text)} is not understood: give a number, $register or symbol, as count+4`);

/** Reads by recursive descent: a sum of terms, each a name, number, `*` term, `-` term or sum in parentheses. */
class Reader {
  readonly #session: DebugSession;
  readonly #text: string;
  readonly #names: Names;
  #rest: readonly string[];

  constructor(session: DebugSession, text: string, names: Names) {
    this.#session = session;
    this.#text = text;
    this.#names = names;
    this.#rest = tokens(text);
  }

  all(): Expression {
    const expression = this.#sum();
    if (this.#rest.length > 0) throw notUnderstood(this.#text);
    return expression;
  }

  #take(): string {
    const [token, ...rest] = this.#rest;
    if (token === undefined) throw notUnderstood(this.#text);
    this.#rest = rest;
    return token;
  }

  #sum(): Expression {
    let sum = this.#term();
    while (this.#rest[0] === '+' || this.#rest[0] === '-') {
      const sign = this.#take() === '-' ? -1 : 1;
      const left = sum;
      const right = this.#term();
      sum = () => (left() + sign * right()) >>> 0;
    }
    return sum;
  }

  #term(): Expression {
    const token = this.#take();
    if (token === '*') {
      const address = this.#term();
      const { linear } = this.#session.machine;
      return () => linear.read32(address());
    }
    if (token === '-') {
      const value = this.#term();
      return () => -value() >>> 0;
    }
    if (token === '(') {
      const sum = this.#sum();
      if (this.#take() !== ')') throw notUnderstood(this.#text);
      return sum;
    }
    if (/^\d[^:]*$/.test(token)) return numberOf(token);
    if (/^[$a-z_.\d]/i.test(token)) return this.#name(token);
    throw notUnderstood(this.#text);
  }

  #name(token: string): Expression {
    if (token.startsWith('$')) {
      const register = registerFrom(token);
      if (register === undefined)
        throw new InputError(`no register is named ${token}: ${REGISTER_NAMES.join(', ')}`);
      const { registers } = this.#session.machine;
      return () => registers.get(register);
    }
    const names = this.#names;
    if (names(token) !== undefined) return () => names(token) ?? 0;
    const address = this.#session.resolve(token);
    return () => address;
  }
}

function numberOf(token: string): Expression {
  const value = Number(token);
  if (value < WORD) return () => value;
  throw new InputError(`${token} does not fit into 32 bits`);
}

const noNames: Names = () => undefined;

/** Reads an expression. Throws {@link InputError} for one that makes no sense, or names what there is not. */
export function parseExpression(session: DebugSession, text: string, names: Names = noNames): Expression {
  return new Reader(session, text, names).all();
}
