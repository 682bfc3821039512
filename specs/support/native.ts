/** Guest programs run on this machine's own processor and kernel, linked with musl for Linux. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSteps } from '../../images/build/engine.ts';
import { resultOf } from '../../images/build/entry.ts';
import { cacheRoot } from '../../images/build/paths.ts';
import { nativeProgramStep } from '../../images/musl/native.ts';
import type { NativeLibc } from '../../images/musl/native.ts';
import { toolEnvironment } from './tools.ts';
import { programName } from '../../images/programs/recipe.ts';
import type { ProgramSource } from '../../images/programs/recipe.ts';

const LARGEST_OUTPUT = 1 << 28;

/** A program that waits for something is ended. */
const LONGEST_RUN_MS = 120_000;

/** An emulator of others that runs 32-bit programs of Linux, system calls and all. */
export const USER_QEMU = 'qemu-i386';

/**
 * What a program prints. It runs in an empty folder, with an empty environment; rejects unless it ends with status 0.
 *
 * @param emulator Runs the program in the place of the host's own processor.
 */
export async function runNatively(
  program: ProgramSource,
  libc: NativeLibc,
  args: readonly string[] = [],
  emulator?: typeof USER_QEMU,
): Promise<string> {
  const { built } = await buildSteps([nativeProgramStep(program, libc)], { cacheRoot: cacheRoot() });
  if (built[0] === undefined) throw new Error('the engine left out the program');
  const { path } = resultOf(built[0], programName(program.sources));
  const cwd = mkdtempSync(join(tmpdir(), 'nanvix-v86-native-'));
  try {
    const limits = { maxBuffer: LARGEST_OUTPUT, timeout: LONGEST_RUN_MS };
    const [command, words] = emulator === undefined ? [path, args] : [emulator, [path, ...args]];
    const env = emulator === undefined ? {} : { PATH: toolEnvironment.PATH };
    const running = promisify(execFile)(command, words, { cwd, env, ...limits });
    // A guest's standard input is at its end, too.
    running.child.stdin?.end();
    return (await running).stdout;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** Whether this machine runs 32-bit programs of Linux. Builds musl for it the first time. */
export async function runsNatively(): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  const folder = fileURLToPath(new URL('../../images/programs/libc/', import.meta.url));
  try {
    await runNatively({ sources: [`${folder}sorting.c`], flags: [], cwd: folder }, 'upstream');
    return true;
  } catch (error) {
    // A kernel without 32-bit programs; all else is a fault of the build or the program.
    if ((error as NodeJS.ErrnoException).code === 'ENOEXEC') return false;
    throw error;
  }
}
