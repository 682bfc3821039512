/** Compiled code in a file: written and used when asked for, left alone when not, and never a reason for another result. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { boot, HELLO, loadSnapshot, restoreSnapshot, saveSnapshot } from '../../harness/index.ts';
import type { Guest, GuestSnapshot } from '../../harness/index.ts';
import { readSnapshot, writeSnapshot } from '../../harness/snapshots/index.ts';
import { contentsOf } from '../../harness/snapshots/guest-contents.ts';
import { nanvix } from '../support/command.ts';
import { endOf, endsOfFiles, finish, type End } from './support/exactness.ts';
import { scratchFolder } from './support/scratch-folder.ts';

const SAYS = 'CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n';
const MEBIBYTE = 1 << 20;
/** Sizes of what stands before the modules in the part: see FORMAT.md. */
const DIGEST_BYTES = 32;

const scratch = scratchFolder();
let guest: Guest;
let uninterrupted: End;
let warm: GuestSnapshot;
let modules: Uint8Array;

beforeAll(async () => {
  guest = await boot(HELLO);
  guest.runToSnapshot();
  const snapshot = guest.capture();
  uninterrupted = endOf(guest, await guest.runToEnd());
  warm = guest.warm(snapshot);
  modules = contentsOf(warm, { compiled: true }).modules ?? new Uint8Array(0);
  await saveSnapshot(scratch.path('with'), warm, { compiled: true });
  await saveSnapshot(scratch.path('without'), warm);
});
afterAll(() => {
  guest.dispose();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A file whose compiled part is another, with its digests right. */
async function fileWith(name: string, changed: Uint8Array): Promise<string> {
  await writeSnapshot(scratch.path(name), { ...contentsOf(warm), modules: changed });
  return scratch.path(name);
}

const changed = (change: (copy: Buffer) => Buffer | undefined): Buffer => {
  const copy = Buffer.from(modules);
  return change(copy) ?? copy;
};

const moduleCount = (part: Uint8Array | undefined): number =>
  Buffer.from(part ?? new Uint8Array(DIGEST_BYTES + 12)).readUInt32LE(DIGEST_BYTES + 8);

/** The part with the bytes of all its modules replaced. */
function withModules(replacement: (bytes: Buffer) => Buffer): Buffer {
  const pages = Buffer.from(modules).readUInt32LE(DIGEST_BYTES + 4);
  const count = Buffer.from(modules).readUInt32LE(DIGEST_BYTES + 8);
  const table = DIGEST_BYTES + 12 + 4 * pages;
  const start = table + 8 * count + 512 + 4096 * pages;
  const head = Buffer.from(modules.subarray(0, start));
  const bodies: Buffer[] = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const length = head.readUInt32LE(table + 8 * index + 4);
    const body = replacement(Buffer.from(modules.subarray(at, at + length)));
    head.writeUInt32LE(body.length, table + 8 * index + 4);
    bodies.push(body);
    at += length;
  }
  return Buffer.concat([head, ...bodies]);
}

it('it is written when asked for, and the file still has at most 6 MiB', async () => {
  const [one, other] = [
    await loadSnapshot(scratch.path('with')),
    await loadSnapshot(scratch.path('without')),
  ];
  expect(one.manifest.parts.at(-1)?.name).toBe('modules.deflate');
  expect(other.manifest.parts.map(({ name }) => name)).not.toContain('modules.deflate');
  expect(one.bytes).toBeGreaterThan(other.bytes);
  expect(one.bytes).toBeLessThan(6 * MEBIBYTE);
});

it('another process ends alike with it, without using it, and without it', async () => {
  const [used] = await endsOfFiles([scratch.path('with')], true);
  const [leftAlone, without] = await endsOfFiles([scratch.path('with'), scratch.path('without')]);
  expect([used, leftAlone, without]).toEqual([uninterrupted, uninterrupted, uninterrupted]);
});

it('trusted, it is in the machine before that has run; otherwise it is not', async () => {
  // no code but the file's
  vi.stubEnv('NANVIX_V86_CACHE', scratch.path('empty'));
  const compiledIn = async (trustCompiled: boolean): Promise<number> => {
    const { snapshot } = await loadSnapshot(scratch.path('with'), { trustCompiled });
    const restored = await restoreSnapshot(snapshot);
    await saveSnapshot(scratch.path('again'), restored.capture(), { compiled: true });
    restored.dispose();
    return moduleCount((await readSnapshot(scratch.path('again'))).contents.modules);
  };
  expect(moduleCount(modules)).toBeGreaterThan(0);
  expect(await compiledIn(true)).toBe(moduleCount(modules));
  expect(await compiledIn(false)).toBe(0);
});

it('what runs go through seldom is not compiled in the hundredth of them', () => {
  const afterRuns = (count: number): number => {
    for (let run = 0; run < count; run += 1) {
      guest.run();
      guest.restore(warm, 'continue', { compiled: 'keep' });
    }
    return moduleCount(contentsOf(guest.capture(), { compiled: true }).modules);
  };
  guest.restore(warm);
  const settled = afterRuns(20);
  expect(afterRuns(20)).toBe(settled);
});

it('a guest that is watched while it runs ends the same', async () => {
  const { snapshot } = await loadSnapshot(scratch.path('with'), { trustCompiled: true });
  const restored = await restoreSnapshot(snapshot);
  let calls = 0;
  const remove = restored.calls.intercept('all', () => {
    calls += 1;
    return undefined;
  });
  await restored.runToEnd();
  remove();
  expect(calls).toBeGreaterThan(3);
  expect(restored.machine.instructions).toBe(uninterrupted.instructions);
  restored.dispose();
});

describe('what is not compiled code of this emulator is refused if trusted, and no obstacle if not', () => {
  const garbage = Buffer.from('no WebAssembly');
  it.each([
    [
      'of another build of the emulator',
      'mismatch',
      /another build of the emulator/,
      () => changed((copy) => void copy.writeUInt8(copy.readUInt8(0) ^ 1, 0)),
    ],
    ['cut short', 'corrupted', /contradicts itself/, () => changed((copy) => copy.subarray(0, -1))],
    [
      'with something behind it',
      'corrupted',
      /contradicts itself/,
      () => changed((copy) => Buffer.concat([copy, garbage])),
    ],
    ['empty', 'corrupted', /contradicts itself/, () => Buffer.alloc(0)],
    [
      'with more memory than a machine needs',
      'corrupted',
      /contradicts itself/,
      () => changed((copy) => void copy.writeUInt32LE(0xffff, DIGEST_BYTES)),
    ],
    [
      'with more pages than it has bytes',
      'corrupted',
      /contradicts itself/,
      () => changed((copy) => void copy.writeUInt32LE(0xffff_ffff, DIGEST_BYTES + 4)),
    ],
    [
      'with more modules than there are slots',
      'corrupted',
      /contradicts itself/,
      () => changed((copy) => void copy.writeUInt32LE(901, DIGEST_BYTES + 8)),
    ],
    [
      'with its pages out of order',
      'corrupted',
      /contradicts itself/,
      () => changed((copy) => void copy.writeUInt32LE(9999, DIGEST_BYTES + 12)),
    ],
    ['with modules that are none', 'corrupted', /is no WebAssembly/, () => withModules(() => garbage)],
  ] as const)('%s', async (name, kind, message, part) => {
    const path = await fileWith('damaged', part());
    await expect(loadSnapshot(path, { trustCompiled: true })).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message) as string,
    });
    expect(await finish(await restoreSnapshot((await loadSnapshot(path)).snapshot)), name).toEqual(
      uninterrupted,
    );
  });

  it('with modules that want more than v86 has, before the machine has changed', async () => {
    // (module (import "e" "fetch" (func)) (func (export "f")))
    const greedy = Buffer.from(
      '0061736d01000000010401600000020b010165056665746368000003020100070501016600010a040102000b',
      'hex',
    );
    const path = await fileWith(
      'greedy',
      withModules(() => greedy),
    );
    const { snapshot } = await loadSnapshot(path, { trustCompiled: true });
    const before = endOf(guest, { kind: 'paused' });
    expect(() => guest.restore(snapshot)).toThrow(/compiled code in slot \d+ does not fit/);
    expect(endOf(guest, { kind: 'paused' })).toEqual(before);
    await expect(restoreSnapshot(snapshot)).rejects.toThrow(/does not fit/);
  });
});

