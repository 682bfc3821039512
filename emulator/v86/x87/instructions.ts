/**
 * The x87's common instructions, as functions that interpreter and compiled code call: for numbers that are zero or normal, where
 * nothing but precision is lost, and registers that are as they should be. Everything else goes to `fpu/x87.ts`.
 *
 * What must hold: before a function goes there it has changed nothing, so that the instruction starts there anew.
 */

import { Control, Exceptions, Status } from '../../fpu/words.ts';
import { Address, X87Area } from '../internals.ts';
import type { Indices } from '../rewrite-support.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, leaveIf, scope, set, when } from '../wasm-expressions.ts';
import {
  addOperation,
  addOrder,
  addRoot,
  comparedFlags,
  conditions,
  OPERATIONS,
  Order,
} from './arithmetic.ts';
import type { Helpers } from './helpers.ts';
import { Moves } from './moves.ts';
import { addRemainder, addRoundToInteger } from './integers.ts';
import { keepOperand, type OperandKind, OPERANDS } from './operands.ts';
import {
  addressOf,
  indexOf,
  isEmpty,
  pop,
  register,
  remember,
  setConditions,
  setNumber,
  sizeOf,
  st0,
  st0IsEmpty,
  status,
} from './state.ts';

export class Instructions {
  readonly #helpers: Helpers;
  readonly #index: Indices;

  /** Functions that copy an operand to where TypeScript reads it, and from there. */
  readonly #read: number;
  readonly #write: number;

  constructor(helpers: Helpers, index: Indices) {
    this.#helpers = helpers;
    this.#index = index;
    this.#read = this.#copyOperand(true);
    this.#write = this.#copyOperand(false);
  }

