/**
 * A machine at one instant, as a value: taken from an instance, put back into one.
 *
 * An image has two layers. The guest's own state (RAM by pages, the processor in a canonical form, devices, time) is
 * all that decides what happens next. The compiled layer (the rest of v86's memory and the compiled functions) only
 * makes it happen sooner, and may be left out. What must hold: images are never written to, so pages are shared
 * between them, and a page that is the same object in two images is the same page.
 */

import type { DeviceState } from './devices/device.ts';
import type { AlarmState } from './scheduler.ts';
import { sha256 } from './sha256.ts';
import type { MachineImage } from './types.ts';
import type { CompiledCode } from './v86/compiled-code.ts';
import { Address, Own, PAGE } from './v86/internals.ts';
import type { V86Instance } from './v86/instance.ts';
import { restoreTranslations } from './v86/translations.ts';

/** A page of RAM; undefined when all zero. */
export type Page = Uint8Array | undefined;

/** State of everything around the processor: data that JSON can carry. */
export interface SurroundingsState {
  readonly devices: Readonly<Record<string, DeviceState>>;
  readonly alarms: readonly AlarmState[];
  readonly nextOrder: number;
  readonly instructions: number;
  readonly idleTicks: number;
  readonly random: number;
}

/** Compiled code and the rest of v86's memory that belongs to it. */
export interface CompiledLayer {
  /** Length of v86's memory when it was taken. */
  readonly memoryLength: number;
  /** Pages outside of guest RAM that are not zero, by address, which ascends. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
  /** By slot of v86's function table. */
  readonly code: readonly (CompiledCode | undefined)[];
  /** The map of offsets before which this code is left. */
  readonly exits: Uint8Array;
}

/** Code that was kept, for a machine whose memory need not be the same everywhere. */
export interface FittingCode {
  readonly layer: CompiledLayer;
  /** Physical pages that are not what they were: their code is to be dropped before anything runs. */
  readonly stale: readonly number[];
}

export class Image implements MachineImage {
  readonly memoryBytes: number;
  readonly ticksPerMicrosecond: number;
  readonly pages: readonly Page[];
  /** The processor's fixed places, the interrupt controllers, and what else v86 keeps of it, in canonical form. */
  readonly processor: Uint8Array;
  /** Pairs of virtual page and entry, in order: the translations that the processor remembers. */
  readonly translations: Uint32Array;
  readonly surroundings: SurroundingsState;
  readonly compiled: CompiledLayer | undefined;

  constructor(parts: {
    memoryBytes: number;
    ticksPerMicrosecond: number;
    pages: readonly Page[];
    processor: Uint8Array;
    translations: Uint32Array;
    surroundings: SurroundingsState;
    compiled: CompiledLayer | undefined;
  }) {
    this.memoryBytes = parts.memoryBytes;
    this.ticksPerMicrosecond = parts.ticksPerMicrosecond;
    this.pages = parts.pages;
    this.processor = parts.processor;
    this.translations = parts.translations;
    this.surroundings = parts.surroundings;
    this.compiled = parts.compiled;
  }

  get instructions(): number {
    return this.surroundings.instructions;
  }

  get virtualNanoseconds(): number {
    const ticks = this.surroundings.instructions + this.surroundings.idleTicks;
    return (ticks * 1000) / this.ticksPerMicrosecond;
  }
}

// ── guest RAM ──

const zeroPage = Buffer.alloc(PAGE);
/** Pages that are looked at in one go where most are zero. */
const zeroPages = Buffer.alloc(64 * PAGE);

/** A machine's RAM as it was when it last agreed with an image. */
export type Baseline = readonly Page[];

/** The baseline of a machine that has just been made. */
export const blankRam = (bytes: number): Baseline => new Array<Page>(bytes / PAGE).fill(undefined);

/** Takes RAM: only pages that may have been written since the baseline are looked at, only changed ones copied. */
export function captureRam(instance: V86Instance, baseline: Baseline): Page[] {
  const ram = Buffer.from(instance.bytes.buffer, instance.ramStart, instance.ramSize);
  const dirty = instance.dirtyMap();
  const pages = [...baseline];
  const changed: number[] = [];
  for (let page = dirty.indexOf(1); page >= 0; page = dirty.indexOf(1, page + 1)) {
    const start = page * PAGE;
    const old = baseline[page];
    if (old === undefined ? isZero(ram, start) : ram.compare(old, 0, PAGE, start, start + PAGE) === 0)
      continue;
    if (old !== undefined && isZero(ram, start)) pages[page] = undefined;
    else changed.push(page);
  }
  const copies = new Uint8Array(changed.length * PAGE);
  changed.forEach((page, i) => {
    const copy = copies.subarray(i * PAGE, (i + 1) * PAGE);
    copy.set(ram.subarray(page * PAGE, (page + 1) * PAGE));
    pages[page] = copy;
  });
  return pages;
}

