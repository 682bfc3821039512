/** Addresses of names are kept by the digest of the file they are in: later guests and processes need not read it. */

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from '../../images/store/store.ts';
import { namedAddresses } from '../../harness/guest/elf/named-addresses.ts';
import { compileC } from '../support/programs.ts';

const NAMES = ['main', '_start', 'nowhere'];

let file: Uint8Array;
let folder: string;

beforeAll(async () => {
  file = await readFile(await compileC('named', 'int main(void) { return 0; }'));
});
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'nanvix-v86-symbols-')), 'kept');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true });
});

/** Asks as a process does that has not asked before. */
async function addressesInNewProcess(content = file, names = NAMES, where = folder) {
  vi.resetModules();
  const { keptAddresses } = await import('../../harness/guest/elf/kept-addresses.ts');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const read = vi.fn(() => content);
  const ask = () => keptAddresses({ sha256, read }, names, new Store(where));
  return { addresses: ask(), read, ask };
}

describe('addresses of names', () => {
  it('are what the file says', async () => {
    const { addresses } = await addressesInNewProcess();
    expect(addresses).toEqual(namedAddresses(file, NAMES));
    expect([...addresses.addresses.keys()].sort()).toEqual(['_start', 'main']);
  });

  it('are read once in a process', async () => {
    const { addresses, read, ask } = await addressesInNewProcess();
    expect(ask()).toBe(addresses);
    expect(read).toHaveBeenCalledOnce();
  });

  it('are not read again by a later process', async () => {
    const { addresses } = await addressesInNewProcess();
    const later = await addressesInNewProcess();
    expect(later.addresses).toEqual(addresses);
    expect(later.read).not.toHaveBeenCalled();
  });

  it('are read anew in a file of other content, and for other names', async () => {
    await addressesInNewProcess();
    const other = await addressesInNewProcess(new Uint8Array(100));
    expect(other.addresses.addresses.size).toBe(0);
    expect(other.read).toHaveBeenCalledOnce();
    const { addresses } = await addressesInNewProcess(file, ['main']);
    expect([...addresses.addresses.keys()]).toEqual(['main']);
  });

  it('are not taken from a file that is damaged anywhere, which is written again', async () => {
    const { addresses } = await addressesInNewProcess();
    const [name = ''] = await readdir(join(folder, 'symbols'));
    const kept = await readFile(join(folder, 'symbols', name));
    for (const at of [0, 40, kept.length - 1]) {
      const damaged = Buffer.from(kept);
      damaged.writeUInt8(kept.readUInt8(at) ^ 1, at);
      await writeFile(join(folder, 'symbols', name), damaged);
      const later = await addressesInNewProcess();
      expect(later.addresses).toEqual(addresses);
      expect(later.read).toHaveBeenCalledOnce();
      expect(await readFile(join(folder, 'symbols', name))).toEqual(kept);
    }
    await writeFile(join(folder, 'symbols', name), '');
    expect((await addressesInNewProcess()).read).toHaveBeenCalledOnce();
  });

  it('are had without a folder to keep them in', async () => {
    const { addresses } = await addressesInNewProcess(file, NAMES, '/dev/null/symbols');
    expect(addresses).toEqual(namedAddresses(file, NAMES));
  });
});
