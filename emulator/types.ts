/**
 * The vocabulary of the machine: what can be asked of it and what it answers.
 *
 * Everything above this folder is written against these types alone; nothing here says "v86" or "Nanvix".
 * What must hold: a run is a function of the machine's state at its start. Stopping, stepping, looking, or
 * having code compiled or not never changes at which instruction count anything in the guest happens.
 */

import { hex } from './hex.ts';
import type { CodeStore } from './code-store.ts';

/** The general registers in the processor's own order of encoding, the instruction pointer and the flags. All are unsigned 32-bit. */
export const REGISTER_NAMES = [
  'eax',
  'ecx',
  'edx',
  'ebx',
  'esp',
  'ebp',
  'esi',
  'edi',
  'eip',
  'eflags',
] as const;
export type RegisterName = (typeof REGISTER_NAMES)[number];

/** Segment registers in the processor's own order of encoding. */
export const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
export type SegmentName = (typeof SEGMENT_NAMES)[number];

/** The control registers there are, by number. */
export const CONTROL_REGISTERS = [0, 2, 3, 4] as const;
export type ControlRegister = (typeof CONTROL_REGISTERS)[number];

/** The processor as a debugger sees it. Reads and writes act on the machine at once; values are unsigned. */
export interface Registers {
  get(name: RegisterName): number;
  set(name: RegisterName, value: number): void;
  /** The selector held by a segment register. */
  segment(name: SegmentName): number;
  /** The base address a segment register adds. */
  segmentBase(name: SegmentName): number;
  control(index: ControlRegister): number;
  /** Current privilege level, 0 to 3. */
  readonly privilege: number;
  /** The interrupt descriptor table: linear base and limit in bytes. */
  readonly idt: { base: number; limit: number };
  readonly gdt: { base: number; limit: number };
  /** The x87 and SSE state in the 512-byte layout of FXSAVE. */
  fxsave(): Uint8Array;
  fxrestore(image: Uint8Array): void;
}