function isZero(memory: Buffer, start: number): boolean {
  return memory.compare(zeroPage, 0, PAGE, start, start + PAGE) === 0;
}

/**
 * Puts RAM back: the pages that may have been written since the baseline and those in which the image differs from
 * it. `changed` is told of each page before its content changes.
 */
export function restoreRam(
  instance: V86Instance,
  baseline: Baseline,
  pages: readonly Page[],
  changed: ((page: number) => void) | undefined,
): number {
  const ram = Buffer.from(instance.bytes.buffer, instance.ramStart, instance.ramSize);
  const dirty = instance.dirtyMap();
  // where the baseline is this very image, only written pages can differ
  const next = (page: number): number => (baseline === pages ? dirty.indexOf(1, page) : page);
  let copied = 0;
  for (let page = next(0); page >= 0 && page < pages.length; page = next(page + 1)) {
    const wanted = pages[page];
    if (dirty[page] === 0 && baseline[page] === wanted) continue;
    const start = page * PAGE;
    if (changed !== undefined) {
      if (ram.compare(wanted ?? zeroPage, 0, PAGE, start, start + PAGE) === 0) continue;
      changed(page);
    }
    if (wanted === undefined) ram.fill(0, start, start + PAGE);
    else ram.set(wanted, start);
    copied++;
  }
  return copied;
}

// ── the processor ──

/** Bytes of an 8259 in v86's memory. */
const INTERRUPT_CONTROLLER = 13;
const FIXED_PLACES = Address.processorEnd - Address.registers;
const MASTER = FIXED_PLACES;
const SLAVE = MASTER + INTERRUPT_CONTROLLER;
const TIMESTAMP_OFFSET = SLAVE + INTERRUPT_CONTROLLER;
const SETTLED_FLAGS = TIMESTAMP_OFFSET + 8;
const INTERRUPT_SHADOW = SETTLED_FLAGS + 4;
/** Bytes of a captured processor. */
export const PROCESSOR_LENGTH = INTERRUPT_SHADOW + 4;

const inProcessor = (address: number): number => address - Address.registers;

/**
 * Takes the processor: what v86 keeps of it at fixed places, without its caches, then the interrupt controllers,
 * the offset of the time stamp, and the flags as the guest would read them. Lazy flags stay as they are, since what
 * an instruction leaves undefined is made of them.
 */
export function captureProcessor(instance: V86Instance): Uint8Array {
  const { bytes, exports } = instance;
  const state = new Uint8Array(PROCESSOR_LENGTH);
  state.set(bytes.subarray(Address.registers, Address.processorEnd));
  const view = new DataView(state.buffer);
  view.setInt32(inProcessor(Address.lastVirtualPage), -1, true);
  for (const address of [
    Address.physicalPageOfInstruction,
    Address.previousInstructionPointer,
    Address.instructionCounter,
    Address.timestampAtCapture,
    Address.timestampAtCapture + 4,
  ]) {
    view.setUint32(inProcessor(address), 0, true);
  }
  state.fill(0, inProcessor(Address.sseScratch), inProcessor(Address.sseScratch) + 16);
  for (const [offset, address] of [
    [MASTER, exports.get_pic_addr_master()],
    [SLAVE, exports.get_pic_addr_slave()],
  ] as const) {
    state.set(bytes.subarray(address, address + INTERRUPT_CONTROLLER), offset);
  }
  state.set(bytes.subarray(Address.timestampOffset, Address.timestampOffset + 8), TIMESTAMP_OFFSET);
  view.setUint32(SETTLED_FLAGS, exports.get_eflags(), true);
  view.setUint32(INTERRUPT_SHADOW, instance.byte(Own.shadow), true);
  return state;
}

/**
 * The processor without the difference between flags that have been computed and flags that still wait for it, and without what
 * compiled code leaves above a result of 8 or 16 bits: no flag is made of that.
 */
function settled(processor: Uint8Array): Uint8Array {
  const state = processor.slice();
  const view = new DataView(state.buffer);
  const highestBit = view.getUint8(inProcessor(Address.lastOperationSize));
  const result = inProcessor(Address.lastResult);
  view.setUint32(result, view.getUint32(result, true) & (2 * 2 ** highestBit - 1), true);
  state.copyWithin(inProcessor(Address.flags), SETTLED_FLAGS, SETTLED_FLAGS + 4);
  state.fill(0, inProcessor(Address.flagsChanged), inProcessor(Address.flagsChanged) + 4);
  return state;
}

/**
 * Puts a processor and its translations back. No code may be compiled from pages whose content has changed. `current`
 * must be given when there is compiled code: see {@link restoreTranslations}.
 */
