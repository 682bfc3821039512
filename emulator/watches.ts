/**
 * Watched memory: which accesses of the guest touch it.
 *
 * While anything is watched v86 forgets the translation of the watched pages after each access, so each comes by here
 * with its address, before it happens. Its length is not known: a write counts when it starts in a watched range or
 * changes a byte of one, a read when it starts in one.
 */

import type { MachineLinearMemory } from './memory.ts';
import { PAGE } from './v86/internals.ts';

interface Watch {
  readonly start: number;
  readonly length: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The bytes as they were last seen. */
  content: Uint8Array;
}

/** A touch of watched memory. */
export interface WatchHit {
  readonly address: number;
  readonly access: 'read' | 'write';
}

const pageOf = (address: number): number => address >>> 12;

export class Watches {
  private readonly watches = new Map<number, Watch>();
  private readonly linear: MachineLinearMemory;
  private hit: WatchHit | undefined;
  private changed = false;

  constructor(linear: MachineLinearMemory) {
    this.linear = linear;
  }

  get any(): boolean {
    return this.watches.size > 0;
  }

  add(linear: number, length: number, access: 'read' | 'write' | 'access'): void {
    const start = linear >>> 0;
    if (!Number.isInteger(length) || length < 1 || length > PAGE || start + length > 2 ** 32) {
      throw new RangeError(
        `a watched range has 1 to ${PAGE} bytes below 4 GiB, not ${length} at 0x${start.toString(16)}`,
      );
    }
    this.watches.set(start, {
      start,
      length,
      reads: access !== 'write',
      writes: access !== 'read',
      content: this.linear.readMapped(start, length),
    });
  }

  remove(linear: number): void {
    this.watches.delete(linear >>> 0);
  }

  /** The virtual pages that hold watched bytes. */
  *pages(): Iterable<number> {
    for (const { start, length } of this.watches.values()) {
      for (let page = pageOf(start); page <= pageOf(start + length - 1); page++) yield page;
    }
  }

  /**
   * An access is about to happen, by the instruction being executed. `wake` is called when {@link take} must look after
   * that instruction.
   *
   * @returns Whether the page is watched.
   */
  access(address: number, writing: boolean, wake: () => void): boolean {
    let watched = false;
    for (const watch of this.watches.values()) {
      const { start, length } = watch;
      if (pageOf(address) < pageOf(start) || pageOf(address) > pageOf(start + length - 1)) continue;
      watched = true;
      const inside = address >= start && address < start + length;
      if (inside && (writing ? watch.writes : watch.reads)) {
        this.hit ??= { address: start, access: writing ? 'write' : 'read' };
        wake();
      } else if (writing && watch.writes) {
        this.changed = true;
        wake();
      }
    }
    return watched;
  }

  /** What the instruction just done has touched. */
  take(): WatchHit | undefined {
    let { hit } = this;
    if (hit !== undefined || this.changed) {
      for (const watch of this.watches.values()) {
        const content = this.linear.readMapped(watch.start, watch.length);
        if (watch.writes && Buffer.compare(content, watch.content) !== 0) {
          hit ??= { address: watch.start, access: 'write' };
        }
        watch.content = content;
      }
    }
    this.hit = undefined;
    this.changed = false;
    return hit;
  }

  /** Looks at the bytes anew, when something else than the guest has changed them. */
  refresh(): void {
    this.hit = undefined;
    this.changed = false;
    for (const watch of this.watches.values())
      watch.content = this.linear.readMapped(watch.start, watch.length);
  }
}