  addAll(): void {
    this.#addGeneral();
    this.#addArithmetic();
    this.#addComparisons();
    this.#addControl();
    new Moves(this.#helpers, this.#index).addAll();
  }

  // ── what goes to TypeScript, whatever it is ──

  #addGeneral(): void {
    const helpers = this.#helpers;
    const [packed, address] = [get(0), get(1)];
    const read = this.#read;
    const write = this.#write;
    const readOperand: Code = [[address, sizeOf(packed), wasm.call(read)], wasm.ifThen, wasm.ret, wasm.end];
    const rememberData = I32.store(I32.of(0), Address.fpuDataPointer, address);
    for (const name of ['any', 'anyControl'] as const) {
      const before = name === 'any' ? remember(packed) : [];
      helpers.add(name, ['i32'], [], [before, this.#helpers.slowly(packed), wasm.drop]);
      const withData = name === 'any' ? [before, rememberData] : [];
      helpers.add(
        `${name}Read`,
        ['i32', 'i32'],
        [],
        [readOperand, withData, this.#helpers.slowly(packed), wasm.drop],
      );
      // whoever calls has seen to it that writing cannot fault
      helpers.add(
        `${name}Write`,
        ['i32', 'i32'],
        [],
        [
          withData,
          when(this.#helpers.slowly(packed), [address, sizeOf(packed), wasm.call(write), wasm.drop]),
        ],
      );
    }
  }

  /** Adds a function of an address and a length that copies an operand to TypeScript's place or from it; 1 for a fault. */
  #copyOperand(reads: boolean): number {
    const index = this.#index;
    const [address, length] = [get(0), get(1)];
    const done = 2;
    const here = I32.add(I32.of(X87Area.operand), get(done));
    const there = I32.add(address, get(done));
    const value = I32.load(I32.of(X87Area.answer), 4);
    const step = (bytes: 2 | 4): Code => [
      reads
        ? [
            [I32.of(X87Area.answer), there, wasm.call(bytes === 4 ? index.readMemory32 : index.safeRead16)],
            when(I32.and(I32.load(I32.of(X87Area.answer)), I32.of(1)), I32.of(1), wasm.ret),
            bytes === 4 ? I32.store(here, 0, value) : I32.store16(here, 0, value),
          ]
        : [
            there,
            bytes === 4 ? I32.load(here) : I32.load16(here),
            wasm.call(bytes === 4 ? index.safeWrite32 : index.safeWrite16),
            wasm.drop,
          ],
      set(done, I32.add(get(done), I32.of(bytes))),
    ];
    const left = I32.sub(length, get(done));
    return this.#helpers.binary.add(
      { parameters: ['i32', 'i32'], results: ['i32'] },
      {
        locals: ['i32'],
        code: [
          wasm.loop,
          when(I32.greater(left, I32.of(3)), step(4), wasm.branch(1)),
          wasm.end,
          when(left, step(2)),
          I32.of(0),
        ],
      },
    );
  }

  // ── arithmetic ──

  #addArithmetic(): void {
    const helpers = this.#helpers;
    const index = this.#index;
    const { binary } = helpers;
    for (const operation of OPERATIONS) {
      if (operation === undefined) continue;
      const compute = addOperation(binary, index, operation);
      // D8: ST0 = ST0 op ST(i); DC: ST(i) = …; DE: the same, and pop
      for (const form of ['', 'To', 'Pop'] as const) {
        const packed = get(0);
        const other = 1;
        const target = form === '' ? st0 : addressOf(get(other));
        helpers.add(
          operation.name + form,
          ['i32'],
          ['i32'],
          [
            remember(packed),
            set(other, register(indexOf(packed))),
            scope(
              leaveIf(I32.or(st0IsEmpty, isEmpty(get(other)))),
              leaveIf(I32.isZero([st0, addressOf(get(other)), target, wasm.call(compute)])),
              form === 'Pop' ? pop : [],
              wasm.ret,
            ),
            this.#helpers.slowly(packed),
            wasm.drop,
          ],
        );
      }
      for (const kind of OPERANDS.filter(({ name }) => name !== 'Integer64')) {
        this.#withOperand(operation.name, kind, () => [
          leaveIf(I32.isZero([st0, I32.of(X87Area.widened), st0, wasm.call(compute)])),
        ]);
      }
    }
    for (const [name, compute] of [
      ['root', addRoot(binary, index)],
      ['roundToInteger', addRoundToInteger(binary)],
    ] as const) {
      this.#ofTop(name, st0IsEmpty, [st0, wasm.call(compute)]);
    }
    const second = register(I32.of(1));
    this.#ofTop('remainder', I32.or(st0IsEmpty, isEmpty(second)), [
      [st0, addressOf(second)],
      wasm.call(addRemainder(binary)),
    ]);
  }

  /** Adds an instruction that works on ST0, and of which `compute` leaves 1 if it is done. */
  #ofTop(name: string, missing: Code, compute: Code): void {
    this.#helpers.add(
      name,
      ['i32'],
      [],
      [
        remember(get(0)),
        scope(leaveIf(missing), leaveIf(I32.isZero(compute)), wasm.ret),
        this.#helpers.slowly(get(0)),
        wasm.drop,
      ],
    );
  }

  /** Adds a function of an operand of memory and ST0. Its code finds the operand widened, and leaves for TypeScript. */
  #withOperand(name: string, kind: OperandKind, code: () => Code): void {
    const packed = get(1);
    const [bits, headOf, significandOf] = [2, 3, 4];
    this.#helpers.add(
      name + kind.name,
      [kind.type, 'i32'],
      ['i64', 'i32', 'i64'],
      [
        remember(packed),
        set(bits, kind.extend),
        scope(
          leaveIf(st0IsEmpty),
          kind.widen(bits, { head: headOf, significand: significandOf }, wasm.branch),
          setNumber(I32.of(X87Area.widened), get(headOf), get(significandOf)),
          code(),
          wasm.ret,
        ),
        keepOperand(kind),
        this.#helpers.slowly(packed),
        wasm.drop,
      ],
    );
  }

  // ── comparison ──

  #addComparisons(): void {
    const helpers = this.#helpers;
    const order = addOrder(helpers.binary);
    const [packed, found, other] = [get(0), 1, 2];
    const compared = (b: Code, local: number): Code => [
      set(local, [st0, b, wasm.call(order)]),
      leaveIf(I32.eq(get(local), I32.of(Order.unknown))),
    ];
    for (const pops of [0, 1, 2] as const) {
      const end: Code = [Array.from({ length: pops }, () => pop), wasm.ret];
      const withRegister = (code: Code): Code => [
        remember(packed),
        set(other, register(indexOf(packed))),
        scope(
          leaveIf(I32.or(st0IsEmpty, isEmpty(get(other)))),
          compared(addressOf(get(other)), found),
          code,
          end,
        ),
        this.#helpers.slowly(packed),
        wasm.drop,
      ];
      helpers.add(
        `compare${pops}`,
        ['i32'],
        ['i32', 'i32'],
        withRegister(setConditions(conditions(get(found)))),
      );
      if (pops === 2) continue;
      const flags: Code = [
        I32.store(I32.of(0), Address.flagsChanged, I32.of(0)),
        I32.store(
          I32.of(0),
          Address.flags,
          I32.or(I32.and(wasm.wordAt(Address.flags), I32.of(~ARITHMETIC_FLAGS)), comparedFlags(get(found))),
        ),
      ];
      helpers.add(`compareFlags${pops}`, ['i32'], ['i32', 'i32'], withRegister(flags));
      for (const kind of OPERANDS.filter(({ name }) => name !== 'Integer64')) {
        // head of the operand, which is widened by then
        const local = 3;
        this.#withOperand(`compare${pops}`, kind, () => [
          compared(I32.of(X87Area.widened), local),
          setConditions(conditions(get(local))),
          Array.from({ length: pops }, () => pop),
        ]);
      }
    }
  }

  // ── control ──

  #addControl(): void {
    const [word, packed] = [get(0), get(1)];
    this.#helpers.add(
      'loadControl',
      ['i32', 'i32'],
      [],
      [
        // where an exception is pending, or becomes so, TypeScript says so in the status word
        when(
          I32.isZero(
            I32.and(status, I32.or(I32.of(Status.summary), I32.andNot(I32.of(Exceptions.all), word))),
          ),
          I32.or(I32.and(word, I32.of(Control.writable)), I32.of(Control.always)),
          wasm.call(this.#index.setControlWord),
          wasm.ret,
        ),
        I32.store(I32.of(X87Area.operand), 0, word),
        this.#helpers.slowly(packed),
        wasm.drop,
      ],
    );
  }
}

const ARITHMETIC_FLAGS = 0x8d5;
