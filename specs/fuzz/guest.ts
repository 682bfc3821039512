/**
 * The bare guest around a fuzz case: a kernel of some dozen instructions that logs each fault and goes on behind the item that
 * faulted, and page tables that lay out the case's world.
 *
 * The case runs in ring 3. Its world lies in physical memory in the order of its linear addresses.
 */

import type { Machine, MachineOptions } from '../../emulator/index.ts';
import type { Assembler } from '../emulator/assembler.ts';
import { exit, Layout, loadGuest, makeMachine, Selector as Flat, TIMER_VECTOR } from '../emulator/guest.ts';
import { assembleCase, type Case, wordOf } from './case.ts';
import {
  At,
  Control,
  PAGE,
  type Region,
  REGIONS,
  SegmentBase,
  Selector,
  Size,
  Vector,
  WORLD,
} from './layout.ts';
import { initialContent } from './tables.ts';

/** Physical address of the world's first byte. */
const PHYSICAL = 0x10_0000;
export const MEMORY_MIB = 4;
/** Free physical memory: the page table of the world, a descriptor table, the address of the case's first instruction. */
const WORLD_TABLE = 0x6000;
const DESCRIPTORS = 0x6_0000;
const DESCRIPTORS_POINTER = DESCRIPTORS + 0x100;
const ENTRY = Layout.counters;

/** Exceptions that a program can raise; 1 when the processor pushes an error code. */
const EXCEPTIONS: Readonly<Record<number, 0 | 1>> = {
  ...{
    0: 0,
    1: 0,
    3: 0,
    4: 0,
    5: 0,
    6: 0,
    7: 0,
    8: 1,
    10: 1,
    11: 1,
    12: 1,
    13: 1,
    14: 1,
    16: 0,
    17: 1,
    19: 0,
  },
};
const PAGE_FAULT = 14;
/** Those that come after their instruction, INT3 and INTO: the program goes on where it is. */
const TRAPS = [3, 4];

const physicalOf = (linear: number): number => linear - WORLD + PHYSICAL;
const DEMAND = REGIONS.find(({ access }) => access === 'demand') ?? { start: 0 };
const DEMAND_ENTRY = WORLD_TABLE + 4 * ((DEMAND.start - WORLD) / PAGE);

const ENTRY_BITS: Readonly<Record<Region['access'], number>> = {
  ...{ none: 0, read: 5, write: 7, code: 7, demand: 6 },
};

/** Where PUSHAD and what stands above it end up: see {@link fault}. */
const Frame = { vector: 32, error: 36, eip: 40, eflags: 48, esp: 52 } as const;

