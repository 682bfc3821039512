/** A capture that a guest is given on its way is no part of its run: not of its deadline, its wall time, nor its phases. */
import { expect, it } from 'vitest';
import { PhaseWatch } from '../../harness/index.ts';
import { bootGuest } from '../support/guests.ts';
import { snapshotProgram } from '../snapshots/support/exactness.ts';

const AN_HOUR = 3_600_000;

it('captures that take an hour each do not end a run of a second', async () => {
  let now = 0;
  const wallClock = (): number => now;
  const guest = await bootGuest({
    program: await snapshotProgram('tick'),
    kernelArguments: 'snapshot-any',
    onSnapshot: 'capture-and-continue',
    wallClock,
    deadlines: { wallMs: 1000 },
  });
  const phases = new PhaseWatch(guest, { clock: wallClock });
  guest.observeSnapshots({ captured: () => (now += AN_HOUR), restored: () => undefined });
  const result = guest.result(await guest.runToEnd());
  expect(result.outcome).toEqual({ kind: 'exit', status: 0 });
  expect(guest.snapshots).toHaveLength(2);
  expect(guest.captureMs).toBe(2 * AN_HOUR);
  expect(result.wallMs).toBe(0);
  expect(phases.phases.reduce((sum, { wallMs }) => sum + wallMs, 0)).toBe(0);
  expect(result.stages.map(({ name }) => name)).toEqual([
    ...['instance', 'load', 'run', 'capture', 'after-snapshot', 'capture', 'after-snapshot'],
  ]);
  const executed = result.stages.reduce((sum, { instructions }) => sum + instructions, 0);
  expect(executed).toBe(guest.machine.instructions);
});
