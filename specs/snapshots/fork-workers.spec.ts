/** Workers of a pool that end: whoever waits for a run is told what happened, and nobody waits for ever. */
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { boot, ForkPool, ForkWorkerError } from '../../harness/index.ts';
import type { GuestSnapshot } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';

/** What the workers do instead of running guests. */
let script = '';
vi.mock('../../harness/snapshots/start-worker.ts', () => ({
  startForkWorker: () => new Worker(script, { eval: true }),
}));

/** Serves runs like the real one, but does what their input says. */
const OBEDIENT = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ stdin }) => {
    if (stdin === 'exit') process.exit(7);
    if (stdin === 'throw') throw new Error('out of something');
    parentPort.postMessage({ kind: 'result', result: { output: stdin } });
  });
  parentPort.postMessage({ kind: 'ready' });`;

let snapshot: GuestSnapshot;
beforeAll(async () => {
  const guest = await boot({ program: await compileC('idle', 'int main(void) { return 0; }') });
  snapshot = guest.capture();
  guest.dispose();
});

describe('a worker that ends before it can be asked', () => {
  it.each([
    ['process.exit(3)', 'exit code 3'],
    ['', 'exit code 0'],
    ["throw new Error('no such module')", 'no such module'],
    ['this is no JavaScript', 'Unexpected'],
  ])('by "%s": starting the pool fails and says so', async (source, message) => {
    script = source;
    const started = ForkPool.start(snapshot, 3);
    await expect(started).rejects.toThrow(ForkWorkerError);
    await expect(started).rejects.toThrow(message);
  });
});

describe('a worker that ends in a run', () => {
  it.each([
    ['exit', 'ended with exit code 7'],
    ['throw', 'out of something'],
  ])('by %s: the run is told so, the others go on', async (stdin, message) => {
    script = OBEDIENT;
    const pool = await ForkPool.start(snapshot, 2);
    const lost = pool.run({ stdin });
    const others = ['a', 'b', 'c', 'd'].map((text) => pool.run({ stdin: text }));
    await expect(lost).rejects.toThrow(ForkWorkerError);
    await expect(lost).rejects.toThrow(message);
    expect((await Promise.all(others)).map(({ output }) => output)).toEqual(['a', 'b', 'c', 'd']);
    expect((await pool.run({ stdin: 'later' })).output).toBe('later');
    await pool.stop();
  });

  it('and was the last: what waits and what comes is told that none is left', async () => {
    script = OBEDIENT;
    const pool = await ForkPool.start(snapshot, 1);
    const lost = expect(pool.run({ stdin: 'exit' })).rejects.toThrow('the run is lost');
    const waiting = expect(pool.run({ stdin: 'a' })).rejects.toThrow('no worker is left');
    await lost;
    await waiting;
    await expect(pool.run()).rejects.toThrow(ForkWorkerError);
    await pool.stop();
    await expect(pool.run()).rejects.toThrow('the pool was stopped');
  });
});