/** Little-endian access to a range of addresses. Out of range: RangeError. */
export interface AddressSpace {
  read8(address: number): number;
  read16(address: number): number;
  read32(address: number): number;
  write8(address: number, value: number): void;
  write16(address: number, value: number): void;
  write32(address: number, value: number): void;
  /** A copy of `length` bytes. */
  read(address: number, length: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
}

/** Guest-physical memory: from 0 to `size`. Writing drops code compiled from the pages written. */
export interface PhysicalMemory extends AddressSpace {
  /** Bytes of RAM. */
  readonly size: number;
  fill(address: number, length: number, value: number): void;
}

/** One page of the guest's linear address space, as its page tables stand. */
export interface Mapping {
  readonly linear: number;
  readonly physical: number;
  /** Bytes covered: 4096, or 4 MiB for a large page. */
  readonly size: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
}

/**
 * Linear memory through the guest's current page tables, walked by the machine itself: no fault is raised in
 * the guest and no accessed bit is set. An unmapped address throws {@link UnmappedAddressError}.
 */
export interface LinearMemory extends AddressSpace {
  /** The physical address behind a linear one, or undefined when it is not mapped. */
  translate(address: number): number | undefined;
  /**
   * Where the mapped parts of a range lie, each within a page. A kernel may switch paging off for a moment: the tables that
   * CR3 still names count then, where they map an address.
   */
  locate(address: number, length: number): PhysicalPiece[];
  /** The longest mapped part of a range, from its start; an empty array when even the first byte is not mapped. */
  readMapped(address: number, length: number): Uint8Array;
  /** The same into a buffer of the caller's, for those who read often. Returns how many bytes were mapped. */
  readMappedInto(address: number, target: Uint8Array): number;
  /** All mappings, in ascending order; contiguous pages are not merged. */
  mappings(): Iterable<Mapping>;
}

export type PortWidth = 1 | 2 | 4;

/** A device behind I/O ports. A handler runs inside the guest's instruction; registers and memory are consistent. */
export interface PortHandler {
  write?(value: number, width: PortWidth, port: number): void;
  read?(width: PortWidth, port: number): number;
}

/** Sees an access to a port that nobody claimed. */
export type UnclaimedPortHandler = (port: number, access: 'read' | 'write') => void;

/** Memory to be watched. */
export interface WatchedRange {
  readonly address: number;
  /** Bytes: 1 to 4096. */
  readonly length: number;
  /** `access` is both. */
  readonly access: 'read' | 'write' | 'access';
  /**
   * What `address` is; `linear` when not given. Linear memory is what the page tables say lies there, wherever that is at the
   * time, and while paging is off what the tables that CR3 names say.
   */
  readonly space?: 'linear' | 'physical';
}

/** What an instruction did to a watched range. */
export interface MemoryAccess {
  /** What it did first. */
  readonly access: 'read' | 'write';
  /** The bytes of the range before it and behind it; zero where nothing is mapped. */
  readonly previous: Uint8Array;
  readonly value: Uint8Array;
}

export type AccessHandler = (access: MemoryAccess) => void;

/** A part of a linear range that is contiguous in physical memory, and where in the range it starts. */
export interface PhysicalPiece {
  readonly physical: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * A software interrupt seen before the guest's own gate is used: the processor still stands in the program's ring,
 * behind the INT, and nothing has been pushed. What is written to registers and memory is what the kernel will see.
 */
export interface TrappedInterrupt {
  readonly vector: number;
  /** Registers at the INT, as the guest's kernel would find them in its frame; `eip` is that of the next instruction. */
  readonly frame: { eip: number; cs: number; eflags: number; esp: number; ss: number };
}

/** What happens to a trapped interrupt: the guest's own handler serves it, or it returns at once as the registers stand. */
export type TrapDecision = 'deliver' | 'return';

export type TrapHandler = (interrupt: TrappedInterrupt) => TrapDecision;

/** Why a run came back. `reason` is whatever was handed to {@link Machine.requestStop}. */
export type MachineStop<Reason = unknown> =
  | { readonly kind: 'requested'; readonly reason: Reason }
  /** The processor halts with interrupts off: nothing can ever happen again. */
  | { readonly kind: 'halted' }
  /** The instruction count or virtual time that was asked for is reached, exactly. */
  | { readonly kind: 'reached'; readonly limit: 'instructions' | 'virtual-time' }
  /** The wall clock's backstop. The machine is intact and can run on. */
  | { readonly kind: 'wall-time' }
  /** An execution breakpoint, before its instruction; or a watchpoint, after the instruction that touched it. */
  | { readonly kind: 'breakpoint'; readonly address: number }
  | { readonly kind: 'watchpoint'; readonly address: number; readonly access: 'read' | 'write' }
  /** The emulated processor gave up (triple fault, bad gate, bad stack). The machine can only be discarded or restored. */
  | { readonly kind: 'crash'; readonly cause: MachineCrash };

export interface MachineCrash {
  readonly message: string;
  readonly registers: Readonly<Record<RegisterName, number>>;
  /** CR2: the last address that faulted. */
  readonly faultAddress: number;
}

/** Where a run must stop at the latest. Counts are absolute, not relative to the start of this run. */
export interface RunLimits {
  /** Value of {@link Machine.instructions}. */
  readonly instructions?: number;
  /** Value of {@link Machine.virtualNanoseconds}. */
  readonly virtualNanoseconds?: number;
  /** Wall milliseconds for this call: a backstop, checked every few thousand instructions. */
  readonly wallMilliseconds?: number;
}

export interface MachineOptions {
  /** RAM in MiB; a power of two is not required. */
  readonly memoryMiB: number;
  /** Guest instructions per virtual microsecond; 1000 when not given. */
  readonly instructionsPerMicrosecond?: number;
  /** Seed of everything the guest could draw as random (RDRAND); 1 when not given. */
  readonly randomSeed?: number;
  /** Monotonic wall clock in milliseconds, for the backstop only. */
  readonly wallClock: () => number;
  /**
   * False runs everything in the interpreter. A number says for how many instructions only the very hottest pages are compiled: a
   * machine that runs shorter than about 50 million is done before other compiled code pays. The result is the same to the
   * instruction.
   */
  readonly compile?: boolean | number;
  /** Time of the battery-backed clock at virtual time zero, in seconds since 1970; 0 when not given. */
  readonly bootTimeSeconds?: number;
  /**
   * Where the emulator keeps machine code for later processes: what it is made of itself, for which only the first machine of a
   * process decides, and what it compiles from guests. Nothing is kept when not given. What a guest does is the same.
   */
  readonly codeStore?: CodeStore;
}

/**
 * All of a machine at one instant: RAM, processor, devices, and (when warm) the code compiled so far.
 * A value: restoring never consumes it, and it may be restored into any machine of the same memory size.
 */
export interface MachineImage {
  readonly memoryBytes: number;
  readonly instructions: number;
  readonly virtualNanoseconds: number;
}

export interface CaptureOptions {
  /** False leaves the compiled code out of the image: smaller, and slower after a restore. */
  readonly compiled?: boolean;
}

export interface KeepCodeOptions {
  /**
   * True, as by default: V8 optimizes all of the code first, which takes some seconds. False: of code that was taken, V8 optimizes what
   * has been executed, for as long at most as the process has been there; of code that was compiled here, no machine code is kept.
   */
  readonly optimize?: boolean;
  /** Called before V8 optimizes what has been executed, with the number of pages that are left. */
  readonly onOptimize?: (pages: number) => void;
}

export interface RestoreOptions {
  /**
   * Which compiled code the machine has afterwards: the image's (`image`, the default; none when the image has
   * none), what it has now as far as the pages it was compiled from stay the same (`keep`), or none (`none`).
   * What the guest does is the same with each.
   */
  readonly compiled?: 'image' | 'keep' | 'none';
}

/** What a restore had to do; for benchmarks and specs. */
export interface RestoreReport {
  /** Pages of guest RAM that were copied back. */
  readonly pagesCopied: number;
}

/** How the host came to execute the instructions of a machine: for benchmarks, profiles and specs. No part of the machine's state. */
export interface HostWork {
  /** Instructions that were interpreted; all others were those of compiled code. */
  readonly interpreted: number;
  /** How often a stretch of instructions was interpreted. */
  readonly stretches: number;
  /** How often compiled code was entered by the loop that finds it. */
  readonly entries: number;
}

/** What the host's time goes into while a guest runs. */
export type WorkKind =
  'interpreted' | 'compiled' | 'compiling' | 'page look-ups' | 'x87' | 'memory slow path' | 'ports';

/** Instructions in the order in which they were executed; two arrays of one length. */
export interface StepLog {
  /** Their linear addresses. One that faulted counts and is there; one whose page was missing is not, and its handler follows. */
  readonly addresses: Uint32Array;
  /** The rings in which they were executed, 0 to 3. */
  readonly rings: Uint8Array;
}

export interface LoggedSteps {
  /** How many instructions were executed: so much at the start of the log was written. */
  readonly steps: number;
  /** Why it ended; `reached` where the log is full. */
  readonly stop: MachineStop;
}

export interface Machine {
  readonly registers: Registers;
  readonly memory: PhysicalMemory;
  readonly linear: LinearMemory;
  /** Instructions retired since the machine was made or since the count carried by the last restored image. Exact at every stop, in every port and trap handler. */
  readonly instructions: number;
  /** instructions / rate + time skipped while idle. */
  readonly virtualNanoseconds: number;
  /** Counts since the machine was made, or was put back after a crash; a restore leaves them. */
  readonly hostWork: HostWork;

