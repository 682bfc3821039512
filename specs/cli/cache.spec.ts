/** `nanvix-v86 cache`: what is kept, listed and removed. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'nanvix-v86-cache-'));
  mkdirSync(join(cache, 'logs'));
  for (const name of ['musl-1.log', 'musl-2.log']) writeFileSync(join(cache, 'logs', name), 'text');
});
afterEach(() => {
  rmSync(cache, { recursive: true });
});

const run = (...words: string[]) => nanvix(['cache', ...words], '', { NANVIX_V86_CACHE: cache });

describe('cache', () => {
  it('lists each kind with entries, size and what it holds', async () => {
    const { stdout, stderr, status } = await run();
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toMatch(/logs +│ +2 │ +0\.0 kB │ \d{4}-\d\d-\d\d │ logs of builds/);
    expect(stdout).toMatch(/images +│ +0 │/);
  });

  it('lists as JSON', async () => {
    const list = JSON.parse((await run('--json')).stdout) as { kind: string }[];
    expect(list.find(({ kind }) => kind === 'logs')).toMatchObject({
      entries: 2,
      bytes: 8,
      folder: join(cache, 'logs'),
    });
  });

  it('prunes what is beyond the limits, and says how much that was', async () => {
    expect(await run('prune')).toMatchObject({ stdout: 'removed 0 entries, 0.0 kB\n', status: 0 });
    expect(readdirSync(join(cache, 'logs'))).toHaveLength(2);
  });

  it('clears one kind', async () => {
    expect((await run('clear', 'symbols', '--json')).stdout).toBe('{"entries":0,"bytes":0}\n');
    expect((await run('clear', 'logs')).stdout).toBe('removed 2 entries, 0.0 kB\n');
    expect(readdirSync(join(cache, 'logs'))).toEqual([]);
  });

  it('clears all', async () => {
    expect(await run('clear')).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(cache, 'logs'))).toEqual([]);
  });

  it('clears a result whose lists are damaged, too', async () => {
    mkdirSync(join(cache, 'images', 'musl-0123'), { recursive: true });
    writeFileSync(join(cache, 'images', 'musl-0123', 'manifest.json'), '');
    expect((await run('clear', 'images')).stdout).toBe('removed 1 entry, 0.0 kB\n');
    expect(readdirSync(join(cache, 'images'))).toEqual([]);
  });

  it('says in one line that it cannot remove', async () => {
    mkdirSync(join(cache, 'images', 'musl-0123'), { recursive: true });
    writeFileSync(join(cache, 'tmp'), 'no folder');
    const { stderr, status } = await run('clear');
    expect(stderr).toBe(
      `nanvix-v86: the build cache ${cache} can't be written to (EEXIST): set NANVIX_V86_CACHE to a folder that can\n`,
    );
    expect(status).toBe(1);
  });

  it('refuses a kind that there is not, and keeps everything', async () => {
    const { stderr, status } = await run('clear', 'everything');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^nanvix-v86: nothing of the kind "everything" is kept: choose images, [^\n]*\n$/);
    expect(readdirSync(join(cache, 'logs'))).toHaveLength(2);
  });
});
