/**
 * A peer in the same run: QEMU's TCG boots the same kernel, program and ramfs, in turn with `nanvix-v86 run`, both as
 * whole processes, so that their ratio holds on a machine whose speed drifts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureImages } from '../../images/index.ts';
import { HELLO } from '../guest/hello.ts';
import { wallClock } from '../guest/wall-clock.ts';
import { timeCommand } from './command.ts';
import { missingPackages, QemuSnapshot, runInQemu } from './qemu.ts';
import type { QemuGuest, QemuRun } from './qemu.ts';

const EXPECTED = 'CPYTHON_TEST_HELLO: Hello from Python';
const MEMORY_MIB = 256;
const environment = Object.entries(HELLO.env).map(([name, value]) => `${name}=${value}`);
const COMMAND_LINE = `${HELLO.args.join(' ')};${environment.join(' ')}`;
const SNAPSHOT_ARGUMENTS = ['--kernel-args', HELLO.kernelArguments];

/** One run of each, in milliseconds of wall time. */
export interface Pair {
  readonly oursMs: number;
  readonly theirsMs: number;
}

/** Two ways to hello, ready to be run in turn. */
export interface Peers {
  pair(): Promise<Pair>;
  dispose(): Promise<void>;
}

async function helloGuest(): Promise<QemuGuest> {
  const images = await ensureImages();
  return {
    kernel: images.kernel[MEMORY_MIB].path,
    program: images.python.elf.path,
    ramfs: images.ramfs.hello.path,
    memoryMiB: MEMORY_MIB,
    commandLine: `${HELLO.program} ${COMMAND_LINE}`,
    kernelArguments: HELLO.kernelArguments,
  };
}

function checkHello(who: string, output: string): void {
  if (!output.includes(EXPECTED)) throw new Error(`${who} does not say hello, but: ${output.slice(-200)}`);
}

async function timeQemu(run: () => Promise<QemuRun>): Promise<number> {
  const startedAt = wallClock();
  const { console: output } = await run();
  const milliseconds = wallClock() - startedAt;
  checkHello('QEMU', output);
  return milliseconds;
}

async function timeOurs(args: readonly string[]): Promise<number> {
  const { milliseconds, stdout } = await timeCommand(args);
  checkHello('nanvix-v86', stdout);
  return milliseconds;
}

/** Hello from a cold boot. */
export async function coldPeers(): Promise<Peers> {
  const guest = await helloGuest();
  return {
    pair: async () => ({
      oursMs: await timeOurs(['run', ...SNAPSHOT_ARGUMENTS, '--', HELLO.program, COMMAND_LINE]),
      theirsMs: await timeQemu(() => runInQemu(guest)),
    }),
    dispose: () => Promise.resolve(),
  };
}

/** Hello from a file with the snapshot that the program asked for: `run --restore` beside `-loadvm`. */
export async function restorePeers(): Promise<Peers> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-peer-'));
  const dispose = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const file = join(folder, 'hello.snapshot');
    const saving = ['--snapshot-to', file, '--snapshot-then', 'exit'];
    await timeCommand(['run', ...SNAPSHOT_ARGUMENTS, ...saving, '--', HELLO.program, COMMAND_LINE]);
    const theirs = await QemuSnapshot.take(await helloGuest(), folder);
    return {
      pair: async () => ({
        oursMs: await timeOurs(['run', '--restore', file]),
        theirsMs: await timeQemu(() => theirs.run()),
      }),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** One line for people where the peer cannot be measured; undefined where it can. */
export async function whyNoPeer(restored: boolean): Promise<string | undefined> {
  const missing = restored
    ? await missingPackages('qemu-system-i386', 'qemu-img', 'gdb')
    : await missingPackages('qemu-system-i386');
  return missing.length === 0
    ? undefined
    : `skipped: not installed are ${missing.join(', ')} (apt-get install ${missing.join(' ')})`;
}
