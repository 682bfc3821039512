/**
 * Watched memory: which accesses touch it, by the guest through any linear address and by the host while the guest runs.
 *
 * A watched range is bytes of physical memory. A linear one is what the page tables say lies behind it; so the tables on the
 * way are looked after too, and where one of them or CR3 changes the range is located anew. While anything is watched v86
 * forgets the translation of the pages concerned after each access, so each comes by here with its address, before it
 * happens. Its length is not known: a write counts when it starts in a watched range or changes a byte of one, a read when
 * it starts in one. What must hold: every watch is told on its own, whatever others watch the same bytes.
 */

import { hex } from './hex.ts';
import { checkNumber, WORD_BOUNDS } from './numbers.ts';
import type { Controls, MachineLinearMemory } from './memory.ts';
import type { AccessHandler, MemoryAccess, PhysicalPiece, WatchedRange } from './types.ts';
import { PAGE } from './v86/internals.ts';

interface Watch {
  readonly range: WatchedRange;
  readonly handler: AccessHandler;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Where the range lies in physical memory, as far as it is mapped. */
  pieces: readonly PhysicalPiece[];
  /** The bytes as they were last seen; zero where nothing is mapped. */
  content: Uint8Array;
  /** How the instruction being executed has touched the range first. */
  hit: 'read' | 'write' | undefined;
}

const pageOf = (address: number): number => address >>> 12;

export class Watches {
  readonly #watches = new Set<Watch>();
  readonly #linear: MachineLinearMemory;
  /** Tells that {@link pages} are others now. */
  readonly #moved: () => void;
  /** Physical pages of the tables by which linear ranges were located. */
  #tables: ReadonlySet<number> = new Set();
  /** The control registers by which they were located. */
  #controls: Controls = [0, 0, 0];
  /** A table may have been written. */
  #stale = false;
  /** A page that holds watched bytes was written. */
  #changed = false;

  constructor(linear: MachineLinearMemory, moved: () => void) {
    this.#linear = linear;
    this.#moved = moved;
  }

  get any(): boolean {
    return this.#watches.size > 0;
  }

  /** @returns A function that ends the watch. */
  add(range: WatchedRange, handler: AccessHandler): () => void {
    const { address, length, access, space = 'linear' } = range;
    checkNumber('the address', address, WORD_BOUNDS);
    const start = address >>> 0;
    if (!Number.isInteger(length) || length < 1 || length > PAGE || start + length > 2 ** 32) {
      throw new RangeError(
        `a watched range has 1 to ${PAGE} bytes below 4 GiB, not ${length} at ${hex(start)}`,
      );
    }
    const watch: Watch = {
      range: { address: start, length, access, space },
      handler,
      reads: access !== 'write',
      writes: access !== 'read',
      pieces: [],
      content: new Uint8Array(length),
      hit: undefined,
    };
    this.#watches.add(watch);
    this.#locate();
    watch.content = this.#contentOf(watch);
    return () => {
      if (this.#watches.delete(watch)) this.#locate();
    };
  }

  /** The physical pages whose accesses must come by here. */
  *pages(): Iterable<number> {
    for (const { pieces } of this.#watches) for (const { physical } of pieces) yield pageOf(physical);
    yield* this.#tables;
  }

  /**
   * An access is about to happen, by the instruction being executed. `wake` is called when {@link take} must look after
   * that instruction.
   *
   * @param fetched True for the processor's own fetch of an instruction, which touches nothing.
   * @returns Whether the page is watched.
   */
  access(address: number, writing: boolean, fetched: boolean, wake: () => void): boolean {
    if (!this.#linear.areControls(this.#controls)) this.#locateAgain();
    const physical = this.#linear.physicalOf(address);
    if (physical === undefined || fetched) return false;
    const page = pageOf(physical);
    let watched = false;
    if (this.#tables.has(page)) {
      watched = true;
      if (writing) {
        this.#stale = true;
        wake();
      }
    }
    for (const watch of this.#watches) {
      for (const piece of watch.pieces) {
        if (pageOf(piece.physical) !== page) continue;
        watched = true;
        const inside = physical >= piece.physical && physical < piece.physical + piece.length;
        if (inside && (writing ? watch.writes : watch.reads)) {
          watch.hit ??= writing ? 'write' : 'read';
          wake();
        } else if (writing && watch.writes) {
          this.#changed = true;
          wake();
        }
      }
    }
    return watched;
  }

  /** The host writes physical memory, as a device does, while the guest executes an instruction. */
  hostWrites(address: number, length: number, wake: () => void): void {
    for (const page of this.#tables) {
      const start = page * PAGE;
      if (address < start + PAGE && address + length > start) this.#stale = true;
    }
    for (const watch of this.#watches) {
      const isTouched = watch.pieces.some(
        (piece) => address < piece.physical + piece.length && address + length > piece.physical,
      );
      if (isTouched && watch.writes) watch.hit ??= 'write';
      if (isTouched || this.#stale) wake();
    }
  }

  /** Tells of what the instruction just done has touched. */
  take(): void {
    const hits: { readonly handler: AccessHandler; readonly touch: MemoryAccess }[] = [];
    for (const watch of this.#watches) {
      if (watch.hit === undefined && !this.#changed) continue;
      const value = this.#contentOf(watch);
      const isChanged = watch.writes && Buffer.compare(value, watch.content) !== 0;
      const access = watch.hit ?? (isChanged ? 'write' : undefined);
      // who watches reads alone does not keep up with what is written
      const previous = watch.writes ? watch.content : value;
      if (access !== undefined) hits.push({ handler: watch.handler, touch: { access, previous, value } });
      watch.content = value;
      watch.hit = undefined;
    }
    this.#changed = false;
    if (this.#stale) this.#locateAgain();
    for (const { handler, touch } of hits) handler(touch);
  }

  /** Looks at the bytes anew, when something else than the guest may have changed them, or where they are. */
  refresh(): void {
    this.#changed = false;
    if (this.#watches.size === 0) return;
    this.#locate();
    for (const watch of this.#watches) {
      watch.hit = undefined;
      watch.content = this.#contentOf(watch);
    }
  }

  /** Other bytes behind an address are no write to it. */
  #locateAgain(): void {
    this.#locate();
    for (const watch of this.#watches)
      if (watch.range.space === 'linear') watch.content = this.#contentOf(watch);
  }

  #locate(): void {
    const tables = new Set<number>();
    for (const watch of this.#watches) {
      const { address, length, space } = watch.range;
      watch.pieces =
        space === 'physical' ? physicalPieces(address, length) : this.#linear.locate(address, length, tables);
    }
    this.#tables = tables;
    this.#controls = this.#linear.controls;
    this.#stale = false;
    this.#moved();
  }

  #contentOf({ range, pieces }: Watch): Uint8Array {
    return this.#linear.readPieces(pieces, range.length);
  }
}

function physicalPieces(address: number, length: number): PhysicalPiece[] {
  const pieces: PhysicalPiece[] = [];
  for (let offset = 0; offset < length;) {
    const physical = address + offset;
    const piece = Math.min(length - offset, PAGE - (physical % PAGE));
    pieces.push({ physical, offset, length: piece });
    offset += piece;
  }
  return pieces;
}
