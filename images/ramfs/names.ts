/**
 * File names on a FAT volume: which are legal, their 8.3 form, and the long-name entries that carry the rest.
 * Pure functions over strings and bytes.
 */
import { RamfsError } from './errors.ts';
import { ENTRY_BYTES } from './geometry.ts';

/** Most UTF-16 units of a long name. */
export const LONGEST_NAME = 255;
/** UTF-16 units in one long-name entry, and where they lie in it. */
const UNITS_PER_ENTRY = 13;
const unitOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
const LONG_NAME_ATTRIBUTE = 0x0f;
const LAST_LONG_ENTRY = 0x40;

const ILLEGAL = /["*/:<>?\\|]/;
const SHORT_CHARACTERS = /^[A-Z0-9!#$%&'()\-@^_`{}~]+$/;

/** Throws `RamfsError` unless `name` can be the name of a file or folder; `path` is for the message. */
export function checkName(name: string, path: string): void {
  const reason =
    name === '' || name === '.' || name === '..'
      ? 'is no file name'
      : name.length > LONGEST_NAME
        ? `is ${name.length} characters long, FAT allows ${LONGEST_NAME}`
        : ILLEGAL.test(name) || hasControlCharacter(name)
          ? 'has a character that FAT does not allow (control characters and " * / : < > ? \\ |)'
          : /[. ]$/.test(name)
            ? 'ends with a dot or a space, which FAT drops'
            : undefined;
  if (reason !== undefined)
    throw new RamfsError('bad-name', `${JSON.stringify(path)}: the name ${reason}; rename it`);
}

function hasControlCharacter(name: string): boolean {
  for (const character of name) if (character < ' ' || character === '\x7f') return true;
  return false;
}

/** What makes two names the same on FAT. */
export function foldName(name: string): string {
  return name.toUpperCase();
}

/** A name as 11 bytes, and whether long-name entries are needed because that is not all of it. */
export interface ShortName {
  /** Base name and extension padded with spaces to 8 + 3. */
  readonly text: string;
  readonly needsLong: boolean;
}

/** The 8.3 names of one folder. Must hold: no two are equal, and equal folders get equal names. */
export class ShortNames {
  readonly #taken = new Set<string>();
  /** Where to go on counting, by base and extension: folders of thousands of alike names stay quick. */
  readonly #nextNumber = new Map<string, number>();

  /** The 8.3 form of `name`, different from all given before. */
  add(name: string): ShortName {
    const dot = name.lastIndexOf('.');
    const base = dot > 0 ? name.slice(0, dot) : name;
    const extension = dot > 0 ? name.slice(dot + 1) : '';
    const fits = base.length <= 8 && extension.length <= 3 && SHORT_CHARACTERS.test(base);
    if (fits && (extension === '' || SHORT_CHARACTERS.test(extension))) {
      const text = base.padEnd(8) + extension.padEnd(3);
      if (this.#take(text)) return { text, needsLong: false };
    }
    const shortBase = (toShort(base) || '_').slice(0, 6);
    const shortExtension = toShort(extension).slice(0, 3);
    const alike = `${shortBase}.${shortExtension}`;
    for (let number = this.#nextNumber.get(alike) ?? 1; ; number++) {
      const tail = `~${number}`;
      const text = (shortBase.slice(0, 8 - tail.length) + tail).padEnd(8) + shortExtension.padEnd(3);
      if (this.#take(text)) {
        this.#nextNumber.set(alike, number + 1);
        return { text, needsLong: true };
      }
    }
  }

  #take(text: string): boolean {
    if (this.#taken.has(text)) return false;
    this.#taken.add(text);
    return true;
  }
}

function toShort(part: string): string {
  let text = '';
  for (const character of part.toUpperCase()) {
    if (character === ' ' || character === '.') continue;
    text += SHORT_CHARACTERS.test(character) ? character : '_';
  }
  return text;
}

/** How many long-name entries `name` takes. */
export function longEntryCount(name: string): number {
  return Math.ceil(name.length / UNITS_PER_ENTRY);
}

/** The checksum that ties long-name entries to their 8.3 entry. */
export function shortNameChecksum(text: string): number {
  let sum = 0;
  for (let i = 0; i < 11; i++) sum = (((sum & 1) << 7) + (sum >> 1) + text.charCodeAt(i)) & 0xff;
  return sum;
}

/** The long-name entries of `name` in the order in which they lie on the volume: its last part first. */
export function longEntries(name: string, short: string): Uint8Array {
  const count = longEntryCount(name);
  const bytes = new Uint8Array(count * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  const checksum = shortNameChecksum(short);
  for (let order = count; order >= 1; order--) {
    const at = (count - order) * ENTRY_BYTES;
    bytes[at] = order | (order === count ? LAST_LONG_ENTRY : 0);
    bytes[at + 11] = LONG_NAME_ATTRIBUTE;
    bytes[at + 13] = checksum;
    unitOffsets.forEach((offset, i) => {
      const index = (order - 1) * UNITS_PER_ENTRY + i;
      // The name ends with one zero, and what is left of its last entry is filled with ones.
      const unit = index < name.length ? name.charCodeAt(index) : index === name.length ? 0 : 0xffff;
      view.setUint16(at + offset, unit, true);
    });
  }
  return bytes;
}

/** The part of a long name in the entry at `at`, up to its terminating zero. */
export function longEntryText(view: DataView, at: number): string {
  let text = '';
  for (const offset of unitOffsets) {
    const unit = view.getUint16(at + offset, true);
    if (unit === 0 || unit === 0xffff) break;
    text += String.fromCharCode(unit);
  }
  return text;
}
