/**
 * The same modules without a guest: the same objects of Python linked for Linux, with the guest's musl but for its system calls, run
 * on this machine's own processor by the same script. A test that fails there too is no fault of ours.
 *
 * Must hold: each module starts in an empty folder of its own, and nothing is left behind. Python sees the machine's own files and
 * network, so what it comes to may hang on the machine.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ensureNativePython, ensureRegressionTests, readRamfs, TEST_RUNNER } from '../../images/index.ts';
import type { EnsureOptions } from '../../images/types.ts';
import { InputError } from '../guest/errors.ts';
import { verdictOf, type ModuleVerdict } from './outcome.ts';
import { requestFor, type SuiteOptions } from './suite.ts';
import { makeFolder } from '../../images/system/folders.ts';

/** What modules are run by: call {@link NativeStart.dispose} when done. */
export interface NativeStart {
  readonly python: string;
  /** Folder with the files of the tests' volume. */
  readonly root: string;
  readonly dispose: () => void;
}

/** How much a module may print before it is ended. */
const LARGEST_OUTPUT = 1 << 28;

/**
 * Builds what is missing and lays the volume's files out in a folder.
 *
 * @throws BuildError when something cannot be built, InputError where this machine does not run 32-bit programs of Linux.
 */
export async function nativeStart(options: Omit<EnsureOptions, 'variant'> = {}): Promise<NativeStart> {
  const python = (await ensureNativePython(options)).path;
  const { failed } = await execa(python, ['-V'], { reject: false });
  if (failed)
    throw new InputError(
      'this machine does not run 32-bit programs of Linux: leave --native out, or run it on Linux on x86-64',
    );
  const { ramfs } = await ensureRegressionTests(options);
  const root = mkdtempSync(join(tmpdir(), 'nanvix-v86-native-python-'));
  for (const [path, bytes] of readRamfs(readFileSync(ramfs.path))) {
    const isFolder = path.endsWith('/');
    makeFolder(join(root, isFolder ? path : dirname(path)));
    if (!isFolder) writeFileSync(join(root, path), bytes);
  }
  return {
    python,
    root,
    dispose: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Runs one module. Its time is real time here. */
async function runModule(
  { python, root }: NativeStart,
  module: string,
  options: SuiteOptions,
): Promise<ModuleVerdict> {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-native-test-'));
  try {
    const { stdout, stderr, timedOut, exitCode, signal } = await execa(
      python,
      ['-W', 'default', join(root, TEST_RUNNER)],
      {
        input: requestFor(module, options),
        cwd: folder,
        env: { PYTHONHOME: root, HOME: folder, TMPDIR: folder },
        extendEnv: false,
        reject: false,
        stripFinalNewline: false,
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: LARGEST_OUTPUT,
        ...(options.signal && { cancelSignal: options.signal }),
      },
    );
    const ended = signal === undefined ? `with status ${exitCode ?? 0}` : `by ${signal}`;
    const last = stderr.trim().split('\n').slice(-3).join(' | ');
    return verdictOf(module, {
      output: stdout,
      errorOutput: stderr,
      timedOut,
      whyCutShort: timedOut
        ? `not done after ${options.timeoutMs} ms of real time`
        : `Python ended in the midst of it, ${ended}: ${last}`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs modules in the order given, as many at once as there are workers. What is aborted is missing from the verdicts. */
export async function runModulesNatively(
  start: NativeStart,
  modules: readonly string[],
  options: SuiteOptions,
): Promise<ModuleVerdict[]> {
  const verdicts = new Map<string, ModuleVerdict>();
  const queue = modules.values();
  const running = new Set<string>();
  const work = async (): Promise<void> => {
    for (const module of queue) {
      if (options.signal?.aborted === true) return;
      running.add(module);
      options.onRunning?.([...running]);
      verdicts.set(module, await runModule(start, module, options));
      running.delete(module);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  return modules.flatMap((module) => verdicts.get(module) ?? []);
}
