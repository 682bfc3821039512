/** x87 instructions in v86's code generator: compiled code calls the functions that the interpreter calls. */

import { Address, CompiledCall, Generator, JIT_EXCEPTION_VECTOR, X87Area } from '../internals.ts';
import { contextBuilder, Emitter } from '../emitter.ts';
import { type Indices, threeWords, twoWords } from '../rewrite-support.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, set, when } from '../wasm-expressions.ts';
import { Status } from '../../fpu/words.ts';
import { dispatch } from './dispatch.ts';
import type { Entry, Form } from './forms.ts';
import type { Helpers } from './helpers.ts';
import { FWAIT, NO_X87, WAIT_HEEDS } from './interpreter.ts';
import { Packed } from './state.ts';

const MATH_FAULT = 16;
/**
 * Of how many bytes v86's generator can check that they are there: it writes their number as one byte of signed LEB128. FNSAVE and
 * FRSTOR have more, and are interpreted.
 */
const MOST_CHECKED_BYTES = 63;

/**
 * Generates x87 instructions anew, but for two that v86 has inline and right: FNSTCW and FNSTSW AX. `before` is a function (opcode,
 * context) that has its turn before any instruction.
 */
export function rewriteGenerator(
  binary: WasmBinary,
  index: Indices,
  helpers: Helpers,
  pushByte: number,
  before: number,
): void {
  addRefuse(helpers, index);
  const original = binary.copy(index.generateInstruction, threeWords);
  const generate = addGenerate(binary, index, helpers, pushByte);
  const [opcode, context, modrm] = [0, get(1), 3];
  const byte = I32.and(get(opcode), I32.of(0xff));
  const isStoreStatus = I32.and(I32.eq(byte, I32.of(0xdf)), I32.eq(get(modrm), I32.of(0xe0)));
  const isStoreControl = I32.and(
    I32.eq(byte, I32.of(0xd9)),
    I32.and(I32.less(get(modrm), I32.of(0xc0)), I32.eq(I32.and(get(modrm), I32.of(0x38)), I32.of(0x38))),
  );
  const generateWait = addGenerateWait(binary, index, helpers, pushByte);
  binary.replace(index.generateInstruction, {
    locals: ['i32'],
    code: [
      when(I32.eq(byte, I32.of(FWAIT)), context, wasm.call(generateWait), wasm.ret),
      when(
        I32.eq(I32.and(get(opcode), I32.of(0xf8)), I32.of(0xd8)),
        set(modrm, [I32.load(I32.load(context, Generator.contextProcessor)), wasm.call(index.read8)]),
        when(
          I32.isZero(I32.or(isStoreStatus, isStoreControl)),
          [get(opcode), context, wasm.call(generate)],
          wasm.ret,
        ),
      ),
      [get(opcode), context, wasm.call(before)],
      [get(opcode), context, get(2), wasm.call(original)],
    ],
  });
}

/**
 * Adds what compiled code calls where an instruction is refused, with its offset in the page: #NM, or #MF where no bit of CR0 stands
 * against the instruction, or, for FWAIT, not both.
 */
function addRefuse(helpers: Helpers, index: Indices): void {
  const cr0 = wasm.wordAt(Address.control);
  for (const [name, isMathFault] of [
    ['refuse', I32.isZero(I32.and(cr0, I32.of(NO_X87)))],
    ['refuseWait', I32.ne(I32.and(cr0, I32.of(WAIT_HEEDS)), I32.of(WAIT_HEEDS))],
  ] as const) {
    helpers.add(
      name,
      ['i32'],
      [],
      [
        [get(0), wasm.call(index.deviceNotAvailableCompiled)],
        when(isMathFault, I32.store(I32.of(0), JIT_EXCEPTION_VECTOR, I32.of(MATH_FAULT))),
      ],
    );
  }
}

/** Adds `generate(opcode, context)`, which stands behind the first byte of an x87 instruction. */
function addGenerate(binary: WasmBinary, index: Indices, helpers: Helpers, pushByte: number): number {
  const [opcode, context] = [0, get(1)];
  const [modrm, packed, builder, address] = [2, 3, 4, 5] as const;
  const emit = new Emitter(get(builder), index, pushByte);
  const description = I32.of(X87Area.modrm);
  const check = addCheck(binary, index, helpers, pushByte);
  const [takeLocal, freeLocal] = addLocals(binary, index);

  const generateAddress: Code = [context, description, I32.of(0), wasm.call(index.generateAddress)];
  const rememberData: Code = [
    emit.constant(I32.of(0)),
    generateAddress,
    emit.raw(wasm.store32(Address.fpuDataPointer)),
  ];
  const call = (name: string, type: number): Code => emit.call(helpers.nameOf(name), type);
  const withSize = (narrow: number, wide: number): Code =>
    I32.or(
      get(packed),
      I32.shl(
        wasm.choose(I32.and(get(packed), I32.of(Packed.wide)), I32.of(wide), I32.of(narrow)),
        I32.of(Packed.sizeShift),
      ),
    );
  const reader = { 2: index.generateRead16, 4: index.generateRead32, 8: index.generateRead64 } as const;

  const operand = (form: Form): Code => {
    switch (form.kind) {
      case 'undefined':
        return [context, wasm.call(index.generateUndefined)];
      case 'registers':
        return [emit.constant(get(packed)), call(form.name, CompiledCall.word)];
      case 'load':
        return [
          [context, description, wasm.call(reader[form.bytes])],
          form.name === 'loadControl' ? [] : rememberData,
          emit.constant(get(packed)),
          call(form.name, form.bytes === 8 ? CompiledCall.longAndWord : CompiledCall.twoWords),
        ];
      case 'read':
      case 'write':
        if (form.wide > MOST_CHECKED_BYTES)
          return [emit.constant(I32.of(1)), emit.ifThen(), emit.leaveToInterpreter(context), emit.end()];
        return [
          generateAddress,
          set(address, [get(builder), wasm.call(takeLocal)]),
          emit.setLocal(get(address)),
          set(packed, withSize(form.narrow, form.wide)),
          [context, get(address), I32.shr(get(packed), I32.of(Packed.sizeShift))],
          wasm.call(form.kind === 'read' ? index.generateReadable : index.generateWritable),
          emit.constant(get(packed)),
          emit.getLocal(get(address)),
          call(form.name, CompiledCall.twoWords),
          [get(builder), get(address), wasm.call(freeLocal)],
        ];
    }
  };
  const arm = ({ form, waits }: Entry): Code => [
    form.kind === 'undefined' ? [] : [context, I32.of(waits ? 1 : 0), wasm.call(check)],
    operand(form),
  ];
  const processor = I32.load(context, Generator.contextProcessor);
  return binary.add(twoWords, {
    locals: ['i32', 'i32', 'i32', 'i32'],
    code: [
      set(builder, contextBuilder(context)),
      set(modrm, [processor, wasm.call(index.generatorReadImmediate8)]),
      when(
        I32.less(get(modrm), I32.of(0xc0)),
        description,
        processor,
        get(modrm),
        wasm.call(index.decodeModrm),
      ),
      set(
        packed,
        I32.or(
          I32.or(
            I32.and(I32.load(context, Generator.contextInstruction), I32.of(Packed.offset)),
            I32.shl(
              I32.or(I32.shl(I32.and(get(opcode), I32.of(7)), I32.of(8)), get(modrm)),
              I32.of(Packed.operationShift),
            ),
          ),
          I32.shl(I32.and(get(opcode), I32.of(0x100)), I32.of(Math.log2(Packed.wide) - 8)),
        ),
      ),
      dispatch(opcode, modrm, arm),
    ],
  });
}

