/**
 * Trials of what a processor refuses in the rings of an operating system: each a bare guest that does one thing, and what comes of it. The
 * guest notes the first exception, its error code and where it came, and ends; one that is not refused says how far it came.
 *
 * `protection.spec.ts` runs them in our machine, `protection.full.spec.ts` in QEMU too. Expected values: Intel SDM volumes 2 and 3.
 */

import type { Machine } from '../../emulator/index.ts';
import type { Assembler } from './assembler.ts';
import { exit, Layout, loadGuest, Selector } from './guest.ts';

export const Vector = {
  debug: 1,
  undefined: 6,
  double: 8,
  task: 10,
  notPresent: 11,
  protection: 13,
  page: 14,
} as const;

/** What came of a trial: the vector and the error code of the first exception; or, without one, `passed`. */
export type Outcome = { readonly vector: number; readonly errorCode: number } | 'passed' | 'shutdown';

export interface Trial {
  readonly ring?: 0 | 3;
  readonly build: (asm: Assembler) => void;
  /** Changes tables before the guest starts. */
  readonly prepare?: (machine: Machine, asm: Assembler) => void;
  /** Vectors that have no gate. */
  readonly withoutGates?: readonly number[];
  readonly expected: Outcome;
}

const ERROR_CODES: readonly number[] = [
  Vector.double,
  Vector.task,
  Vector.notPresent,
  12,
  Vector.protection,
  Vector.page,
];
const VECTORS: readonly number[] = [Vector.debug, Vector.undefined, ...ERROR_CODES];
const OUTCOME = { vector: Layout.counters, errorCode: Layout.counters + 4 } as const;
const PASSED = 0xff;

/** Descriptors behind those of the guest. */
const Extra = {
  absentCode: 0x30,
  localTable: 0x38,
  absentTable: 0x40,
  task: 0x48,
  taskGate: 0x50,
  userCode: 0x1b,
} as const;
const Access = { absentCode: 0x1b, localTable: 0x82, absentTable: 0x02, task: 0x89, taskGate: 0xe5 } as const;
const TASK_STATE = 0x9000;
const TASK_VECTOR = 0x90;
const OUTSIDE = 0x200;
const PAST_GDT = 0x7f;

const descriptor = (access: number, base = 0, limit = 0xffff): number[] => [
  ...[limit & 0xff, limit >> 8, base & 0xff, (base >> 8) & 0xff, base >> 16, access, 0x4f, 0],
];

const outcome = (vector: number, errorCode = 0): Outcome => ({ vector, errorCode });
const protection = (errorCode = 0): Outcome => outcome(Vector.protection, errorCode);

/** `mov ax, selector; lldt ax` or `ltr ax` */
const loadTable =
  (field: number, selector: number) =>
  (asm: Assembler): void => {
    asm.mov('eax', selector).raw(0x0f, 0x00, 0xc0 | (field << 3));
  };
const [LLDT, LTR] = [2, 3];
const setControl =
  (number: number, value: number) =>
  (asm: Assembler): void => {
    asm.mov('eax', value).raw(0x0f, 0x22, 0xc0 | (number << 3));
  };
const jumpTo =
  (selector: number) =>
  (asm: Assembler): void => {
    asm.raw(0xea, 0, 0, 0, 0, selector & 0xff, selector >> 8);
  };
const returnTo =
  (selector: number) =>
  (asm: Assembler): void => {
    asm.pushValue(0x2).pushValue(selector).pushValue('passed').raw(0xcf);
  };
/** RETF to ring 3 with this stack, and with data of that ring. */
const returnOutwards =
  (stackSelector: number) =>
  (asm: Assembler): void => {
    asm.mov('eax', Selector.userData).raw(0x8e, 0xd8); // mov ds, ax
    asm
      .pushValue(stackSelector)
      .pushValue(Layout.userStack)
      .pushValue(Extra.userCode)
      .pushValue('passed')
      .raw(0xcb);
  };

