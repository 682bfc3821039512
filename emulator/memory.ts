/**
 * Guest memory as the host sees it: physical, and linear through the guest's page tables.
 *
 * The page walk is our own, so that looking never raises a fault in the guest and never sets an accessed bit. Every
 * write from here marks its pages as changed and drops code compiled from them.
 */

import { hex } from './hex.ts';
import {
  type AddressSpace,
  type LinearMemory,
  type Mapping,
  type PhysicalMemory,
  type PhysicalPiece,
  UnmappedAddressError,
} from './types.ts';
import { Address, PAGE, TlbFlag } from './v86/internals.ts';
import type { V86Instance } from './v86/instance.ts';

abstract class LittleEndianSpace implements AddressSpace {
  abstract read(address: number, length: number): Uint8Array;
  abstract write(address: number, bytes: Uint8Array): void;

  read8(address: number): number {
    return this.read(address, 1)[0] ?? 0;
  }
  read16(address: number): number {
    const [low = 0, high = 0] = this.read(address, 2);
    return low | (high << 8);
  }
  read32(address: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.read(address, 4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }
  write8(address: number, value: number): void {
    this.write(address, Uint8Array.of(value));
  }
  write16(address: number, value: number): void {
    this.write(address, Uint8Array.of(value, value >>> 8));
  }
  write32(address: number, value: number): void {
    this.write(address, Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  }
}

export class MachinePhysicalMemory extends LittleEndianSpace implements PhysicalMemory {
  readonly size: number;
  readonly #instance: () => V86Instance;
  readonly #writes: (address: number, length: number) => void;

  /** @param writes Told of each write from here before it happens. */
  constructor(
    size: number,
    instance: () => V86Instance,
    writes: (address: number, length: number) => void = () => undefined,
  ) {
    super();
    this.size = size;
    this.#instance = instance;
    this.#writes = writes;
  }

  #check(address: number, length: number): void {
    // written so that NaN is no address
    if (!(address >= 0 && length >= 0 && address + length <= this.size)) {
      throw new RangeError(
        `physical addresses ${hex(address)} to ${hex(address + length)} are not all in RAM`,
      );
    }
  }

  read(address: number, length: number): Uint8Array {
    this.#check(address, length);
    const v86 = this.#instance();
    return v86.bytes.slice(v86.ramStart + address, v86.ramStart + address + length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#check(address, bytes.length);
    if (bytes.length === 0) return;
    this.#beforeWrite(address, bytes.length);
    const v86 = this.#instance();
    v86.bytes.set(bytes, v86.ramStart + address);
  }

  fill(address: number, length: number, value: number): void {
    this.#check(address, length);
    if (length === 0) return;
    this.#beforeWrite(address, length);
    const v86 = this.#instance();
    v86.bytes.fill(value, v86.ramStart + address, v86.ramStart + address + length);
  }

  #beforeWrite(address: number, length: number): void {
    const v86 = this.#instance();
    v86.markDirty(address, length);
    v86.exports.jit_dirty_cache(address, address + length);
    this.#writes(address, length);
  }

  override read8(address: number): number {
    this.#check(address, 1);
    const v86 = this.#instance();
    return v86.byte(v86.ramStart + address);
  }
  override read16(address: number): number {
    this.#check(address, 2);
    const v86 = this.#instance();
    return v86.half(v86.ramStart + address);
  }
  override read32(address: number): number {
    this.#check(address, 4);
    const v86 = this.#instance();
    return v86.word(v86.ramStart + address);
  }
}

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const ACCESSED = 0x20;
const DIRTY = 0x40;
const LARGE = 0x80;
const CR4_LARGE_PAGES = 0x10;
const CR4_EXTENSION = 0x20;
const PAGING = 0x8000_0000;
const WRITE_PROTECT = 0x1_0000;

/** What CR0, CR3 and CR4 hold. */
export type Controls = readonly [control0: number, control3: number, control4: number];

/** One step of a walk that ends at a page: the page, and what both levels allow. */
interface Walk {
  readonly base: number;
  readonly size: number;
  readonly entry: number;
  readonly allowed: number;
}

export class MachineLinearMemory extends LittleEndianSpace implements LinearMemory {
  readonly #physical: MachinePhysicalMemory;
  readonly #instance: () => V86Instance;

