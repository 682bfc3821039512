/** What the emulator keeps of itself for later processes saves time and decides nothing. */

import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTENT_AT, encodeFile } from '../../images/store/store.ts';
import { keptFiles, type KeptForm } from './kept-files.ts';

const PROCESS = fileURLToPath(new URL('kept-code-process.ts', import.meta.url));

/** Enough for V8 to find v86's main loop worth optimizing; it decides when. */
const LONG = 20_000_000;
const SHORT = 1000;
const PROCESSES_AT_MOST = 10;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-kept-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

async function interpret(instructions: number, store = folder): Promise<unknown> {
  const { stdout } = await execaNode(PROCESS, [store, String(instructions)], {
    nodeOptions: ['--import', 'tsx'],
  });
  return JSON.parse(stdout);
}

const keptPath = async (form: KeptForm): Promise<string | undefined> =>
  (await keptFiles(folder, 'v86', form))[0];

const fileOf = (content: Uint8Array): Buffer =>
  encodeFile(createHash('sha256').update(content).digest(), content);

/** The file with V8's code, once a process has left one. */
async function keptNative(): Promise<string> {
  for (let i = 0; i < PROCESSES_AT_MOST; i++) {
    await interpret(LONG);
    const path = await keptPath('native');
    if (path !== undefined) return path;
  }
  throw new Error(`${PROCESSES_AT_MOST} processes left no machine code in ${folder}`);
}

const done = (instructions: number): unknown => ({ stop: 'reached', instructions });

describe('a store of code', () => {
  it('keeps the rewritten v86, which later processes take', async () => {
    expect(await interpret(SHORT)).toEqual(done(SHORT));
    const path = (await keptPath('wire')) ?? '';
    const before = await readFile(path);
    expect(await interpret(SHORT)).toEqual(done(SHORT));
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('keeps the machine code that V8 has made of it', async () => {
    const path = await keptNative();
    expect(await interpret(SHORT)).toEqual(done(SHORT));
    expect((await readFile(path)).length).toBeGreaterThan(100_000);
  });

  it.each(['wire', 'native'] as const)('heals a damaged file: %s', async (form) => {
    await keptNative();
    const path = (await keptPath(form)) ?? '';
    const whole = await readFile(path);
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(5000) ^ 1, 5000);
    await writeFile(path, damaged);
    expect(await interpret(LONG)).toEqual(done(LONG));
    await keptNative();
    const healed = await readFile(path);
    expect(healed).toEqual(fileOf(healed.subarray(CONTENT_AT)));
  });

  it('does without code that V8 refuses, though its digest is right, and makes it again', async () => {
    const path = await keptNative();
    const content = Buffer.alloc(100_000, 0xcc);
    content.set((await readFile(path)).subarray(CONTENT_AT, CONTENT_AT + 4));
    await writeFile(path, fileOf(content));
    expect(await interpret(SHORT)).toEqual(done(SHORT));
    await keptNative();
    expect((await readFile(path)).includes(content)).toBe(false);
  });

  it('is neither read from nor written to while others can write to it', async () => {
    const path = await keptNative();
    await writeFile(path, 'not code');
    await chmod(folder, 0o777);
    expect(await interpret(LONG)).toEqual(done(LONG));
    expect(await readFile(path, 'utf8')).toBe('not code');
  });

  it('need not be there, nor be a folder', async () => {
    expect(await interpret(SHORT, join(folder, 'new', 'folder'))).toEqual(done(SHORT));
    await writeFile(join(folder, 'file'), '');
    expect(await interpret(SHORT, join(folder, 'file'))).toEqual(done(SHORT));
  });
});
