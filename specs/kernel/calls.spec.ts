/**
 * Every kernel call, with its results and each of its errors, asked for by small programs in C. The programs check; this
 * file says how they are started and what else must come of it.
 */
import { describe, expect, it } from 'vitest';
import type { BootOptions } from '../../harness/index.ts';
import { createRamfs } from '../../images/index.ts';
import { runGuest } from '../support/guests.ts';
import { checks, kernelCallProgram } from './programs.ts';

async function runChecks(name: string, options: Partial<BootOptions> = {}) {
  const program = await kernelCallProgram(name);
  const result = await runGuest({ program, programName: name, memoryMiB: 128, ...options });
  return { ...result, ...checks(result.console) };
}

describe('kernel calls', () => {
  it.each([
    ['identity', 'the start of a program, debug, identity, capabilities, unknown calls', 50],
    ['memory', 'mmap, munmap, mctrl and the stack', 40],
    ['thread', 'threads, joining, thread data, preemption, floating point', 40],
    ['mutex', 'mutexes', 25],
    ['cond', 'conditions', 20],
    ['time', 'gettime and sleep', 10],
    ['pmio', 'I/O ports', 20],
  ])('%s: %s', async (name, _what, fewest) => {
    const commandLine = name === 'identity' ? 'one two;A=1 B=2' : '';
    const { failed, passed, outcome } = await runChecks(name, { commandLine });
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(fewest);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('mmio: the region of the ramfs', async () => {
    const { failed, passed, outcome } = await runChecks('mmio', { ramfs: createRamfs({ '/file': 'text' }) });
    expect(failed).toEqual([]);
    expect(passed).toContain('it starts with a boot sector');
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('mmio without a ramfs finds nothing', async () => {
    const { failed, passed } = await runChecks('mmio', { args: ['none'] });
    expect(failed).toEqual([]);
    expect(passed).toContain('without a ramfs alloc finds nothing');
  });

  it('mmap takes one page when the kernel arguments say mmap1', async () => {
    const { failed, outcome } = await runChecks('mmap-one-page', { kernelArguments: 'mmap1' });
    expect(failed).toEqual([]);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('thread_exit of the main thread lets the others go on; the last one gives the status', async () => {
    const { passed, outcome } = await runChecks('thread-exit');
    expect(passed).toEqual(['a thread outlives the main one']);
    expect(outcome).toEqual({ kind: 'exit', status: 77 });
  });
});

describe('messages', () => {
  it('carry output and errors apart, page by page, for each thread', async () => {
    const { failed, output, errorOutput } = await runChecks('ipc');
    expect(failed).toEqual([]);
    expect(output).toBe(`out\n${`${'x'.repeat(63)}\n`.repeat(64)}thread\n`);
    expect(errorOutput).toBe('err\n');
  });

  it('carry input in pieces of at most what is asked for, then its end', async () => {
    const { failed, passed, output } = await runChecks('ipc', { stdin: 'twenty bytes of text' });
    expect(failed).toEqual([]);
    expect(output).toContain('thread\n16:twenty bytes of \n04:text\n');
    expect(passed).toContain('reading ends at the end of the input');
  });
});

describe('the snapshot call', () => {
  it.each([
    ['', -1, -1, 'is not permitted without a word in the kernel arguments'],
    ['snapshot', 0, -1, 'is permitted once per boot with the word snapshot'],
    ['quiet snapshot', 0, -1, 'is permitted by a word among others'],
    ['snapshots', -1, -1, 'is not permitted by a longer word'],
    ['snapshot-any', 0, 0, 'is permitted any number of times with the word snapshot-any'],
    ['nosnapshot', -88, -88, 'is not known with the word nosnapshot'],
  ])('with "%s" answers %i, then %i: it %s', async (kernelArguments, first, second) => {
    const { console } = await runChecks('snapshot', { kernelArguments });
    expect(console).toBe(`first ${first}\nsecond ${second}\n`);
  });
});
