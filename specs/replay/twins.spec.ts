/** What imports something of Node's has a twin for pages, and only that: then no second machine can come about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventLoopTurn } from '../../harness/guest/event-loop.browser.ts';
import { readHostFile } from '../../harness/guest/host-files.browser.ts';
import { userStore } from '../../harness/cache/index.browser.ts';
import { projectRoot } from '../../images/build/paths.ts';
import { sha256 } from '../../emulator/sha256.ts';
import { sha256 as sha256OfPages } from '../../emulator/sha256.browser.ts';
import { readV86Wasm as readV86WasmOfPages } from '../../emulator/v86/wasm-file.browser.ts';

/** The sources of a folder, as paths below the project. */
const sourcesIn = (folder: string): string[] =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('dist'))
    .map((path) => `${folder}/${path}`);

const twins = [...sourcesIn('emulator'), ...sourcesIn('harness')]
  .filter((path) => path.endsWith('.browser.ts'))
  .sort();

/** Names that stand for values. */
const valuesOf = async (path: string): Promise<string[]> =>
  Object.keys((await import(pathToFileURL(join(projectRoot, path)).href)) as object).sort();

describe('what stands in for Node in a page', () => {
  it.each(twins)('%s has nothing that is not in its original', async (twin) => {
    const own = (await valuesOf(twin)).filter((name) => name !== 'provideV86Wasm');
    const original = await valuesOf(twin.replace('.browser.ts', '.ts'));
    expect(original).toEqual(expect.arrayContaining(own));
    expect(own.length).toBeGreaterThan(0);
  });

  it('no file of the emulator imports a module of Node’s but one with a twin', () => {
    const importing = sourcesIn('emulator').filter((path) =>
      readFileSync(join(projectRoot, path), 'utf8').includes("from 'node:"),
    );
    expect(importing.map((path) => path.replace(/\.ts$/, '.browser.ts')).sort()).toEqual(
      twins.filter((path) => path.startsWith('emulator/')),
    );
  });

  it('digests are the same, of bytes and of text', () => {
    const parts = [new Uint8Array([1, 2, 3]), 'ä€', new Uint8Array(0)];
    const [ours, theirs] = [sha256(), sha256OfPages()];
    for (const part of parts) {
      ours.update(part);
      theirs.update(part);
    }
    expect(theirs.hex()).toBe(ours.hex());
    expect([...sha256OfPages().update('a').bytes()]).toEqual([...sha256().update('a').bytes()]);
  });

  it('turns of the event loop come one after another', async () => {
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((one) => eventLoopTurn().then(() => order.push(one))));
    expect(order).toEqual([1, 2, 3]);
  });

  it('there are no files, nothing is kept, and v86 has to be provided', () => {
    expect(() => readHostFile('/etc/passwd')).toThrow(/a page has no files/);
    const store = userStore();
    const digest = store.write('v86', 'key', new TextEncoder().encode('a'));
    expect(digest).toBe(sha256().update('a').hex());
    expect(store.read('v86', 'key')).toBeUndefined();
    expect(readV86WasmOfPages).toThrow(/was not provided/);
  });
});
