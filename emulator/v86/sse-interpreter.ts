/**
 * MMX and SSE in the interpreter: the faults, and the instructions that compute.
 *
 * The functions added here stand between v86's dispatcher and its instructions; EIP is behind the opcode when they are called. Faults
 * come in the order of a processor: #UD, #NM, #MF, then the operand's #GP, its #PF, then #XM.
 */

import { Address } from './internals.ts';
import { raise } from './interpreting.ts';
import type { Indices } from './rewrite-support.ts';
import type { SseFunction } from './sse-fast.ts';
import { numberOfOperation, Opcode, OPERATION_SHIFT } from './sse-opcodes.ts';
import {
  Group15,
  has,
  hasSseExceptions,
  isAnyUnmasked,
  isEmulated,
  isEmulatedOrTaskSwitched,
  isMemoryForm,
  isMisaligned,
  isSseOff,
  isTaskSwitched,
  isX87ExceptionPending,
  operandField,
  registerField,
  topIsFirst,
} from './sse-state.ts';
import type { Signature, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

const Vector = { undefined: 6, x87: 16, simd: 19 } as const;
const SCRATCH = Address.sseScratch;
/** Registers in memory: an XMM or x87 register takes 16 bytes, of which an MMX register is the first 8. */
const REGISTER_SHIFT = 4;
const GENERAL_SHIFT = 2;

const test: Signature = { parameters: [], results: ['i32'] };
const testOfWord: Signature = { parameters: ['i32'], results: ['i32'] };

/** Raises a fault, and says so. */
const fault = (raise: Code): Code => [raise, wasm.i32(1), wasm.ret];
const faultIf = (condition: Code, raise: Code): Code => [condition, wasm.ifThen, fault(raise), wasm.end];

// ── decoding, by v86's functions ──

/** The global variable of v86.wasm that is its stack pointer. */
const STACK_POINTER = 0;
/** What v86's functions that can fail leave where their first argument points: a word that says so, and the value behind it. */
const Result = { failed: 0, value: 4, vector: 16, length: 32 } as const;

/** Code with room for such a result, at the address in the local `frame`. It must run to its end. */
const withFrame = (frame: number, code: Code): Code => [
  [wasm.globalGet(STACK_POINTER), wasm.i32(Result.length), wasm.sub, wasm.localTee(frame)],
  [wasm.globalSet(STACK_POINTER), code],
  [wasm.localGet(frame), wasm.i32(Result.length), wasm.add, wasm.globalSet(STACK_POINTER)],
];

const valueIn = (frame: number): Code => [wasm.localGet(frame), wasm.load32(Result.value)];

/** Calls a function that can fail; it has raised a fault then, and the block `depth` further out is left. */
const attempt = (frame: number, call: Code, depth: number): Code => [
  [wasm.localGet(frame), call],
  [wasm.localGet(frame), wasm.load32(Result.failed), wasm.i32(1), wasm.and, wasm.branchIf(depth)],
];

/** Leaves the ModR/M byte in a local, and the address of an operand in memory in another. */
const decode = (index: Indices, frame: number, modrm: number, address: number, depth: number): Code => [
  [attempt(frame, wasm.call(index.readByte), depth), valueIn(frame), wasm.localSet(modrm)],
  [isMemoryForm(wasm.localGet(modrm)), wasm.ifThen],
  attempt(frame, [wasm.localGet(modrm), wasm.call(index.resolveModrm)], depth + 1),
  [valueIn(frame), wasm.localSet(address)],
  wasm.end,
];

/**
 * A test that looks at the operands, then puts EIP back. `check` may leave the block it stands in by `raise`, which raises a fault.
 */
function addOperandTest(
  binary: WasmBinary,
  index: Indices,
  check: (modrm: Code, address: Code, faultIf: (condition: Code, raise: Code) => Code) => Code,
): number {
  const [frame, modrm, address, start, faulted] = [0, 1, 2, 3, 4];
  const leaveIf = (condition: Code, raise: Code): Code => [
    condition,
    wasm.ifThen,
    [raise, wasm.branch(1), wasm.end],
  ];
  return binary.add(test, {
    locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
    code: [
      [wasm.wordAt(Address.instructionPointer), wasm.localSet(start)],
      [wasm.i32(1), wasm.localSet(faulted)],
      withFrame(frame, [
        wasm.block,
        decode(index, frame, modrm, address, 0),
        check(wasm.localGet(modrm), wasm.localGet(address), leaveIf),
        wasm.storeWordAt(Address.instructionPointer, wasm.localGet(start)),
        [wasm.i32(0), wasm.localSet(faulted)],
        wasm.end,
      ]),
      wasm.localGet(faulted),
    ],
  });
}

// ── faults ──

const both = (first: Code, second: Code): Code => [first, wasm.i32(0), second, wasm.select];

/** Raises what an instruction's own computation calls for, once MXCSR says what. */
const raiseException = (index: Indices): Code =>
  raise(index, [wasm.i32(Vector.simd), wasm.i32(Vector.undefined), hasSseExceptions, wasm.select]);

/** Appends `faults(bits)`: raises what the state of the processor and the address of an operand call for. Not zero if it has. */
function addFaults(binary: WasmBinary, index: Indices): number {
  const undefinedOpcode = wasm.call(index.undefinedOpcode);
  const aligned = addOperandTest(binary, index, (modrm, address, leaveIf) =>
    leaveIf(both(isMisaligned(address), isMemoryForm(modrm)), [
      wasm.i32(0),
      wasm.call(index.generalProtection),
    ]),
  );
  const inMemory = addOperandTest(binary, index, (modrm, _address, leaveIf) =>
    leaveIf([isMemoryForm(modrm), wasm.eqz], undefinedOpcode),
  );
  // an operand that may be an MMX register, or memory, for which the x87 does not matter
  const pendingOfRegister = addOperandTest(binary, index, (modrm, _address, leaveIf) =>
    leaveIf([isMemoryForm(modrm), wasm.eqz], raise(index, wasm.i32(Vector.x87))),
  );
  const bits = wasm.localGet(0);
  return binary.add(testOfWord, {
    locals: [],
    code: [
      faultIf(has(bits, Opcode.undefined), undefinedOpcode),
      faultIf(isEmulated, undefinedOpcode),
      faultIf(both(isSseOff, has(bits, Opcode.sse)), undefinedOpcode),
      faultIf(isTaskSwitched, wasm.call(index.deviceNotAvailable)),
      [both(isX87ExceptionPending, has(bits, Opcode.mmx)), wasm.ifThen],
      [has(bits, Opcode.fromMmx), wasm.ifThen],
      [wasm.call(pendingOfRegister), wasm.ifThen, wasm.i32(1), wasm.ret, wasm.end],
      [wasm.otherwise, fault(raise(index, wasm.i32(Vector.x87))), wasm.end],
      wasm.end,
      [has(bits, Opcode.toTop), wasm.ifThen, topIsFirst, wasm.end],
      [has(bits, Opcode.unalignedLoad), wasm.ifThen, wasm.call(inMemory), wasm.ret, wasm.end],
      // what computes reads its operand itself
      [has(bits, Opcode.aligned | Opcode.computes), wasm.i32(Opcode.aligned), wasm.eq],
      [wasm.ifThen, wasm.call(aligned), wasm.ret, wasm.end],
      wasm.i32(0),
    ],
  });
}

/** Appends `group15Faults()`: the same for FXSAVE, FXRSTOR, LDMXCSR and STMXCSR. */
function addGroup15Faults(binary: WasmBinary, index: Indices): number {
  const undefinedOpcode = wasm.call(index.undefinedOpcode);
  const notAvailable = wasm.call(index.deviceNotAvailable);
  return addOperandTest(binary, index, (modrm, address, leaveIf) => {
    const isBelow = (first: number): Code =>
      both([registerField(modrm), wasm.i32(first), wasm.lessUnsigned], isMemoryForm(modrm));
    const isState = isBelow(Group15.firstOfMxcsr);
    const isMxcsr: Code = [isState, isBelow(Group15.firstWithoutState), wasm.lessUnsigned];
    return [
      leaveIf(both(isEmulatedOrTaskSwitched, isState), notAvailable),
      leaveIf(both(isMisaligned(address), isState), [wasm.i32(0), wasm.call(index.generalProtection)]),
      leaveIf(both(isEmulated, isMxcsr), undefinedOpcode),
      leaveIf(both(isSseOff, isMxcsr), undefinedOpcode),
      leaveIf(both(isTaskSwitched, isMxcsr), notAvailable),
    ];
  });
}

// ── computing ──

interface ComputeLocals {
  readonly frame: number;
  readonly modrm: number;
  readonly address: number;
  readonly immediate: number;
  readonly register: number;
}

/** Copies the source operand to where the operations look for it. */
function fetchSource(index: Indices, bits: Code, locals: ComputeLocals, depth: number): Code {
  const { frame, modrm, address } = locals;
  const at = wasm.localGet(address);
  const number = operandField(wasm.localGet(modrm));
  const copyWord = (offset: number, inside: number): Code => [
    attempt(frame, [at, wasm.i32(offset), wasm.add, wasm.call(index.readMemory32)], depth + inside),
    wasm.storeWordAt(SCRATCH + offset, valueIn(frame)),
  ];
  const storeVector = (value: Code): Code => [wasm.i32(0), value, simd.store(SCRATCH)];
  return [
    [isMemoryForm(wasm.localGet(modrm)), wasm.ifThen],
    [has(bits, Opcode.aligned), wasm.ifThen],
    [isMisaligned(at), wasm.ifThen, wasm.i32(0), wasm.call(index.generalProtection)],
    [wasm.branch(depth + 3), wasm.end],
    attempt(frame, [at, wasm.call(index.readMemory128)], depth + 2),
    storeVector([wasm.localGet(frame), simd.load(Result.vector)]),
    wasm.otherwise,
    copyWord(0, 2),
    [has(bits, Opcode.long), wasm.ifThen, copyWord(4, 3), wasm.end],
    wasm.end,
    wasm.otherwise,
    [has(bits, Opcode.fromGeneral), wasm.ifThen],
    wasm.storeWordAt(SCRATCH, [number, wasm.i32(GENERAL_SHIFT), wasm.shl, wasm.load32(Address.registers)]),
    wasm.otherwise,
    storeVector([
      [number, wasm.i32(REGISTER_SHIFT), wasm.shl],
      [wasm.i32(Address.fpuRegisters), wasm.i32(Address.xmm), has(bits, Opcode.fromMmx), wasm.select],
      [wasm.add, simd.load(0)],
    ]),
    wasm.end,
    wasm.end,
  ];
}

/** Stores what `result` leaves in the general register that is the destination. */
const storeGeneral = ({ register }: ComputeLocals, result: Code): Code => [
  [wasm.localGet(register), wasm.i32(GENERAL_SHIFT), wasm.shl],
  [result, wasm.store32(Address.registers)],
];

/** Calls the function of the operation, by its number, as compiled code does. */
function callFunctions(functions: readonly SseFunction[], operation: Code, locals: ComputeLocals): Code {
  const places = functions.map(({ instruction }) => numberOfOperation(instruction.name));
  const depths = Array.from({ length: Math.max(...places) + 1 }, (_, number) => places.indexOf(number));
  const load = { i32: wasm.load32, i64: wasm.load64, f32: wasm.loadF32, f64: wasm.loadF64, v128: simd.load };
  const callOne = ({ index, instruction, signature }: SseFunction): Code => {
    const [source = 'i32', ...more] = signature.parameters;
    const call: Code = [
      instruction.bytes === 16 ? wasm.i32(SCRATCH) : [wasm.i32(0), load[source](SCRATCH)],
      [locals.register, locals.immediate].slice(0, more.length).map(wasm.localGet),
      wasm.call(index),
    ];
    return signature.results.length === 0 ? call : storeGeneral(locals, call);
  };
  const last = functions.length;
  return [
    wasm.block,
    functions.map(() => wasm.block),
    operation,
    wasm.branchTable(
      depths.map((depth) => (depth < 0 ? last : depth)),
      last,
    ),
    functions.map((one, i) => [wasm.end, callOne(one), wasm.branch(last - 1 - i)]),
    wasm.end,
  ];
}

/** Appends `compute(bits)`: an instruction that computes, of which so much is known, from its ModR/M byte on. */
function addCompute(
  binary: WasmBinary,
  index: Indices,
  functions: readonly SseFunction[],
  ask: number,
): number {
  const bits = wasm.localGet(0);
  const locals: ComputeLocals = { frame: 1, modrm: 2, address: 3, immediate: 4, register: 5 };
  const { frame, modrm, address, immediate, register } = locals;
  const operation: Code = [bits, wasm.i32(OPERATION_SHIFT), wasm.shrUnsigned];
  return binary.add(
    { parameters: ['i32'], results: [] },
    {
      locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
      code: withFrame(frame, [
        wasm.block,
        decode(index, frame, modrm, address, 0),
        [has(bits, Opcode.immediate), wasm.ifThen],
        [attempt(frame, wasm.call(index.readByte), 1), valueIn(frame), wasm.localSet(immediate)],
        wasm.end,
        [registerField(wasm.localGet(modrm)), wasm.localSet(register)],
        fetchSource(index, bits, locals, 0),
        // also where the computation raises an exception, but not for an MMX operand that is in memory
        [has(bits, Opcode.mmx), wasm.ifThen],
        [both(has(bits, Opcode.fromMmx), isMemoryForm(wasm.localGet(modrm))), wasm.eqz, wasm.ifThen],
        [wasm.call(index.toMmxState), wasm.end, wasm.end],
        [isAnyUnmasked, has(bits, Opcode.interpreted), wasm.or, wasm.ifThen],
        [operation, wasm.localGet(register), wasm.localGet(immediate), wasm.call(ask), wasm.ifThen],
        [raiseException(index), wasm.branch(2), wasm.end],
        [has(bits, Opcode.toGeneral), wasm.ifThen, storeGeneral(locals, wasm.wordAt(SCRATCH)), wasm.end],
        wasm.otherwise,
        callFunctions(functions, operation, locals),
        wasm.end,
        wasm.end,
      ]),
    },
  );
}

/** Adds what the interpreter calls. `functions` are those of compiled code, `ask` does what they do not. */
export function addSseInterpreter(
  binary: WasmBinary,
  index: Indices,
  functions: readonly SseFunction[],
  ask: number,
): { faults: number; group15Faults: number; compute: number } {
  return {
    faults: addFaults(binary, index),
    group15Faults: addGroup15Faults(binary, index),
    compute: addCompute(binary, index, functions, ask),
  };
}
