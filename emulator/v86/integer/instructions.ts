/**
 * Integer instructions that v86 lacks or has wrong, for the interpreter: BOUND, ARPL, ENTER, INVD, RDPMC, RSM, and BT, BTS, BTR and BTC on
 * memory.
 *
 * What they do, and in which order they come by their faults, is held against a real processor by `specs/fuzz`. Sources: Intel SDM volume 2.
 */

import { Address, Prefix } from '../internals.ts';
import {
  answered,
  attempt,
  fetchByte,
  raise,
  resolveAddress,
  stackMask,
  stackPlace,
} from '../interpreting.ts';
import type { Indices } from '../rewrite-support.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, scope, leaveIf, select, set, when, whenElse } from '../wasm-expressions.ts';

const BOUND_EXCEEDED = 5;
const Flag = { carry: 0x1, zero: 0x40, virtual8086: 1 << 17 } as const;
const [EBP, ESP] = [5, 4];
/** From here on a ModR/M byte names registers only. */
const REGISTER_FORM = 0xc0;

/** Code that ends the function: the instruction is done, by whatever end; or v86 is to do it. */
const done: Code = [I32.of(1), wasm.ret];
const declined: Code = [I32.of(0), wasm.ret];
/** The same, once the ModR/M byte has been read: v86 reads it again. */
const declinedAtModrm: Code = [
  wasm.storeWordAt(Address.instructionPointer, I32.sub(wasm.wordAt(Address.instructionPointer), I32.of(1))),
  declined,
];

const isWide = (opcode: number): Code => I32.and(get(opcode), I32.of(0x100));
const fieldOf = (modrm: number): Code => I32.and(I32.shr(get(modrm), I32.of(3)), I32.of(7));
const placeOf = (register: Code): Code => I32.shl(register, I32.of(2));
const registerAt = (register: Code): Code => I32.load(placeOf(register), Address.registers);
const halfAt = (register: Code): Code => I32.load16(placeOf(register), Address.registers);
const signed16 = (value: Code): Code => I32.shrSigned(I32.shl(value, I32.of(16)), I32.of(16));
const isRegisterForm = (modrm: number): Code => I32.isZero(I32.less(get(modrm), I32.of(REGISTER_FORM)));

/** Sets a flag to 0 or 1 at once: not by what was computed last. */
const setFlag = (flag: number, value: Code): Code => [
  wasm.storeWordAt(Address.flagsChanged, I32.and(wasm.wordAt(Address.flagsChanged), I32.of(~flag))),
  wasm.storeWordAt(
    Address.flags,
    I32.or(I32.and(wasm.wordAt(Address.flags), I32.of(~flag)), I32.shl(value, I32.of(Math.log2(flag)))),
  ),
];

const read = (index: Indices, bytes: 2 | 4, address: Code): Code =>
  attempt([address, wasm.call(bytes === 2 ? index.safeRead16 : index.readMemory32)], done);
/** Reads a word or doubleword, by the operand size. */
const readBySize = (index: Indices, opcode: number, address: Code): Code =>
  whenElse(isWide(opcode), read(index, 4, address), read(index, 2, address));
/** Writes a word or doubleword where that cannot fault. */
const write = (index: Indices, opcode: number, address: Code, value: Code): Code =>
  whenElse(
    isWide(opcode),
    [address, value, wasm.call(index.safeWrite32), wasm.drop],
    [address, value, wasm.call(index.safeWrite16), wasm.drop],
  );
/** Raises a page fault where so many bytes cannot be written. */
const mustBeWritable = (index: Indices, address: Code, bytes: Code): Code => [
  [address, bytes, wasm.call(index.writableOrFault)],
  [wasm.ifThen, done, wasm.end],
];

/** Appends `bound(opcode)`. */
export function addBound(binary: WasmBinary, index: Indices): number {
  const [opcode, modrm, address, lower, value] = [0, 1, 2, 3, 4];
  const bounds = (bytes: 2 | 4, number: (code: Code) => Code): Code => [
    [read(index, bytes, get(address)), set(lower, number(answered))],
    read(index, bytes, I32.add(get(address), I32.of(bytes))),
    set(value, number(registerAt(fieldOf(modrm)))),
    when(
      I32.or(I32.lessSigned(get(value), get(lower)), I32.greaterSigned(get(value), number(answered))),
      raise(index, I32.of(BOUND_EXCEEDED)),
    ),
  ];
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i32'],
      code: [
        fetchByte(index, modrm, done),
        when(isRegisterForm(modrm), wasm.call(index.undefinedOpcode), done),
        resolveAddress(index, get(modrm), address, done),
        whenElse(
          isWide(opcode),
          bounds(4, (code) => code),
          bounds(2, signed16),
        ),
        I32.of(1),
      ],
    },
  );
}

