/**
 * One running v86: its memory, its imports, the code it has compiled.
 *
 * Turns the WebAssembly instance into something TypeScript can speak to. Knows v86, but no device, no clock and no
 * policy: what the guest does at its ports, and when to stop, is asked of the {@link Host}.
 */

import { hex } from '../hex.ts';
import type { CodeStore } from '../code-store.ts';
import type { HostWork } from '../types.ts';
import { type CompiledCode, compiledFrom } from './compiled-code.ts';
import { ListedFunctions } from './function-list.ts';
import { CodeFromHere } from './executed.ts';
import { FunctionTable } from './function-table.ts';
import { connectHostFunctions } from './host-functions.ts';
import {
  Address,
  CallOut,
  COMPILE_THRESHOLD,
  FLAG_INTERRUPT,
  HeatTable,
  JitConfig,
  Own,
  OWN_MAPS_LENGTH,
  PAGE,
  PAGE_WALK_EXPORT,
  PORT_READ_EXPORT,
  PORT_WRITE_EXPORT,
  StepLogArea,
  STEPS_EXPORT,
  Tally,
  TlbFlag,
  TRANSLATIONS_REMEMBERED,
} from './internals.ts';
import { withBranchHints } from './branch-hints.ts';
import { withConvention } from './calling-convention.ts';
import { withFlagsInLocals } from './flags-in-locals.ts';
import { v86Module } from './module.ts';
import { Probing } from './probing.ts';
import { ProcessorShutdown, refusalOf, type Use } from './protection/rules.ts';
import { UnsupportedV86Error } from './rewrite.ts';
import { computeSse } from './sse-host.ts';
import { X87Host } from './x87/host.ts';

/** The functions of v86 that are called from here. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  rust_init(): void;
  reset_cpu(): void;
  allocate_memory(bytes: number): number;
  main_loop(): number;
  set_jit_config(index: number, value: number): void;
  update_state_flags(): void;
  full_clear_tlb(): void;
  jit_clear_cache_js(): void;
  jit_dirty_cache(start: number, end: number): void;
  codegen_finalize_finished(slot: number, start: number, stateFlags: number): void;
  device_raise_irq(line: number): void;
  device_lower_irq(line: number): void;
  get_eflags(): number;
  get_pic_addr_master(): number;
  get_pic_addr_slave(): number;
  set_control_word(word: number): void;
  [PORT_READ_EXPORT](port: number): number;
  [PORT_WRITE_EXPORT](port: number, value: number): void;
  readonly [STEPS_EXPORT]: (count: number, log: number, callsOut: number) => number;
  [PAGE_WALK_EXPORT](address: number, writing: number, user: number, jit: number, effects: number): number;
}

/** Their names, which an interface does not have when this runs: the type says where one is missing. */
const CALLED: Readonly<Record<Exclude<keyof Exports, 'memory'>, true>> = {
  rust_init: true,
  reset_cpu: true,
  allocate_memory: true,
  main_loop: true,
  set_jit_config: true,
  update_state_flags: true,
  full_clear_tlb: true,
  jit_clear_cache_js: true,
  jit_dirty_cache: true,
  codegen_finalize_finished: true,
  device_raise_irq: true,
  device_lower_irq: true,
  get_eflags: true,
  get_pic_addr_master: true,
  get_pic_addr_slave: true,
  set_control_word: true,
  [PORT_READ_EXPORT]: true,
  [PORT_WRITE_EXPORT]: true,
  [PAGE_WALK_EXPORT]: true,
  [STEPS_EXPORT]: true,
};

function exportsOf(memory: WebAssembly.Memory, functions: ListedFunctions): Exports {
  const called = Object.keys(CALLED).map((name) => [name, functions.get(name)]);
  return { memory, ...(Object.fromEntries(called) as Omit<Exports, 'memory'>) };
}

/** What an instance asks of the machine around it. All of it is called while the guest executes an instruction. */
export interface Host {
  readPort(port: number, width: 1 | 2 | 4): number;
  writePort(port: number, width: 1 | 2 | 4, value: number): void;
  /** The time stamp counter before the guest's own offset. */
  timestamp(): number;
  /** The next random word. */
  random(): number;
  /** A software interrupt whose vector is trapped. True: the instruction is done, the guest's gate is not used. */
  softwareInterrupt(vector: number): boolean;
  /** An IRET has just entered an outer ring. */
  interruptReturned(): void;
  /** The processor stands before an instruction that may be one that is watched for. True: come back. */
  instructionReached(): boolean;
  /** The processor has entered the handler of an exception or a hardware interrupt; told only while instructions are watched for. */
  interrupted(vector: number): void;
  /** An IRET is about to be done; told only while instructions are watched for. */
  interruptReturning(): void;
  /** The guest is about to access memory; told only while memory is watched. True: the page is. */
  memoryAccessed(address: number, writing: boolean): boolean;
}

