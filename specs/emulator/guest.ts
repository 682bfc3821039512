/**
 * A bare guest for the specs: real-mode start, protected mode, paging, an IDT, the interrupt controllers, ring 3.
 *
 * The host writes the tables, the guest only loads them. Physical = linear below 4 MiB. Memory map:
 * 0x1000 GDT, 0x1800 IDT, 0x2000 TSS, 0x3000 page directory, 0x4000 page table of the first 4 MiB,
 * 0x5000 counters the specs look at, 0x8000 start, 0x10000 program, 0x80000 kernel stack, 0x90000 user stack.
 */

import { createMachine, type Machine, type MachineOptions } from '../../emulator/index.ts';
import { Assembler } from './assembler.ts';

export const Layout = {
  gdt: 0x1000,
  idt: 0x1800,
  tss: 0x2000,
  pageDirectory: 0x3000,
  pageTable: 0x4000,
  counters: 0x5000,
  start: 0x8000,
  program: 0x10000,
  kernelStack: 0x80000,
  userStack: 0x90000,
  /** Nothing is mapped from here on. */
  unmapped: 0x40_0000,
} as const;

export const Selector = {
  kernelCode: 0x08,
  kernelData: 0x10,
  userCode: 0x1b,
  userData: 0x23,
  tss: 0x28,
} as const;

/** The port at which a guest ends its run; the word written is its result. */
export const EXIT_PORT = 0x604;
export const CONSOLE_PORT = 0xe9;

export const TIMER_VECTOR = 0x20;
export const CALL_VECTOR = 0x80;
export const PAGE_FAULT_VECTOR = 14;

const descriptor = (access: number): number[] => [0xff, 0xff, 0, 0, 0, access, 0xcf, 0];

/** What a guest consists of: assembled from `program`, with handlers by vector. */
export interface GuestProgram {
  /** Writes the code; must define the label `main` and one per handler. */
  readonly build: (asm: Assembler) => void;
  /** Label of the handler of each vector, and whether ring 3 may call it. */
  readonly handlers?: Readonly<Record<number, string>>;
  /** Ring in which `main` runs; 0 when not given. */
  readonly ring?: 0 | 3;
  /** Timer interrupts per second on line 0; none when not given. */
  readonly timerHertz?: number;
  readonly paging?: boolean;
}

const PIT_HERTZ = 1_193_182;

/** A machine at the start of a guest, whose console and exit are listened at; and where its labels are. */
export async function load(
  guest: GuestProgram,
  options: Partial<MachineOptions> = {},
): Promise<[Machine, Assembler]> {
  const machine = await makeMachine(options);
  const asm = loadGuest(machine, guest);
  listen(machine);
  return [machine, asm];
}

