/** What the programs of images/programs/cxx check holds on Linux, with the host's own C++. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../images/programs/cxx/', import.meta.url));
const canAsk = platform() === 'linux' && spawnSync('g++', ['--version']).status === 0;
if (!canAsk) console.warn('skipped: specs/cxx/native.full.spec.ts needs g++ on Linux');

describe.skipIf(!canAsk)('on Linux', () => {
  it.each(['language', 'library'])('every check of %s passes', (name) => {
    const scratch = mkdtempSync(join(tmpdir(), 'nanvix-v86-cxx-'));
    try {
      const program = join(scratch, name);
      const args = ['-std=c++20', '-O1', '-pthread', `${folder}${name}.cpp`, '-o', program];
      expect(spawnSync('g++', args, { encoding: 'utf8' }).stderr).toBe('');
      const lines = spawnSync(program, { encoding: 'utf8', cwd: scratch }).stdout.split('\n');
      expect(lines.filter((line) => line.startsWith('FAIL '))).toEqual([]);
      expect(lines).toContain('all passed');
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});
