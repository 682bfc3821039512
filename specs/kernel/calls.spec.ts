/**
 * Every kernel call, with its results and each of its errors, asked for by small programs in C. The programs check; this
 * file says how they are started and what else must come of it.
 */
import type { Era } from '../../images/abi/era.ts';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { BootOptions } from '../../harness/index.ts';
import { exitStatuses } from '../../images/abi/index.ts';
import { createBundle } from '../../images/bundle/index.ts';
import { createRamfs } from '../../images/index.ts';
import { bootGuest, runGuest } from '../support/guests.ts';
import { checks, kernelCallProgram } from './programs.ts';

async function runChecks(name: string, options: Partial<BootOptions> & { readonly era?: Era } = {}) {
  const program = await kernelCallProgram(name, options.era);
  const result = await runGuest({ program, programName: name, memoryMiB: 128, ...options });
  return { ...result, ...checks(result.console) };
}

const eras = ['S', 'M'] as const;

describe.each(eras)('kernel calls of Era %s', (era) => {
  it.each([
    ['identity', 'the start of a program, debug, identity, capabilities, unknown calls', 44],
    ['memory', 'mmap, munmap, mctrl and the stack', 40],
    ['thread', 'threads, joining, thread data, preemption, floating point', 40],
    ['mutex', 'mutexes', 25],
    ['cond', 'conditions', 20],
    ['time', 'gettime and sleep', 10],
    ['pmio', 'I/O ports', 20],
  ])('%s: %s', async (name, _what, fewest) => {
    const commandLine = name === 'identity' ? 'one two;A=1 B=2' : '';
    const { failed, passed, outcome } = await runChecks(name, { commandLine, era });
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(fewest);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('mmio: the region of the ramfs', async () => {
    const { failed, passed, outcome } = await runChecks('mmio', {
      era,
      ramfs: createRamfs({ '/file': 'text' }),
    });
    expect(failed).toEqual([]);
    expect(passed).toContain('it starts with a boot sector');
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('mmio without a ramfs finds nothing', async () => {
    const { failed, passed } = await runChecks('mmio', { era, args: ['none'] });
    expect(failed).toEqual([]);
    expect(passed).toContain('without a ramfs alloc finds nothing');
  });

  it('mmap takes one page when the kernel arguments say mmap1', async () => {
    const { failed, outcome } = await runChecks('mmap-one-page', { era, kernelArguments: 'mmap1' });
    expect(failed).toEqual([]);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('thread_exit of the main thread lets the others go on; the last one gives the status', async () => {
    const { passed, outcome } = await runChecks('thread-exit', { era });
    expect(passed).toEqual(['a thread outlives the main one']);
    expect(outcome).toEqual({ kind: 'exit', status: 77 });
  });
});

describe.each(eras)('messages of Era %s', (era) => {
  /** Only Era M has bulk data of more than a page. */
  const pieces = Array.from(
    { length: 100 * 64 },
    (_, i) => `${String.fromCharCode(97 + (Math.floor(i / 64) % 26)).repeat(63)}\n`,
  );
  const more = era === 'M' ? pieces.join('') : '';

  it('carry output and errors apart, page by page, for each thread', async () => {
    const { failed, output, errorOutput } = await runChecks('ipc', { era });
    expect(failed).toEqual([]);
    expect(output).toBe(`out\n${`${'x'.repeat(63)}\n`.repeat(64)}${more}thread\n`);
    expect(errorOutput).toBe('err\n');
  });

  it('carry input in pieces of at most what is asked for, then its end', async () => {
    const { failed, passed, output } = await runChecks('ipc', { era, stdin: 'twenty bytes of text' });
    expect(failed).toEqual([]);
    expect(output).toContain('thread\n16:twenty bytes of \n04:text\n');
    expect(passed).toContain('reading ends at the end of the input');
  });
});

describe('signals', () => {
  it('are caught, blocked, awaited and caused by exceptions', async () => {
    const { failed, passed, outcome } = await runChecks('signals', { era: 'M' });
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(55);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it.each([
    ['default', 'by default ends the program', 'ends by signal 12'],
    ['blocked', 'of a blocked exception ends the program', 'page fault (vector 14)'],
    ['stack', 'without room on the stack ends the program', 'ends by signal 10'],
    ['frame', 'whose frame is damaged ends the program', 'the frame of a signal'],
  ])('"%s": a signal %s', async (way, _what, message) => {
    const { console, outcome } = await runChecks('signals', { era: 'M', args: [way] });
    expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.signalled });
    expect(console).toContain(message);
  });

  it('without a restorer is dropped', async () => {
    const { console, outcome } = await runChecks('signals', { era: 'M', args: ['restorer'] });
    expect(outcome).toEqual({ kind: 'exit', status: 99 });
    expect(console).toBe('klog: signal 10 is dropped: there is no restorer\n');
  });
});

async function runBytes(program: Uint8Array) {
  const result = await runGuest({ program, programName: 'bundle', memoryMiB: 128, era: 'M' });
  return { ...result, ...checks(result.console) };
}

describe('the boot of Era M', () => {
  it('says when it is complete', async () => {
    const guest = await bootGuest({
      program: await kernelCallProgram('identity', 'M'),
      memoryMiB: 128,
      era: 'M',
    });
    await guest.runToEnd();
    expect(guest.monitor.bootCompleteAt).toBeGreaterThan(0);
  });

  it('takes a bundle of one program', async () => {
    const bytes = await readFile(await kernelCallProgram('identity', 'M'));
    const commandLine = 'identity one two;A=1 B=2';
    const bundle = createBundle({ programs: [{ bytes, commandLine }], kernelArguments: '' });
    const { failed, outcome } = await runBytes(bundle);
    expect(failed).toEqual([]);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('has room for a command line of 4092 bytes', async () => {
    const long = `one two;A=1 B=2${' '.repeat(4000)}`;
    const { outcome } = await runChecks('thread-exit', { era: 'M', commandLine: long });
    expect(outcome).toEqual({ kind: 'exit', status: 77 });
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
