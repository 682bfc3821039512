/** Guests in files: small enough to keep, refused when damaged or when they contradict themselves, shown and compared. */
import { open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { HELLO, loadSnapshot, restoreSnapshot, SnapshotError } from '../../harness/index.ts';
import type { RestoreOptions } from '../../harness/index.ts';
import { helloFile } from './support/hello-file.ts';
import { seededRandom } from './support/random.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { forge, type EditableManifest } from './support/tar-edit.ts';

const COMMAND = fileURLToPath(new URL('../../harness/cli/nanvix-v86.cjs', import.meta.url));
const MEBIBYTE = 1 << 20;

const scratch = scratchFolder();
let file: Buffer;
let path: string;

beforeAll(async () => {
  path = scratch.path('hello.snapshot');
  file = await helloFile(path);
});

async function command(
  ...args: string[]
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [COMMAND, ...args], {
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, stdout, stderr };
}

/** How loading and starting a forged file is refused; undefined when it is not. */
async function refusal(bytes: Uint8Array): Promise<SnapshotError | undefined> {
  const forged = await scratch.put('forged.snapshot', bytes);
  try {
    const guest = await restoreSnapshot((await loadSnapshot(forged)).snapshot);
    guest.dispose();
    return undefined;
  } catch (error) {
    if (error instanceof SnapshotError) return error;
    throw error;
  }
}

it('the file of a CPython that is ready to start has at most 6 MiB', () => {
  expect(file.length).toBeLessThanOrEqual(6 * MEBIBYTE);
});

it('a guest that comes from it says hello', async () => {
  const guest = await restoreSnapshot((await loadSnapshot(path)).snapshot);
  expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
  expect(guest.output).toBe('CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n');
  guest.dispose();
});

it('fifty flipped bits, none accepted', async () => {
  const random = seededRandom(3);
  for (let round = 0; round < 50; round += 1) {
    const copy = Buffer.from(file);
    const at = random(copy.length);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << random(8)), at);
    expect(await refusal(copy)).toBeInstanceOf(SnapshotError);
  }
});

describe('a manifest that contradicts the state, all digests right', () => {
  it.each<[string, (manifest: EditableManifest) => void]>([
    ['the instruction count', (manifest) => (manifest['instructions'] = 5)],
    ['the virtual time', (manifest) => (manifest['virtualNanoseconds'] = 5)],
    ['the kernel call', (manifest) => (manifest['kernelCall'] = null)],
    ['the memory size', (manifest) => (manifest['memoryBytes'] = 512 * MEBIBYTE)],
  ])('%s', async (_, editManifest) => {
    expect(await refusal(await forge(file, { editManifest }))).toMatchObject({ kind: 'corrupted' });
  });

  it('another emulator', async () => {
    const editManifest = (manifest: EditableManifest): void => {
      manifest['emulator'] = { name: 'v86', version: '0.9.9', sha256: '0'.repeat(64) };
    };
    const refused = await refusal(await forge(file, { editManifest }));
    expect(refused).toMatchObject({
      kind: 'mismatch',
      message: expect.stringContaining('taken with v86 0.9.9') as string,
    });
  });

  it('an option that a machine needs', async () => {
    const editManifest = (manifest: EditableManifest): void => {
      manifest['options'] = { memoryMiB: 256 };
    };
    expect(await refusal(await forge(file, { editManifest }))).toMatchObject({ kind: 'corrupted' });
  });
});

it.each([
  ['seed', 1.5],
  ['seed', -1],
  ['seed', 2 ** 32],
])('an option that no machine is made with, %s %d, is refused', async (name, value) => {
  const editManifest = (manifest: EditableManifest): void => {
    manifest['options'] = { ...(manifest['options'] as object), [name]: value };
  };
  expect(await refusal(await forge(file, { editManifest }))).toMatchObject({
    kind: 'corrupted',
    message: expect.stringContaining(`${name} is ${value}`) as string,
  });
});

describe('what is named beside a snapshot and is not what it was taken with', () => {
  it.each<[string, RestoreOptions]>([
    ['memoryMiB', { memoryMiB: 128 }],
    ['kernelArguments', { kernelArguments: 'other' }],
    ['seed', { seed: 2 }],
    ['era', { era: 'M' }],
    ['bootTime', { bootTime: new Date(0) }],
    ['instructionsPerMicrosecond', { instructionsPerMicrosecond: 7 }],
    ['announceMessages', { announceMessages: true }],
    ['commandLine', { program: 'python', args: ['-c'] }],
    ['ramfs', { ramfs: fileURLToPath(new URL('support', import.meta.url)) }],
    ['ramfs', { stdlib: true }],
  ])('%s is refused by name', async (name, options) => {
    const { snapshot } = await loadSnapshot(path);
    await expect(restoreSnapshot(snapshot, options)).rejects.toMatchObject({
      kind: 'mismatch',
      message: expect.stringContaining(`the snapshot was taken with ${name}`) as string,
    });
  });

  it('all that it was taken with is accepted', async () => {
    const guest = await restoreSnapshot((await loadSnapshot(path)).snapshot, {
      ...HELLO,
      memoryMiB: 256,
      seed: 1,
      era: 'S',
      bootTime: new Date('2026-01-01T00:00:00Z'),
      instructionsPerMicrosecond: 1000,
      announceMessages: false,
    });
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
    guest.dispose();
  });
});

