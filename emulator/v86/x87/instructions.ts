/**
 * The x87's common instructions, as functions that interpreter and compiled code call: for numbers that are zero or normal, where
 * nothing but precision is lost, and registers that are as they should be. Everything else goes to `fpu/x87.ts`.
 *
 * What must hold: before a function goes there it has changed nothing, so that the instruction starts there anew.
 */

import { BIAS, SIGN } from '../../fpu/extended.ts';
import { Control, Exceptions, Status } from '../../fpu/words.ts';
import { callHost } from '../host-functions.ts';
import { Address, X87Area } from '../internals.ts';
import type { Indices } from '../rewrite-support.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, leaveIf, scope, set, when } from '../wasm-expressions.ts';
import {
  addOperation,
  addOrder,
  addRoot,
  comparedFlags,
  conditions,
  OPERATIONS,
  Order,
} from './arithmetic.ts';
import {
  DOUBLE,
  type GiveUp,
  narrowInteger,
  narrowReal,
  type NumberLocals,
  SINGLE,
  widenInteger,
  widenReal,
} from './conversions.ts';
import type { Helpers } from './helpers.ts';
import {
  addressOf,
  clearC1,
  head,
  indexOf,
  inexactStatus,
  isEmpty,
  occupy,
  pop,
  precisionIsMasked,
  register,
  remember,
  report,
  setConditions,
  setNumber,
  setTop,
  significand,
  sizeOf,
  st0,
  st0IsEmpty,
  status,
} from './state.ts';

/** An operand in memory, as functions take it: 16 and 32 bits in an i32. */
interface OperandKind {
  readonly name: string;
  readonly type: 'i32' | 'i64';
  /** Code that widens what is in the local `bits`, an i64. */
  widen(bits: number, to: NumberLocals, giveUp: GiveUp): Code;
  /** The parameter as an i64, and where it stands in memory for TypeScript to read it. */
  readonly extend: Code;
}

const extendSigned16 = I64.extend(I32.shrSigned(I32.shl(get(0), I32.of(16)), I32.of(16)));
export const OPERANDS: readonly OperandKind[] = [
  {
    name: 'Single',
    type: 'i32',
    widen: (bits, to, giveUp) => widenReal(SINGLE, bits, to, giveUp),
    extend: I64.extendUnsigned(get(0)),
  },
  {
    name: 'Double',
    type: 'i64',
    widen: (bits, to, giveUp) => widenReal(DOUBLE, bits, to, giveUp),
    extend: get(0),
  },
  { name: 'Integer16', type: 'i32', widen: widenInteger, extend: extendSigned16 },
  { name: 'Integer32', type: 'i32', widen: widenInteger, extend: I64.extend(get(0)) },
  { name: 'Integer64', type: 'i64', widen: widenInteger, extend: get(0) },
];

export class Instructions {
  private readonly helpers: Helpers;
  private readonly index: Indices;

  /** Functions that copy an operand to where TypeScript reads it, and from there. */
  private readonly read: number;
  private readonly write: number;

  constructor(helpers: Helpers, index: Indices) {
    this.helpers = helpers;
    this.index = index;
    this.read = this.copyOperand(true);
    this.write = this.copyOperand(false);
  }

  addAll(): void {
    this.addGeneral();
    this.addArithmetic();
    this.addComparisons();
    this.addMoves();
    this.addLoads();
    this.addStores();
    this.addExtended();
    this.addControl();
  }

  /** Executes an instruction in TypeScript; leaves its answer. */
  private slowly(packed: Code): Code {
    return [packed, callHost(this.helpers.binary, 'x87')];
  }

  // ── what goes to TypeScript, whatever it is ──

  private addGeneral(): void {
    const { helpers } = this;
    const [packed, address] = [get(0), get(1)];
    const { read, write } = this;
    const readOperand: Code = [[address, sizeOf(packed), wasm.call(read)], wasm.ifThen, wasm.ret, wasm.end];
    const rememberData = I32.store(I32.of(0), Address.fpuDataPointer, address);
    for (const name of ['any', 'anyControl'] as const) {
      const before = name === 'any' ? remember(packed) : [];
      helpers.add(name, ['i32'], [], [before, this.slowly(packed), wasm.drop]);
      const withData = name === 'any' ? [before, rememberData] : [];
      helpers.add(`${name}Read`, ['i32', 'i32'], [], [readOperand, withData, this.slowly(packed), wasm.drop]);
      // whoever calls has seen to it that writing cannot fault
      helpers.add(
        `${name}Write`,
        ['i32', 'i32'],
        [],
        [withData, when(this.slowly(packed), [address, sizeOf(packed), wasm.call(write), wasm.drop])],
      );
    }
  }

