/** x87 instructions in v86's interpreter: its table of first bytes leads here. */

import { Address } from '../internals.ts';
import { answered, attempt, faulted, fetchByte, raise, resolveAddress } from '../interpreting.ts';
import type { Executor } from '../rewrite-opcodes.ts';
import type { Indices } from '../rewrite-support.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, set, when, whenElse } from '../wasm-expressions.ts';
import { Status } from '../../fpu/words.ts';
import { dispatch } from './dispatch.ts';
import type { Form } from './forms.ts';
import type { Helpers } from './helpers.ts';
import { Packed, status } from './state.ts';

const FIRST = 0xd8;
const LAST = 0xdf;
export const FWAIT = 0x9b;
/** Bits of CR0: FWAIT heeds the third; there is no x87; its registers are another task's. */
export const CR0 = { monitor: 2, emulate: 4, taskSwitched: 8 } as const;
/** Together, these bits of CR0 keep FWAIT from waiting; either of the others keeps all other instructions from being executed. */
export const WAIT_HEEDS = CR0.monitor | CR0.taskSwitched;
export const NO_X87 = CR0.emulate | CR0.taskSwitched;
const MATH_FAULT = 16;

const cr0 = wasm.wordAt(Address.control);

/** The pending exception of the x87 is delivered before this instruction. */
const mathFault = (index: Indices): Code => raise(index, I32.of(MATH_FAULT));
const isPending = I32.and(status, I32.of(Status.summary));

/** Adds what the interpreter executes x87 instructions by. */
export const addInterpreter = (binary: WasmBinary, index: Indices, helpers: Helpers): Executor => ({
  bytes: [FWAIT, ...Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i)],
  execute: addExecute(binary, index, helpers),
  declines: false,
});

/** Adds a function that executes the x87 instruction whose first byte has been read; bit 8 of it is the operand size. */
function addExecute(binary: WasmBinary, index: Indices, helpers: Helpers): number {
  const [opcode, modrm, packed, address, low] = [0, 1, 2, 3, 4] as const;
  const resolve = resolveAddress(index, get(modrm), address, wasm.ret);
  const read = (bytes: 2 | 4, offset = 0): Code => [
    attempt(
      [I32.add(get(address), I32.of(offset)), wasm.call(bytes === 2 ? index.safeRead16 : index.readMemory32)],
      wasm.ret,
    ),
  ];
  const call = (name: string): Code => wasm.call(helpers.index(name));
  const withSize = (narrow: number, wide: number): Code =>
    I32.or(
      get(packed),
      I32.shl(
        wasm.choose(I32.and(get(packed), I32.of(Packed.wide)), I32.of(wide), I32.of(narrow)),
        I32.of(Packed.sizeShift),
      ),
    );
  const operand = (form: Form): Code => {
    switch (form.kind) {
      case 'undefined':
        return wasm.call(index.undefinedOpcode);
      case 'registers':
        return [get(packed), call(form.name)];
      case 'load':
        return [
          resolve,
          form.bytes === 8
            ? [
                [read(4), set(low, answered), read(4, 4)],
                I64.or(I64.shl(I64.extendUnsigned(answered), I64.of(32n)), I64.extendUnsigned(get(low))),
              ]
            : [read(form.bytes), answered],
          form.name === 'loadControl' ? [] : I32.store(I32.of(0), Address.fpuDataPointer, get(address)),
          [get(packed), call(form.name)],
        ];
      case 'read':
        return [resolve, withSize(form.narrow, form.wide), get(address), call(form.name)];
      case 'write':
        return [
          resolve,
          set(packed, withSize(form.narrow, form.wide)),
          [get(address), I32.shr(get(packed), I32.of(Packed.sizeShift)), wasm.call(index.writableOrFault)],
          [wasm.ifThen, wasm.ret, wasm.end],
          [get(packed), get(address), call(form.name)],
        ];
    }
  };
  return binary.add(
    { parameters: ['i32'], results: [] },
    {
      locals: ['i32', 'i32', 'i32', 'i32'],
      code: [
        when(
          I32.eq(I32.and(get(opcode), I32.of(0xff)), I32.of(FWAIT)),
          whenElse(
            I32.eq(I32.and(cr0, I32.of(WAIT_HEEDS)), I32.of(WAIT_HEEDS)),
            wasm.call(index.deviceNotAvailable),
            when(isPending, mathFault(index)),
          ),
          wasm.ret,
        ),
        fetchByte(index, modrm, wasm.ret),
        when(I32.and(cr0, I32.of(NO_X87)), wasm.call(index.deviceNotAvailable), wasm.ret),
        set(
          packed,
          I32.or(
            I32.or(
              I32.and(wasm.wordAt(Address.previousInstructionPointer), I32.of(Packed.offset)),
              I32.shl(
                I32.or(I32.shl(I32.and(get(opcode), I32.of(7)), I32.of(8)), get(modrm)),
                I32.of(Packed.operationShift),
              ),
            ),
            I32.shl(I32.and(get(opcode), I32.of(0x100)), I32.of(Math.log2(Packed.wide) - 8)),
          ),
        ),
        dispatch(opcode, modrm, ({ form, waits }) => [
          waits && form.kind !== 'undefined' ? when(isPending, mathFault(index), wasm.ret) : [],
          operand(form),
          isRemembered(form) ? rememberPlace(form) : [],
        ]),
      ],
    },
  );
}

/** An instruction that reaches into the next page has left it in EIP. One whose operand could not be read has not been executed. */
function rememberPlace(form: Form): Code {
  const store = I32.store(
    I32.of(0),
    Address.fpuInstructionPointer,
    wasm.wordAt(Address.previousInstructionPointer),
  );
  return form.kind === 'read' ? when(I32.isZero(faulted), store) : store;
}

/** Whether an instruction leaves where it stands for others to see: those of control do not. */
const isRemembered = (form: Form): boolean =>
  form.kind !== 'undefined' && form.name !== 'loadControl' && !form.name.startsWith('anyControl');
