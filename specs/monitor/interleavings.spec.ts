/**
 * Several threads write and read at the same time, each step of each at a random moment, in Eras S and M: nothing is lost, doubled or
 * put out of order. Some runs go on in another monitor, from a snapshot at a random moment.
 *
 * The played kernel is as real ones are: it sends a thread's message and its bulk data apart, fetches while there are credits, and lets a
 * thread go on when what it waits for has come. Numbers are written into messages at the offsets that the ABI reference gives.
 */
import { describe, expect, it } from 'vitest';
import type { EraName } from '../../images/abi/eras.ts';
import { randomNumbers } from '../support/random.ts';
import { playGuest } from './guest.ts';
import type { PlayedGuest } from './guest.ts';

const THREADS = 5;
const STEPS = 400;
/** Where a thread's bytes lie: a page each, and the next for a second piece. */
const bufferOf = (tid: number): number => 0x0020_0000 + tid * 0x4000;
const [MESSAGE, BULK, SEGMENT, ENVELOPE, FETCHED] = [0x10_0000, 0x10_1000, 0x10_1100, 0x10_2000, 0x10_3000];

interface Layout {
  readonly era: EraName;
  readonly pid: number;
  /** Offsets in a message: its kind, its number, its descriptor; in an answer: its thread, its count. */
  readonly kind: number;
  readonly request: number | undefined;
  readonly body: number;
  readonly scatters: boolean;
}
const layouts: readonly Layout[] = [
  { era: 'S', pid: 1, kind: 13, request: undefined, body: 15, scatters: false },
  { era: 'M3', pid: 4, kind: 21, request: undefined, body: 23, scatters: true },
  { era: 'M4', pid: 4, kind: 21, request: 23, body: 27, scatters: true },
];

interface Thread {
  readonly tid: number;
  state: 'free' | 'asked' | 'moved' | 'pulled';
  operation: { readonly kind: 'write' | 'read'; readonly count: number; readonly request: number };
  written: string;
  pulled: number;
}

class PlayedKernel {
  guest: PlayedGuest;
  readonly threads: Thread[] = Array.from({ length: THREADS }, (_, i) => ({
    tid: i + 1,
    state: 'free',
    operation: { kind: 'write', count: 0, request: 0 },
    written: '',
    pulled: 0,
  }));
  readonly #layout: Layout;
  readonly #random: (below: number) => number;
  #requests = 0;
  /** Answers in the order in which they came, and what they should have been. */
  readonly wrong: string[] = [];
  read = '';

  constructor(layout: Layout, guest: PlayedGuest, random: (below: number) => number) {
    this.#layout = layout;
    this.guest = guest;
    this.#random = random;
  }

  /** Lets a thread, or the kernel, do its next thing. */
  step(): void {
    const thread = this.threads[this.#random(THREADS + 2)];
    if (thread === undefined) this.#fetch();
    else if (thread.state === 'free') this.#ask(thread);
    else if (thread.state === 'asked') this.#move(thread);
  }

  /** Nobody asks any more; what is under way comes to its end. */
  drain(): void {
    for (const thread of this.threads) if (thread.state === 'asked') this.#move(thread);
    while (this.guest.credits() > 0) this.#fetch();
  }

  #word(address: number, value: number): void {
    this.guest.fake.memory.write32(address, value >>> 0);
  }