/** Appends `arpl(opcode)`: the memory form, whose operand is read, and written only where it changes. */
export function addAdjustPrivilege(binary: WasmBinary, index: Indices): number {
  const [modrm, address, selector, wanted] = [1, 2, 3, 4];
  const privilege = (value: Code): Code => I32.and(value, I32.of(3));
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i32'],
      code: [
        when(
          I32.or(
            I32.isZero(wasm.byteAt(Address.protectedMode)),
            I32.and(wasm.wordAt(Address.flags), I32.of(Flag.virtual8086)),
          ),
          declined,
        ),
        fetchByte(index, modrm, done),
        when(isRegisterForm(modrm), declinedAtModrm),
        resolveAddress(index, get(modrm), address, done),
        [read(index, 2, get(address)), set(selector, answered)],
        set(wanted, privilege(halfAt(fieldOf(modrm)))),
        whenElse(
          I32.less(privilege(get(selector)), get(wanted)),
          [
            mustBeWritable(index, get(address), I32.of(2)),
            [get(address), I32.or(I32.and(get(selector), I32.of(~3)), get(wanted))],
            [wasm.call(index.safeWrite16), wasm.drop],
            setFlag(Flag.zero, I32.of(1)),
          ],
          setFlag(Flag.zero, I32.of(0)),
        ),
        I32.of(1),
      ],
    },
  );
}

/** Appends `enter(opcode)`. A stack of 16 bits wraps within its segment. */
export function addEnter(binary: WasmBinary, index: Indices): number {
  const [opcode, size, level, width, frame, pointer, base, value] = [0, 1, 2, 3, 4, 5, 6, 7];
  const push = (word: number): Code => [
    set(pointer, I32.sub(get(pointer), get(width))),
    mustBeWritable(index, stackPlace(get(pointer)), get(width)),
    write(index, opcode, stackPlace(get(pointer)), get(word)),
  ];
  const setMasked = (register: number, to: Code, bits: Code): Code =>
    wasm.storeWordAt(
      Address.registers + 4 * register,
      I32.or(
        I32.and(wasm.wordAt(Address.registers + 4 * register), I32.xor(bits, I32.of(-1))),
        I32.and(to, bits),
      ),
    );
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      code: [
        [fetchByte(index, size, done), fetchByte(index, value, done)],
        set(size, I32.or(get(size), I32.shl(get(value), I32.of(8)))),
        [fetchByte(index, level, done), set(level, I32.and(get(level), I32.of(31)))],
        set(width, select(isWide(opcode), I32.of(4), I32.of(2))),
        set(pointer, wasm.wordAt(Address.registers + 4 * ESP)),
        set(base, wasm.wordAt(Address.registers + 4 * EBP)),
        [push(base), set(frame, get(pointer))],
        when(
          get(level),
          scope(
            wasm.loop,
            set(level, I32.sub(get(level), I32.of(1))),
            leaveIf(I32.isZero(get(level)), 1),
            set(base, I32.sub(get(base), get(width))),
            readBySize(index, opcode, stackPlace(get(base))),
            [set(value, answered), push(value)],
            [wasm.branch(0), wasm.end],
          ),
          push(frame),
        ),
        // the stack that is made room for must be there
        set(pointer, I32.sub(get(pointer), get(size))),
        mustBeWritable(index, stackPlace(get(pointer)), get(width)),
        setMasked(EBP, get(frame), select(isWide(opcode), I32.of(-1), I32.of(0xffff))),
        setMasked(ESP, get(pointer), stackMask),
        I32.of(1),
      ],
    },
  );
}

/** Which of the opcodes behind 0F this is: the lowest bits say how a bit is changed. */
const BIT_STRINGS = { mask: 0xe7, value: 0xa3, immediate: 0xba } as const;
const INVALIDATE = 0x08;
const READ_COUNTER = 0x33;
const RESUME = 0xaa;
const WITHOUT_OPERAND = [INVALIDATE, READ_COUNTER, RESUME];
/** What is done with the bit, by bits 3 and 4 of the opcode, or of the ModR/M byte where there is an immediate. */
const Change = { none: 0, set: 1, reset: 2, complement: 3 } as const;

/** Whether an opcode behind 0F may be one of those that {@link addBehind0F} executes. */
export const isBehind0F = (opcode: Code): Code =>
  I32.or(
    I32.eq(I32.and(opcode, I32.of(BIT_STRINGS.mask)), I32.of(BIT_STRINGS.value)),
    I32.or(I32.eq(I32.and(opcode, I32.of(0xff)), I32.of(BIT_STRINGS.immediate)), isWithoutOperand(opcode)),
  );

/** INVD, RDPMC and RSM. */
export const isWithoutOperand = (opcode: Code): Code =>
  WITHOUT_OPERAND.map((one) => I32.eq(I32.and(opcode, I32.of(0xff)), I32.of(one))).reduce((a, c) =>
    I32.or(a, c),
  );