  /** Adds a function of an address and a length that copies an operand to TypeScript's place or from it; 1 for a fault. */
  private copyOperand(reads: boolean): number {
    const { index } = this;
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
    return this.helpers.binary.add(
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

  private addArithmetic(): void {
    const { helpers, index } = this;
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
            this.slowly(packed),
            wasm.drop,
          ],
        );
      }
      for (const kind of OPERANDS.filter(({ name }) => name !== 'Integer64')) {
        this.withOperand(operation.name, kind, () => [
          leaveIf(I32.isZero([st0, I32.of(X87Area.widened), st0, wasm.call(compute)])),
        ]);
      }
    }
    const root = addRoot(binary, index);
    helpers.add(
      'root',
      ['i32'],
      [],
      [
        remember(get(0)),
        scope(leaveIf(st0IsEmpty), leaveIf(I32.isZero([st0, wasm.call(root)])), wasm.ret),
        this.slowly(get(0)),
        wasm.drop,
      ],
    );
  }

  /** Adds a function of an operand of memory and ST0. Its code finds the operand widened, and leaves for TypeScript. */
  private withOperand(name: string, kind: OperandKind, code: () => Code): void {
    const packed = get(1);
    const [bits, headOf, significandOf] = [2, 3, 4];
    const keep =
      kind.type === 'i64'
        ? I64.store(I32.of(X87Area.operand), 0, get(0))
        : I32.store(I32.of(X87Area.operand), 0, get(0));
    this.helpers.add(
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
        keep,
        this.slowly(packed),
        wasm.drop,
      ],
    );
  }

  // ── comparison ──

  private addComparisons(): void {
    const { helpers } = this;
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
        this.slowly(packed),
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
        this.withOperand(`compare${pops}`, kind, () => [
          compared(I32.of(X87Area.widened), local),
          setConditions(conditions(get(local))),
          Array.from({ length: pops }, () => pop),
        ]);
      }
    }
  }

  // ── moves between registers ──

  private addMoves(): void {
    const packed = get(0);
    const seventh = register(I32.of(7));
    const [other, headOf, significandOf] = [1, 2, 3];
    const simple = (name: string, code: Code): void => {
      this.helpers.add(
        name,
        ['i32'],
        ['i32', 'i32', 'i64'],
        [
          remember(packed),
          set(other, register(indexOf(packed))),
          scope(code, clearC1, wasm.ret),
          this.slowly(packed),
          wasm.drop,
        ],
      );
    };
    const push: Code = [setTop(seventh), occupy(wasm.byteAt(Address.fpuStackTop))];
    simple('duplicate', [
      leaveIf(I32.or(isEmpty(get(other)), I32.isZero(isEmpty(seventh)))),
      setNumber(addressOf(seventh), head(addressOf(get(other))), significand(addressOf(get(other)))),
      push,
    ]);
    for (const [name, headOfOne, significandOfOne] of [
      ['one', BIAS, -(1n << 63n)],
      ['zero', 0, 0n],
    ] as const) {
      simple(name, [
        leaveIf(I32.isZero(isEmpty(seventh))),
        setNumber(addressOf(seventh), I32.of(headOfOne), I64.of(significandOfOne)),
        push,
      ]);
    }
    simple('exchange', [
      leaveIf(I32.or(st0IsEmpty, isEmpty(get(other)))),
      set(headOf, head(st0)),
      set(significandOf, significand(st0)),
      setNumber(st0, head(addressOf(get(other))), significand(addressOf(get(other)))),
      setNumber(addressOf(get(other)), get(headOf), get(significandOf)),
    ]);
    for (const [name, end] of [
      ['copy', []],
      ['copyPop', pop],
    ] as const) {
      simple(name, [
        leaveIf(st0IsEmpty),
        setNumber(addressOf(get(other)), head(st0), significand(st0)),
        occupy(get(other)),
        end,
      ]);
    }
    for (const [name, changed] of [
      ['changeSign', I32.xor(head(st0), I32.of(SIGN))],
      ['absolute', I32.and(head(st0), I32.of(SIGN - 1))],
    ] as const) {
      simple(name, [leaveIf(st0IsEmpty), I32.store16(st0, 8, changed)]);
    }
  }

  // ── loads and stores ──

  private addLoads(): void {
    const packed = get(1);
    const [bits, headOf, significandOf] = [2, 3, 4];
    const seventh = register(I32.of(7));
    for (const kind of OPERANDS) {
      const keep =
        kind.type === 'i64'
          ? I64.store(I32.of(X87Area.operand), 0, get(0))
          : I32.store(I32.of(X87Area.operand), 0, get(0));
      this.helpers.add(
        `load${kind.name}`,
        [kind.type, 'i32'],
        ['i64', 'i32', 'i64'],
        [
          remember(packed),
          set(bits, kind.extend),
          scope(
            leaveIf(I32.isZero(isEmpty(seventh))),
            kind.widen(bits, { head: headOf, significand: significandOf }, wasm.branch),
            setNumber(addressOf(seventh), get(headOf), get(significandOf)),
            setTop(seventh),
            occupy(wasm.byteAt(Address.fpuStackTop)),
            clearC1,
            wasm.ret,
          ),
          keep,
          this.slowly(packed),
          wasm.drop,
        ],
      );
    }
  }

  private addStores(): void {
    const { index } = this;
    const [bits, inexact, up, rest] = [2, 3, 4, 5];
    const locals = { bits, inexact, up };
    const word: Code = I32.wrap(get(bits));
    const kinds: readonly [string, Code, Code][] = [
      ['Single', narrowReal(SINGLE, st0, locals, wasm.branch), [word, wasm.call(index.safeWrite32)]],
      ['Double', narrowReal(DOUBLE, st0, locals, wasm.branch), [get(bits), wasm.call(index.safeWrite64)]],
    ];
    const integer = (width: 16 | 32 | 64, truncates: boolean): [string, Code, Code] => [
      `${truncates ? 'Truncated' : 'Integer'}${width}`,
      narrowInteger(width, truncates, st0, locals, rest, wasm.branch),
      width === 64
        ? [get(bits), wasm.call(index.safeWrite64)]
        : [word, wasm.call(width === 32 ? index.safeWrite32 : index.safeWrite16)],
    ];
    for (const kind of kinds) for (const pops of [false, true]) this.addStore(...kind, pops);
    for (const width of [16, 32, 64] as const) {
      if (width < 64) this.addStore(...integer(width, false), false);
      this.addStore(...integer(width, false), true);
      this.addStore(...integer(width, true), true);
    }
  }

  private addStore(name: string, narrow: Code, write: Code, pops: boolean): void {
    const [packed, address, inexact, up] = [get(0), get(1), get(3), get(4)];
    this.helpers.add(
      `store${name}${pops ? 'Pop' : ''}`,
      ['i32', 'i32'],
      ['i64', 'i32', 'i32', 'i64'],
      [
        scope(
          leaveIf(st0IsEmpty),
          narrow,
          leaveIf(I32.and(inexact, I32.isZero(precisionIsMasked))),
          [address, write, wasm.drop],
          report(inexactStatus(inexact, up)),
          pops ? pop : [],
          remember(packed),
          I32.store(I32.of(0), Address.fpuDataPointer, address),
          wasm.ret,
        ),
        [packed, address, wasm.call(this.helpers.index('anyWrite'))],
      ],
    );
  }

  /** A register as it is, to memory and from it: ten bytes. */
  private addExtended(): void {
    const [packed, address] = [get(0), get(1)];
    const seventh = register(I32.of(7));
    const rememberAll: Code = [
      remember(packed),
      I32.store(I32.of(0), Address.fpuDataPointer, address),
      clearC1,
    ];
    this.helpers.add(
      'loadExtended',
      ['i32', 'i32'],
      [],
      [
        scope(
          leaveIf(I32.isZero(isEmpty(seventh))),
          when([address, sizeOf(packed), wasm.call(this.read)], wasm.ret),
          setNumber(
            addressOf(seventh),
            I32.load16(I32.of(X87Area.operand), 8),
            I64.load(I32.of(X87Area.operand)),
          ),
          setTop(seventh),
          occupy(wasm.byteAt(Address.fpuStackTop)),
          rememberAll,
          wasm.ret,
        ),
        [packed, address, wasm.call(this.helpers.index('anyRead'))],
      ],
    );
    this.helpers.add(
      'storeExtended',
      ['i32', 'i32'],
      [],
      [
        scope(
          leaveIf(st0IsEmpty),
          setNumber(I32.of(X87Area.operand), head(st0), significand(st0)),
          [address, sizeOf(packed), wasm.call(this.write), wasm.drop],
          pop,
          rememberAll,
          wasm.ret,
        ),
        [packed, address, wasm.call(this.helpers.index('anyWrite'))],
      ],
    );
  }

  // ── control ──

  private addControl(): void {
    const [word, packed] = [get(0), get(1)];
    this.helpers.add(
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
          wasm.call(this.index.setControlWord),
          wasm.ret,
        ),
        I32.store(I32.of(X87Area.operand), 0, word),
        this.slowly(packed),
        wasm.drop,
      ],
    );
  }
}

const ARITHMETIC_FLAGS = 0x8d5;
