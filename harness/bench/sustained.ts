/**
 * Works that run for a while, each as a whole process: here, and in a peer, which is QEMU's TCG, QEMU counting instructions, which
 * repeats as we do, or v86 as it comes from npm. They run in turn, so that their ratios hold on a machine whose speed drifts. A work
 * counts only where both print the same.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileProgram, createRamfs, ensureImages } from '../../images/index.ts';
import { HELLO } from '../guest/hello.ts';
import { wallClock } from '../guest/wall-clock.ts';
import { timeCommand } from './command.ts';
import { runInQemu } from './qemu.ts';
import type { QemuGuest } from './qemu.ts';
import { runInStock } from './stock.ts';

const MEMORY_MIB = 256;
/** Programs in C: sorting and arithmetic, memory, kernel calls. */
const C_WORKS = ['crunch', 'memory', 'calls'];
/** Scripts for CPython: calls, integers and dicts, floating point. */
const PYTHON_WORKS = ['fib', 'loops', 'floats'];

const fileOf = (name: string): string => fileURLToPath(new URL(`works/${name}`, import.meta.url));

/** The program of one of the works in C. */
export async function compileWork(name: string): Promise<string> {
  const { elf } = await compileProgram({ sources: [fileOf(`${name}.c`)], flags: ['-O2'], era: 'S' });
  return elf.path;
}

/** What else runs the works: each resolves to what the guest printed. */
const peers = {
  tcg: async (guest: QemuGuest) => (await runInQemu(guest)).console,
  icount: async (guest: QemuGuest) => (await runInQemu({ ...guest, icount: true })).console,
  stock: runInStock,
} as const;

export type PeerName = keyof typeof peers;

interface Work {
  readonly name: string;
  readonly ours: readonly string[];
  readonly theirs: QemuGuest;
}

export interface Sustained {
  /** Runs each work once here and once in the peer; the geometric mean of our time divided by theirs. */
  ratio(peer: PeerName): Promise<number>;
  dispose(): Promise<void>;
}

export async function sustained(): Promise<Sustained> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-sustained-'));
  const works = [...(await Promise.all(C_WORKS.map(workInC))), ...(await worksInPython(folder))];
  return {
    ratio: async (peer) => {
      let logarithms = 0;
      for (const work of works) logarithms += Math.log(await ratioOf(work, peer));
      return Math.exp(logarithms / works.length);
    },
    dispose: async () => {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ratioOf({ name, ours, theirs }: Work, peer: PeerName): Promise<number> {
  const { milliseconds, stdout } = await timeCommand(ours);
  const startedAt = wallClock();
  const output = await peers[peer](theirs);
  const theirMilliseconds = wallClock() - startedAt;
  if (!output.includes(stdout.trim()))
    throw new Error(`${name}: ${peer} prints something else than ${stdout}: ${output.slice(-200)}`);
  return milliseconds / theirMilliseconds;
}

async function workInC(name: string): Promise<Work> {
  const { kernel } = await ensureImages();
  const program = await compileWork(name);
  return {
    name,
    ours: ['run', '--memory', String(MEMORY_MIB), '--', program],
    theirs: {
      kernel: kernel[MEMORY_MIB].path,
      program,
      memoryMiB: MEMORY_MIB,
      commandLine: `${basename(program)} `,
    },
  };
}

async function worksInPython(folder: string): Promise<Work[]> {
  const { kernel, python } = await ensureImages();
  const scripts = await Promise.all(
    PYTHON_WORKS.map(async (name) => [`${name}.py`, await readFile(fileOf(`${name}.py`))] as const),
  );
  const ramfs = join(folder, 'works.img');
  await writeFile(ramfs, createRamfs(Object.fromEntries(scripts), { freeBytes: 2 ** 20 }));
  const environment = Object.entries(HELLO.env).map(([name, value]) => `${name}=${value}`);
  return scripts.map(([script]) => {
    const commandLine = `${script};${environment.join(' ')}`;
    return {
      name: script,
      ours: ['run', '--ramfs', ramfs, '--', HELLO.program, commandLine],
      theirs: {
        kernel: kernel[MEMORY_MIB].path,
        program: python.elf.path,
        ramfs,
        memoryMiB: MEMORY_MIB,
        commandLine: `${HELLO.program} ${commandLine}`,
      },
    };
  });
}
