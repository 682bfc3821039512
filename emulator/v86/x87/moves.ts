/**
 * Moves between registers, and between registers and memory, as functions that interpreter and compiled code call. See
 * `instructions.ts`: what they do not know goes to TypeScript, and nothing has changed by then.
 */

import { BIAS, SIGN } from '../../fpu/extended.ts';
import { Address, X87Area } from '../internals.ts';
import type { Indices } from '../rewrite-support.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, leaveIf, scope, set, when } from '../wasm-expressions.ts';
import { DOUBLE, narrowInteger, narrowReal, SINGLE } from './conversions.ts';
import type { Helpers } from './helpers.ts';
import { keepOperand, OPERANDS } from './operands.ts';
import {
  addressOf,
  clearC1,
  head,
  indexOf,
  inexactStatus,
  isEmpty,
  occupy,
  operationOf,
  pop,
  precisionIsMasked,
  register,
  remember,
  report,
  setNumber,
  setTop,
  significand,
  st0,
  st0IsEmpty,
} from './state.ts';

/** Flags that FCMOVB, FCMOVE, FCMOVBE and FCMOVU look at, a byte each: carry, zero, both, parity. */
const MOVE_CONDITIONS = 0x04_41_40_01;

export class Moves {
  readonly #helpers: Helpers;
  readonly #index: Indices;

  constructor(helpers: Helpers, index: Indices) {
    this.#helpers = helpers;
    this.#index = index;
  }

  addAll(): void {
    this.#addMoves();
    this.#addLoads();
    this.#addStores();
    this.#addExtended();
  }

  #addMoves(): void {
    const packed = get(0);
    const seventh = register(I32.of(7));
    const [other, headOf, significandOf] = [1, 2, 3];
    const simple = (name: string, code: Code): void => {
      this.#helpers.add(
        name,
        ['i32'],
        ['i32', 'i32', 'i64'],
        [
          remember(packed),
          set(other, register(indexOf(packed))),
          scope(code, clearC1, wasm.ret),
          this.#helpers.slowly(packed),
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
    this.#addConditionalMove();
    for (const [name, changed] of [
      ['changeSign', I32.xor(head(st0), I32.of(SIGN))],
      ['absolute', I32.and(head(st0), I32.of(SIGN - 1))],
    ] as const) {
      simple(name, [leaveIf(st0IsEmpty), I32.store16(st0, 8, changed)]);
    }
  }

  /** FCMOVcc: the first byte says whether the condition is to hold, the register field which it is. */
  #addConditionalMove(): void {
    const [packed, other] = [get(0), 1];
    const field = I32.and(I32.shr(operationOf(packed), I32.of(3)), I32.of(3));
    const flags = I32.and(
      wasm.call(this.#index.getFlags),
      I32.and(I32.shr(I32.of(MOVE_CONDITIONS), I32.shl(field, I32.of(3))), I32.of(0xff)),
    );
    const ifClear = I32.and(I32.shr(operationOf(packed), I32.of(8)), I32.of(1));
    this.#helpers.add(
      'conditionalMove',
      ['i32'],
      ['i32'],
      [
        remember(packed),
        set(other, register(indexOf(packed))),
        scope(
          leaveIf(I32.or(st0IsEmpty, isEmpty(get(other)))),
          when(
            I32.eq(I32.isZero(flags), ifClear),
            setNumber(st0, head(addressOf(get(other))), significand(addressOf(get(other)))),
          ),
          wasm.ret,
        ),
        this.#helpers.slowly(packed),
        wasm.drop,
      ],
    );
  }

  // ── loads and stores ──

  #addLoads(): void {
    const packed = get(1);
    const [bits, headOf, significandOf] = [2, 3, 4];
    const seventh = register(I32.of(7));
    for (const kind of OPERANDS) {
      this.#helpers.add(
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
          keepOperand(kind),
          this.#helpers.slowly(packed),
          wasm.drop,
        ],
      );
    }
  }

  #addStores(): void {
    const index = this.#index;
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
    for (const kind of kinds) for (const pops of [false, true]) this.#addStore(...kind, pops);
    for (const width of [16, 32, 64] as const) {
      if (width < 64) this.#addStore(...integer(width, false), false);
      this.#addStore(...integer(width, false), true);
      this.#addStore(...integer(width, true), true);
    }
  }

  #addStore(name: string, narrow: Code, write: Code, pops: boolean): void {
    const [packed, address, inexact, up] = [get(0), get(1), get(3), get(4)];
    this.#helpers.add(
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
        [packed, address, wasm.call(this.#helpers.index('anyWrite'))],
      ],
    );
  }

  /** A register as it is, to memory and from it: ten bytes. */
  #addExtended(): void {
    const [packed, address] = [get(0), get(1)];
    const [low, high] = [2, 3];
    const seventh = register(I32.of(7));
    const answer = I32.of(X87Area.answer);
    const answered = I32.load(answer, 4);
    const index = this.#index;
    const piece = (read: number, offset: number): Code => [
      [answer, I32.add(address, I32.of(offset)), wasm.call(read)],
      when(I32.and(I32.load(answer), I32.of(1)), wasm.ret),
    ];
    const rememberAll: Code = [
      remember(packed),
      I32.store(I32.of(0), Address.fpuDataPointer, address),
      clearC1,
    ];
    this.#helpers.add(
      'loadExtended',
      ['i32', 'i32'],
      ['i32', 'i32'],
      [
        scope(
          leaveIf(I32.isZero(isEmpty(seventh))),
          [
            piece(index.readMemory32, 0),
            set(low, answered),
            piece(index.readMemory32, 4),
            set(high, answered),
          ],
          piece(index.safeRead16, 8),
          setNumber(
            addressOf(seventh),
            answered,
            I64.or(I64.shl(I64.extendUnsigned(get(high)), I64.of(32n)), I64.extendUnsigned(get(low))),
          ),
          setTop(seventh),
          occupy(wasm.byteAt(Address.fpuStackTop)),
          rememberAll,
          wasm.ret,
        ),
        [packed, address, wasm.call(this.#helpers.index('anyRead'))],
      ],
    );
    this.#helpers.add(
      'storeExtended',
      ['i32', 'i32'],
      [],
      [
        scope(
          leaveIf(st0IsEmpty),
          [address, significand(st0), wasm.call(index.safeWrite64), wasm.drop],
          [I32.add(address, I32.of(8)), head(st0), wasm.call(index.safeWrite16), wasm.drop],
          pop,
          rememberAll,
          wasm.ret,
        ),
        [packed, address, wasm.call(this.#helpers.index('anyWrite'))],
      ],
    );
  }
}