describe('the command line', () => {
  it('writes it with --snapshot-compiled and uses it with --trust-compiled', async () => {
    const path = scratch.path('by-command');
    const line = ['--', 'python', `${HELLO.args.join(' ')};PYTHONHOME=/ NANVIX_SNAPSHOT=1`];
    const options = ['--kernel-args', 'snapshot', '--snapshot-to', path, '--snapshot-compiled'];
    expect(await nanvix(['run', ...options, ...line])).toMatchObject({ stdout: SAYS, status: 0 });
    expect((await nanvix(['snapshot', 'info', path])).stdout).toMatch(/compiled code +[\d,]+ bytes/);
    for (const trust of [[], ['--trust-compiled']]) {
      expect(await nanvix(['run', '--restore', path, ...trust])).toMatchObject({ stdout: SAYS, status: 0 });
    }
  });

  it('names what an option is missing', async () => {
    expect(await nanvix(['run', '--trust-compiled', '--', 'python'])).toMatchObject({ status: 2 });
    expect(await nanvix(['run', '--snapshot-compiled', '--', 'python'])).toMatchObject({ status: 2 });
  });

  it('says in one line that compiled code is of another emulator', async () => {
    const path = await fileWith(
      'other',
      changed((copy) => void copy.writeUInt8(copy.readUInt8(0) ^ 1, 0)),
    );
    const { stderr, status } = await nanvix(['run', '--restore', path, '--trust-compiled']);
    expect(stderr).toMatch(/^nanvix-v86: .*another build of the emulator.*\n$/);
    expect(status).toBe(2);
  });
});
