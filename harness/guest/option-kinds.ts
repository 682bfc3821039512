/**
 * What each option of a guest may be, for callers in JavaScript, where no compiler has looked at them. Bounds of numbers are checked
 * where they are used.
 *
 * What must hold: every option of `BootOptions` has a row, and one that is missing is not wrong.
 */
import { eraNames } from '../../images/abi/era.ts';
import { InputError } from './errors.ts';
import type { BootOptions, SnapshotPolicy } from './options.ts';

interface Kind {
  readonly is: (value: unknown) => boolean;
  /** Behind "give". */
  readonly wanted: string;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const text: Kind = { is: isText, wanted: 'a string' };
const flag: Kind = { is: (value) => typeof value === 'boolean', wanted: 'true or false' };
const number: Kind = { is: (value) => typeof value === 'number', wanted: 'a number' };
const object: Kind = { is: isObject, wanted: 'an object' };
const listener: Kind = { is: (value) => typeof value === 'function', wanted: 'a function' };
const file: Kind = { is: (value) => isText(value) || isBytes(value), wanted: 'a path or bytes' };
const oneOf = (words: readonly string[]): Kind => ({
  is: (value) => words.some((word) => word === value),
  wanted: `one of ${words.join(', ')}`,
});

const POLICIES = ['ignore', 'stop', 'capture-and-continue'] as const satisfies readonly SnapshotPolicy[];

const KINDS: Readonly<Record<keyof BootOptions, Kind>> = {
  kernel: file,
  program: file,
  sysroot: text,
  programName: text,
  ramfs: file,
  stdlib: flag,
  args: { is: (value) => Array.isArray(value) && value.every(isText), wanted: 'a list of strings' },
  env: {
    is: (value) => isObject(value) && Object.values(value).every(isText),
    wanted: 'an object with a string for each name',
  },
  commandLine: text,
  stdin: {
    is: (value) => isText(value) || typeof value === 'function' || (isObject(value) && isReadable(value)),
    wanted: 'a string, bytes, a function, or something that can be iterated over as it comes',
  },
  kernelArguments: text,
  memoryMiB: number,
  bootTime: { is: (value) => typeof value === 'bigint' || isDate(value), wanted: 'a bigint or a Date' },
  seed: number,
  instructionsPerMicrosecond: number,
  era: oneOf(eraNames),
  mount: text,
  announceMessages: flag,
  onSnapshot: oneOf(POLICIES),
  compile: { is: (value) => flag.is(value) || number.is(value), wanted: 'true, false or a number' },
  onConsole: listener,
  onOutput: listener,
  log: object,
  deadlines: object,
  images: object,
  wallClock: listener,
};

const isReadable = (value: object): boolean => isBytes(value) || Symbol.asyncIterator in value;

/** A Date of another realm, as a test runner's, is one too. */
const isDate = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Date]';

/** @throws InputError for an option of another kind, with what to give. */
export function checkKinds(options: Partial<BootOptions>): void {
  const given: unknown = options;
  if (!isObject(given)) throw new InputError('no options are given: give an object that names the program');
  for (const [name, { is, wanted }] of Object.entries(KINDS)) {
    const value = given[name as keyof typeof given] as unknown;
    if (value !== undefined && !is(value))
      throw new InputError(`the option ${name} is ${shown(value)}: give ${wanted}`);
  }
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(value);
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  return isPlain ? String(value) : `a ${typeof value}`;
}
