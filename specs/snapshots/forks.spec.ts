/** Many guests from one snapshot: in one machine a thousand times, and in worker threads side by side. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adoptImage, serializeImage, shareImage, type SharedImage } from '../../emulator/index.ts';
import { boot, ForkPool, InputError } from '../../harness/index.ts';
import type { Guest, GuestSnapshot } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';
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
  it('none drifts, and memory does not grow', () => {
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

  it('each copies the pages that the run before it had changed, and no others', () => {
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
  it('its threads share memory and code, and copy neither', async () => {
    const busy = await boot({ program: await snapshotProgram('threads') });
    const shared = shareImage(busy.warm(busy.capture()).machine);
    busy.dispose();
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(shared);
    const posted = receiveMessageOnPort(port2)?.message as SharedImage;
    port1.close();
    const adopted = serializeImage(adoptImage(posted));
    shared.pages.fill(0xa5, 0, 4);
    const [first] = adopted.pages;
    expect(first?.bytes.subarray(0, 4)).toEqual(Uint8Array.of(0xa5, 0xa5, 0xa5, 0xa5));
    expect(posted.code).toBeInstanceOf(WebAssembly.Module);
    const modulesOf = ({ compiled }: SharedImage): unknown[] =>
      (compiled?.code ?? []).flatMap((code) => (code === undefined ? [] : [code.module]));
    expect(modulesOf(shared)).not.toHaveLength(0);
    expect(modulesOf(posted)).toHaveLength(modulesOf(shared).length);
    for (const module of modulesOf(posted)) expect(module).toBeInstanceOf(WebAssembly.Module);
  });

  it('every run ends as the uninterrupted one', async () => {
    const pool = await ForkPool.start(snapshot, WORKERS);
    const results = await Promise.all(Array.from({ length: 20 }, () => pool.run()));
    await pool.stop();
    for (const { outcome, output, instructions } of results) {
      expect(outcome).toEqual({ kind: 'exit', status: 0 });
      expect(output).toBe(uninterrupted.output);
      expect(instructions).toBe(uninterrupted.instructions - snapshot.machine.instructions);
    }
  });

  it('a deadline ends one run and spares the next', async () => {
    const pool = await ForkPool.start(snapshot, 1);
    const [short, long] = await Promise.all([pool.run({ deadlines: { instructions: 10 } }), pool.run()]);
    await pool.stop();
    expect([short.outcome.kind, long.outcome.kind]).toEqual(['deadline', 'exit']);
  });

  it('each run has a standard input of its own, after what was left unread', async () => {
    const program = await compileC(
      'copy',
      `
      #include <unistd.h>
      int main(void) {
        char bytes[8];
        for (long got; (got = read(0, bytes, 8)) > 0;) write(1, bytes, got);
        return 0;
      }`,
    );
    const source = await boot({ program, stdin: 'kept ' });
    const pool = await ForkPool.start(source.capture(), WORKERS);
    source.dispose();
    const inputs = ['one', undefined, new TextEncoder().encode('three'), 'x'.repeat(5000), ''];
    const results = await Promise.all(inputs.map((stdin) => pool.run(stdin === undefined ? {} : { stdin })));
    await pool.stop();
    expect(results.map(({ output }) => output)).toEqual([
      ...['kept one', 'kept ', 'kept three', `kept ${'x'.repeat(5000)}`, 'kept '],
    ]);
  });

  it('the clock of a run may go forward', async () => {
    const pool = await ForkPool.start(snapshot, 1);
    const atLeast = 4_000_000_000_000_000_000n;
    const { outcome } = await pool.run({ clock: { atLeast } });
    await pool.stop();
    expect(outcome.kind).toBe('exit');
  });

  it.each([0, -1, NaN, 1.5, Infinity, 1025])('a pool of %s workers is refused', async (workers) => {
    await expect(ForkPool.start(snapshot, workers)).rejects.toThrow(InputError);
  });

  it.each<[string, object]>([
    ['a deadline that is none', { deadlines: { wallMs: NaN } }],
    ['an input that cannot leave its thread', { stdin: () => undefined }],
  ])('%s is refused, and the pool goes on', async (_what, options) => {
    const pool = await ForkPool.start(snapshot, 1);
    await expect(pool.run(options)).rejects.toThrow(InputError);
    expect((await pool.run()).outcome.kind).toBe('exit');
    await pool.stop();
  });

  it('a pool that was stopped says so', async () => {
    const pool = await ForkPool.start(snapshot, 1);
    const open = expect(pool.run()).rejects.toThrow('stopped');
    await pool.stop();
    await open;
    await expect(pool.run()).rejects.toThrow('start another');
  });
});