export function restoreProcessor(
  instance: V86Instance,
  processor: Uint8Array,
  translations: Uint32Array,
  current?: (page: number, entry: number) => boolean,
): void {
  const { bytes, exports } = instance;
  bytes.set(processor.subarray(0, FIXED_PLACES), Address.registers);
  bytes.set(processor.subarray(MASTER, SLAVE), exports.get_pic_addr_master());
  bytes.set(processor.subarray(SLAVE, TIMESTAMP_OFFSET), exports.get_pic_addr_slave());
  bytes.set(processor.subarray(TIMESTAMP_OFFSET, SETTLED_FLAGS), Address.timestampOffset);
  exports.set_control_word(instance.half(Address.fpuControl));
  exports.update_state_flags();
  restoreTranslations(instance, translations, current);
  restoreShadow(instance, processor);
}

/** The shadow of an STI is kept among the words of the rewrite, so no layer of v86's memory brings it back. */
export function restoreShadow(instance: V86Instance, processor: Uint8Array): void {
  const view = new DataView(processor.buffer, processor.byteOffset, processor.length);
  instance.setByte(Own.shadow, view.getUint32(INTERRUPT_SHADOW, true));
}

// ── the compiled layer ──

/** Takes everything of v86's memory but guest RAM and the words of the rewrite, and the compiled functions. */
export function captureCompiled(instance: V86Instance): CompiledLayer {
  // What was nearly worth compiling would else be compiled in every run from here, and dropped again.
  instance.coolPages();
  const memory = Buffer.from(instance.bytes.buffer);
  const pages = new Map<number, Uint8Array>();
  for (const [start, end] of instance.regionsOutsideRam()) {
    for (let at = start; at < end; at += PAGE) {
      if (!isZero(memory, at)) pages.set(at, Uint8Array.from(memory.subarray(at, at + PAGE)));
    }
  }
  return {
    memoryLength: memory.length,
    pages,
    code: instance.functions.code(),
    exits: instance.probing.exits.slice(),
  };
}

/** Whether this code is left before all instructions that are watched for. */
export function compiledForProbes(instance: V86Instance, layer: CompiledLayer): boolean {
  return instance.probing.exits.every((bits, i) => (bits & ~(layer.exits[i] ?? 0)) === 0);
}

/** Pages of v86's two tables with an entry for each linear page: of translations, and of the code behind them. */
const TRANSLATION_TABLES = [Address.tlbCode, Address.tlbData].map(
  (start) => [Math.ceil(start / PAGE) * PAGE, Math.floor((start + 4 * 2 ** 20) / PAGE) * PAGE] as const,
);

/**
 * Makes memory zero, but for the tables of translations: v86 has a list of what is in them, and clears them faster. In a machine that
 * has just been made, to look through them would have the host provide each page of 8 MiB.
 */
function clear(memory: Buffer, start: number, end: number): void {
  let from = start;
  for (const [tableStart, tableEnd] of TRANSLATION_TABLES) {
    if (tableEnd <= from || tableStart >= end) continue;
    clearRange(memory, from, tableStart);
    from = tableEnd;
  }
  clearRange(memory, from, end);
}

/** Makes memory zero, but writes to no page that is. */
function clearRange(memory: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at += zeroPages.length) {
    const length = Math.min(zeroPages.length, end - at);
    if (memory.compare(zeroPages, 0, length, at, at + length) === 0) continue;
    for (let page = at; page < at + length; page += PAGE) {
      if (!isZero(memory, page)) memory.fill(0, page, page + PAGE);
    }
  }
}

/** Puts the compiled layer back; guest RAM must be put back beside it. */
export function restoreCompiled(instance: V86Instance, layer: CompiledLayer): void {
  instance.growTo(layer.memoryLength);
  const memory = Buffer.from(instance.bytes.buffer);
  const own = instance.saveOwnWords();
  // of translations, and of where they lead to code: see clear
  instance.exports.full_clear_tlb();
  for (const [start, end] of instance.regionsOutsideRam()) {
    let zeroFrom = start;
    for (const [at, page] of layer.pages) {
      if (at < zeroFrom || at >= end) continue;
      clear(memory, zeroFrom, at);
      memory.set(page, at);
      zeroFrom = at + PAGE;
    }
    clear(memory, zeroFrom, end);
  }
  instance.restoreOwnWords(own);
  instance.setCompiledCode(layer.code);
  instance.probing.setExits(layer.exits);
}

/** SHA-256, in hex, of the guest's own state: equal for two machines that will do the same from here on. */
export function digestImage(image: Image): string {
  const hash = sha256();
  const number = new Uint32Array(1);
  const numberBytes = new Uint8Array(number.buffer);
  image.pages.forEach((page, i) => {
    if (page === undefined) return;
    number[0] = i;
    hash.update(numberBytes).update(page);
  });
  hash.update(settled(image.processor)).update(JSON.stringify(image.surroundings));
  return hash.hex();
}
