/** Traces and profiles for viewers that others wrote. speedscope's page reads them here, in a browser. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TRACE_VERSION, TraceEvents, type CallRecord } from '../../harness/look/trace/index.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';
import { lacks } from '../support/tools.ts';
import { scratchFolder } from '../snapshots/support/scratch-folder.ts';

const SOURCE = `
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *work(void *unused) { write(1, "worked\\n", 7); return unused; }
__attribute__((noinline)) int busy(int rounds) { volatile int sum = 0; while (rounds-- > 0) sum += rounds; return sum; }
int main(void)
{
    pthread_t thread;
    char *block = malloc(1 << 20);
    pthread_create(&thread, NULL, work, block);
    pthread_join(thread, NULL);
    free(block);
    return busy(50000) == 0;
}
`;

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly cat: string;
  readonly args: Record<string, string | number>;
}

const HEADER = {
  type: 'trace',
  version: TRACE_VERSION,
  levels: ['kernel'],
  kernel: '',
  program: '',
  ramfs: null,
} as const;
const CALL: Omit<CallRecord, 'name' | 'arguments' | 'result'> = {
  type: 'call',
  index: 0,
  level: 'kernel',
  depth: 0,
  thread: 1,
  number: 10,
  instructions: 5,
  nanoseconds: 5,
  duration: 2,
  elapsed: 2,
  completion: 'returned',
  returnAddress: 0,
};

const scratch = scratchFolder();
let program: string;
let events: Event[];
let untraced: number;

beforeAll(async () => {
  program = await compileC('viewed', SOURCE);
  const { status } = await nanvix([
    'trace',
    '--format',
    'perfetto',
    '-o',
    scratch.path('trace.json'),
    '--',
    program,
  ]);
  expect(status).toBe(0);
  ({ traceEvents: events } = JSON.parse(readFileSync(scratch.path('trace.json'), 'utf8')) as {
    traceEvents: Event[];
  });
  const run = await nanvix(['run', '--json', '--', program]);
  ({ instructions: untraced } = JSON.parse(run.stdout) as { instructions: number });
});

describe('trace --format perfetto', () => {
  const slices = (level: string): Event[] => events.filter(({ ph, cat }) => ph === 'X' && cat === level);

  it('has kernel calls inside the POSIX calls that made them, on the track of their thread', () => {
    const write = slices('posix').find(({ name }) => name === 'write');
    const push = slices('kernel').find(({ name }) => name === 'push');
    if (write === undefined || push === undefined) throw new Error('there is no write or no push');
    expect(push.tid).toBe(write.tid);
    expect(write.tid).not.toBe(events.find(({ name }) => name === 'exit_group')?.tid);
    expect(push.ts).toBeGreaterThan(write.ts);
    expect(push.ts + push.dur).toBeLessThan(write.ts + write.dur);
    expect(write.args).toMatchObject({ fd: '1<stdout>', result: '7' });
  });

  it('names process and threads', () => {
    const names = events.filter(({ ph }) => ph === 'M').map(({ args }) => args['name']);
    expect(names).toEqual(expect.arrayContaining(['viewed.elf', 'thread 1', 'thread 2']));
  });

  it('counts instructions to the end of the run, and memory as it is mapped', () => {
    const counts = events
      .filter(({ name }) => name === 'instructions')
      .map(({ args }) => Number(args['executed']));
    expect(Math.max(...counts)).toBe(untraced);
    const mapped = events
      .filter(({ name }) => name === 'mapped memory')
      .map(({ args }) => Number(args['KiB']));
    expect(Math.max(...mapped)).toBeGreaterThan(1024);
  });

  it('counts what is unmapped, and not what failed', () => {
    const writer = new TraceEvents('p', { ...HEADER, options: {} });
    const call = (name: string, pages: number, errno?: string): CallRecord => ({
      ...CALL,
      name,
      arguments: [{ name: 'pages', value: pages, text: String(pages) }],
      result: { value: 0, text: '0', ...(errno !== undefined && { errno }) },
    });
    const text = [
      writer.begin(),
      ...[call('mmap', 3), call('mmap', 9, 'ENOMEM'), call('munmap', 1)].map((one) => writer.over(one)),
      writer.finish([], { type: 'end', outcome: 'exit', exitStatus: 0, instructions: 50, nanoseconds: 50 }),
    ].join('');
    const { traceEvents } = JSON.parse(text) as { traceEvents: Event[] };
    expect(traceEvents.filter(({ name }) => name === 'mapped memory').map(({ args }) => args['KiB'])).toEqual(
      [12, 8],
    );
  });

  it('shows a call that never came back until the end', () => {
    const unfinished = events.find(({ args }) => args['completion'] === 'unfinished');
    const end = Math.max(...events.filter(({ ph }) => ph === 'C').map(({ ts }) => ts));
    expect((unfinished?.ts ?? 0) + (unfinished?.dur ?? 0)).toBeCloseTo(end, 3);
  });

  it('leaves out what a filter leaves out, and keeps counting', async () => {
    const { stdout } = await nanvix(['trace', '--format', 'perfetto', '--call', 'write', '--', program]);
    const { traceEvents } = JSON.parse(stdout) as { traceEvents: Event[] };
    expect(new Set(traceEvents.filter(({ ph }) => ph === 'X').map(({ name }) => name))).toEqual(
      new Set(['write']),
    );
    expect(traceEvents.some(({ name }) => name === 'mapped memory')).toBe(true);
  });

  it('is refused together with a summary', async () => {
    const { stderr, status } = await nanvix(['trace', '-c', '--format', 'perfetto', '--', program]);
    expect(stderr).toContain('a summary has no times for Perfetto');
    expect(status).not.toBe(0);
  });
});

describe.skipIf(lacks('chromium'))('speedscope, which reads both formats', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser.close();
  });

  /** What it shows once its table of functions has a row. */
  async function shown(file: string, row: RegExp): Promise<string> {
    const page = await browser.newPage();
    const folder = dirname(
      createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json'),
    );
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('Sandwich').click();
    await page.getByText(row).first().waitFor();
    return await page.locator('body').innerText();
  }

  it('takes a trace as one track for each thread', async () => {
    expect(await shown(scratch.path('trace.json'), /^mmap/)).toContain('viewed.elf (pid 1), thread 1');
  });

  it('takes a profile for pprof, weighted in instructions', async () => {
    const path = scratch.path('profile.pb.gz');
    await nanvix(['profile', '--format', 'pprof', '--interval', '997', '-o', path, '--', program]);
    // more than half of the run is in one function
    expect(await shown(path, /^busy/)).toMatch(/\(([5-9]\d|100)%\)\s+busy\b/);
  });
});

it('a profile for pprof is the same each time', async () => {
  const [one, other] = ['one.pb.gz', 'other.pb.gz'].map((name) => scratch.path(name));
  for (const path of [one, other])
    await nanvix(['profile', '--format', 'pprof', '-o', path ?? '', '--', program]);
  expect(readFileSync(one ?? '')).toEqual(readFileSync(other ?? ''));
});
