/** What the matchers accept, and what they say when they do not. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { boot } from '../../harness/index.ts';
import type { Guest, RunResult } from '../../harness/index.ts';
import { expect } from '../../harness/vitest/index.ts';
import { snapshotProgram } from '../snapshots/support/exactness.ts';

let guest: Guest;
let result: RunResult;

beforeAll(async () => {
  guest = await boot({ program: await snapshotProgram('streams'), stdin: 'some input' });
  result = guest.result(await guest.runToEnd());
});
afterAll(() => {
  guest.dispose();
});

/** The message a failed expectation has. */
async function messageOf(expectation: Promise<void>): Promise<string> {
  const error: unknown = await expectation.then(
    () => new Error('it passed'),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : String(error);
}

it('a guest that has not ended is run to its end', async () => {
  const fresh = await boot({ program: await snapshotProgram('streams') });
  await expect(fresh).toExitWith(0);
  await expect(fresh).toPrint('half a  line\n');
  fresh.dispose();
});

describe('toPrint', () => {
  it('text and patterns, of guests and of results', async () => {
    await expect(guest).toPrint('half a some input line\n');
    await expect(result).toPrint(/^half .* line$/m);
    await expect(guest).not.toPrint('something else');
  });

  it('a pattern that remembers where it was says the same each time', async () => {
    const pattern = /line/gy;
    const global = /line/g;
    for (let time = 0; time < 3; time += 1) {
      await expect(guest).toPrint(global);
      await expect(guest).not.toPrint(pattern);
    }
  });

  it('says what was printed, with a difference and the last kernel calls', async () => {
    const message = await messageOf(expect(guest).toPrint('half a other input line\n'));
    expect(message).toContain('expected the guest to print "half a other input line\\n"');
    expect(message).toContain('end of the output:');
    expect(message).toContain('last kernel calls:\n');
    expect(message).toMatch(/exit\(status=0\) at instruction \d+, from \S+\nstands at instruction \d+/);
  });
});

describe('toExitWith', () => {
  it('the status', async () => {
    await expect(result).toExitWith(0);
    await expect(guest).not.toExitWith(1);
  });

  it('says how the guest ended instead', async () => {
    expect(await messageOf(expect(guest).toExitWith(3))).toContain('to exit with 3, and it exited with 0');
  });
});

describe('toExecuteFewerThan and toRunFasterThan', () => {
  it('numbers and other runs', async () => {
    await expect(guest).toExecuteFewerThan(result.instructions + 1);
    await expect(guest).not.toExecuteFewerThan(result);
    await expect(guest).toRunFasterThan(result.virtualMs + 1);
    await expect(guest).not.toRunFasterThan(result);
  });

  it('say by how much', async () => {
    expect(await messageOf(expect(guest).toExecuteFewerThan(10))).toContain(
      `to execute fewer than 10 instructions, and it executed ${result.instructions}`,
    );
    expect(await messageOf(expect(guest).toRunFasterThan(0))).toContain(`and it took ${result.virtualMs} ms`);
  });

  it('take fractions, and refuse what is no number, which would limit nothing', async () => {
    await expect(guest).toExecuteFewerThan(result.instructions + 0.5);
    expect(await messageOf(expect(guest).toExecuteFewerThan(NaN))).toContain(
      'the limit of toExecuteFewerThan',
    );
    expect(await messageOf(expect(guest).not.toRunFasterThan(NaN))).toContain('the limit of toRunFasterThan');
    expect(await messageOf(expect(guest).toRunFasterThan(-1))).toContain('the limit of toRunFasterThan');
  });
});

describe('toEqualSnapshot', () => {
  it('a difference of one byte and one register is told', async () => {
    const one = await boot({ program: await snapshotProgram('streams') });
    const before = one.capture();
    one.machine.memory.write8(0x123456, 7);
    one.machine.registers.set('esi', 5);
    const message = await messageOf(expect(one).toEqualSnapshot(before));
    expect(message).toContain('esi: 0x00000000 → 0x00000005');
    expect(message).toContain('0x00123000: 1 byte at 0x456');
    one.restore(before);
    await expect(one).toEqualSnapshot(before);
    one.dispose();
  });
});

it('anything but a guest or a result is refused', async () => {
  await expect(messageOf(expect('text').toPrint('text'))).resolves.toContain(
    'expect a guest or what run() returned',
  );
});