  /** Puts the processor into 16-bit real mode with all segment bases 0, interrupts off, at `eip`. */
  enterRealMode(start: Partial<Record<RegisterName, number>>): void;

  // Whoever wants to be asked or told of something gets a function that ends it; several may want the same. None of it is
  // part of the machine's state: a restore leaves it as it is.

  /**
   * Claims ports; the last claim wins. An access is given whole, with its width, to who claimed its first port. One that starts
   * at a port of nobody, or of a device of the machine, reaches each further port as an access of one byte.
   *
   * @returns A function that ends the claim: whoever claimed the ports before answers again.
   */
  claimPorts(ports: readonly number[], handler: PortHandler): () => void;
  /**
   * Calls `handler` for each access that reaches no port that anybody claimed: a write does nothing, a read gives ones.
   *
   * @returns A function that ends it.
   */
  onUnclaimedPort(handler: UnclaimedPortHandler): () => void;
  /** Raises and lowers a line of the interrupt controllers, 0 to 15. */
  setInterruptLine(line: number, level: boolean): void;

  /**
   * Sees software interrupts of an unmodified kernel, made in rings above 0. Nothing in the guest's memory changes and no
   * instruction is added, so a run counts the same with and without. Several handlers of a vector are asked in the order in
   * which they came, until one answers `return`.
   *
   * @returns A function that ends it.
   */
  trapInterrupts(vectors: readonly number[], handler: TrapHandler): () => void;

