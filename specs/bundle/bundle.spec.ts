/** Bundles: what is written is what is read, in the layout that the ABI reference gives, and what is damaged is refused by name. */
import { describe, expect, it } from 'vitest';
import { BundleError, bundledName, createBundle, isBundle, readBundle } from '../../images/bundle/index.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const programs = [
  { bytes: bytes(5000, 1), commandLine: 'procd' },
  { bytes: bytes(10, 2), commandLine: 'app one two;A=1' },
];
const made = (kernelArguments = ''): Uint8Array => createBundle({ programs, kernelArguments });

it('a bundle gives back its programs, command lines and kernel arguments', () => {
  expect(readBundle(made('snapshot quiet'))).toEqual({ programs, kernelArguments: 'snapshot quiet' });
  expect(readBundle(made())).toEqual({ programs, kernelArguments: '' });
});

it('is laid out as the reference says: head, entries, and each part on a page', () => {
  const file = made();
  const word = (at: number): number => new DataView(file.buffer).getUint32(at, true);
  expect(Buffer.from(file.subarray(0, 4)).toString()).toBe('NVMB');
  expect([4, 8, 12].map(word)).toEqual([1, 2, 0]);
  expect([16, 20, 28].map(word)).toEqual([4096, 5000, 5]);
  expect([32, 36, 44].map(word)).toEqual([3 * 4096, 10, 15]);
  expect(Buffer.from(file.subarray(word(40), word(40) + 15)).toString()).toBe('app one two;A=1');
});

it('kernel arguments lie behind all that the head points at, which stays as it is without them', () => {
  expect(made('snapshot').subarray(0, made().length)).toEqual(made());
});

it('programs are read without a copy', () => {
  const file = made();
  expect(readBundle(file).programs[0]?.bytes.buffer).toBe(file.buffer);
});

it('a program is called by the first word of its command line', () => {
  expect(programs.map(bundledName)).toEqual(['procd', 'app']);
  expect(bundledName({ commandLine: ';A=1' }, 2)).toBe('program 3');
});

it('a file is told by how it begins', () => {
  expect([made(), bytes(8, 0), bytes(2, 0)].map(isBundle)).toEqual([true, false, false]);
});

describe('is not made', () => {
  const one = { bytes: bytes(1, 0), commandLine: 'a' };
  it.each([
    ['of nothing', [], '', /no programs/],
    ['of 33 programs', Array.from({ length: 33 }, () => one), '', /at most 32/],
    [
      'with a command line of 4093 bytes',
      [{ ...one, commandLine: 'x'.repeat(4093) }],
      '',
      /4093 bytes, at most 4092/,
    ],
    ['with kernel arguments of 257 bytes', [one], 'x'.repeat(257), /257 bytes, at most 256/],
    ['with a zero byte in a command line', [{ ...one, commandLine: 'a\0b' }], '', /zero byte/],
  ])('%s', (_what, of, kernelArguments, message) => {
    expect(() => createBundle({ programs: of, kernelArguments })).toThrow(message);
  });
});

describe('is refused when', () => {
  const changed = (at: number, value: number): Uint8Array => {
    const file = made('words');
    new DataView(file.buffer).setUint32(at, value, true);
    return file;
  };
  it.each([
    ['it begins with something else', changed(0, 1), /does not begin with NVMB/],
    ['its version is another', changed(4, 2), /version 2/],
    ['it has no programs', changed(8, 0), /0 programs/],
    ['it has more than can be', changed(8, 0x0fffffff), /programs/],
    ['a program begins within a page', changed(16, 4097), /program 1 .* page/],
    ['a program lies outside', changed(36, 0x7fffffff), /program 2 .* outside/],
    ['a command line lies outside', changed(44, 0xffffffff), /command line of program 2 .* outside/],
    ['the trailer lies', changed(made().length + 4, 0xffff), /kernel arguments lies outside/],
    ['it is cut off', made().subarray(0, 5000), /outside/],
    ['it is cut off in its head', made().subarray(0, 6), /not a bundle/],
  ])('%s', (_what, file, message) => {
    expect(() => readBundle(file)).toThrow(BundleError);
    expect(() => readBundle(file)).toThrow(message);
  });
});
