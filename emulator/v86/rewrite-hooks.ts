/**
 * The rewrite of where v86 touches the world: software interrupts and returns from them, page walks, the time stamp.
 */

import {
  Address,
  CallOut,
  DescriptorArea,
  FunctionName,
  Observe,
  Own,
  PAGE_WALK_EXPORT,
  PORT_READ_EXPORT,
  PORT_WRITE_EXPORT,
  TIMESTAMP_READERS,
} from './internals.ts';
import { callHost } from './host-functions.ts';
import { returnRefusals } from './rewrite-protection.ts';
import { Editor, fourWords, type Indices } from './rewrite-support.ts';
import type { WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

/** Bit of an error code: it names an entry of the IDT. */
const ERROR_CODE_IDT = 2;
/** Types of gate that an IDT may hold, a bit for each: task, 16-bit interrupt and trap, 32-bit interrupt and trap. */
const GATE_TYPES = (1 << 0x5) | (1 << 0x6) | (1 << 0x7) | (1 << 0xe) | (1 << 0xf);

/**
 * Appends `gateMissing(vector)`: whether the IDT has no gate for a software interrupt. A program may try any; that is
 * a general protection fault of its own, where v86 would give up.
 */
function addGateMissing(binary: WasmBinary, index: Indices): number {
  const offset: Code = [wasm.localGet(0), wasm.i32(3), wasm.shl];
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        wasm.byteAt(Address.protectedMode),
        wasm.eqz,
        wasm.ifThen,
        wasm.i32(0),
        wasm.ret,
        wasm.end,
        offset,
        wasm.i32(7),
        wasm.or,
        wasm.wordAt(Address.idtLimit),
        wasm.greaterUnsigned,
        wasm.ifThen,
        wasm.i32(1),
        wasm.ret,
        wasm.end,
        wasm.i32(GATE_TYPES),
        wasm.wordAt(Address.idtBase),
        offset,
        wasm.add,
        wasm.call(index.translateSystemRead),
        wasm.wordAt(Address.guestRam),
        wasm.add,
        wasm.load8(5),
        wasm.i32(0x1f),
        wasm.and,
        wasm.shrUnsigned,
        wasm.i32(1),
        wasm.and,
        wasm.eqz,
      ],
    },
  );
}

const DOUBLE_FAULT = 8;
const PROTECTION_FAULT = 13;
/** In an error code: it was raised while another exception, or an interrupt, was delivered. */
const ERROR_CODE_EXTERNAL = 1;
/** Exceptions after which another one is a double fault: #DE, #TS, #NP, #SS, #GP, #PF. Source: Intel SDM volume 3, 6.15. */
const NOT_BENIGN = (1 << 0) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 14);

/** Of an exception or interrupt without a gate: a general protection fault, or a double fault; without a gate for that the processor shuts down. */
function deliverInstead(binary: WasmBinary, index: Indices, vector: Code): Code {
  const deliverFault = (which: number, errorCode: Code): Code => [
    [wasm.i32(which), wasm.i32(0), wasm.i32(1), errorCode],
    wasm.call(index.callInterruptVector),
  ];
  return [
    [vector, wasm.i32(DOUBLE_FAULT), wasm.eq, wasm.ifThen, callHost(binary, 'shutDown'), wasm.end],
    [vector, wasm.i32(32), wasm.lessUnsigned],
    [wasm.i32(NOT_BENIGN), vector, wasm.shrUnsigned, wasm.and, wasm.ifThen],
    deliverFault(DOUBLE_FAULT, wasm.i32(0)),
    wasm.otherwise,
    deliverFault(PROTECTION_FAULT, [
      [vector, wasm.i32(3), wasm.shl],
      [wasm.i32(ERROR_CODE_IDT | ERROR_CODE_EXTERNAL), wasm.or],
    ]),
    wasm.end,
  ];
}

/**
 * Software interrupts whose vector is marked call out before the gate is read; the answer 1 skips the gate. While instructions
 * are watched for, exceptions and hardware interrupts call out when their handler is entered, and returns before they are done.
 * `refuseReturn` raises the exception of an IRET that v86 would panic at.
 */
