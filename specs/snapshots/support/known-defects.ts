/** What the specs of known defects run: programs, and the command line in a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

export { snapshotProgram as scenario } from './exactness.ts';

const COMMAND = fileURLToPath(new URL('../../../harness/cli/nanvix-v86.cjs', import.meta.url));

/** Runs `nanvix-v86 run --snapshot-to` a temporary file with more arguments. */
export async function nanvix(
  args: readonly string[],
): Promise<{ exitCode: number | undefined; stdout: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-specs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { exitCode, stdout } = await execa(
    process.execPath,
    [COMMAND, 'run', '--kernel-args', 'snapshot', '--snapshot-to', join(folder, 'snapshot'), ...args],
    { reject: false, stdin: 'ignore' },
  );
  return { exitCode, stdout };
}
