/**
 * No bytes of a guest end the machine: what a processor refuses of selectors, tables, tasks and control registers is an exception, and an
 * exception without a gate is one, too. What would shut a processor down is a crash that says so.
 */

import { describe, expect, it } from 'vitest';
import { listen, makeMachine } from './guest.ts';
import { loadTrial, outcomeIn, TRIALS } from './protection-trials.ts';

describe('a processor', async () => {
  const machine = await makeMachine({ memoryMiB: 4 });
  listen(machine);
  const blank = machine.capture({ compiled: false });

  it.each(Object.entries(TRIALS))('%s', (_, trial) => {
    machine.restore(blank);
    loadTrial(machine, trial);
    const stop = machine.run({ instructions: 10_000 });
    expect(outcomeIn(machine.memory.read(0, 0x10000))).toEqual(trial.expected);
    if (trial.expected === 'shutdown')
      expect(stop).toMatchObject({
        kind: 'crash',
        cause: { message: expect.stringMatching(/triple fault/) as string },
      });
    else expect(stop.kind).toBe('requested');
  });
});
