/**
 * The rewrite of where v86 gives up, or goes on, at what a processor refuses: selectors and descriptors that cannot be used, control
 * registers that cannot be set so, exceptions without a gate. No bytes of a guest end the machine but those that would shut a processor
 * down.
 *
 * All of it is rare: what is looked at is looked up once more before v86 does it, and judged in TypeScript (`protection/rules.ts`). IRET, which is
 * not rare, is judged only where v86 would panic; nothing has changed by then.
 */

import { callHost } from './host-functions.ts';
import {
  Address,
  CHECKS_TABLE_LIMIT,
  DescriptorArea,
  FunctionName,
  PAGE_SHIFT,
  ReturnPanics,
  TlbFlag,
} from './internals.ts';
import { answered, attempt, raise, stackPlace } from './interpreting.ts';
import { Use } from './protection/rules.ts';
import { Editor, fourWords, type Indices, twoWords } from './rewrite-support.ts';
import type { Edit, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { get, I32, scope, leaveIf, select, set, when } from './wasm-expressions.ts';

const VIRTUAL_8086 = 1 << 17;
const Control0 = { protection: 1, paging: 1 << 31, notWriteThrough: 1 << 29, noCache: 1 << 30 } as const;
const CONTROL4 = 4;
const VIRTUAL_8086_EXTENSIONS = 1;
/** Bytes of a task's state. */
const TASK_BYTES = 104;
const TASK_REGISTER = 6;
const STACK_POINTER_AT = Address.registers + 4 * 4;
/** How v86 says where a task switch comes from. */
const BY_RETURN = 2;

const privilege = wasm.byteAt(Address.privilege);
const isProtected = I32.and(
  I32.ne(wasm.byteAt(Address.protectedMode), I32.of(0)),
  I32.isZero(I32.and(wasm.wordAt(Address.flags), I32.of(VIRTUAL_8086))),
);
const descriptorLow = wasm.wordAt(DescriptorArea.start + DescriptorArea.descriptor);
const descriptorHigh = wasm.wordAt(DescriptorArea.start + DescriptorArea.descriptor + 4);
const requested = (selector: Code): Code => I32.and(selector, I32.of(3));
const protectionFault = (index: Indices): Code => [I32.of(0), wasm.call(index.generalProtection)];

type Refuses = (use: Use | Code, selector: Code, ring?: Code) => Code;

/** Adds `refuses(use, selector, ring)`: looks a selector up; 1 if an exception has been raised. Leaves the descriptor. */
function addRefuses(binary: WasmBinary, index: Indices): Refuses {
  const [use, selector, ring, verdict] = [0, 1, 2, 3];
  // the second byte is written with the first one not zero only
  const firstByte = I32.load8(I32.of(DescriptorArea.start), DescriptorArea.found);
  const found = select(firstByte, I32.load16(I32.of(DescriptorArea.start), DescriptorArea.found), I32.of(0));
  const refuses = binary.add(
    { parameters: ['i32', 'i32', 'i32'], results: ['i32'] },
    {
      locals: ['i32'],
      code: [
        [I32.of(DescriptorArea.start), get(selector), wasm.call(index.lookUpSelector)],
        when(I32.eq(firstByte, I32.of(DescriptorArea.pageFault)), I32.of(1), wasm.ret),
        [get(use), I32.and(get(selector), I32.of(0xffff)), get(ring), found, descriptorLow, descriptorHigh],
        [callHost(binary, 'judgeSelector'), wasm.localSet(verdict)],
        when(I32.isZero(get(verdict)), I32.of(0), wasm.ret),
        raise(index, I32.shr(get(verdict), I32.of(16)), I32.and(get(verdict), I32.of(0xffff))),
        I32.of(1),
      ],
    },
  );
  return (what, which, in_ = privilege) => [
    [typeof what === 'number' ? I32.of(what) : what, which, in_],
    wasm.call(refuses),
  ];
}

/** A selector of a local table that is not there, or of an entry that its table ends in, is outside of it: v86 compares its first byte. */
function checkLastByte(binary: WasmBinary, index: Indices): void {
  for (const name of CHECKS_TABLE_LIMIT) {
    const editor = new Editor(binary, index[name], FunctionName[name]);
    const [comparison = 0] = editor.all('i32.const 65528', 'opcode.113');
    editor.expect(editor.all('i32.const 65528').length === 1, 'one comparison with the limit');
    editor.insertBefore(comparison + 3, [I32.of(7), wasm.or]);
    binary.edit(index[name], editor.edits);
  }
}

function guardFarJump(binary: WasmBinary, index: Indices, refuses: Refuses): void {
  const original = binary.copy(index.farJump, fourWords);
  const [selector, isCall] = [get(1), get(2)];
  const isCallGate = I32.eq(I32.and(descriptorHigh, I32.of(0x1700)), I32.of(0x0400));
  binary.replace(index.farJump, {
    locals: [],
    code: [
      when(
        isProtected,
        when(refuses(select(isCall, I32.of(Use.call), I32.of(Use.jump)), selector), wasm.ret),
        when(
          I32.and(I32.isZero(isCall), isCallGate),
          when(refuses(Use.jumpThroughGate, I32.shr(descriptorLow, I32.of(16))), wasm.ret),
        ),
      ),
      [0, 1, 2, 3].map(get),
      wasm.call(original),
    ],
  });
}

function guardFarReturn(binary: WasmBinary, index: Indices, refuses: Refuses): void {
  const original = binary.copy(index.farReturn, fourWords);
  const [selector, released, isWide] = [get(1), get(2), get(3)];
  const above = (narrow: number, wide: number): Code =>
    stackPlace(
      I32.add(wasm.wordAt(STACK_POINTER_AT), I32.add(released, select(isWide, I32.of(wide), I32.of(narrow)))),
    );
  binary.replace(index.farReturn, {
    locals: [],
    code: [
      when(
        isProtected,
        when(refuses(Use.returnTo, selector), wasm.ret),
        when(
          I32.greater(requested(selector), privilege),
          attempt([above(4, 8), wasm.call(index.readMemory32)], wasm.ret),
          attempt([above(6, 12), wasm.call(index.safeRead16)], wasm.ret),
          when(refuses(Use.returnStack, answered, requested(selector)), wasm.ret),
        ),
      ),
      [0, 1, 2, 3].map(get),
      wasm.call(original),
    ],
  });
}

/**
 * Task switches. v86 accesses task states as the ring would that it comes from or has just gone to, and gives up at pages that are the
 * kernel's: so it starts in ring 0, and the new state's pages are a program's as well while it is read.
 */
function guardTaskSwitch(binary: WasmBinary, index: Indices, refuses: Refuses): void {
  const original = binary.copy(index.taskSwitch, fourWords);
  const [selector, source] = [get(0), get(3)];
  const [start, firstOfPages] = [4, 5];
  const newStart = I32.or(
    I32.shr(descriptorLow, I32.of(16)),
    I32.or(
      I32.shl(I32.and(descriptorHigh, I32.of(0xff)), I32.of(16)),
      I32.and(descriptorHigh, I32.of(0xff00_0000 | 0)),
    ),
  );
  const mustBeThere = (address: Code): Code => [
    [I32.of(0), address, I32.of(TASK_BYTES), wasm.call(index.writableAtPrivilege)],
    [wasm.ifThen, wasm.ret, wasm.end],
  ];
  /** The translations of the first and the last page of the new state, and where it is kept that they were the kernel's. */
  const pages = [0, TASK_BYTES - 1].map((offset, i) => {
    const place = I32.shl(I32.shr(I32.add(get(start), I32.of(offset)), I32.of(PAGE_SHIFT)), I32.of(2));
    return {
      entry: I32.load(place, Address.tlbData),
      store: (entry: Code): Code => I32.store(place, Address.tlbData, entry),
      wasKernels: firstOfPages + i,
    };
  });
  const noUser = I32.of(TlbFlag.noUser);
  const open = pages.map(({ entry, store, wasKernels }) => [
    set(wasKernels, I32.and(entry, noUser)),
    store(I32.andNot(entry, noUser)),
  ]);
  const close = pages.map(({ entry, store, wasKernels }) =>
    when(get(wasKernels), when(entry, store(I32.or(entry, noUser)))),
  );
  binary.replace(index.taskSwitch, {
    locals: ['i32', 'i32', 'i32'],
    code: [
      when(
        refuses(
          select(I32.eq(source, I32.of(BY_RETURN)), I32.of(Use.taskReturn), I32.of(Use.taskSwitch)),
          selector,
        ),
        wasm.ret,
      ),
      set(start, newStart),
      mustBeThere(wasm.wordAt(Address.segmentBases + 4 * TASK_REGISTER)),
      mustBeThere(get(start)),
      wasm.storeByteAt(Address.privilege, I32.of(0)),
      open,
      [0, 1, 2, 3].map(get),
      wasm.call(original),
      close,
    ],
  });
}

/** LTR, which gives nothing back, and LLDT, which says whether it has faulted. */
function guardTableRegisters(binary: WasmBinary, index: Indices, refuses: Refuses): void {
  const word = { parameters: ['i32'], results: [] } as const;
  const loadTask = binary.copy(index.loadTask, word);
  binary.replace(index.loadTask, {
    locals: [],
    code: [when(refuses(Use.loadTask, get(0)), wasm.ret), get(0), wasm.call(loadTask)],
  });
  const loadLocalTable = binary.copy(index.loadLocalTable, { ...word, results: ['i32'] });
  binary.replace(index.loadLocalTable, {
    locals: [],
    code: [
      when(refuses(Use.loadLocalTable, get(0)), I32.of(1), wasm.ret),
      [get(0), wasm.call(loadLocalTable)],
    ],
  });
}

/** CR0 with paging but without protection, or NW without CD; CR4 with VME, which CPUID does not promise. */
function guardControlRegisters(binary: WasmBinary, index: Indices): void {
  const has = (bit: number): Code => I32.ne(I32.and(get(0), I32.of(bit)), I32.of(0));
  const setControl0 = binary.copy(index.setControl0, { parameters: ['i32'], results: [] });
  binary.replace(index.setControl0, {
    locals: [],
    code: [
      when(
        I32.or(
          I32.and(has(Control0.paging), I32.isZero(has(Control0.protection))),
          I32.and(has(Control0.notWriteThrough), I32.isZero(has(Control0.noCache))),
        ),
        protectionFault(index),
        wasm.ret,
      ),
      [get(0), wasm.call(setControl0)],
    ],
  });
  const move = binary.copy(index.moveToControl, twoWords);
  const [register, control] = [get(0), get(1)];
  const value = I32.load(I32.shl(register, I32.of(2)), Address.registers);
  binary.replace(index.moveToControl, {
    locals: [],
    code: [
      scope(
        leaveIf(I32.ne(control, I32.of(CONTROL4))),
        leaveIf(I32.ne(privilege, I32.of(0))),
        leaveIf(I32.isZero(I32.and(value, I32.of(VIRTUAL_8086_EXTENSIONS)))),
        [protectionFault(index), wasm.ret],
      ),
      [register, control, wasm.call(move)],
    ],
  });
}

/** What the rewrite of interrupts makes of this: how IRET ends where v86 would panic. */
export function returnRefusals(binary: WasmBinary, index: Indices, refuseReturn: number): Edit[] {
  const editor = new Editor(binary, index.interruptReturn, FunctionName.interruptReturn);
  const panics = editor.all(`call ${index.panic}`);
  editor.expect(panics.length === ReturnPanics.count, `${panics.length} panics`);
  const [frame] = editor.all('global.get 0');
  editor.expect(
    frame !== undefined && editor.instructions[frame + 1]?.text === `i32.const ${ReturnPanics.frameBytes}`,
    'another stack frame',
  );
  for (const panic of panics) {
    editor.replace(panic - 3, 5, [
      wasm.call(refuseReturn),
      [get(ReturnPanics.frameLocal), I32.of(ReturnPanics.frameBytes), wasm.add, wasm.globalSet(0)],
      wasm.ret,
    ]);
  }
  return editor.edits;
}

/** Adds what raises the exception of an IRET that v86 does not know. Its frame has been read, so reading it does not fault. */
function addRefuseReturn(binary: WasmBinary, index: Indices, refuses: Refuses): number {
  const selector = 0;
  const place = stackPlace(
    I32.add(
      wasm.wordAt(STACK_POINTER_AT),
      select(wasm.byteAt(DescriptorArea.returnIsNarrow), I32.of(2), I32.of(4)),
    ),
  );
  return binary.add(
    { parameters: [], results: [] },
    {
      locals: ['i32'],
      code: [
        when(I32.isZero(isProtected), protectionFault(index), wasm.ret),
        [attempt([place, wasm.call(index.safeRead16)], wasm.ret), set(selector, answered)],
        when(
          I32.isZero(refuses(Use.returnTo, get(selector))),
          I32.and(get(selector), I32.of(0xfffc)),
          wasm.call(index.generalProtection),
        ),
      ],
    },
  );
}

/** Guards all of it; returns the function by which IRET raises what v86 would panic at. */
export function rewriteProtection(binary: WasmBinary, index: Indices): number {
  const refuses = addRefuses(binary, index);
  checkLastByte(binary, index);
  guardFarJump(binary, index, refuses);
  guardFarReturn(binary, index, refuses);
  guardTaskSwitch(binary, index, refuses);
  guardTableRegisters(binary, index, refuses);
  guardControlRegisters(binary, index);
  return addRefuseReturn(binary, index, refuses);
}
