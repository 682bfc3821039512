/** Snapshots that earlier releases wrote: each is loaded to what it held, or refused by its version. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { deserializeImage, emulatorVersion } from '../../emulator/index.ts';
import { FORMAT_VERSION } from '../../harness/snapshots/format.ts';
import { readSnapshot } from '../../harness/snapshots/index.ts';
import { snapshotOf } from '../../harness/snapshots/guest-contents.ts';
import { goldenFile, goldenPath, goldens, machineGoldenPath } from '../golden/goldens.ts';
import {
  goldenMachine,
  MACHINE_CAPTURED_AT,
  MACHINE_INSTRUCTIONS,
  MACHINE_OUTPUT,
} from '../golden/machine.ts';
import { scratchFolder } from './support/scratch-folder.ts';

const scratch = scratchFolder();

it('every version up to the current one has a golden file', () => {
  const versions = Array.from({ length: FORMAT_VERSION }, (_, index) => String(index + 1));
  expect(Object.keys(goldens)).toEqual(versions);
});

it.each(Object.entries(goldens))('version %s', async (version, expected) => {
  const file = goldenFile(await readFile(goldenPath(Number(version)), 'utf8'));
  const path = await scratch.put(`v${version}`, file);
  if (expected.kind === 'refused') {
    await expect(readSnapshot(path)).rejects.toMatchObject({
      kind: 'version',
      message: expect.stringContaining(`version ${version} of the snapshot format`) as string,
    });
    return;
  }
  const { contents } = await readSnapshot(path);
  const plainBytes = (bytes: Uint8Array | undefined): Uint8Array => Uint8Array.from(bytes ?? []);
  expect({
    ...contents,
    pages: Array.from(contents.pages, ({ number, bytes }) => ({ number, bytes: plainBytes(bytes) })),
    modules: plainBytes(contents.modules),
  }).toEqual(expected.contents);
});

it.each(Object.keys(goldens))(
  'the machine in version %s goes on to its end, or is refused by its emulator',
  async (version) => {
    const file = goldenFile(await readFile(machineGoldenPath(Number(version)), 'utf8'));
    const { contents } = await readSnapshot(await scratch.put(`v${version}-machine`, file));
    if (contents.identity.emulator.sha256 !== emulatorVersion().sha256) {
      expect(() => snapshotOf(contents)).toThrow(/taken with v86 .*, and this is v86/);
      return;
    }
    const { machine, output } = await goldenMachine();
    const { memoryBytes, machine: state, pages } = contents;
    machine.restore(deserializeImage({ memoryBytes, state, pages }));
    expect(machine.instructions).toBe(MACHINE_CAPTURED_AT);
    expect(machine.run()).toEqual({ kind: 'halted' });
    expect([output, machine.instructions]).toEqual([MACHINE_OUTPUT, MACHINE_INSTRUCTIONS]);
    machine.dispose();
  },
);
