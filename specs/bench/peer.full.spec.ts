/**
 * QEMU as a peer: the POSIX conformance programs say there what they say here, and so does hello, from its reset and from a
 * snapshot. (specs/kernel/qemu.full.spec.ts has those of the kernel calls.) Skipped where QEMU is not installed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coldPeers, restorePeers } from '../../harness/bench/peer.ts';
import { runInQemu } from '../../harness/bench/qemu.ts';
import { createRamfs, ensureImages } from '../../images/index.ts';
import { posixProgram, runPosix } from '../posix/programs.ts';
import { lacks } from '../support/tools.ts';

describe.skipIf(lacks('qemu-system-i386', 'qemu-img', 'gdb'))('in QEMU', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-peer-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['memory', ''],
    ['environment', 'one two;A=1 B=2'],
    ['files', ''],
    ['directories', ''],
    ['rename', ''],
    ['pointers', ''],
    ['signals', ''],
    ['stdio', ''],
    ['threads', ''],
    ['unsupported', ''],
  ])('the program %s says what it says in v86', async (name, commandLine) => {
    const ramfs = createRamfs({}, { freeBytes: 1024 * 1024 });
    const volume = join(folder, `${name}.img`);
    writeFileSync(volume, ramfs);
    const here = await runPosix(name, { commandLine, ramfs, memoryMiB: 128 });
    const { kernel } = await ensureImages();
    const there = await runInQemu({
      kernel: kernel[128].path,
      program: await posixProgram(name),
      ramfs: volume,
      memoryMiB: 128,
      commandLine: `${name} ${commandLine}`,
    });
    expect(there.exitStatus).toBe(here.exitStatus);
    expect(there.console.trimEnd()).toBe((here.output + here.errorOutput).trimEnd());
  });

  it.each([
    ['from its reset', coldPeers],
    ['from the snapshot that it asked for', restorePeers],
  ])('hello is said %s, as whole processes in turn', async (_from, prepare) => {
    const peers = await prepare();
    try {
      const { oursMs, theirsMs } = await peers.pair();
      expect(oursMs / theirsMs).toBeGreaterThan(0);
    } finally {
      await peers.dispose();
    }
  });
});