const WASM_PAGE = 65536;

/** What became of a single step: bit 1, it was done; bit 0, {@link Own.limit} does not lie ahead any more. */
export const StepOutcome = { refused: 0, refusedAtLimit: 1, done: 2, doneAtLimit: 3 } as const;
export type StepOutcome = (typeof StepOutcome)[keyof typeof StepOutcome];

export class V86Instance {
  readonly exports: Exports;
  readonly ramStart: number;
  readonly ramSize: number;
  /** Start and length of the map of written pages; not part of any machine's state. */
  readonly dirtyMapStart: number;
  readonly dirtyMapLength: number;
  /** The compiled guest code. */
  readonly functions = new FunctionTable();
  /** The instructions that are watched for. */
  readonly probing = new Probing(this);
  /** What v86 said last before it gave up. */
  lastMessage = '';

  readonly #codeFromHere = new CodeFromHere(this);
  readonly #steps: Exports[typeof STEPS_EXPORT];
  #pendingCompile: { slot: number; start: number; stateFlags: number } | undefined;
  #bytesNow: Uint8Array<ArrayBuffer>;
  #viewNow: DataView;

  /** `codeStore`: see {@link v86Module}. */
  constructor(ramSize: number, host: Host, codeStore?: CodeStore) {
    const module = v86Module(codeStore);
    const instance = new WebAssembly.Instance(module, { env: this.#imports(host) });
    const functions = new ListedFunctions(module, instance);
    this.exports = exportsOf(instance.exports['memory'] as WebAssembly.Memory, functions);
    this.#steps = this.exports[STEPS_EXPORT];
    const x87 = new X87Host(this);
    connectHostFunctions(this.functions.table, {
      timestamp: () => host.timestamp(),
      computeSse: (operation, register, immediate) => computeSse(this, operation, register, immediate),
      x87: (packed) => x87.execute(packed),
      judgeSelector: (use, selector, ring, found, low, high) => {
        const refusal = refusalOf(use as Use, selector, ring, found, [low, high]);
        return refusal === undefined ? 0 : (refusal.vector << 16) | refusal.errorCode;
      },
      shutDown: () => {
        throw new ProcessorShutdown();
      },
    });
    this.functions.connect(functions, this.exports.memory);
    // nothing has been allocated yet: what grows first lies behind v86's own data, where the list is moved
    const listPages = (4 * TRANSLATIONS_REMEMBERED) / WASM_PAGE;
    if (this.exports.memory.grow(listPages) * WASM_PAGE !== Address.validTlbEntries)
      throw new UnsupportedV86Error('its memory has another size when it starts');
    this.exports.rust_init();
    this.ramSize = ramSize;
    const used = this.exports.memory.buffer.byteLength;
    this.ramStart = this.exports.allocate_memory(ramSize);
    // what v86 grew its memory by is zero, what it had already may have been used
    new Uint8Array(this.exports.memory.buffer as ArrayBuffer).fill(
      0,
      this.ramStart,
      Math.min(used, this.ramStart + ramSize),
    );
    this.dirtyMapLength = ramSize / PAGE;
    this.dirtyMapStart = this.exports.memory.grow(this.#ownPages) * WASM_PAGE;
    this.#bytesNow = new Uint8Array(this.exports.memory.buffer as ArrayBuffer);
    this.#viewNow = new DataView(this.#bytesNow.buffer);
    this.setWord(Address.memorySize, ramSize);
    this.exports.reset_cpu();
    this.#checkLayout();
    // One page per compiled module compiles least; loops are left by the limit instead.
    this.exports.set_jit_config(JitConfig.maxPages, 1);
    this.exports.set_jit_config(JitConfig.loopSafety, 0);
    this.setWord(Own.dirtyMap, this.dirtyMapStart);
    this.setWord(Own.probeMap, this.dirtyMapStart + this.dirtyMapLength);
  }

  /** Addresses that a reset leaves in a known state: a cheap proof that internals.ts fits this v86. */
  #checkLayout(): void {
    const expected: readonly [string, number, number][] = [
      ['instructionPointer', this.word(Address.instructionPointer), 0xffff0],
      ['memorySize', this.word(Address.memorySize), this.ramSize],
      ['guestRam', this.word(Address.guestRam), this.ramStart],
      ['fpuControl', this.half(Address.fpuControl), 0x37f],
      ['mxcsr', this.word(Address.mxcsr), 0x1f80],
      ['registers', this.word(Address.registers + 16), 0x100],
      ['control', this.word(Address.control), 0x60000010],
    ];
    for (const [name, value, wanted] of expected) {
      if (value !== wanted) throw new UnsupportedV86Error(`${name} is ${hex(value)} after reset`);
    }
  }

  #imports(host: Host): WebAssembly.ModuleImports {
    // The main loop measures a turn with this clock and ends it after one; see rewrite.ts for what bounds a turn.
    let turns = 0;
    const outsideRam = (address: number): boolean => address >>> 0 >= this.ramSize;
    // What v86 thinks a display's memory (0xA0000 to 0xBFFFF) is plain RAM here.
    const readRam = (address: number, bytes: 1 | 4): number => {
      if (outsideRam(address)) return bytes === 1 ? 0xff : -1;
      return bytes === 1 ? this.byte(this.ramStart + address) : this.word(this.ramStart + address);
    };
    const writeRam = (address: number, value: number, bytes: 1 | 2 | 4): void => {
      if (outsideRam(address)) return;
      this.markDirty(address, bytes);
      for (let i = 0; i < bytes; i++) this.setByte(this.ramStart + address + i, value >>> (8 * i));
    };
    return {
      __indirect_function_table: this.functions.table,
      microtick: () => (turns += 2),
      run_hardware_timers: () => 0,
      get_rand_int: () => host.random(),
      cpu_event_halt: () => undefined,
      stop_idling: () => undefined,
      mmap_read8: (address: number) => readRam(address, 1),
      mmap_read32: (address: number) => readRam(address, 4),
      mmap_write8: (address: number, value: number) => {
        writeRam(address, value, 1);
      },
      mmap_write16: (address: number, value: number) => {
        writeRam(address, value, 2);
      },
      mmap_write32: (address: number, value: number) => {
        writeRam(address, value, 4);
      },
      mmap_write64: (address: number, ...values: number[]) => {
        values.forEach((value, i) => {
          writeRam(address + 4 * i, value, 4);
        });
      },
      mmap_write128: (address: number, ...values: number[]) => {
        values.forEach((value, i) => {
          writeRam(address + 4 * i, value, 4);
        });
      },
      io_port_read8: (port: number) => host.readPort(port, 1),
      io_port_read16: (port: number) => host.readPort(port, 2),
      io_port_read32: (port: number) => {
        if (port <= 0xffff) return host.readPort(port, 4);
        return this.#callOut(host, port);
      },
      io_port_write8: (port: number, value: number) => {
        host.writePort(port, 1, value & 0xff);
      },
      io_port_write16: (port: number, value: number) => {
        host.writePort(port, 2, value & 0xffff);
      },
      io_port_write32: (port: number, value: number) => {
        host.writePort(port, 4, value >>> 0);
      },
      jit_clear_func: (slot: number) => {
        this.functions.set(slot, undefined);
      },
      codegen_finalize: (slot: number, start: number, stateFlags: number, code: number, length: number) => {
        this.#compile(slot, start, stateFlags, code >>> 0, length >>> 0);
      },
      console_log_from_wasm: (text: number, length: number) => {
        this.lastMessage = Buffer.from(this.bytes.buffer, text >>> 0, length).toString();
      },
    };
  }

  /** What the rewritten v86 has to say through a port number that does not exist. */
  #callOut(host: Host, request: number): number {
    const detail = request & 0xffff;
    switch (request - detail) {
      case CallOut.softwareInterrupt:
        return host.softwareInterrupt(detail) ? 1 : 0;
      case CallOut.interruptReturn:
        if (detail === CallOut.beforeReturn) host.interruptReturning();
        else host.interruptReturned();
        return 0;
      case CallOut.instruction:
        return host.instructionReached() ? 1 : 0;
      case CallOut.interrupted:
        host.interrupted(detail);
        return 0;
      default:
        return host.memoryAccessed(this.word(Own.accessAddress), detail !== 0) ? 1 : 0;
    }
  }

