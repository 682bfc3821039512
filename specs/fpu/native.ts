/** Runs vectors on the processor of this host, where it is an x86 and there is a compiler. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatVector, type Vector } from './vectors.ts';

/** Why vectors cannot be run here; undefined where they can. */
export function whyNotNative(): string | undefined {
  if (process.platform !== 'linux' || !['x64', 'ia32'].includes(process.arch))
    return 'this host is no x86 Linux';
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no gcc';
  }
}

/** The states after the vectors' instructions, as `native.c` prints them. */
export function runVectorsNatively(vectors: readonly Vector[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'x87-'));
  try {
    const program = join(folder, 'native');
    execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'native.c')]);
    const input = vectors.map((vector) => `${formatVector(vector)}\n`).join('');
    const output = execFileSync(program, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
    return output.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
