/** Data that is under way between guest and host when a snapshot is taken arrives once, and at the same instruction, in both eras. */
import { expect, it } from 'vitest';
import { boot, loadSnapshot, restoreSnapshot, saveSnapshot } from '../../harness/index.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <unistd.h>
int main(void)
{
    static char text[9000];
    long count;

    while ((count = read(0, text, sizeof(text))) > 0)
        if (write(1, text, (unsigned long)count) != count)
            return 1;
    return count != 0;
}
`;
const INPUT = Array.from({ length: 1500 }, (_, i) => `line ${i}\n`).join('');
/** Instructions between two snapshots, and how many are taken. */
const [APART, SNAPSHOTS] = [97, 25];

it.each(['S', 'M'] as const)('of Era %s', async (era) => {
  const program = await compileC('copies', SOURCE, [], era);
  const guest = await boot({ program, stdin: INPUT });
  guest.runToKernelCall('pull');
  const from = guest.machine.instructions;
  const snapshots = Array.from({ length: SNAPSHOTS }, (_, i) => {
    guest.runToInstruction(from + i * APART);
    return guest.capture();
  });
  expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
  expect(guest.output).toBe(INPUT);
  const { instructions } = guest.machine;
  const inFlight = snapshots.filter(({ monitor }) =>
    monitor.inbox.some((frame) => !(frame instanceof Uint8Array)),
  );
  expect(inFlight.length).toBeGreaterThan(0);
  for (const snapshot of snapshots) {
    guest.restore(snapshot);
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
    expect([guest.output, guest.machine.instructions]).toEqual([INPUT, instructions]);
  }
  guest.dispose();

  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-in-flight-'));
  try {
    const [snapshot] = inFlight;
    if (snapshot === undefined) throw new Error('nothing was in flight');
    await saveSnapshot(join(folder, 'file'), snapshot);
    const other = await restoreSnapshot((await loadSnapshot(join(folder, 'file'))).snapshot);
    expect(other.run()).toEqual({ kind: 'exit', status: 0 });
    expect([other.output, other.machine.instructions]).toEqual([INPUT, instructions]);
    other.dispose();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