  /** Pages of WebAssembly memory that hold the maps of the rewrite. */
  get #ownPages(): number {
    return Math.ceil((this.dirtyMapLength + OWN_MAPS_LENGTH) / WASM_PAGE);
  }

  /** All of v86's linear memory. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytesNow.length === 0) this.#refresh();
    return this.#bytesNow;
  }

  get #view(): DataView {
    if (this.#bytesNow.length === 0) this.#refresh();
    return this.#viewNow;
  }

  #refresh(): void {
    this.#bytesNow = new Uint8Array(this.exports.memory.buffer as ArrayBuffer);
    this.#viewNow = new DataView(this.#bytesNow.buffer);
  }

  /** {@link Address.instructionCounter}, by the shortest way: it is read at each single step. */
  get instructionCounter(): number {
    if (this.#bytesNow.length === 0) this.#refresh();
    return this.#viewNow.getUint32(Address.instructionCounter, true);
  }

  byte(address: number): number {
    return this.#view.getUint8(address);
  }
  half(address: number): number {
    return this.#view.getUint16(address, true);
  }
  word(address: number): number {
    return this.#view.getUint32(address, true);
  }
  double(address: number): bigint {
    return this.#view.getBigUint64(address, true);
  }
  setByte(address: number, value: number): void {
    this.#view.setUint8(address, value);
  }
  setHalf(address: number, value: number): void {
    this.#view.setUint16(address, value, true);
  }
  setWord(address: number, value: number): void {
    this.#view.setUint32(address, value, true);
  }

  setDouble(address: number, value: bigint): void {
    this.#view.setBigUint64(address, value, true);
  }

  /** From here on a page is compiled once so many of its instructions have been interpreted. */
  setCompileThreshold(instructions: number): void {
    this.setWord(this.word(Own.probeMap) + COMPILE_THRESHOLD, instructions);
  }

  /** Executes one instruction where {@link Own.limit} lies ahead and it is not one that is watched for. */
  stepOnce(): StepOutcome {
    return this.#steps(1, 0, 0) as StepOutcome;
  }

  /** Executes at most so many instructions one by one, up to {@link Own.limit}; {@link loggedSteps} tells where the first ones stood. */
  stepLogged(count: number): void {
    const log = this.word(Own.probeMap) + StepLogArea.addresses;
    this.#steps(Math.min(count, StepLogArea.capacity), log, 1);
  }

  /** The linear addresses and the rings of the first so many of them. The arrays are valid until the guest runs again. */
  loggedSteps(count: number): { readonly addresses: Uint32Array; readonly rings: Uint8Array } {
    const start = this.word(Own.probeMap);
    const { buffer } = this.bytes;
    return {
      addresses: new Uint32Array(buffer, start + StepLogArea.addresses, count),
      rings: new Uint8Array(buffer, start + StepLogArea.rings, count),
    };
  }

  /** What {@link Tally} counts. */
  hostWork(): HostWork {
    const at = (count: number): number => Number(this.double(this.word(Own.probeMap) + count));
    return { interpreted: at(Tally.interpreted), stretches: at(Tally.stretches), entries: at(Tally.entries) };
  }

  /** Guest RAM. The array is valid until the guest runs again. */
  ram(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.ramStart, this.ramStart + this.ramSize);
  }

  /** A byte per page of guest RAM: not zero when the page may have been written since {@link resetDirty}. */
  dirtyMap(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.dirtyMapStart, this.dirtyMapStart + this.dirtyMapLength);
  }

  markDirty(address: number, length: number): void {
    if (length <= 0) return;
    this.dirtyMap().fill(1, address >>> 12, ((address + length - 1) >>> 12) + 1);
  }

  /** Starts the map of written pages anew. Pages that the guest can write without a page walk stay marked. */
  resetDirty(): void {
    const map = this.dirtyMap();
    map.fill(0);
    const view = this.#view;
    const count = this.word(Address.validTlbCount);
    for (let i = 0; i < count; i++) {
      const page = view.getUint32(Address.validTlbEntries + 4 * i, true);
      const entry = view.getUint32(Address.tlbData + 4 * page, true);
      if ((entry & (TlbFlag.valid | TlbFlag.readOnly | TlbFlag.inMappedRange)) !== TlbFlag.valid) continue;
      const physical = (((entry & -PAGE) ^ (page << 12)) >>> 0) - this.ramStart;
      if (physical >= 0 && physical < this.ramSize) map[physical >>> 12] = 1;
    }
  }

  /** All of v86's memory but guest RAM and the map of written pages: start and end, in whole pages. */
  regionsOutsideRam(): readonly (readonly [number, number])[] {
    const end = this.bytes.length;
    const ramEnd = this.ramStart + this.ramSize;
    const mapEnd = this.dirtyMapStart + this.#ownPages * WASM_PAGE;
    return [
      [0, this.ramStart],
      [ramEnd, this.dirtyMapStart],
      [mapEnd, end],
    ];
  }

  growTo(length: number): void {
    const missing = length - this.bytes.length;
    if (missing > 0) this.exports.memory.grow(missing / WASM_PAGE);
  }

  /** The rewrite's own words at the bottom of memory: how the host watches, no part of the machine. */
  saveOwnWords(): Uint8Array {
    return this.bytes.slice(0, Own.end);
  }
  restoreOwnWords(words: Uint8Array): void {
    this.bytes.set(words, 0);
  }

  /** Raises or lowers an interrupt line; the interrupt is taken at once where the guest lets it. */
  setInterruptLine(line: number, level: boolean): void {
    const flags = this.word(Address.flags);
    const shadow = this.byte(Own.shadow) !== 0 && (flags & FLAG_INTERRUPT) !== 0;
    // v86 knows no shadow: hide the interrupt flag from it, and let the end of the shadow take the interrupt
    if (shadow) this.setWord(Address.flags, flags & ~FLAG_INTERRUPT);
    if (level) this.exports.device_raise_irq(line);
    else this.exports.device_lower_irq(line);
    if (shadow) this.setWord(Address.flags, flags);
  }

  /**
   * Calls out for accesses to these physical pages, through whatever linear address, and runs nothing compiled meanwhile.
   * Undefined ends it.
   */
  watch(pages: ReadonlySet<number> | undefined): void {
    if (pages !== undefined) this.#forgetTranslationsTo(pages);
    // the interpreter keeps the translation of its page
    this.setWord(Address.lastVirtualPage, 0xffff_ffff);
    this.setByte(Own.watching, pages === undefined ? 0 : 1);
  }

  #forgetTranslationsTo(pages: ReadonlySet<number>): void {
    for (let at = this.word(Address.validTlbCount) - 1; at >= 0; at--) {
      const linear = this.word(Address.validTlbEntries + 4 * at);
      const entry = this.word(Address.tlbData + 4 * linear);
      if (entry === 0) continue;
      const physical = (((entry & -PAGE) ^ (linear << 12)) >>> 0) - this.ramStart;
      if (!pages.has(physical >>> 12)) continue;
      if (physical >= 0 && physical < this.ramSize) this.exports.jit_dirty_cache(physical, physical + PAGE);
      this.setWord(Address.tlbData + 4 * linear, 0);
    }
  }

  // ── compiled code ──

  #compile(slot: number, start: number, stateFlags: number, code: number, length: number): void {
    const compiled = compiledFrom(
      withBranchHints(withConvention(withFlagsInLocals(this.bytes.subarray(code, code + length)))),
      start >>> 12,
    );
    this.functions.set(slot, compiled);
    this.probing.codeCompiled(slot);
    this.#codeFromHere.compiled(slot, compiled);
    this.#pendingCompile = { slot, start, stateFlags };
    // v86 is told once it no longer holds its lock, that is after the main loop has come back: make it come back.
    this.setWord(Own.limit, this.word(Address.instructionCounter));
  }

  /** Forgets how often pages were interpreted, or remembers a part of it: see {@link HeatTable}. */
  coolPages(remembered = 0): void {
    this.#changeHeat((heat) => Math.trunc(heat * remembered));
  }

  /** Lets pages that have been interpreted appear often enough interpreted to be compiled. */
  heatPages(): void {
    this.#changeHeat(() => HeatTable.enough);
  }

  #changeHeat(change: (heat: number) => number): void {
    const control = this.word(HeatTable.control);
    for (let bucket = 0; bucket <= this.word(HeatTable.mask); bucket++) {
      if ((this.byte(control + bucket) & HeatTable.empty) !== 0) continue;
      const heat = control - (bucket + 1) * HeatTable.bucketBytes + HeatTable.heatInBucket;
      this.setWord(heat, change(this.word(heat)));
    }
  }

  /** Hands the code compiled in the last turn over to v86. */
  finishCompile(): boolean {
    const pending = this.#pendingCompile;
    if (pending === undefined) return false;
    this.#pendingCompile = undefined;
    this.exports.codegen_finalize_finished(pending.slot, pending.start, pending.stateFlags);
    return true;
  }

  /** Puts code into the function table; what was being compiled is forgotten. */
  setCompiledCode(code: readonly (CompiledCode | undefined)[]): void {
    this.#pendingCompile = undefined;
    this.functions.setAll(code);
    this.probing.codeReplaced();
    this.#codeFromHere.replaced(code);
  }
}