/**
 * Adds `check(context, waits)`: generates code that leaves before an instruction where there is no x87, it is another task's, or,
 * for one that waits, an exception is pending.
 */
function addCheck(binary: WasmBinary, index: Indices, helpers: Helpers, pushByte: number): number {
  const [context, waits, builder] = [get(0), get(1), 2];
  const emit = new Emitter(get(builder), index, pushByte);
  return binary.add(twoWords, {
    locals: ['i32'],
    code: [
      set(builder, contextBuilder(context)),
      emit.wordAt(Address.control),
      emit.constant(I32.of(NO_X87)),
      emit.raw(wasm.and),
      when(
        waits,
        // a byte: a word cannot be forwarded from the half that was stored last
        emit.byteAt(Address.fpuStatus),
        emit.constant(I32.of(Status.summary)),
        emit.raw(wasm.and),
        emit.raw(wasm.or),
      ),
      leave(emit, builder, context, index, helpers.nameOf('refuse')),
    ],
  });
}

/** Generates code that leaves before the instruction where the condition on the stack holds. */
const leave = (
  emit: Emitter,
  builder: number,
  context: Code,
  index: Indices,
  refuse: readonly [number, number],
): Code => [
  emit.ifThen(),
  emit.constant(I32.and(I32.load(context, Generator.contextInstruction), I32.of(Packed.offset))),
  emit.call(refuse, CompiledCall.word),
  [get(builder), I32.load(context, Generator.contextFaultLabel), wasm.call(index.branch)],
  emit.end(),
];

/** Adds `generate(context)` for FWAIT, which does nothing else. */
function addGenerateWait(binary: WasmBinary, index: Indices, helpers: Helpers, pushByte: number): number {
  const [context, builder] = [get(0), 1];
  const emit = new Emitter(get(builder), index, pushByte);
  return binary.add(
    { parameters: ['i32'], results: [] },
    {
      locals: ['i32'],
      code: [
        set(builder, contextBuilder(context)),
        emit.wordAt(Address.control),
        emit.constant(I32.of(WAIT_HEEDS)),
        emit.raw(wasm.and),
        emit.constant(I32.of(WAIT_HEEDS)),
        emit.raw(wasm.eq),
        // a byte: a word cannot be forwarded from the half that was stored last
        emit.byteAt(Address.fpuStatus),
        emit.constant(I32.of(Status.summary)),
        emit.raw(wasm.and),
        emit.raw(wasm.or),
        leave(emit, builder, context, index, helpers.nameOf('refuseWait')),
      ],
    },
  );
}

/** Adds functions that take a free local of generated code, given its builder, and give it back. */
function addLocals(binary: WasmBinary, index: Indices): readonly [number, number] {
  const [builder, local] = [get(0), 1];
  const free = I32.load(builder, Generator.builderFreeLocalsLength);
  const setFree = (count: Code): Code => I32.store(builder, Generator.builderFreeLocalsLength, count);
  const place = I32.add(I32.load(builder, Generator.builderFreeLocalsPointer), free);
  const next = I32.load8(builder, Generator.builderNextLocal);
  const take = binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32'],
      code: [
        when(free, setFree(I32.sub(free, I32.of(1))), I32.load8(place), wasm.ret),
        set(local, next),
        I32.store8(builder, Generator.builderNextLocal, I32.add(get(local), I32.of(1))),
        I32.add(get(local), I32.of(1)),
      ],
    },
  );
  const give = binary.add(twoWords, {
    locals: [],
    code: [
      when(I32.eq(free, I32.load(builder, Generator.builderFreeLocalsCapacity)), [
        builder,
        I32.of(Generator.builderFreeLocalsCapacity),
        wasm.add,
        wasm.call(index.growBytes),
      ]),
      I32.store8(place, 0, get(local)),
      setFree(I32.add(free, I32.of(1))),
    ],
  });
  return [take, give];
}