/** Writes a guest into a machine and sets the processor to its start. */
export function loadGuest(machine: Machine, guest: GuestProgram): Assembler {
  const asm = new Assembler(Layout.program);
  guest.build(asm);
  asm.align(16);
  asm.label('enter 32 bits');
  asm.raw(0x66, 0xb8, Selector.kernelData, 0); // mov ax, data
  for (const modrm of [0xd8, 0xc0, 0xd0, 0xe0, 0xe8]) asm.raw(0x8e, modrm); // ds es ss fs gs
  asm.mov('esp', Layout.kernelStack);
  asm.mov('eax', Layout.pageDirectory).raw(0x0f, 0x22, 0xd8); // mov cr3, eax
  asm.raw(0x0f, 0x20, 0xe0).operate('or', 'eax', 0x600).raw(0x0f, 0x22, 0xe0); // cr4: SSE
  if (guest.paging !== false)
    asm.raw(0x0f, 0x20, 0xc0).operate('or', 'eax', 0x8001_0000).raw(0x0f, 0x22, 0xc0);
  asm.raw(0x0f, 0x01, 0x1d, ...[0xf8, 0x17, 0, 0]); // lidt [0x17f8]
  asm.raw(0x66, 0xb8, Selector.tss, 0, 0x0f, 0x00, 0xd8); // ltr
  const command = (port: number, value: number): void => {
    asm.raw(0xb0, value).outByte(port);
  };
  command(0x20, 0x11);
  command(0x21, TIMER_VECTOR);
  command(0x21, 4);
  command(0x21, 1);
  command(0xa0, 0x11);
  command(0xa1, TIMER_VECTOR + 8);
  command(0xa1, 2);
  command(0xa1, 1);
  command(0x21, guest.timerHertz === undefined ? 0xff : 0xfe);
  command(0xa1, 0xff);
  if (guest.timerHertz !== undefined) {
    const reload = Math.round(PIT_HERTZ / guest.timerHertz);
    command(0x43, 0x34);
    command(0x40, reload & 0xff);
    command(0x40, reload >> 8);
  }
  if (guest.ring === 3) {
    asm.raw(0x66, 0xb8, Selector.userData, 0);
    for (const modrm of [0xd8, 0xc0, 0xe0, 0xe8]) asm.raw(0x8e, modrm);
    asm.pushValue(Selector.userData).pushValue(Layout.userStack).pushValue(0x202);
    asm.pushValue(Selector.userCode).pushValue('main').raw(0xcf);
  } else {
    asm.jump('main');
  }
  const code = asm.assemble();
  const { memory } = machine;
  memory.write(Layout.program, code);

  // 16-bit: lgdt [0x17f0]; mov eax, cr0; or al, 1; mov cr0, eax; jmp far code:enter
  const enter = asm.address('enter 32 bits');
  memory.write(
    Layout.start,
    Uint8Array.of(
      ...[0x0f, 0x01, 0x16, 0xf0, 0x17, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0, 0x66, 0xea],
      ...[enter & 0xff, (enter >> 8) & 0xff, enter >> 16, 0, Selector.kernelCode, 0],
    ),
  );
  memory.write(
    Layout.gdt,
    Uint8Array.from([
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...descriptor(0x9b),
      ...descriptor(0x93),
      ...descriptor(0xfb),
      ...descriptor(0xf3),
      ...[0x67, 0, Layout.tss & 0xff, Layout.tss >> 8, 0, 0x89, 0, 0],
    ]),
  );
  memory.write16(0x17f0, 0x2f);
  memory.write32(0x17f2, Layout.gdt);
  memory.write16(0x17f8, 0x7ff);
  memory.write32(0x17fa, Layout.idt);
  for (const [vector, label] of Object.entries(guest.handlers ?? {})) {
    const target = asm.address(label);
    const gate = Layout.idt + 8 * Number(vector);
    memory.write32(gate, (Selector.kernelCode << 16) | (target & 0xffff));
    memory.write32(gate + 4, (target & 0xffff_0000) | (Number(vector) >= CALL_VECTOR ? 0xee00 : 0x8e00));
  }
  memory.write32(Layout.tss + 4, Layout.kernelStack);
  memory.write32(Layout.tss + 8, Selector.kernelData);
  memory.write32(Layout.pageDirectory, Layout.pageTable | 7);
  for (let page = 0; page < 1024; page++) memory.write32(Layout.pageTable + 4 * page, (page << 12) | 7);
  machine.enterRealMode({ eip: Layout.start });
  return asm;
}

/** A machine as most specs want it: 16 MiB, and no wall clock to depend on. */
export function makeMachine(options: Partial<MachineOptions> = {}): Promise<Machine> {
  return createMachine({ memoryMiB: 16, wallClock: () => 0, ...options });
}

/** What a guest has said at its ports. */
export interface Talk {
  readonly console: number[];
  exit: number | undefined;
}

/** Listens at the guest's console and its exit; the exit stops the machine. */
export function listen(machine: Machine): Talk {
  const talk: Talk = { console: [], exit: undefined };
  machine.claimPorts([CONSOLE_PORT], {
    write: (value) => {
      talk.console.push(value);
    },
  });
  machine.claimPorts([EXIT_PORT], {
    write: (value) => {
      talk.exit = value;
      machine.requestStop('exit');
    },
  });
  return talk;
}

/** `mov dx, 0x604; out dx, eax` and nothing after it. */
export function exit(asm: Assembler): void {
  asm.mov('edx', EXIT_PORT).out().raw(0xfa, 0xf4);
}
