/** Turns words and bytes of the guest into text, the way strace prints them. Pure functions. */
import { hex } from '../../../emulator/hex.ts';

/** A set of named bits, in the order in which they are printed; a value of several bits before its parts. */
export type FlagTable = readonly (readonly [name: string, bits: number])[];

/** Names of values that exclude one another. */
export type ChoiceTable = Readonly<Record<number, string>>;

export const octal = (value: number): string => (value === 0 ? '0' : `0${(value >>> 0).toString(8)}`);
export const signed = (value: number): number => value | 0;

/** `O_WRONLY|O_CREAT|0x40000000`: names of the bits that are set, the rest in hexadecimal; `none` when no bit is. */
export function flagsText(value: number, table: FlagTable, none = '0'): string {
  let rest = value >>> 0;
  const names: string[] = [];
  for (const [name, bits] of table) {
    if (bits === 0 || (rest & bits) >>> 0 !== bits >>> 0) continue;
    names.push(name);
    rest = (rest & ~bits) >>> 0;
  }
  if (rest !== 0) names.push(hex(rest));
  return names.length === 0 ? none : names.join('|');
}

export function choiceText(value: number, table: ChoiceTable): string {
  return table[value] ?? String(signed(value));
}

const escapes: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/**
 * Bytes as a C string literal.
 *
 * @param complete False when there is more than `bytes`: the text then ends with an ellipsis behind the quotation mark.
 */
export function quote(bytes: Uint8Array, complete: boolean): string {
  let text = '';
  bytes.forEach((byte, index) => {
    const known = escapes[byte];
    if (known !== undefined) text += known;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(isDigit(bytes[index + 1]) ? 3 : 1, '0')}`;
  });
  return `"${text}"${complete ? '' : '...'}`;
}

/** Seconds and nanoseconds as `{tv_sec=1, tv_nsec=500000000}`. */
export const timeText = (seconds: bigint | number, nanoseconds: number): string =>
  `{tv_sec=${seconds}, tv_nsec=${nanoseconds}}`;