/** Whether addresses have 16 bits: so does the one that a bit offset leads to. */
const hasNarrowAddress = I32.eq(
  I32.ne(wasm.byteAt(Address.is32), I32.of(0)),
  I32.ne(I32.and(wasm.byteAt(Address.prefixes), I32.of(Prefix.addressSize)), I32.of(0)),
);
const [STACK_SEGMENT, DATA_SEGMENT] = [2, 3];
/** With a 16-bit address: the base of an operand's segment, which is the stack's where the address is made of BP. */
function segmentBase(modrm: number): Code {
  const named = I32.and(wasm.byteAt(Address.prefixes), I32.of(Prefix.segment));
  const form = I32.and(get(modrm), I32.of(0xc7));
  // [BP+SI] and [BP+DI]; [BP+n]
  const usesBase = I32.or(
    I32.eq(I32.and(form, I32.of(6)), I32.of(2)),
    I32.and(I32.eq(I32.and(form, I32.of(7)), I32.of(6)), I32.ne(form, I32.of(6))),
  );
  const segment = select(
    named,
    I32.sub(named, I32.of(1)),
    select(usesBase, I32.of(STACK_SEGMENT), I32.of(DATA_SEGMENT)),
  );
  return I32.load(I32.shl(segment, I32.of(2)), Address.segmentBases);
}

/**
 * Appends `behind0F(opcode)`: INVD, RDPMC, RSM, and those that test a bit in memory. The word or doubleword that has the bit is accessed whole.
 * Only for what {@link isBehind0F} takes.
 */
export function addBehind0F(binary: WasmBinary, index: Indices): number {
  const [opcode, modrm, address, offset, change, bytes, value, bit, displacement, base] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const byte = I32.and(get(opcode), I32.of(0xff));
  const isImmediate = I32.eq(byte, I32.of(BIT_STRINGS.immediate));
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
      code: [
        when(
          isWithoutOperand(byte),
          // there are no counters, so RDPMC has none to read in any ring; and there is no system management mode to leave
          when(I32.eq(byte, I32.of(RESUME)), wasm.call(index.undefinedOpcode), done),
          when(
            I32.or(wasm.byteAt(Address.privilege), I32.eq(byte, I32.of(READ_COUNTER))),
            I32.of(0),
            wasm.call(index.generalProtection),
          ),
          done,
        ),
        fetchByte(index, modrm, done),
        when(
          I32.or(isRegisterForm(modrm), I32.and(isImmediate, I32.less(fieldOf(modrm), I32.of(4)))),
          declinedAtModrm,
        ),
        resolveAddress(index, get(modrm), address, done),
        set(bytes, select(isWide(opcode), I32.of(4), I32.of(2))),
        whenElse(
          isImmediate,
          [[fetchByte(index, offset, done), set(change, I32.and(fieldOf(modrm), I32.of(3)))]],
          [
            set(offset, registerAt(fieldOf(modrm))),
            when(I32.isZero(isWide(opcode)), set(offset, signed16(get(offset)))),
            set(change, I32.and(I32.shr(get(opcode), I32.of(3)), I32.of(3))),
            // A3, AB, B3, BB: 0, 1, 2, 3
            set(
              displacement,
              select(
                isWide(opcode),
                I32.shl(I32.shrSigned(get(offset), I32.of(5)), I32.of(2)),
                I32.shl(I32.shrSigned(get(offset), I32.of(4)), I32.of(1)),
              ),
            ),
            set(base, select(hasNarrowAddress, segmentBase(modrm), I32.of(0))),
            set(
              address,
              I32.add(
                get(base),
                I32.and(
                  I32.add(I32.sub(get(address), get(base)), get(displacement)),
                  select(hasNarrowAddress, I32.of(0xffff), I32.of(-1)),
                ),
              ),
            ),
          ],
        ),
        set(
          bit,
          I32.shl(I32.of(1), I32.and(get(offset), I32.sub(I32.shl(get(bytes), I32.of(3)), I32.of(1)))),
        ),
        when(get(change), mustBeWritable(index, get(address), get(bytes))),
        [readBySize(index, opcode, get(address)), set(value, answered)],
        setFlag(Flag.carry, I32.ne(I32.and(get(value), get(bit)), I32.of(0))),
        when(
          get(change),
          write(
            index,
            opcode,
            get(address),
            select(
              I32.eq(get(change), I32.of(Change.complement)),
              I32.xor(get(value), get(bit)),
              select(
                I32.eq(get(change), I32.of(Change.set)),
                I32.or(get(value), get(bit)),
                I32.andNot(get(value), get(bit)),
              ),
            ),
          ),
        ),
        I32.of(1),
      ],
    },
  );
}