export function wrapInterrupts(binary: WasmBinary, index: Indices, refuseReturn: number): void {
  const deliver = binary.copy(index.callInterruptVector, fourWords);
  const gateMissing = addGateMissing(binary, index);
  const vector = wasm.localGet(0);
  binary.replace(index.callInterruptVector, {
    locals: [],
    code: [
      wasm.localGet(1),
      wasm.ifThen,
      wasm.bitOf(wasm.i32(0), Own.trapBitmap, vector),
      wasm.ifThen,
      vector,
      wasm.i32(CallOut.softwareInterrupt),
      wasm.add,
      wasm.call(index.ioPortRead32),
      wasm.branchIf(2),
      wasm.end,
      vector,
      wasm.call(gateMissing),
      wasm.ifThen,
      vector,
      wasm.i32(3),
      wasm.shl,
      wasm.i32(ERROR_CODE_IDT),
      wasm.or,
      wasm.call(index.generalProtection),
      wasm.ret,
      wasm.end,
      wasm.otherwise,
      [
        vector,
        wasm.call(gateMissing),
        wasm.ifThen,
        deliverInstead(binary, index, vector),
        wasm.ret,
        wasm.end,
      ],
      wasm.end,
      wasm.localGet(0),
      wasm.localGet(1),
      wasm.localGet(2),
      wasm.localGet(3),
      wasm.call(deliver),
      wasm.localGet(1),
      wasm.eqz,
      wasm.byteAt(Own.probing),
      wasm.and,
      wasm.ifThen,
      vector,
      wasm.i32(CallOut.interrupted),
      wasm.add,
      wasm.call(index.ioPortRead32),
      wasm.drop,
      wasm.end,
    ],
  });

  const interruptReturn = binary.copy(
    index.interruptReturn,
    { parameters: ['i32'], results: [] },
    returnRefusals(binary, index, refuseReturn),
  );
  binary.replace(index.interruptReturn, {
    locals: [],
    code: [
      wasm.byteAt(Own.probing),
      wasm.ifThen,
      wasm.i32(CallOut.interruptReturn + CallOut.beforeReturn),
      wasm.call(index.ioPortRead32),
      wasm.drop,
      wasm.end,
      wasm.storeByteAt(DescriptorArea.returnIsNarrow, wasm.localGet(0)),
      wasm.localGet(0),
      wasm.call(interruptReturn),
      wasm.wordAt(Own.observe),
      wasm.i32(Observe.interruptReturn),
      wasm.and,
      wasm.ifThen,
      wasm.byteAt(Address.privilege),
      wasm.ifThen,
      wasm.i32(CallOut.interruptReturn),
      wasm.call(index.ioPortRead32),
      wasm.drop,
      wasm.end,
      wasm.end,
    ],
  });
}

/** Lets the host do what IN and OUT of a byte do. */
export function exportPorts(binary: WasmBinary, index: Indices): void {
  binary.export(PORT_READ_EXPORT, index.portRead8);
  binary.export(PORT_WRITE_EXPORT, index.portWrite8);
}

const PAGE_PRESENT = 1;
const LARGE_PAGE = 0x80;
const CR0_PAGING_SIGN = 0;
const PHYSICAL_ADDRESS_EXTENSION = 0x20;

/** Marks pages of guest RAM that a page walk makes writable, and the page tables it walks, in the dirty map. */
export function wrapPageWalk(binary: WasmBinary, index: Indices): void {
  const walk = binary.copy(index.doPageWalk, {
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    results: ['i32'],
  });
  binary.export(PAGE_WALK_EXPORT, index.doPageWalk);
  const [address, forWriting, sideEffects] = [wasm.localGet(0), wasm.localGet(1), wasm.localGet(4)];
  const entry = 5;
  const table = 6;
  const mark = binary.add(
    { parameters: ['i32'], results: [] },
    {
      locals: [],
      code: [
        wasm.localGet(0),
        wasm.wordAt(Address.memorySize),
        wasm.lessUnsigned,
        wasm.ifThen,
        wasm.wordAt(Own.dirtyMap),
        wasm.localGet(0),
        wasm.i32(12),
        wasm.shrUnsigned,
        wasm.add,
        wasm.i32(1),
        wasm.store8(0),
        wasm.end,
      ],
    },
  );
  const control3: Code = wasm.wordAt(Address.control + 12);
  binary.replace(index.doPageWalk, {
    locals: ['i32', 'i32'],
    code: [
      wasm.localGet(0),
      wasm.localGet(1),
      wasm.localGet(2),
      wasm.localGet(3),
      wasm.localGet(4),
      wasm.call(walk),
      wasm.localSet(entry),
      wasm.wordAt(Own.dirtyMap),
      wasm.eqz,
      sideEffects,
      wasm.eqz,
      wasm.or,
      wasm.ifThen,
      wasm.localGet(entry),
      wasm.ret,
      wasm.end,
      wasm.localGet(entry),
      wasm.i32(0),
      wasm.ne,
      forWriting,
      wasm.and,
      wasm.ifThen,
      wasm.localGet(entry),
      address,
      wasm.xor,
      wasm.i32(-4096),
      wasm.and,
      wasm.wordAt(Address.guestRam),
      wasm.sub,
      wasm.call(mark),
      wasm.end,
      wasm.wordAt(Address.control),
      wasm.i32(CR0_PAGING_SIGN),
      wasm.lessSigned,
      wasm.ifThen,
      // the entry of the page directory: its address ...
      wasm.wordAt(Address.control + 16),
      wasm.i32(PHYSICAL_ADDRESS_EXTENSION),
      wasm.and,
      0x04,
      0x7f,
      address,
      wasm.i32(30),
      wasm.shrUnsigned,
      wasm.i32(3),
      wasm.shl,
      wasm.load32(Address.pageDirectoryPointers),
      wasm.i32(-4096),
      wasm.and,
      address,
      wasm.i32(21),
      wasm.shrUnsigned,
      wasm.i32(0x1ff),
      wasm.and,
      wasm.i32(3),
      wasm.shl,
      wasm.add,
      wasm.otherwise,
      control3,
      address,
      wasm.i32(22),
      wasm.shrUnsigned,
      wasm.i32(2),
      wasm.shl,
      wasm.add,
      wasm.end,
      wasm.localTee(table),
      wasm.call(mark),
      // ... and the page table that it names
      wasm.localGet(table),
      wasm.wordAt(Address.memorySize),
      wasm.lessUnsigned,
      wasm.ifThen,
      wasm.localGet(table),
      wasm.wordAt(Address.guestRam),
      wasm.add,
      wasm.load32(0),
      wasm.localTee(table),
      wasm.i32(PAGE_PRESENT | LARGE_PAGE),
      wasm.and,
      wasm.i32(PAGE_PRESENT),
      wasm.eq,
      wasm.ifThen,
      wasm.localGet(table),
      wasm.i32(-4096),
      wasm.and,
      wasm.call(mark),
      wasm.end,
      wasm.end,
      wasm.end,
      forgetWatchedPage(index, entry),
      wasm.localGet(entry),
    ],
  });
}

