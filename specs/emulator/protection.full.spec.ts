/** What is held to be refused in protection-trials.ts is refused by a processor that was not written here: QEMU's. */

import { describe, expect, it } from 'vitest';
import { memoriesInQemu, QEMU } from '../fuzz/qemu.ts';
import { lacks } from '../support/tools.ts';
import { loadTrial, outcomeIn, TRIALS } from './protection-trials.ts';

/** What QEMU 7.2 does otherwise than the manual says. */
const QEMU_OTHERWISE: Readonly<Record<string, string>> = {
  'LTR of a null selector': 'it is loaded',
  'CR0 with paging and without protection': 'it is not looked at',
  'CR0 with NW and without CD': 'it is not looked at',
  'INT1 in ring 3, whatever its gate allows': 'it is for a debugger of the host',
  'an exception without a gate': 'the error code does not say that another exception was being delivered',
};

describe.skipIf(lacks(QEMU))('in QEMU', () => {
  it('each trial comes to what it comes to here', async () => {
    const trials = Object.entries(TRIALS).filter(([name]) => !(name in QEMU_OTHERWISE));
    const memories = await memoriesInQemu(
      trials.map(([, trial]) => (machine) => {
        loadTrial(machine, trial);
      }),
    );
    const outcomes = trials.map(([name], i) => [name, memories[i] && outcomeIn(memories[i])] as const);
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(trials.map(([name, { expected }]) => [name, expected])),
    );
  });

  it('what is left out exists', () => {
    expect(Object.keys(TRIALS)).toEqual(expect.arrayContaining(Object.keys(QEMU_OTHERWISE)));
  });
});
