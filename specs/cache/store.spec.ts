/** The store: what is read is what was written, or nothing; it is private, and it does not grow for ever. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearStore, listStore, pruneStore } from '../../images/store/contents.ts';
import { kinds } from '../../images/store/kinds.ts';
import { replaceFile } from '../../images/store/replace-file.ts';
import { Store } from '../../images/store/store.ts';

const PROCESS = fileURLToPath(new URL('store-process.ts', import.meta.url));
const DAY_MS = 24 * 3600 * 1000;

let root: string;
let store: Store;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'nanvix-v86-store-')), 'cache');
  store = new Store(root);
});
afterEach(() => {
  rmSync(join(root, '..'), { recursive: true });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (key: string): string | undefined => {
  const kept = store.read('symbols', key);
  return kept === undefined ? undefined : new TextDecoder().decode(kept.content);
};
const files = (kind = 'symbols'): string[] =>
  readdirSync(join(root, kind)).map((name) => join(root, kind, name));
const onlyFile = (): string => files()[0] ?? '';

function age(file: string, days: number): void {
  const then = (Date.now() - days * DAY_MS) / 1000;
  utimesSync(file, then, then);
}

describe('what is kept', () => {
  it('is found under its key, with its digest', () => {
    const digest = store.write('symbols', 'key', bytes('content'));
    expect(textOf('key')).toBe('content');
    expect(store.read('symbols', 'key')?.digest).toBe(digest);
    expect(store.digestOf('symbols', 'key')).toBe(digest);
  });

  it('is not found under another key, kind or version of this package', () => {
    store.write('symbols', ['a', 1], bytes('content'));
    expect(store.read('symbols', ['a', 2])).toBeUndefined();
    expect(store.read('notes', ['a', 1])).toBeUndefined();
    expect(new Store(root, 'another').read('symbols', ['a', 1])).toBeUndefined();
    expect(new Store(root).read('symbols', ['a', 1])).toBeDefined();
  });

  it.each([0, 3, 4, 35, 36, 42])('is ignored and removed where byte %i was changed', (at) => {
    store.write('symbols', 'key', bytes('content'));
    const damaged = readFileSync(onlyFile());
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    writeFileSync(onlyFile(), damaged);
    expect(textOf('key')).toBeUndefined();
    expect(files()).toEqual([]);
  });

  it.each([0, 3, 4, 35, 36, 39])('is ignored and removed where only %i bytes are left', (length) => {
    store.write('symbols', 'key', bytes('content'));
    truncateSync(onlyFile(), length);
    expect(textOf('key')).toBeUndefined();
    expect(files()).toEqual([]);
  });

  it('is private to the user', () => {
    store.write('symbols', 'key', bytes('content'));
    expect([root, join(root, 'symbols')].map((folder) => statSync(folder).mode & 0o777)).toEqual([
      0o700, 0o700,
    ]);
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'symbols'])('is neither read nor written while others can write to /%s', (folder) => {
    store.write('symbols', 'key', bytes('content'));
    chmodSync(join(root, folder), 0o777);
    expect(textOf('key')).toBeUndefined();
    expect(store.canKeep('symbols')).toBe(false);
    store.write('symbols', 'key', bytes('other'));
    chmodSync(join(root, folder), 0o700);
    expect(textOf('key')).toBe('content');
  });

  it('is nothing, and no error, where nothing can be kept', () => {
    const nowhere = new Store('/dev/null/cache');
    expect(nowhere.write('symbols', 'key', bytes('content'))).toMatch(/^[0-9a-f]{64}$/);
    expect(nowhere.read('symbols', 'key')).toBeUndefined();
    expect(nowhere.canKeep('symbols')).toBe(false);
  });

  it('is whole for each of many processes that write and read at once', async () => {
    const processes = Array.from({ length: 3 }, () =>
      execaNode(PROCESS, [root], { nodeOptions: ['--import', 'tsx'] }),
    );
    const ends = await Promise.all(processes);
    expect(ends.map(({ stdout }) => stdout)).toEqual(['200', '200', '200']);
    expect(files()).toHaveLength(1);
  });
});

describe('a kind', () => {
  it('loses what nobody has used for long, when something is added', () => {
    store.write('symbols', 'old', bytes('old'));
    age(onlyFile(), kinds.symbols.days + 1);
    store.write('symbols', 'new', bytes('new'));
    expect([textOf('old'), textOf('new')]).toEqual([undefined, 'new']);
  });

  it('keeps what was used', () => {
    store.write('symbols', 'old', bytes('old'));
    age(onlyFile(), kinds.symbols.days - 1);
    expect(textOf('old')).toBe('old');
    expect(Date.now() - statSync(onlyFile()).mtimeMs).toBeLessThan(DAY_MS);
  });

  it('loses what was used longest ago, where there are too many bytes', () => {
    const third = new Uint8Array(Math.ceil(kinds.symbols.bytes / 3));
    for (const [i, name] of ['first', 'second', 'third'].entries()) {
      const known = existsSync(join(root, 'symbols')) ? files() : [];
      store.write('symbols', name, third);
      for (const file of files()) if (!known.includes(file)) age(file, 3 - i);
    }
    store.write('symbols', 'fourth', third);
    const left = ['first', 'second', 'third', 'fourth'].filter((name) => store.digestOf('symbols', name));
    expect(left).toEqual(['third', 'fourth']);
  });

  it('loses what a writer that died has left', () => {
    store.write('symbols', 'key', bytes('content'));
    const left = `${onlyFile()}.1234567`;
    writeFileSync(left, 'half');
    store.write('symbols', 'other', bytes('content'));
    expect(existsSync(left)).toBe(true);
    age(left, 1);
    store.write('symbols', 'other', bytes('content'));
    expect(existsSync(left)).toBe(false);
  });
});

/** A result of a build, as the engine leaves one. */
function addImage(name: string, days: number): string {
  const folder = join(root, 'images', name);
  mkdirSync(join(folder, 'files'), { recursive: true });
  writeFileSync(join(folder, 'files', 'a'), 'abc');
  writeFileSync(join(folder, 'files.json'), '[{"path":"a","bytes":3}]');
  writeFileSync(join(folder, 'manifest.json'), '{}');
  age(join(folder, 'manifest.json'), days);
  return folder;
}