  #envelope(kind: number, address: number, port: number): void {
    this.guest.fake.memory.fill(ENVELOPE, 24, 0);
    this.#word(ENVELOPE, 64);
    this.#word(ENVELOPE + 8, kind);
    this.#word(ENVELOPE + 16, address);
    this.guest.fake.out(port, ENVELOPE, 4);
  }

  #ask(thread: Thread): void {
    const { pid, kind, request, body } = this.#layout;
    const operation = {
      kind: this.#random(2) === 0 ? ('write' as const) : ('read' as const),
      count: 1 + this.#random(40),
      request: (this.#requests += 1),
    };
    const { memory } = this.guest.fake;
    memory.fill(MESSAGE, 64, 0);
    memory.write8(MESSAGE, 5);
    if (kind === 13) {
      this.#word(MESSAGE + 1, -thread.tid);
    } else {
      this.#word(MESSAGE + 1, pid);
      this.#word(MESSAGE + 5, thread.tid);
    }
    memory.write16(MESSAGE + kind, operation.kind === 'write' ? 24 : 26);
    if (request !== undefined) this.#word(MESSAGE + request, operation.request);
    this.#word(MESSAGE + body, operation.kind === 'write' ? 1 : 0);
    this.#word(MESSAGE + body + 4, operation.count);
    this.#envelope(1, MESSAGE, 0xe9);
    thread.operation = operation;
    thread.state = 'asked';
  }

  #move(thread: Thread): void {
    const { count, kind } = thread.operation;
    const { memory } = this.guest.fake;
    const inPieces = this.#layout.scatters && count > 1 && this.#random(2) === 0;
    // In pieces, all but the last byte lie at the end of a page, the last at the start of another.
    const begin = bufferOf(thread.tid) + (inPieces ? 0x1000 - (count - 1) : 0);
    const second = bufferOf(thread.tid) + 0x2000;
    if (kind === 'write') {
      const text = Array.from({ length: count }, () => String.fromCharCode(96 + thread.tid)).join('');
      const marked = `${text.slice(0, -1)}${String.fromCharCode(64 + thread.tid)}`;
      const bytes = new TextEncoder().encode(marked);
      memory.write(begin, inPieces ? bytes.subarray(0, count - 1) : bytes);
      if (inPieces) memory.write(second, bytes.subarray(count - 1));
      thread.written += marked;
    }
    memory.fill(BULK, 36, 0);
    this.#word(BULK, this.#layout.pid);
    this.#word(BULK + 4, thread.tid);
    if (inPieces) {
      memory.write16(BULK + 16, kind === 'write' ? 1 : 2);
      memory.write16(BULK + 18, 2);
      this.#word(BULK + 20, count);
      this.#word(BULK + 24, SEGMENT);
      this.#word(BULK + 28, begin);
      this.#word(BULK + 32, count - 1);
      this.#word(SEGMENT, 0);
      this.#word(SEGMENT + 4, second);
      this.#word(SEGMENT + 8, 1);
      this.#envelope(2, BULK, 0xe9);
    } else {
      this.#word(BULK + 16, begin);
      this.#word(BULK + 20, count);
      this.#envelope(0, BULK, 0xe9);
    }
    thread.pulled = inPieces ? 1 : 0;
    thread.state = 'moved';
  }

  #fetch(): void {
    if (this.guest.credits() === 0) return;
    this.#envelope(1, FETCHED, 0xea);
    const { memory } = this.guest.fake;
    const { kind, request, body } = this.#layout;
    const number = (at: number): number => memory.read32(FETCHED + at) | 0;
    if (memory.read8(FETCHED) === 6) {
      const thread = this.#threadOf(number(kind + 4));
      const length = number(kind + 20);
      this.#check(
        thread.state === 'moved' && thread.operation.kind === 'read',
        'a pull that nobody waits for',
      );
      this.read += this.#bytesOf(thread, length);
      thread.state = 'pulled';
      thread.operation = { ...thread.operation, count: length };
      return;
    }
    const thread = this.#threadOf(kind === 13 ? -number(5) : number(13));
    const { operation } = thread;
    this.#check(
      memory.read16(FETCHED + kind) === (operation.kind === 'write' ? 25 : 27),
      'a kind that was not asked for',
    );
    this.#check(
      thread.state === (operation.kind === 'write' ? 'moved' : 'pulled'),
      'an answer too early or twice',
    );
    if (request !== undefined)
      this.#check(number(request) === operation.request, 'the number of another request');
    this.#check(number(body) === operation.count, `${number(body)} bytes instead of ${operation.count}`);
    thread.state = 'free';
  }

  #bytesOf(thread: Thread, length: number): string {
    const { memory } = this.guest.fake;
    const asked = thread.operation.count;
    const first = thread.pulled === 0 ? length : Math.min(length, asked - 1);
    const begin = bufferOf(thread.tid) + (thread.pulled === 0 ? 0 : 0x1000 - (asked - 1));
    const bytes = [
      ...memory.read(begin, first),
      ...memory.read(bufferOf(thread.tid) + 0x2000, length - first),
    ];
    return String.fromCharCode(...bytes);
  }

  #threadOf(tid: number): Thread {
    const thread = this.threads.find((one) => one.tid === tid);
    if (thread === undefined) throw new Error(`an answer for thread ${tid}, which is not there`);
    return thread;
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.wrong.push(what);
  }
}

const INPUT = Array.from({ length: 3000 }, (_, i) => String.fromCharCode(33 + (i % 90))).join('');

function run(layout: Layout, seed: number, movesOn: boolean): PlayedKernel {
  const random = randomNumbers(seed);
  const kernel = new PlayedKernel(layout, playGuest(INPUT, { era: layout.era }), random);
  for (let step = 0; step < STEPS; step += 1) {
    kernel.step();
    if (movesOn && random(20) === 0) {
      const next = playGuest(INPUT, { era: layout.era });
      next.fake.memory.write(0, kernel.guest.fake.memory.read(0, next.fake.memory.size));
      next.monitor.restore(structuredClone(kernel.guest.monitor.capture()));
      kernel.guest = next;
    }
  }
  kernel.drain();
  return kernel;
}

describe.each(layouts)('threads of Era $era that write and read at random moments', (layout) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('lose, double and reorder nothing (seed %i)', (seed) => {
    const { wrong, threads, read, guest } = run(layout, seed, false);
    expect(wrong).toEqual([]);
    expect(threads.map(({ state }) => state)).toEqual(threads.map(() => 'free'));
    const output = new TextDecoder().decode(guest.monitor.streams.stdout.bytes);
    for (const { tid, written } of threads) {
      const own = new RegExp(`[^${String.fromCharCode(96 + tid)}${String.fromCharCode(64 + tid)}]`, 'gu');
      expect(output.replace(own, '')).toBe(written);
    }
    // Each piece of output is whole: small letters, and the capital that ends it.
    expect(output).toMatch(/^(?:a*A|b*B|c*C|d*D|e*E)*$/u);
    expect(INPUT.startsWith(read)).toBe(true);
    expect(read.length).toBeGreaterThan(500);
    expect(guest.credits()).toBe(0);
    expect(guest.stops).toEqual([]);
  });

  it.each([11, 12])('do the same when they go on from snapshots on the way (seed %i)', (seed) => {
    const { wrong, threads, read, guest } = run(layout, seed, true);
    expect(wrong).toEqual([]);
    const output = new TextDecoder().decode(guest.monitor.streams.stdout.bytes);
    expect(output.length).toBe(threads.reduce((sum, { written }) => sum + written.length, 0));
    expect(INPUT.startsWith(read)).toBe(true);
    expect(guest.stops).toEqual([]);
  });
});
