/** Many guests from one snapshot: in one machine a thousand times, and in worker threads side by side. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adoptImage, serializeImage, shareImage, type SharedImage } from '../../emulator/index.ts';
import { boot, ForkPool } from '../../harness/index.ts';
import type { Guest, GuestSnapshot } from '../../harness/index.ts';
import { endOf, finish, snapshotProgram, type End } from './support/exactness.ts';

const RESTORES = 1000;
const WORKERS = 2;
const MEBIBYTE = 1 << 20;

let guest: Guest;
let snapshot: GuestSnapshot;
let uninterrupted: End;

beforeAll(async () => {
  const options = { program: await snapshotProgram('streams'), stdin: 'once more' };
  uninterrupted = await finish(await boot(options));
  guest = await boot(options);
  guest.runToInstruction(15_000);
  snapshot = guest.capture();
});
afterAll(() => {
  guest.dispose();
});

describe('a thousand restores in a row', () => {
  test('none drifts, and memory does not grow', () => {
    const restoreAndRun = (): End => {
      guest.restore(snapshot, 'continue', { compiled: 'keep' });
      return endOf(guest, guest.run());
    };
    for (let warmUp = 0; warmUp < 50; warmUp += 1) restoreAndRun();
    const before = process.memoryUsage();
    const ends = new Set<string>();
    for (let round = 0; round < RESTORES; round += 1) ends.add(JSON.stringify(restoreAndRun()));
    const after = process.memoryUsage();
    expect([...ends]).toEqual([JSON.stringify(uninterrupted)]);
    // What a thousand copies of even one page each would take is 4 MiB; the collector's own slack is more.
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(
      32 * MEBIBYTE,
    );
  });

  test('each copies the pages that the run before it had changed, and no others', () => {
    const counts = Array.from({ length: 20 }, () => {
      const { pagesCopied } = guest.restore(snapshot, 'continue', { compiled: 'keep' });
      guest.run();
      return pagesCopied;
    });
    expect(new Set(counts.slice(2)).size).toBe(1);
    expect(counts.at(-1)).toBeLessThan(200);
  });
});

describe('a pool of worker threads', () => {
  test('its threads share memory and code, and copy neither', async () => {
    const busy = await boot({ program: await snapshotProgram('float-threads') });
    const shared = shareImage(busy.warm(busy.capture()).machine);
    busy.dispose();
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(shared);
    const posted = receiveMessageOnPort(port2)?.message as SharedImage;
    port1.close();
    const adopted = serializeImage(adoptImage(posted));
    new Uint8Array(shared.pages).fill(0xa5, 0, 4);
    const [first] = adopted.pages;
    expect(first?.bytes.subarray(0, 4)).toEqual(Uint8Array.of(0xa5, 0xa5, 0xa5, 0xa5));
    expect(posted.code).toBeInstanceOf(WebAssembly.Module);
    const modulesOf = ({ compiled }: SharedImage): unknown[] =>
      (compiled?.code ?? []).flatMap((code) => (code === undefined ? [] : [code.module]));
    expect(modulesOf(shared)).not.toHaveLength(0);
    expect(modulesOf(posted)).toHaveLength(modulesOf(shared).length);
    for (const module of modulesOf(posted)) expect(module).toBeInstanceOf(WebAssembly.Module);
  });

  test('every run ends as the uninterrupted one', async () => {
    const pool = await ForkPool.start(snapshot, WORKERS);
    const results = await Promise.all(Array.from({ length: 20 }, () => pool.run()));
    await pool.stop();
    for (const { outcome, output, instructions } of results) {
      expect(outcome).toEqual({ kind: 'exit', status: 0 });
      expect(output).toBe(uninterrupted.output);
      expect(instructions).toBe(uninterrupted.instructions - snapshot.machine.instructions);
    }
  });

  test('a deadline ends one run and spares the next', async () => {
    const pool = await ForkPool.start(snapshot, 1);
    const [short, long] = await Promise.all([pool.run({ instructions: 10 }), pool.run()]);
    await pool.stop();
    expect([short.outcome.kind, long.outcome.kind]).toEqual(['deadline', 'exit']);
  });

  test('a pool that was stopped says so', async () => {
    const pool = await ForkPool.start(snapshot, 1);
    const open = expect(pool.run()).rejects.toThrow('stopped');
    await pool.stop();
    await open;
    await expect(pool.run()).rejects.toThrow('start another');
  });
});
