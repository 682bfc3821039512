/**
 * A snapshot at any instruction, of programs that do what is hard to take and give back: write their own code, keep floating
 * point in registers while they lose the processor, map much memory, wait with a limit, read time stamps. Whatever way leads
 * from there to the end, the end is the same, in output, status, counts and a digest of the final machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot } from '../../harness/index.ts';
import type { BootOptions } from '../../harness/index.ts';
import { finish, snapshotProgram, type End } from './support/exactness.ts';
import { seededRandom } from './support/random.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { stopSomewhere, ways } from './support/ways.ts';

/** Instructions at which each way starts. */
const PLACES = 3;

const programs: readonly { name: string; says: RegExp; options?: Partial<BootOptions> }[] = [
  { name: 'self-modifying', says: /^value [0-9a-f]{8}\n$/ },
  { name: 'float-threads', says: /^(thread \d: [0-9a-f]{16}\n){4}$/ },
  { name: 'big-memory', says: /^sum [0-9a-f]{8}\n$/ },
  {
    name: 'everything',
    says: /^(worker \d: [0-9a-f]{8}\n){3}shared \d+, \d+ waits, input [0-9a-f]{8}\n$/,
    options: {
      ramfs: new URL('.', import.meta.url).pathname,
      stdin: 'some input that is read bit by bit',
    },
  },
];

describe.each(programs)('$name', ({ name, says, options: more }) => {
  const scratch = scratchFolder();
  const random = seededRandom(name.length);
  let options: BootOptions;
  let uninterrupted: End;

  beforeAll(async () => {
    options = { program: await snapshotProgram(name), ...more };
    uninterrupted = await finish(await boot(options));
  });

  it('the program does what it is here for, compiled or not', async () => {
    expect(uninterrupted.output).toMatch(says);
    expect(uninterrupted.outcome).toMatch(/^exit [3-7]$/);
    expect(uninterrupted.instructions).toBeGreaterThan(500_000);
    expect(await finish(await boot({ ...options, compile: false }))).toEqual(uninterrupted);
  });

  const places: (() => void)[] = [];
  afterAll(() => {
    for (const dispose of places) dispose();
  });

  it.each(Object.entries(ways))('%s', async (_, way) => {
    for (let place = 0; place < PLACES; place += 1) {
      const stopped = await stopSomewhere(options, uninterrupted.instructions, random, scratch.path('file'));
      places.push(() => {
        stopped.guest.dispose();
      });
      expect({ at: stopped.at, ...(await way(stopped)) }).toEqual({ at: stopped.at, ...uninterrupted });
      stopped.guest.dispose();
    }
  });
});