/** A task of ring 0 with a state of its own, which an interrupt through a task gate enters. */
function prepareTask(machine: Machine, asm: Assembler): void {
  const state = new Uint32Array(26);
  const general = {
    cr3: 7,
    eip: 8,
    eflags: 9,
    esp: 14,
    es: 18,
    cs: 19,
    ss: 20,
    ds: 21,
    fs: 22,
    gs: 23,
  } as const;
  state[general.cr3] = Layout.pageDirectory;
  state[general.eip] = asm.address('task');
  state[general.eflags] = 2;
  state[general.esp] = Layout.kernelStack - 0x1000;
  for (const segment of [general.es, general.ss, general.ds, general.fs, general.gs])
    state[segment] = Selector.kernelData;
  state[general.cs] = Selector.kernelCode;
  machine.memory.write(TASK_STATE, new Uint8Array(state.buffer));
  // a processor does not store CR3 when it leaves a task
  machine.memory.write32(Layout.tss + 4 * general.cr3, Layout.pageDirectory);
  machine.memory.write(
    Layout.idt + 8 * TASK_VECTOR,
    Uint8Array.of(0, 0, Extra.task, 0, 0, Access.taskGate, 0, 0),
  );
  // the page of both states is the kernel's
  for (const address of [Layout.tss, TASK_STATE]) {
    const entry = Layout.pageTable + 4 * (address >> 12);
    machine.memory.write32(entry, machine.memory.read32(entry) & ~4);
  }
}

export const TRIALS: Readonly<Record<string, Trial>> = {
  'LTR of a null selector': { build: loadTable(LTR, 0), expected: protection() },
  'LTR of code': { build: loadTable(LTR, Selector.kernelCode), expected: protection(Selector.kernelCode) },
  'LTR of a task that is busy': { build: loadTable(LTR, Selector.tss), expected: protection(Selector.tss) },
  'LTR outside of the table': { build: loadTable(LTR, OUTSIDE), expected: protection(OUTSIDE) },
  'LTR of a selector in the local table': { build: loadTable(LTR, 4), expected: protection(4) },
  'LLDT of a null selector': { build: loadTable(LLDT, 0), expected: 'passed' },
  'LLDT of a local table': { build: loadTable(LLDT, Extra.localTable), expected: 'passed' },
  'LLDT of data': { build: loadTable(LLDT, Selector.kernelData), expected: protection(Selector.kernelData) },
  'LLDT of a table that is not present': {
    build: loadTable(LLDT, Extra.absentTable),
    expected: outcome(Vector.notPresent, Extra.absentTable),
  },
  'CR0 with paging and without protection': { build: setControl(0, 0x8000_0000), expected: protection() },
  'CR0 with NW and without CD': { build: setControl(0, 0x2000_0011), expected: protection() },
  'a jump to a task that is busy': { build: jumpTo(Selector.tss), expected: protection(Selector.tss) },
  'a jump to a local table': { build: jumpTo(Extra.localTable), expected: protection(Extra.localTable) },
  'IRET to code that is not present': {
    build: returnTo(Extra.absentCode),
    expected: outcome(Vector.notPresent, Extra.absentCode),
  },
  'IRET to a null selector': { build: returnTo(0), expected: protection() },
  'RETF to an outer ring': { build: returnOutwards(Selector.userData), expected: 'passed' },
  'RETF to an outer ring with a null stack': { build: returnOutwards(0), expected: protection() },
  'RETF to an outer ring with the stack of an inner one': {
    build: returnOutwards(Selector.kernelData),
    expected: protection(Selector.kernelData),
  },
  'RETF to an outer ring whose stack cannot be read': {
    build: (asm) => {
      asm
        .mov('esp', Layout.unmapped - 8)
        .mov('eax', 'passed')
        .store('esp', 0, 'eax');
      asm.mov('eax', Extra.userCode).store('esp', 4, 'eax').raw(0xcb);
    },
    expected: outcome(Vector.page),
  },
  'IRET of a nested task that no task has entered': {
    ring: 3,
    build: (asm) => {
      // pushfd; or dword [esp], 4000h; popfd
      asm.raw(0x9c, 0x81, 0x0c, 0x24, 0, 0x40, 0, 0, 0x9d);
      asm.pushValue(2).pushValue(Selector.userCode).pushValue('passed').raw(0xcf);
    },
    expected: outcome(Vector.task),
  },
  'an interrupt through a task gate, from ring 3, and the way back': {
    ring: 3,
    build: (asm) => {
      asm.mov('ebx', 0x1234).interrupt(TASK_VECTOR).operate('cmp', 'ebx', 0x1234).branch('z', 'passed');
      asm.raw(0x0f, 0x0b); // ud2
      asm.label('task').mov('ebx', 0).raw(0xcf);
    },
    prepare: prepareTask,
    expected: 'passed',
  },
  'INT1 in ring 3, whatever its gate allows': {
    ring: 3,
    build: (asm) => asm.raw(0xf1),
    expected: outcome(Vector.debug),
  },
  'an exception without a gate': {
    build: (asm) => asm.raw(0x0f, 0x0b),
    withoutGates: [Vector.undefined],
    expected: protection(8 * Vector.undefined + 3),
  },
  'a page fault without a gate': {
    build: (asm) => asm.loadAt('eax', Layout.unmapped),
    withoutGates: [Vector.page],
    expected: outcome(Vector.double),
  },
  'neither that nor one for a double fault': {
    build: (asm) => asm.loadAt('eax', Layout.unmapped),
    withoutGates: [Vector.page, Vector.double],
    expected: 'shutdown',
  },
};