/** Logs the fault, and has the program go on: at the same place where that mapped a page, else behind the item. */
function fault(asm: Assembler): void {
  for (const [vector, hasError] of Object.entries(EXCEPTIONS)) {
    asm.label(`fault ${vector}`);
    if (hasError === 0) asm.pushValue(0);
    asm.pushValue(Number(vector)).jump('fault');
  }
  asm.label('fault').raw(0x60, 0xfc); // pushad; cld
  asm.mov('eax', Flat.kernelData).raw(0x8e, 0xd8, 0x8e, 0xc0); // ds, es
  asm.loadAt('edi', Control.faultsCursor);
  const log = (): void => {
    asm.raw(0xab); // stosd
  };
  asm.load('eax', 'esp', Frame.vector);
  log();
  asm.load('eax', 'esp', Frame.error);
  log();
  asm.load('ebx', 'esp', Frame.vector).operate('cmp', 'ebx', PAGE_FAULT).mov('eax', 0);
  asm.branch('nz', 'no address').raw(0x0f, 0x20, 0xd0); // mov eax, cr2
  asm.label('no address');
  log();
  for (const part of [Frame.eip, Frame.eflags, Frame.esp]) {
    asm.load('eax', 'esp', part);
    log();
  }
  asm.move('esi', 'esp').mov('ecx', 8).raw(0xf3, 0xa5); // rep movsd: the registers
  asm.loadAt('eax', Control.faultsCursor).operate('add', 'eax', Size.faultsEntry);
  asm
    .operate('cmp', 'eax', At.faults + Size.faults)
    .branch('b', 'room')
    .mov('eax', At.faults);
  asm.label('room').storeAt(Control.faultsCursor, 'eax').incrementAt(Control.faultCount);
  asm.operate('cmp', 'ebx', PAGE_FAULT).branch('nz', 'skip').raw(0x0f, 0x20, 0xd0);
  asm.operate('and', 'eax', 0xffff_f000).operate('cmp', 'eax', DEMAND.start).branch('nz', 'skip');
  asm.loadAt('ecx', DEMAND_ENTRY).raw(0xf6, 0xc1, 1).branch('nz', 'skip'); // test cl, 1
  asm.operate('or', 'ecx', 1).storeAt(DEMAND_ENTRY, 'ecx').raw(0x0f, 0x01, 0x38); // invlpg [eax]
  asm.incrementAt(Control.demandCount).jump('return');
  asm.label('skip');
  for (const trap of TRAPS) asm.operate('cmp', 'ebx', trap).branch('z', 'return');
  asm.load('eax', 'esp', Frame.eip).operate('sub', 'eax', At.code);
  asm.operate('cmp', 'eax', Size.code).branch('ae', 'outside');
  asm.raw(0x8b, 0x04, 0x85, ...wordOf(At.skip)).jump('found'); // mov eax, [skip+eax*4]
  asm.label('outside').loadAt('eax', Control.landing);
  asm.label('found').store('esp', Frame.eip, 'eax');
  asm.label('return');
  asm.mov('eax', Selector.data).raw(0x8e, 0xd8, 0x8e, 0xc0);
  asm.mov('eax', Selector.fs).raw(0x8e, 0xe0).mov('eax', Selector.gs).raw(0x8e, 0xe8);
  asm.raw(0x61).operate('add', 'esp', 8).raw(0xcf); // popad; iret
}

function kernel(asm: Assembler): void {
  fault(asm);
  asm.label('unmap').push('eax').raw(0x1e).mov('eax', Flat.kernelData).raw(0x8e, 0xd8); // push ds; mov ds, ax
  asm.loadAt('eax', DEMAND_ENTRY).operate('and', 'eax', 0xffff_fffe).storeAt(DEMAND_ENTRY, 'eax');
  asm.mov('eax', DEMAND.start).raw(0x0f, 0x01, 0x38, 0x1f).pop('eax').raw(0xcf); // invlpg; pop ds
  asm.label('timer').push('eax').push('ebx').raw(0x1e).mov('eax', Flat.kernelData).raw(0x8e, 0xd8);
  asm.loadAt('eax', Control.timerSum).load('ebx', 'esp', 20).combine('add', 'eax', 'ebx'); // eflags
  asm.load('ebx', 'esp', 12).combine('xor', 'eax', 'ebx').raw(0xc1, 0xc0, 5); // eip; rol eax, 5
  asm.storeAt(Control.timerSum, 'eax').mov('eax', 0x20).outByte(0x20);
  asm.raw(0x1f).pop('ebx').pop('eax').raw(0xcf);
  asm.label('exit').mov('eax', Flat.kernelData).raw(0x8e, 0xd8);
  exit(asm);
  asm.label('main').raw(0x0f, 0x20, 0xe0).operate('or', 'eax', 0x600).raw(0x0f, 0x22, 0xe0); // cr4: SSE, #XM
  asm.raw(0x0f, 0x20, 0xc0).operate('or', 'eax', 0x22).raw(0x0f, 0x22, 0xc0); // cr0: MP, NE
  asm.raw(0x0f, 0x01, 0x15, ...wordOf(DESCRIPTORS_POINTER)); // lgdt
  asm.mov('eax', Selector.data).raw(0x8e, 0xd8, 0x8e, 0xc0);
  asm.mov('eax', Selector.fs).raw(0x8e, 0xe0).mov('eax', Selector.gs).raw(0x8e, 0xe8);
  asm.raw(0xdb, 0xe3); // fninit
  asm
    .pushValue(Selector.data)
    .pushValue(At.stack + Size.stack)
    .pushValue(0x202)
    .pushValue(Selector.code);
  asm.raw(0xff, 0x35, ...wordOf(ENTRY), 0xcf); // push dword [entry]; iret
}