describe('state that no guest was ever in, all digests right', () => {
  const editState = (part: string, from: RegExp, to: string): Promise<Buffer> =>
    forge(file, {
      editPart: (name, content) =>
        name === `state/${part}.json` ? Buffer.from(content.toString().replace(from, to)) : content,
    });

  it.each<[string, string, RegExp, string]>([
    ['a device without its registers', 'machine', /"channels": \[/, '"pipes": ['],
    ['a device register that is text', 'machine', /"reload": \d+/, '"reload": "x"'],
    ['an alarm at no time', 'machine', /"tick": \d+/, '"tick": null'],
    ['a short processor', 'machine', /"\$bytes": "..../, '"$bytes": "'],
    ['a count of calls that does not fit the calls', 'monitor', /"count": 27/, '"count": 26'],
    ['a status beyond 16 bits', 'monitor', /"exitStatus": null/, '"exitStatus": 65536'],
    ['a field that nobody knows', 'monitor', /"exitStatus": null/, '"exitStatus": null,\n  "extra": 1'],
  ])('%s', async (_, part, from, to) => {
    expect(await refusal(await editState(part, from, to))).toMatchObject({ kind: 'corrupted' });
  });
});

describe('the command line', () => {
  it('a damaged file is one line and status 2', async () => {
    const damaged = scratch.path('damaged.snapshot');
    await scratch.put('damaged.snapshot', file.subarray(0, 100_000));
    const { exitCode, stderr, stdout } = await command('run', '--restore', damaged);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^nanvix-v86: \S*damaged\.snapshot: the file ends after 100000 of \d+ bytes$/);
  });

  it('another ramfs than the one it was taken with is one line and status 2', async () => {
    const { exitCode, stderr } = await command(
      'run',
      '--restore',
      path,
      '--ramfs',
      fileURLToPath(new URL('support', import.meta.url)),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^nanvix-v86: the snapshot was taken with ramfs .* instead of support \(\w+\)$/);
  });

  it('snapshot info tells what it was taken with, when, and draws its memory', async () => {
    const { stdout } = await command('snapshot', 'info', path);
    expect(stdout).toMatch(/^kernel +kernel-256\.elf, [\d,]+ bytes, SHA-256 [0-9a-f]{64}$/m);
    expect(stdout).toMatch(/^last kernel call +snapshot \(35\)/m);
    expect(stdout).toMatch(/^0x00000000 {2}[·░▒▓█]{64}$/m);
    expect(stdout).toMatch(/program file +\d+ of \d+ pages$/m);
  });

  it('snapshot info --json has the manifest', async () => {
    const { stdout } = await command('snapshot', 'info', '--json', path);
    const info = JSON.parse(stdout) as object;
    expect(info).toHaveProperty('manifest.kernelCall.name', 'snapshot');
    expect(info).toHaveProperty('fileBytes', file.length);
  });

  it('snapshot diff of a file with itself is silent about everything, with status 0', async () => {
    const { stdout, exitCode } = await command('snapshot', 'diff', path, path);
    expect([exitCode, stdout]).toEqual([0, 'the snapshots are equal']);
  });

  it('snapshot diff names registers, time and pages with their symbols, with status 1', async () => {
    const later = scratch.path('later.snapshot');
    const { snapshot } = await loadSnapshot(path);
    const guest = await restoreSnapshot(snapshot);
    guest.runToInstruction(snapshot.machine.instructions + 100_000);
    const { saveSnapshot } = await import('../../harness/index.ts');
    await saveSnapshot(later, guest.capture());
    guest.dispose();
    const { stdout, exitCode } = await command('snapshot', 'diff', path, later);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^ {2}eip: 0x[0-9a-f]{8} → 0x[0-9a-f]{8}$/m);
    expect(stdout).toMatch(/^ {2}instructions: \d+ → \d+$/m);
    expect(stdout).toMatch(
      /^ {2}0x[0-9a-f]{8} mapped at 0x[4-9a-e][0-9a-f]{7}: \d+ bytes? at 0x[0-9a-f]{3}.* in \w+/m,
    );
    const json = await command('snapshot', 'diff', '--json', path, later);
    expect(JSON.parse(json.stdout)).toHaveProperty('pages.0.physical');
  });

  it('snapshot export to where nothing can be written is one line and status 2', async () => {
    const { exitCode, stderr } = await command(
      'snapshot',
      'export',
      path,
      scratch.path('nowhere/kernel.vmem'),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^nanvix-v86: the file \S+kernel\.vmem cannot be written \(ENOENT\): check vmem$/);
  });

  it('run --snapshot-to where nothing can be written is told before the guest runs', async () => {
    const { exitCode, stderr, stdout } = await command(
      'run',
      '--restore',
      path,
      '--snapshot-to',
      scratch.path('nowhere/later.snapshot'),
    );
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^nanvix-v86: the file \S+later\.snapshot cannot be written \(ENOENT\): check --snapshot-to$/,
    );
  });

  it("snapshot export writes the real monitor's layout: 4096 zero bytes, then all of RAM", async () => {
    const vmem = scratch.path('kernel.vmem');
    await command('snapshot', 'export', path, vmem);
    expect((await stat(vmem)).size).toBe(4096 + 256 * MEBIBYTE);
    const guest = await restoreSnapshot((await loadSnapshot(path)).snapshot);
    const written = await open(vmem);
    const { buffer } = await written.read({
      buffer: Buffer.alloc(2 * MEBIBYTE),
      length: 2 * MEBIBYTE,
      position: 0,
    });
    await written.close();
    expect(buffer.subarray(0, 4096).every((byte) => byte === 0)).toBe(true);
    expect(buffer.subarray(4096).equals(guest.machine.memory.read(0, 2 * MEBIBYTE - 4096))).toBe(true);
    guest.dispose();
  });
});