/** Exits with a status that QEMU does not give itself. */
const end = (asm: Assembler): void => {
  exit(asm.mov('eax', PASSED));
};

/** Writes a trial into a machine as it is after a reset. */
export function loadTrial(machine: Machine, { build, ring = 0, prepare, withoutGates = [] }: Trial): void {
  const vectors = VECTORS.filter((vector) => !withoutGates.includes(vector));
  const asm = loadGuest(machine, {
    ring,
    handlers: Object.fromEntries(vectors.map((vector) => [vector, `fault ${vector}`])),
    build: (code) => {
      for (const vector of vectors) {
        code.label(`fault ${vector}`);
        if (!ERROR_CODES.includes(vector)) code.pushValue(0);
        code.mov('eax', vector).jump('note');
      }
      code.label('note').raw(0x66, 0xb9, Selector.kernelData, 0, 0x8e, 0xd9); // mov cx, data; mov ds, cx
      code.storeAt(OUTCOME.vector, 'eax').pop('eax').storeAt(OUTCOME.errorCode, 'eax');
      end(code);
      code.label('main');
      build(code);
      code.label('passed').mov('eax', PASSED).storeAt(OUTCOME.vector, 'eax');
      end(code);
    },
  });
  const { memory } = machine;
  memory.write16(0x17f0, PAST_GDT);
  for (const [selector, bytes] of [
    [Extra.absentCode, descriptor(Access.absentCode)],
    [Extra.localTable, descriptor(Access.localTable)],
    [Extra.absentTable, descriptor(Access.absentTable)],
    [Extra.task, descriptor(Access.task, TASK_STATE)],
  ] as const)
    memory.write(Layout.gdt + selector, Uint8Array.from(bytes));
  memory.write16(Layout.tss + PERMITTED_PORTS, 0x68);
  memory.write16(Layout.gdt + Selector.tss, TSS_LIMIT);
  prepare?.(machine, asm);
}
/** Where a TSS says where its map of ports is: all are permitted to ring 3, which ends a trial itself. */
const PERMITTED_PORTS = 0x66;
const TSS_LIMIT = 0x168;

/** What a trial has left in memory. */
export function outcomeIn(memory: Uint8Array): Outcome {
  const view = new DataView(memory.buffer, memory.byteOffset);
  const vector = view.getUint32(OUTCOME.vector, true);
  if (vector === PASSED) return 'passed';
  if (vector === 0) return 'shutdown';
  return { vector, errorCode: view.getUint32(OUTCOME.errorCode, true) };
}