  /**
   * Calls `handler` after each IRET that enters an outer ring, that is, when a kernel goes back to a program: registers and
   * memory are those that the program will see. Several may look on, in the order in which they came. Costs nothing else.
   *
   * @returns A function that ends it.
   */
  onInterruptReturn(handler: () => void): () => void;

  /**
   * Calls `handler` each time the instruction at a linear address is about to be executed, in whatever ring; registers and
   * memory stand before it, and {@link requestStop} stops there. Compiled code runs on at full speed, and the guest does
   * the same at the same counts. An address that is not mapped yet is watched for from when it is.
   *
   * @returns A function that ends it.
   */
  onExecute(linear: number, handler: () => void): () => void;

  /** Runs until something stops it. Must not be called from a handler. */
  run(limits?: RunLimits): MachineStop;
  /** From a handler: stops after the current instruction (before the next one is fetched), exactly. */
  requestStop(reason: unknown): void;
  /**
   * Executes `count` instructions (1 when not given), delivering interrupts where a run would. One instruction at a time takes some
   * tens of nanoseconds, with all of the machine to be looked at behind each; a larger count runs at full speed.
   */
  step(count?: number): MachineStop;
  /**
   * Executes instructions one by one, as many as the log has room for, and writes down each: several times as fast as {@link step}
   * and a look at the registers. What happens on the way is as in a run: stops, handlers, interrupts.
   */
  logSteps(log: StepLog): LoggedSteps;

  /**
   * Calls `handler` behind each instruction that touches a range of memory, through whatever linear address, and where the
   * host writes to it while the guest runs; {@link requestStop} stops there. Everything is interpreted while any memory is
   * watched.
   *
   * @returns A function that ends it.
   */
  onAccess(range: WatchedRange, handler: AccessHandler): () => void;

  /** Stops runs before the instruction at a linear address. @returns A function that ends it; others at the address stay. */
  setBreakpoint(linear: number): () => void;
  /**
   * Stops runs behind each instruction that touches linear memory, as {@link onAccess} tells. A stop that was asked for at
   * the same instruction goes first.
   *
   * @returns A function that ends it; others at the address stay.
   */
  setWatchpoint(linear: number, length: number, access: 'read' | 'write' | 'access'): () => void;

  capture(options?: CaptureOptions): MachineImage;
  restore(image: MachineImage, options?: RestoreOptions): RestoreReport;
  /**
   * Has what has been interpreted so far compiled when it is come by next, however seldom that was: for tests that compare
   * compiled code with the interpreter. What the guest does is the same. Nothing happens where nothing may be compiled.
   */
  compileSoon(): void;
  /**
   * From here on compiles what is half as hot as what it would compile else: for code that many runs will have, whether it is kept for
   * later processes or is part of an image. What the guest does is the same.
   */
  compileForManyRuns(): void;
  /**
   * Takes the compiled code that an earlier process kept under a key, if there is any that fits: that of pages which are here now what
   * they were there. The guest does the same with and without.
   *
   * @returns Whether there was. Never where the machine has compiled code of its own, and never without {@link MachineOptions.codeStore}.
   */
  takeCode(key: string): boolean;
  /**
   * Keeps the code compiled so far for later processes, as far as it belongs to memory as it stands now. `key` must say what the
   * guest consists of. A machine that took its code, and has compiled hardly any besides, keeps only what this V8 has made of that,
   * under the key by which it was taken. Without {@link MachineOptions.codeStore} nothing happens.
   */
  keepCode(key: string, options?: KeepCodeOptions): void;
  /** Frees the machine's memory; any later call throws. */
  dispose(): void;
}

/** A linear address that the guest's page tables do not map. */
export class UnmappedAddressError extends Error {
  readonly address: number;
  constructor(address: number) {
    super(`linear address ${hex(address >>> 0)} is not mapped in the guest`);
    this.name = 'UnmappedAddressError';
    this.address = address;
  }
}