/** A descriptor of a segment of 4 GiB. */
const descriptor = (access: number, base = 0): number[] => [
  ...[0xff, 0xff, base & 0xff, (base >> 8) & 0xff, (base >> 16) & 0xff, access, 0xcf, base >>> 24],
];

/** The descriptor table of {@link loadGuest} with the segments of a Linux program at their places. */
function writeDescriptors(machine: Machine): void {
  const table = new Uint8Array(0x80);
  table.set(machine.memory.read(Layout.gdt, 0x30));
  table.set(descriptor(0xfb), Selector.code & ~7);
  table.set(descriptor(0xf3), Selector.data & ~7);
  table.set(descriptor(0xf3, SegmentBase.fs), Selector.fs & ~7);
  table.set(descriptor(0xf3, SegmentBase.gs), Selector.gs & ~7);
  machine.memory.write(DESCRIPTORS, table);
  machine.memory.write16(DESCRIPTORS_POINTER, table.length - 1);
  machine.memory.write32(DESCRIPTORS_POINTER + 2, DESCRIPTORS);
}

function writePageTables(machine: Machine): void {
  const { memory } = machine;
  // what the kernel consists of is not the program's to see, and no port is
  memory.write32(Layout.pageDirectory, Layout.pageTable | 3);
  memory.write16(Layout.tss + PERMITTED_PORTS, 0xffff);
  memory.write32(Layout.pageDirectory + 4 * (WORLD >>> 22), WORLD_TABLE | 7);
  for (const { start, length, access, backing } of REGIONS) {
    for (let offset = 0; offset < length; offset += PAGE) {
      const physical = physicalOf((backing ?? start) + offset);
      memory.write32(WORLD_TABLE + 4 * ((start + offset - WORLD) / PAGE), physical | ENTRY_BITS[access]);
    }
  }
}

/** Where a TSS says where its map of ports is. */
const PERMITTED_PORTS = 0x66;
/** Privilege level 3 in a gate. */
const PROGRAMS_MAY_CALL = 0x60;
/** Instructions per microsecond: few, so that the timer comes often. */
const RATE = 20;

/** An empty machine into which a case can be restored. */
export const makeCaseMachine = (options: Partial<MachineOptions> = {}): Promise<Machine> =>
  makeMachine({ memoryMiB: MEMORY_MIB, instructionsPerMicrosecond: RATE, ...options });

/** A machine with a case in it, at its very start. */
export async function loadCase(one: Case, options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await makeCaseMachine(options);
  writeCase(machine, one);
  return machine;
}

/** Writes a case, and the guest around it, into a machine as it is after a reset. */
export function writeCase(machine: Machine, one: Case): void {
  const handlers: Record<number, string> = { [Vector.exit]: 'exit', [Vector.unmap]: 'unmap' };
  for (const vector of Object.keys(EXCEPTIONS)) handlers[Number(vector)] = `fault ${vector}`;
  if (one.timer > 0) handlers[TIMER_VECTOR] = 'timer';
  loadGuest(machine, {
    build: kernel,
    handlers,
    ...(one.timer > 0 ? { timerHertz: Math.round((RATE * 1_000_000) / one.timer) } : {}),
  });
  for (const trap of TRAPS) {
    const access = Layout.idt + 8 * trap + 5;
    machine.memory.write8(access, machine.memory.read8(access) | PROGRAMS_MAY_CALL);
  }
  writeDescriptors(machine);
  writePageTables(machine);
  const code = assembleCase(one);
  machine.memory.write32(ENTRY, code.entry);
  for (const { address, bytes } of initialContent(one, code))
    machine.memory.write(physicalOf(address), bytes);
}

/** All of the case's world as it is now. */
export const readWorld = (machine: Machine): Uint8Array => machine.memory.read(PHYSICAL, Size.world);

/** The same, in the memory of another machine. */
export const worldIn = (memory: Uint8Array): Uint8Array => memory.slice(PHYSICAL, PHYSICAL + Size.world);
