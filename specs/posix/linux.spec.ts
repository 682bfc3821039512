/**
 * Linux, asked what the layer is asked: programs of images/programs/posix that hold nothing but Linux's rules are compiled for
 * the host and must pass there as well. What they check is then a fact of Linux, not an opinion of this project.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../images/programs/posix/', import.meta.url));
const canAsk = platform() === 'linux' && spawnSync('gcc', ['--version']).status === 0;

/** What a program says on Linux. */
function runOnLinux(name: string): string {
  const scratch = mkdtempSync(join(tmpdir(), 'nanvix-v86-linux-'));
  try {
    const program = join(scratch, name);
    const flags = ['-O2', '-Wall', '-Wextra', '-Werror', `-I${folder}`];
    const compiled = spawnSync('gcc', [...flags, `${folder}${name}.c`, '-o', program], { encoding: 'utf8' });
    expect(compiled.stderr).toBe('');
    return spawnSync(program, { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

describe.skipIf(!canAsk)('on Linux', () => {
  it.each(['mappings'])('%s passes too', (name) => {
    const lines = runOnLinux(name).split('\n');
    expect(lines.filter((line) => line.startsWith('FAIL '))).toEqual([]);
    expect(lines).toContain('all passed');
  });
});