/**
 * While memory is watched: calls out for each walk, and forgets the translation at once where that says so, so that the
 * next access to the page walks again.
 */
function forgetWatchedPage(index: Indices, entry: number): Code {
  const page: Code = [wasm.localGet(0), wasm.i32(12), wasm.shrUnsigned];
  const lastValid: Code = [
    wasm.wordAt(Address.validTlbCount),
    wasm.i32(2),
    wasm.shl,
    wasm.load32(Address.validTlbEntries - 4),
  ];
  return [
    wasm.byteAt(Own.watching),
    wasm.localGet(entry),
    wasm.i32(0),
    wasm.ne,
    wasm.and,
    wasm.ifThen,
    wasm.storeWordAt(Own.accessAddress, wasm.localGet(0)),
    wasm.localGet(1),
    wasm.i32(CallOut.memoryAccess),
    wasm.add,
    wasm.call(index.ioPortRead32),
    wasm.ifThen,
    page,
    wasm.i32(2),
    wasm.shl,
    wasm.i32(0),
    wasm.store32(Address.tlbData),
    lastValid,
    page,
    wasm.eq,
    wasm.ifThen,
    wasm.storeWordAt(Address.validTlbCount, [wasm.wordAt(Address.validTlbCount), wasm.i32(1), wasm.sub]),
    wasm.end,
    wasm.end,
    wasm.end,
  ];
}

/**
 * The time stamp counter: what JavaScript answers, less the offset that the guest set. v86 would multiply the wall
 * clock, and make a second reading of the same value up; both are inlined wherever the counter is read.
 */
export function rewriteTimestamp(binary: WasmBinary, index: Indices): void {
  for (const name of TIMESTAMP_READERS) {
    const editor = new Editor(binary, index[name], FunctionName[name]);
    const read = editor.once(`call ${index.microtick}`, 'f64.const', 'opcode.162', 'extended.7');
    editor.replace(read, 3, callHost(binary, 'timestamp'));
    const last = editor.once(`i64.load ${Address.timestampLast}`);
    editor.replace(last, 1, [wasm.drop, wasm.i64(-1)]);
    binary.edit(index[name], editor.edits);
  }
}

/** ECX of CPUID's leaf 1 as v86 has it: SSE3, POPCNT, RDRAND, and that a hypervisor is there, which leaf 40000000 calls VMware's. */
const FEATURES = 0xc080_0001;
const FEATURE_HYPERVISOR = 0x8000_0000;

/** The leaf that describes MONITOR and MWAIT: all zero where leaf 1 does not promise them. */
const LEAF_OF_MONITOR = 5;
const [EAX, ECX, EDX, EBX] = [0, 1, 2, 3];

/**
 * CPUID promises no hypervisor: a program that asked VMware's port for what it promises would wait for nothing. And it does not
 * describe MONITOR, which does not exist.
 */
export function rewriteCpuid(binary: WasmBinary, index: Indices): void {
  const editor = new Editor(binary, index.cpuid, FunctionName.cpuid);
  const features = editor.once(`i32.const ${FEATURES | 0}`);
  editor.replace(features, 1, wasm.i32(FEATURES & ~FEATURE_HYPERVISOR));
  editor.insertBefore(0, [
    [wasm.wordAt(Address.registers), wasm.i32(LEAF_OF_MONITOR), wasm.eq, wasm.ifThen],
    [EAX, ECX, EDX, EBX].map((register) => wasm.storeWordAt(Address.registers + 4 * register, wasm.i32(0))),
    [wasm.ret, wasm.end],
  ]);
  binary.edit(index.cpuid, editor.edits);
}