describe('all that is kept', () => {
  it('is listed by kind, with number, size and the oldest use', () => {
    store.write('symbols', 'a', bytes('content'));
    store.write('symbols', 'b', bytes('content'));
    addImage('kernel-1', 3);
    const list = new Map(listStore(root).map((one) => [one.kind, one]));
    expect(list.get('symbols')).toMatchObject({ entries: 2, bytes: 2 * (4 + 32 + 7) });
    expect(list.get('images')).toMatchObject({ entries: 1, bytes: 3 });
    expect(Date.now() - (list.get('images')?.oldest?.getTime() ?? 0)).toBeGreaterThan(2.9 * DAY_MS);
    expect(list.get('v86')).toMatchObject({ entries: 0, bytes: 0, oldest: undefined });
  });

  it('loses on request what is too old, left by the dead, or of earlier versions, and nothing else', () => {
    store.write('symbols', 'key', bytes('content'));
    const old = addImage('kernel-1', kinds.images.days + 1);
    const fresh = addImage('kernel-2', 1);
    // no process has this number: the kernel's limit is below it
    const dead = join(root, 'tmp', `${2 ** 30}-musl`);
    const earlier = join(root, `musl-${'0'.repeat(24)}`);
    const foreign = join(root, "somebody's");
    for (const folder of [dead, earlier, foreign]) mkdirSync(folder, { recursive: true });
    expect(pruneStore(root)).toMatchObject({ entries: 2 });
    expect([old, dead, earlier].filter((one) => existsSync(one))).toEqual([]);
    expect([fresh, foreign].filter((one) => !existsSync(one))).toEqual([]);
    expect(textOf('key')).toBe('content');
  });

  it('can be removed, a kind or all', () => {
    store.write('symbols', 'key', bytes('content'));
    store.write('notes', 'key', bytes('content'));
    addImage('kernel-1', 0);
    expect(clearStore(root, 'symbols').entries).toBe(1);
    expect([textOf('key'), store.digestOf('notes', 'key')]).toEqual([undefined, expect.any(String)]);
    expect(clearStore(root).entries).toBe(2);
    expect(listStore(root).every(({ entries }) => entries === 0)).toBe(true);
  });
});

describe("a file of the user's", () => {
  const write = (text: string) => (file: string, flag: 'w' | 'wx', mode: number) => {
    writeFileSync(file, text, { flag, mode });
    return Promise.resolve();
  };
  const place = (name: string): string => join(root, '..', name);

  it('is replaced whole, or stays', async () => {
    await replaceFile(place('file'), write('one'));
    expect(readFileSync(place('file'), 'utf8')).toBe('one');
    await expect(
      replaceFile(place('file'), async (file, flag, mode) => {
        await write('half')(file, flag, mode);
        throw new Error('the disk is full');
      }),
    ).rejects.toThrow('the disk is full');
    expect(readFileSync(place('file'), 'utf8')).toBe('one');
    expect(readdirSync(place('')).sort()).toEqual(['file']);
  });

  it('keeps its mode and the link that leads to it', async () => {
    writeFileSync(place('file'), 'one', { mode: 0o640 });
    chmodSync(place('file'), 0o640);
    symlinkSync('file', place('link'));
    await replaceFile(place('link'), write('two'));
    expect(readFileSync(place('file'), 'utf8')).toBe('two');
    expect(statSync(place('file')).mode & 0o777).toBe(0o640);
  });

  it('is written to where it is a device, which stays one', async () => {
    await replaceFile('/dev/null', write('anything'));
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is refused where it is a folder', async () => {
    mkdirSync(place('folder'));
    await expect(replaceFile(place('folder'), write('x'))).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
