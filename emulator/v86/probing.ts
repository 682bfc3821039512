/**
 * How a running v86 is made to call out before the instructions that are watched for.
 *
 * The interpreter looks each instruction up in a map of addresses. Compiled code cannot: it is left before them instead, which it
 * can be only at offsets in a page that were known when it was compiled. What must hold: code that cannot be left is not run
 * where anything is watched for.
 */

import { Observe, Own, PAGE, ProbeMap, SLOTS_FOR_PROBES, TABLE_SLOTS, watchedIndex } from './internals.ts';

/** Instructions for which older code is not run in a page with a breakpoint, before all of it is dropped and compiled anew. */
const INTERPRET_PROBED_PAGE = 50_000_000;

/** What is needed of the running v86. */
export interface ProbedV86 {
  /** Its memory, from v86's address 0. */
  readonly bytes: Uint8Array;
  readonly exports: { jit_dirty_cache(from: number, to: number): void; jit_clear_cache_js(): void };
  byte(address: number): number;
  setByte(address: number, value: number): void;
  word(address: number): number;
  setWord(address: number, value: number): void;
}

export class Probing {
  readonly #v86: ProbedV86;
  /** The linear addresses that are called out for. */
  #probed: ReadonlySet<number> = new Set();
  readonly #exitsOfAll = new Uint8Array(ProbeMap.exitsLength);
  #probedPageDropped = false;
  #interpreted = 0;

  constructor(v86: ProbedV86) {
    this.#v86 = v86;
  }

  /** The offsets in a page before which all code that is compiled can be left: a map of 4096 bits. */
  get exits(): Uint8Array {
    return this.#exitsOfAll;
  }

  /** All code is another now, which can be left before these offsets. */
  setExits(exits: Uint8Array): void {
    this.#exitsOfAll.set(exits);
    this.#v86.bytes.set(exits, this.#v86.word(Own.probeMap) + ProbeMap.exits);
    for (const address of this.#probed) this.#addExit(address);
  }

  /** The code in a slot has just been compiled: it ends before all that is watched for now. */
  codeCompiled(slot: number): void {
    this.#v86.setByte(this.#v86.word(Own.probeMap) + SLOTS_FOR_PROBES + slot, 1);
  }

  /** Of none of the code that there is is it known what it ends before. */
  codeReplaced(): void {
    const slots = this.#v86.word(Own.probeMap) + SLOTS_FOR_PROBES;
    this.#v86.bytes.fill(0, slots, slots + TABLE_SLOTS);
  }

  /** Code compiled from now on can be left at the offset of this address. */
  #addExit(address: number): void {
    const offset = address & (PAGE - 1);
    const at = this.#v86.word(Own.probeMap) + ProbeMap.exits + (offset >> 3);
    this.#v86.setByte(at, this.#v86.byte(at) | (1 << (offset & 7)));
  }

  /** Whether all code that there is can be left at the offset of this address. */
  #isExit(address: number): boolean {
    const offset = address & (PAGE - 1);
    return ((this.#exitsOfAll[offset >> 3] ?? 0) & (1 << (offset & 7))) !== 0;
  }

  /**
   * Calls out before the instructions at these linear addresses. Code compiled before their offsets were known goes by
   * them. Where they are all in one page, such code is not run there, at least for a while; else it is dropped. Offsets
   * once known stay, so that a breakpoint that comes and goes costs this only once.
   */
  watchFor(addresses: ReadonlySet<number>): void {
    const watched = this.#v86.word(Own.probeMap) + ProbeMap.watched;
    const before = this.#probed;
    let bytesCleared = false;
    for (const address of before) {
      if (addresses.has(address)) continue;
      this.#v86.setByte(watched + watchedIndex(address), 0);
      bytesCleared = true;
    }
    this.#probed = addresses;
    let known = true;
    const pages = new Set<number>();
    for (const address of addresses) {
      const isNew = !before.has(address);
      if (isNew) {
        this.#addExit(address);
        this.codeReplaced();
      }
      // a byte that was cleared may be that of another address as well
      if (isNew || bytesCleared) this.#v86.setByte(watched + watchedIndex(address), 1);
      known &&= this.#isExit(address);
      pages.add(address & -PAGE);
    }
    const [page = 0] = pages;
    const observed = this.#v86.word(Own.observe) & Observe.interruptReturn;
    const interpret = known || pages.size > 1 ? 0 : Observe.interpretPage;
    this.#v86.setWord(Own.observe, observed | page | interpret);
    this.#v86.setByte(Own.probing, addresses.size > 0 ? 1 : 0);
    this.#probedPageDropped = false;
    if (!known && interpret === 0) this.#compileForProbes();
  }

  /**
   * Up to `count` instructions are about to run: looks after a page in which older code is not run, for its breakpoints. Its own code is
   * dropped once it is mapped, since it could be entered by way of another address.
   */
  runAhead(count: number, translate: (linear: number) => number | undefined): void {
    const observed = this.#v86.word(Own.observe);
    if ((observed & Observe.interpretPage) === 0) return;
    const physical = this.#probedPageDropped ? undefined : translate((observed & -PAGE) >>> 0);
    if (physical !== undefined) {
      this.#v86.exports.jit_dirty_cache(physical, physical + PAGE);
      this.#probedPageDropped = true;
    }
    this.#interpreted += count;
    if (this.#interpreted > INTERPRET_PROBED_PAGE) this.#compileForProbes();
  }

  /** From here on compiled code ends before all that is watched for; what there is does not, and is dropped. */
  #compileForProbes(): void {
    const map = this.#v86.word(Own.probeMap);
    for (let i = 0; i < ProbeMap.exitsLength; i++)
      this.#exitsOfAll[i] = this.#v86.byte(map + ProbeMap.exits + i);
    this.#v86.setWord(Own.observe, this.#v86.word(Own.observe) & ~Observe.interpretPage);
    this.#interpreted = 0;
    this.#v86.exports.jit_clear_cache_js();
  }
}
