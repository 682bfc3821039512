/**
 * The command line behind the initrd: `name arguments;ENV=value ENV=value`, with its length in front.
 *
 * The protocol separates by single spaces and one semicolon and knows no quoting, so a word that holds one of them
 * cannot be passed and is refused here rather than torn apart in the guest.
 */
import { InputError } from '../errors.ts';
import type { BootForm } from './eras/era.ts';

export interface CommandLineParts {
  readonly programName: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Everything behind the name, verbatim; replaces `args` and `env`. */
  readonly verbatim?: string | undefined;
}

function checkWord(what: string, word: string): string {
  if (word === '') throw new InputError(`${what} is empty: Nanvix's command line cannot carry an empty word`);
  const bad = /[ ;\0]/.exec(word);
  if (bad === null) return word;
  const name = bad[0] === ' ' ? 'a space' : bad[0] === ';' ? 'a semicolon' : 'a zero byte';
  throw new InputError(
    `${what} ${JSON.stringify(word)} holds ${name}, which Nanvix's command line cannot carry`,
  );
}

/** The text of the command line. Throws {@link InputError} for a word that cannot be carried. */
export function commandLineText(parts: CommandLineParts): string {
  const name = checkWord('the program name', parts.programName);
  if (parts.verbatim !== undefined) {
    if (parts.verbatim.includes('\0')) throw new InputError('the command line holds a zero byte: remove it');
    return `${name} ${parts.verbatim}`;
  }
  const args = (parts.args ?? []).map((word) => checkWord('argument', word)).join(' ');
  const env = Object.entries(parts.env ?? {})
    .map(([key, value]) => checkWord('environment entry', `${key}=${value}`))
    .join(' ');
  return `${name} ${args};${env}`;
}

/** The bytes as they lie in memory: length, then text. */
export function encodeCommandLine(
  text: string,
  { lengthBytes, maximum }: NonNullable<BootForm['commandLine']>,
): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > maximum) {
    throw new InputError(
      `the command line has ${bytes.length} bytes, at most ${maximum} fit: shorten arguments or environment`,
    );
  }
  const length = lengthBytes === 1 ? [bytes.length] : [bytes.length & 0xff, bytes.length >> 8];
  return Uint8Array.from([...length, ...bytes]);
}
