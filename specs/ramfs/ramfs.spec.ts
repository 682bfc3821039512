/** The ramfs writer: what it makes of files, what it refuses, and that it reads back what it wrote. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRamfs, RamfsError, readRamfs } from '../../images/ramfs/index.ts';

const MEBIBYTE = 1 << 20;

function textOf(files: ReadonlyMap<string, Uint8Array>, path: string): string | undefined {
  const content = files.get(path);
  return content === undefined ? undefined : new TextDecoder().decode(content);
}

function typeOf(image: Uint8Array): string {
  const at = new TextDecoder().decode(image.subarray(82, 90)).startsWith('FAT32') ? 82 : 54;
  return new TextDecoder().decode(image.subarray(at, at + 8)).trim();
}

describe('createRamfs', () => {
  it('keeps files with their folders, names and contents', () => {
    const files = readRamfs(
      createRamfs({ README: 'a', '/lib/python3.11/encodings/__init__.py': 'b', 'lib/ünïcode Ω.txt': 'c' }),
    );
    expect([...files.keys()].sort()).toEqual([
      '/README',
      '/lib/python3.11/encodings/__init__.py',
      '/lib/ünïcode Ω.txt',
    ]);
    expect(textOf(files, '/lib/python3.11/encodings/__init__.py')).toBe('b');
    expect(textOf(files, '/lib/ünïcode Ω.txt')).toBe('c');
  });

  it('keeps files larger than a cluster to the byte', () => {
    const content = Uint8Array.from({ length: 100_003 }, (_, i) => (i * 31) & 0xff);
    expect(readRamfs(createRamfs({ big: content })).get('/big')).toEqual(content);
  });

  it('keeps empty files and empty folders', () => {
    const files = readRamfs(createRamfs({ 'empty.txt': '', 'nothing/': '' }));
    expect([...files.keys()].sort()).toEqual(['/empty.txt', '/nothing/']);
  });

  it('tells apart many names with the same 8.3 form', () => {
    const names = Array.from({ length: 40 }, (_, i) => `a long file name ${i}.text`);
    const files = readRamfs(createRamfs(Object.fromEntries(names.map((name) => [`d/${name}`, name]))));
    for (const name of names) expect(textOf(files, `/d/${name}`)).toBe(name);
  });

  it('keeps a name of 255 characters', () => {
    const name = 'n'.repeat(255);
    expect([...readRamfs(createRamfs({ [name]: 'x' })).keys()]).toEqual([`/${name}`]);
  });

  it('keeps folders of thousands of files', () => {
    const paths = Array.from({ length: 3000 }, (_, i) => `/d/file number ${i}`);
    const files = readRamfs(
      createRamfs(new Map(paths.map((path) => [path, new TextEncoder().encode(path)]))),
    );
    expect(files.size).toBe(3000);
    expect(textOf(files, '/d/file number 2999')).toBe('/d/file number 2999');
  });

  it('gives equal bytes for equal files, whatever their order', () => {
    const a = createRamfs({ 'x/1': 'one', y: 'two', 'x/2': 'three' });
    const b = createRamfs(
      new Map(
        [
          ['x/2', 'three'],
          ['y', 'two'],
          ['/x/1', 'one'],
        ].map(([k, v]) => [k ?? '', new TextEncoder().encode(v)]),
      ),
    );
    expect(Buffer.from(a).equals(b)).toBe(true);
  });

  it('is a whole number of pages and leaves the free space asked for', () => {
    for (const freeBytes of [0, 1, 100_000, 3 * MEBIBYTE]) {
      const image = createRamfs({ f: 'x'.repeat(1000) }, { freeBytes });
      expect(image.length % 4096).toBe(0);
      expect(image.length).toBeGreaterThanOrEqual(1000 + freeBytes);
    }
  });

  it('chooses FAT12 below 4 MiB and FAT16 from there', () => {
    expect(typeOf(createRamfs({}, { freeBytes: 3.5 * MEBIBYTE }))).toBe('FAT12');
    expect(typeOf(createRamfs({}, { freeBytes: 4 * MEBIBYTE }))).toBe('FAT16');
    expect(typeOf(createRamfs({}, { freeBytes: 500 * MEBIBYTE }))).toBe('FAT16');
  });

  it('chooses FAT32 from 512 MiB', () => {
    const image = createRamfs({ 'some folder/f': 'x' }, { freeBytes: 512 * MEBIBYTE });
    expect(typeOf(image)).toBe('FAT32');
    expect([...readRamfs(image).keys()]).toEqual(['/some folder/f']);
  });

  it.each([
    ['a name that is too long', { [`d/${'n'.repeat(256)}`]: '' }, 'bad-name', '256 characters'],
    ['a character that FAT does not allow', { 'd/a:b': '' }, 'bad-name', 'd/a:b'],
    ['a name that ends with a dot', { 'name.': '' }, 'bad-name', 'ends with a dot'],
    ['the parent folder', { '../x': '' }, 'bad-name', 'is no file name'],
    ['names that differ in case only', { Readme: '', README: '' }, 'duplicate-name', 'Readme'],
    ['a file that is a folder too', { 'a/b': '', a: '' }, 'duplicate-name', 'named twice'],
    ['more than fits', { a: 'x'.repeat(70_000) }, 'too-large', '65536'],
  ])('refuses %s and says which', (_, files, kind, text) => {
    const create = (): unknown => createRamfs(files, { freeBytes: 0, maximumBytes: 65536 });
    expect(create).toThrow(text);
    expect(create).toThrow(expect.objectContaining({ name: 'RamfsError', kind }) as Error);
  });

  it('refuses more names in the top folder than FAT has entries', () => {
    const files = Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`F${i}`, '']));
    expect(() => createRamfs(files)).toThrow('move files into folders');
  });
});

describe('createRamfs of a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ramfs-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes what is below it, links followed', () => {
    mkdirSync(join(folder, 'sub/empty'), { recursive: true });
    writeFileSync(join(folder, 'sub/file.txt'), 'hello');
    symlinkSync('sub/file.txt', join(folder, 'link'));
    const files = readRamfs(createRamfs(folder));
    expect([...files.keys()].sort()).toEqual(['/link', '/sub/empty/', '/sub/file.txt']);
    expect(textOf(files, '/link')).toBe('hello');
  });

  it('refuses a link that leads back to where it is', () => {
    symlinkSync('.', join(folder, 'loop'));
    expect(() => createRamfs(folder)).toThrow('leads back');
  });

  it('names a folder that is not there', () => {
    expect(() => createRamfs(join(folder, 'missing'))).toThrow(/missing: can't be read \(ENOENT\)/);
  });
});

describe('readRamfs', () => {
  it('refuses bytes that are no volume', () => {
    expect(() => readRamfs(new Uint8Array(4096))).toThrow(RamfsError);
  });

  it('refuses a circle of clusters', () => {
    const image = createRamfs({ f: 'x'.repeat(600) }, { freeBytes: 0 });
    // FAT12, second cluster of the file points back to the first: entry 3 is the upper half of bytes 4 and 5.
    new DataView(image.buffer).setUint16(512 + 4, (2 << 4) | 0, true);
    expect(() => readRamfs(image)).toThrow('circle');
  });

  it('never hangs or runs over on damaged bytes', () => {
    const image = createRamfs({ 'a folder/file': 'x'.repeat(5000), b: 'y' }, { freeBytes: 0 });
    for (let seed = 1; seed <= 2000; seed++) {
      const damaged = image.slice();
      for (let i = 0, state = seed; i < 4; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        damaged[(state >>> 8) % 18_000] = state & 0xff;
      }
      try {
        readRamfs(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(RamfsError);
      }
    }
  });
});