  constructor(physical: MachinePhysicalMemory, instance: () => V86Instance) {
    super();
    this.#physical = physical;
    this.#instance = instance;
  }

  #control(index: number): number {
    return this.#instance().word(Address.control + 4 * index);
  }

  /** An entry of a table in RAM; 0, hence not present, outside of it. */
  #entry(address: number): number {
    return address + 4 <= this.#physical.size ? this.#physical.read32(address) : 0;
  }

  /** @param tables Takes the physical pages of the tables that were looked at. */
  #walk(address: number, tables?: Set<number>): Walk | undefined {
    const control4 = this.#control(4);
    const extended = (control4 & CR4_EXTENSION) !== 0;
    let directoryAddress: number;
    if (extended) {
      const pointer = this.#instance().word(Address.pageDirectoryPointers + 8 * (address >>> 30));
      if ((pointer & PRESENT) === 0) return undefined;
      directoryAddress = ((pointer & -PAGE) >>> 0) + 8 * ((address >>> 21) & 0x1ff);
    } else {
      directoryAddress = ((this.#control(3) & -PAGE) >>> 0) + 4 * (address >>> 22);
    }
    tables?.add(directoryAddress >>> 12);
    const directory = this.#entry(directoryAddress);
    if ((directory & PRESENT) === 0) return undefined;
    const large = extended ? 1 << 21 : 1 << 22;
    if ((directory & LARGE) !== 0 && (extended || (control4 & CR4_LARGE_PAGES) !== 0)) {
      return { base: (directory & -large) >>> 0, size: large, entry: directory, allowed: directory };
    }
    const index = extended ? 8 * ((address >>> 12) & 0x1ff) : 4 * ((address >>> 12) & 0x3ff);
    tables?.add(directory >>> 12);
    const entry = this.#entry(((directory & -PAGE) >>> 0) + index);
    if ((entry & PRESENT) === 0) return undefined;
    return { base: (entry & -PAGE) >>> 0, size: PAGE, entry, allowed: directory & entry };
  }

  /** Whether the page tables still say of a page what the processor remembers, accessed and dirty bits included. */
  remembers(page: number, entry: number): boolean {
    if ((this.#control(0) & PAGING) === 0) return (entry & -PAGE) >>> 0 === (page << 12) >>> 0;
    const walk = this.#walk((page << 12) >>> 0);
    if (walk === undefined) return false;
    const writable = (entry & TlbFlag.readOnly) === 0;
    const offset = (page << 12) & (walk.size - 1);
    const marks = ACCESSED | (writable ? DIRTY : 0);
    return (
      walk.base + (offset >>> 0) === (entry & -PAGE) >>> 0 &&
      (walk.entry & marks) === marks &&
      ((walk.allowed & USER) !== 0) === ((entry & TlbFlag.noUser) === 0) &&
      (!writable || (walk.allowed & WRITABLE) !== 0 || (this.#control(0) & WRITE_PROTECT) === 0)
    );
  }

  translate(address: number): number | undefined {
    const linear = address >>> 0;
    if ((this.#control(0) & PAGING) === 0) return linear < this.#physical.size ? linear : undefined;
    const walk = this.#walk(linear);
    if (walk === undefined) return undefined;
    const physical = walk.base + (linear & (walk.size - 1));
    return physical < this.#physical.size ? physical : undefined;
  }

  /** The physical address behind a linear one, in RAM or not, or undefined when it is not mapped. */
  physicalOf(address: number): number | undefined {
    const linear = address >>> 0;
    if ((this.#control(0) & PAGING) === 0) return linear;
    const walk = this.#walk(linear);
    return walk === undefined ? undefined : walk.base + (linear & (walk.size - 1));
  }

  /** The control registers that translation depends on. */
  get controls(): Controls {
    return [this.#control(0), this.#control(3), this.#control(4)];
  }

  /** Whether they still hold what they held. */
  areControls([control0, control3, control4]: Controls): boolean {
    return this.#control(0) === control0 && this.#control(3) === control3 && this.#control(4) === control4;
  }

  /** @param tables Takes the physical pages of the tables that say so. */
  locate(address: number, length: number, tables?: Set<number>): PhysicalPiece[] {
    const isPaging = (this.#control(0) & PAGING) !== 0;
    const pieces: PhysicalPiece[] = [];
    for (let offset = 0; offset < length;) {
      const linear = (address + offset) >>> 0;
      const piece = Math.min(length - offset, PAGE - (linear & (PAGE - 1)));
      const walk = isPaging || this.#control(3) !== 0 ? this.#walk(linear, tables) : undefined;
      const physical = walk === undefined ? linear : walk.base + (linear & (walk.size - 1));
      if (walk !== undefined || !isPaging) pieces.push({ physical, offset, length: piece });
      offset += piece;
    }
    return pieces;
  }

  /** The bytes of located pieces; zero where there is no RAM. */
  readPieces(pieces: readonly PhysicalPiece[], length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const piece of pieces) {
      if (piece.physical + piece.length > this.#physical.size) continue;
      bytes.set(this.#physical.read(piece.physical, piece.length), piece.offset);
    }
    return bytes;
  }

  /** The parts of a range that are contiguous in RAM, up to the first unmapped page. */
  *#pieces(address: number, length: number): Generator<PhysicalPiece> {
    for (let offset = 0; offset < length;) {
      const linear = (address + offset) >>> 0;
      const piece = Math.min(length - offset, PAGE - (linear & (PAGE - 1)));
      const physical = this.translate(linear);
      if (physical === undefined) return;
      yield { physical, offset, length: piece };
      offset += piece;
    }
  }

  readMapped(address: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    const mapped = this.readMappedInto(address, out);
    return mapped === length ? out : out.slice(0, mapped);
  }

  readMappedInto(address: number, target: Uint8Array): number {
    let done = 0;
    while (done < target.length) {
      const linear = (address + done) >>> 0;
      const piece = Math.min(target.length - done, PAGE - (linear & (PAGE - 1)));
      const physical = this.translate(linear);
      if (physical === undefined) break;
      const { bytes, ramStart } = this.#instance();
      target.set(bytes.subarray(ramStart + physical, ramStart + physical + piece), done);
      done += piece;
    }
    return done;
  }

  read(address: number, length: number): Uint8Array {
    const bytes = this.readMapped(address, length);
    if (bytes.length < length) throw new UnmappedAddressError(address + bytes.length);
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    const pieces = [...this.#pieces(address, bytes.length)];
    const last = pieces.at(-1);
    const mapped = last === undefined ? 0 : last.offset + last.length;
    if (mapped < bytes.length) throw new UnmappedAddressError(address + mapped);
    for (const piece of pieces) {
      this.#physical.write(piece.physical, bytes.subarray(piece.offset, piece.offset + piece.length));
    }
  }

  override read32(address: number): number {
    if ((address & (PAGE - 1)) <= PAGE - 4) {
      const physical = this.translate(address);
      if (physical === undefined) throw new UnmappedAddressError(address);
      return this.#physical.read32(physical);
    }
    return super.read32(address);
  }

  *mappings(): Iterable<Mapping> {
    if ((this.#control(0) & PAGING) === 0) {
      for (let linear = 0; linear < this.#physical.size; linear += PAGE) {
        yield {
          linear,
          physical: linear,
          size: PAGE,
          writable: true,
          user: true,
          accessed: false,
          dirty: false,
        };
      }
      return;
    }
    const extended = (this.#control(4) & CR4_EXTENSION) !== 0;
    const span = extended ? 1 << 21 : 1 << 22;
    for (let region = 0; region < 2 ** 32; region += span) {
      const directory = this.#directoryEntry(region, extended);
      if ((directory & PRESENT) === 0) continue;
      for (let linear = region; linear < region + span;) {
        const walk = this.#walk(linear);
        if (walk !== undefined) {
          yield {
            linear,
            physical: walk.base,
            size: walk.size,
            writable: (walk.allowed & WRITABLE) !== 0,
            user: (walk.allowed & USER) !== 0,
            accessed: (walk.entry & ACCESSED) !== 0,
            dirty: (walk.entry & DIRTY) !== 0,
          };
        }
        linear += walk?.size ?? PAGE;
      }
    }
  }

  #directoryEntry(address: number, extended: boolean): number {
    if (!extended) return this.#entry(((this.#control(3) & -PAGE) >>> 0) + 4 * (address >>> 22));
    const pointer = this.#instance().word(Address.pageDirectoryPointers + 8 * (address >>> 30));
    if ((pointer & PRESENT) === 0) return 0;
    return this.#entry(((pointer & -PAGE) >>> 0) + 8 * ((address >>> 21) & 0x1ff));
  }
}
