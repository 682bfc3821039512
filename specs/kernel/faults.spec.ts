/** However a program goes wrong, the kernel stands: the program ends with a status that tells the fault. */
import { beforeAll, describe, expect, it } from 'vitest';
import { exitStatuses } from '../../images/abi/index.ts';
import { runGuest } from '../support/guests.ts';
import { kernelCallProgram } from './programs.ts';

let program: string;
beforeAll(async () => {
  program = await kernelCallProgram('faults');
});

const run = (fault: string) => runGuest({ program, memoryMiB: 128, args: [fault] });

describe('a program that', () => {
  it.each([
    ['null', 'segmentation', 'page fault (vector 14), error code 0x7'],
    ['kernel-read', 'segmentation', 'page fault (vector 14), error code 0x5'],
    ['kernel-write', 'segmentation', 'page fault (vector 14), error code 0x7'],
    ['text-write', 'segmentation', 'page fault (vector 14), error code 0x7'],
    ['unmapped', 'segmentation', 'page fault (vector 14), error code 0x6'],
    ['jump', 'segmentation', 'page fault (vector 14), error code 0x4'],
    ['stack-overflow', 'segmentation', 'page fault (vector 14), error code 0x6'],
    ['divide', 'arithmetic', 'divide error (vector 0)'],
    ['undefined', 'illegalInstruction', 'invalid opcode (vector 6)'],
    ['privileged', 'segmentation', 'general protection fault (vector 13)'],
    ['halt', 'segmentation', 'general protection fault (vector 13)'],
    ['port', 'segmentation', 'general protection fault (vector 13)'],
    ['segment', 'segmentation', 'general protection fault (vector 13)'],
    ['breakpoint', 'trap', 'breakpoint (vector 3)'],
    ['other-vector', 'segmentation', 'general protection fault (vector 13)'],
    ['interrupt', 'segmentation', 'general protection fault (vector 13)'],
  ] as const)('does "%s" ends with the status of a fault of kind %s', async (fault, kind, message) => {
    const { outcome, console } = await run(fault);
    expect(outcome).toEqual({ kind: 'exit', status: exitStatuses[kind] });
    expect(console).toContain(`thread 1 of the program: ${message}`);
  });

  it.each([
    ['null-segment', 'without a data segment'],
    ['direction-flag', 'with the direction flag set'],
    ['bad-stack-call', 'with a stack pointer that points nowhere'],
  ])('makes a kernel call in state "%s", %s, goes on', async (state) => {
    const { outcome, console } = await run(state);
    expect(outcome).toEqual({ kind: 'exit', status: 99 });
    expect(console).toBe('');
  });

  it('exits with more than sixteen bits gets the lower sixteen', async () => {
    expect((await run('exit-wide')).outcome).toEqual({ kind: 'exit', status: 0xffff });
  });
});

describe('in Era M', () => {
  it.each(['null', 'divide', 'undefined', 'other-vector', 'stack-overflow'])(
    'a program that does "%s" ends with the status of a signal, and the log of the kernel says why',
    async (fault) => {
      const { outcome, console } = await runGuest({
        program: await kernelCallProgram('faults', 'M'),
        memoryMiB: 128,
        era: 'M',
        args: [fault],
      });
      expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.signalled });
      expect(console).toMatch(/^klog: thread 1 of the program: /);
    },
  );

  it('one that makes its calls in odd states goes on', async () => {
    const m = await kernelCallProgram('faults', 'M');
    for (const state of ['null-segment', 'direction-flag', 'bad-stack-call']) {
      const { outcome } = await runGuest({ program: m, memoryMiB: 128, era: 'M', args: [state] });
      expect(outcome, state).toEqual({ kind: 'exit', status: 99 });
    }
  });
});

describe('the fault report', () => {
  it('shows address, registers and flags', async () => {
    const { console } = await run('unmapped');
    expect(console).toMatch(/eip 0x4000[0-9a-f]{4}, address 0x6ffff000\n/);
    for (const name of ['eax', 'ebp', 'esp', 'eflags', 'cs 1b', 'gs 2b']) expect(console).toContain(name);
  });
});
