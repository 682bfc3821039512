/** The body of a compiled function, written anew with its flags in locals: what flags-in-locals.ts does to each. Its rules stand there. */

import { Address } from './internals.ts';
import { bitsOf, FLAG_LOCALS, FLAG_WORDS, flagLocal, inlined, readFlags, writeFlags } from './lazy-flags.ts';
import * as wasm from './wasm-code.ts';
import { type Code, flatten, unsigned } from './wasm-code.ts';
import type { Reader } from './wasm-instructions.ts';
import { ACCESS_BYTES, isUnary, Opcode } from './wasm-opcodes.ts';

const WORD = 0x7f;

/** What is on the stack: a constant, as far as it matters, and where the instruction that makes it stands in the output. */
interface Value {
  readonly constant: number;
  /** The upper half of a long. */
  readonly upper: number;
  start: number;
  end: number;
}
const UNKNOWN: Value = { constant: -1, upper: 0, start: 0, end: 0 };

const isNearFlags = (address: number): boolean =>
  address > FLAG_WORDS[0] - 8 && address < (FLAG_WORDS.at(-1) ?? 0) + 4;
const hasFlags = (address: number, bytes: number): boolean =>
  FLAG_WORDS.some((word) => address < word + 4 && address + bytes > word);

/** Code has what is not understood here. */
export class NotUnderstood extends Error {}

export interface FunctionType {
  readonly parameters: number;
  readonly results: number;
}

export interface Imported extends FunctionType {
  readonly name: string;
  readonly leavesFlags: boolean;
}

/** A block of WebAssembly. Words are given as bits, as {@link bitsOf} has them. */
interface Block {
  readonly opcode: number;
  /** How high the stack was where it began, and how many values it leaves. */
  readonly height: number;
  readonly results: number;
  /** The words that were in locals alone where it began, and those whose locals held them. */
  readonly dirty: number;
  readonly valid: number;
  /** The words whose locals hold them on each way to its end so far. */
  validAtEnd: number;
  /** Whether there is such a way. */
  isReached: boolean;
  hasOtherwise: boolean;
}
const ALL_WORDS = bitsOf(...FLAG_WORDS);
const IF = flatten(wasm.ifThen);

/** The body of one function, instruction by instruction, to where it is written anew. */
export class Body {
  readonly #reader: Reader;
  readonly #wire: Uint8Array;
  #out: Uint8Array<ArrayBuffer>;
  #length = 0;
  readonly #stack: Value[] = [];
  readonly #blocks: Block[] = [];
  /** The words that are in locals alone, and those whose locals hold them. */
  #dirty = 0;
  #valid = 0;
  /** Whether nothing comes by here: behind a branch. */
  #isDead = false;
  /** How many `if` this is within. Both arms of each leave the same words in locals alone: those that were when it began. */
  #ifs = 0;

  readonly #functions: readonly Imported[];
  readonly #types: readonly FunctionType[];
  readonly #first: number;
  readonly #inlined: ReturnType<typeof inlined>;
  readonly #writers: (readonly number[])[] = [];
  readonly #readers: (readonly number[])[] = [];

  /** @param reader At the body's locals. */
  constructor(
    reader: Reader,
    end: number,
    parameters: number,
    types: readonly FunctionType[],
    functions: readonly Imported[],
  ) {
    [this.#reader, this.#wire] = [reader, reader.bytes];
    [this.#types, this.#functions] = [types, functions];
    this.#out = new Uint8Array(2 * (end - reader.at) + 1024);
    this.#first = parameters + this.#copyLocals();
    this.#inlined = inlined(this.#first);
    while (reader.at < end) this.#instruction();
  }

  get bytes(): Uint8Array {
    return this.#out.subarray(0, this.#length);
  }

  /** Declares the locals that there are, and those for flags. @returns How many there were. */
  #copyLocals(): number {
    const reader = this.#reader;
    const groups = Array.from(
      { length: reader.unsigned() },
      () => [reader.unsigned(), reader.byte()] as const,
    );
    groups.push([FLAG_LOCALS, WORD]);
    this.#emit([unsigned(groups.length), groups.map(([count, type]) => [unsigned(count), type])]);
    return groups.reduce((sum, [count]) => sum + count, -FLAG_LOCALS);
  }

  // ── the output ──

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return;
    const grown = new Uint8Array(2 * (this.#length + bytes));
    grown.set(this.#out);
    this.#out = grown;
  }

  #emit(code: Code): void {
    this.#put(flatten(code));
  }

  #put(bytes: readonly number[]): void {
    this.#reserve(bytes.length);
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Copies the instruction from `at` up to the reader. */
  #copy(at: number): void {
    const bytes = this.#reader.at - at;
    this.#reserve(bytes);
    this.#out.set(this.#wire.subarray(at, this.#reader.at), this.#length);
    this.#length += bytes;
  }

  /** Takes the instructions that made a constant out of the output. */
  #remove({ start, end }: Value): void {
    this.#out.copyWithin(start, end, this.#length);
    const bytes = end - start;
    this.#length -= bytes;
    for (const value of this.#stack) {
      if (value.start <= start) continue;
      value.start -= bytes;
      value.end -= bytes;
    }
  }

  // ── the stack ──

  #pop(): Value {
    return this.#stack.pop() ?? UNKNOWN;
  }

  #change(pops: number, pushes: number): void {
    for (let i = 0; i < pops; i++) this.#stack.pop();
    for (let i = 0; i < pushes; i++) this.#stack.push(UNKNOWN);
  }

  // ── where the words are ──

  /** Code that writes words to memory, or reads them, made once for all. */
  #writing(bits: number): readonly number[] {
    return (this.#writers[bits] ??= flatten(writeFlags(this.#first, bits)));
  }
  #reading(bits: number): readonly number[] {
    return (this.#readers[bits] ??= flatten(readFlags(this.#first, bits)));
  }

  #write(): void {
    this.#put(this.#writing(this.#dirty));
  }

  /** Some words have been given new values in their locals. */
  #changed(bits: number): void {
    this.#valid |= bits;
    if (this.#ifs > 0) this.#put(this.#writing(bits & ~this.#dirty));
    else this.#dirty |= bits;
  }

  /** Has words in their locals. */
  #need(bits: number): void {
    this.#put(this.#reading(bits & ~this.#valid));
    this.#valid |= bits;
  }

  /** Code that puts the words to where a block has them at its end; and that it is left this way. */
  #leave(block: Block | undefined): readonly number[] {
    const dirty = block?.dirty ?? 0;
    if (block !== undefined && !this.#isDead) {
      block.validAtEnd &= this.#valid | dirty;
      block.isReached = true;
    }
    const [written, read] = [this.#dirty & ~dirty, dirty & ~this.#valid];
    return read === 0 ? this.#writing(written) : [...this.#writing(written), ...this.#reading(read)];
  }

  #instruction(): void {
    const reader = this.#reader;
    const at = reader.at;
    const opcode = reader.byte();
    switch (opcode) {
      case Opcode.unreachable:
        this.#copy(at);
        this.#isDead = true;
        break;
      case Opcode.block:
      case Opcode.loop:
      case Opcode.ifThen:
        this.#beginBlock(at, opcode);
        break;
      case Opcode.otherwise:
        this.#otherwise(at);
        break;
      case Opcode.end:
        this.#endBlock(at);
        break;
      case Opcode.branch:
        this.#put(this.#leave(this.#blocks.at(-1 - reader.unsigned())));
        this.#copy(at);
        this.#isDead = true;
        break;
      case Opcode.branchIf: {
        const depth = reader.unsigned();
        this.#change(1, 0);
        const leave = this.#leave(this.#blocks.at(-1 - depth));
        if (leave.length === 0) this.#copy(at);
        else {
          this.#put(IF);
          this.#put(leave);
          this.#put([Opcode.branch, ...unsigned(depth + 1), Opcode.end]);
        }
        break;
      }
      case Opcode.branchTable:
        // to blocks that have different words in locals: they are there, and in memory
        for (let left = reader.unsigned(); left >= 0; left--) {
          const block = this.#blocks.at(-1 - reader.unsigned());
          this.#need(block?.dirty ?? 0);
          this.#leave(block);
        }
        this.#write();
        this.#copy(at);
        this.#change(1, 0);
        this.#isDead = true;
        break;
      case Opcode.ret:
        this.#write();
        this.#copy(at);
        this.#isDead = true;
        break;
      case Opcode.call:
        this.#call(at);
        break;
      case Opcode.returnCallIndirect: {
        const type = this.#types[reader.unsigned()];
        reader.unsigned();
        this.#write();
        this.#copy(at);
        this.#change((type?.parameters ?? 0) + 1, 0);
        this.#isDead = true;
        break;
      }
      case Opcode.drop:
        this.#copy(at);
        this.#change(1, 0);
        break;
      case Opcode.select:
        this.#copy(at);
        this.#change(3, 1);
        break;
      case Opcode.localGet:
      case Opcode.localSet:
      case Opcode.localTee:
        reader.unsigned();
        this.#copy(at);
        this.#change(opcode === Opcode.localGet ? 0 : 1, opcode === Opcode.localSet ? 0 : 1);
        break;
      case Opcode.constant:
        this.#constant(at, reader.signed32(), 0);
        break;
      case Opcode.longConstant: {
        const value = reader.signed();
        this.#constant(at, Number(BigInt.asIntN(32, value)), Number(value >> 32n));
        break;
      }
      case Opcode.floatConstant:
      case Opcode.doubleConstant:
        reader.at += opcode === Opcode.floatConstant ? 4 : 8;
        this.#copy(at);
        this.#change(0, 1);
        break;
      default:
        if (opcode >= Opcode.load && opcode <= Opcode.lastStore) this.#access(at, opcode);
        else this.#operate(at, opcode);
    }
  }

  #constant(at: number, constant: number, upper: number): void {
    const start = this.#length;
    this.#copy(at);
    this.#stack.push({ constant, upper, start, end: this.#length });
  }

  #operate(at: number, opcode: number): void {
    if (opcode < Opcode.firstOperation || opcode > Opcode.lastOperation) throw new NotUnderstood();
    this.#copy(at);
    const right = this.#pop();
    if (isUnary[opcode] === 1) {
      this.#change(0, 1);
      return;
    }
    const left = this.#pop();
    // as v86 writes a count
    const isCount = opcode === Opcode.and && left !== UNKNOWN && right !== UNKNOWN;
    this.#stack.push(
      isCount
        ? { constant: left.constant & right.constant, upper: 0, start: left.start, end: this.#length }
        : UNKNOWN,
    );
  }

  // ── blocks ──

  #beginBlock(at: number, opcode: number): void {
    const results = this.#reader.byte() === 0x40 ? 0 : 1;
    if (opcode === Opcode.loop) {
      if (this.#dirty !== 0 && this.#ifs > 0) throw new NotUnderstood();
      this.#write();
      this.#dirty = this.#valid = 0;
    }
    this.#copy(at);
    if (opcode === Opcode.ifThen) {
      this.#pop();
      this.#ifs++;
    }
    this.#blocks.push({
      ...{ opcode, height: this.#stack.length, results, dirty: this.#dirty, valid: this.#valid },
      ...{ validAtEnd: ALL_WORDS, isReached: false, hasOtherwise: false },
    });
  }

  #otherwise(at: number): void {
    const block = this.#blocks.at(-1);
    if (block?.opcode !== Opcode.ifThen) throw new NotUnderstood();
    this.#put(this.#leave(block));
    this.#copy(at);
    block.hasOtherwise = true;
    this.#stack.length = block.height;
    [this.#dirty, this.#valid, this.#isDead] = [block.dirty, block.valid, false];
  }

  #endBlock(at: number): void {
    const block = this.#blocks.pop();
    // the end of the function, where its block ends; a branch to a loop is one to its start
    if (block?.opcode !== Opcode.loop) this.#put(this.#leave(block));
    this.#copy(at);
    if (block === undefined) return;
    if (block.opcode === Opcode.ifThen) this.#ifs--;
    if (block.opcode === Opcode.ifThen && !block.hasOtherwise) {
      block.validAtEnd &= block.valid;
      block.isReached = true;
    }
    if (block.opcode !== Opcode.loop)
      [this.#dirty, this.#valid, this.#isDead] = [block.dirty, block.validAtEnd, !block.isReached];
    this.#stack.length = Math.min(this.#stack.length, block.height);
    this.#change(0, block.results);
  }

  // ── what has to do with flags ──

  #call(at: number): void {
    const called = this.#functions[this.#reader.unsigned()];
    if (called === undefined) throw new NotUnderstood();
    const inline = this.#inlined.get(called.name);
    if (inline !== undefined) {
      const last = this.#stack.at(-1) ?? UNKNOWN;
      const { code, reads, writes } = inline(last === UNKNOWN ? undefined : last.constant);
      this.#need(reads);
      this.#emit(code);
      if (writes !== 0) this.#changed(writes);
    } else if (called.leavesFlags) {
      this.#copy(at);
    } else {
      this.#write();
      this.#copy(at);
      if (this.#ifs === 0) this.#dirty = 0;
      this.#valid = this.#dirty;
      this.#put(this.#reading(this.#valid));
    }
    this.#change(called.parameters, called.results);
  }

  #access(at: number, opcode: number): void {
    this.#reader.unsigned();
    const offset = this.#reader.unsigned();
    const isStore = opcode > Opcode.lastLoad;
    const stored = isStore ? this.#pop() : UNKNOWN;
    const base = this.#pop();
    const address = base.constant + offset;
    const bytes = ACCESS_BYTES[opcode - Opcode.load] ?? 0;
    const isOfFlags = base !== UNKNOWN && isNearFlags(address) && hasFlags(address, bytes);
    if (!isOfFlags) this.#copy(at);
    else if (isStore) this.#storeFlags(opcode, address, base, stored);
    else this.#loadFlags(opcode, address, base);
    if (!isStore) this.#stack.push(UNKNOWN);
  }

  #local(address: number): number {
    const local = flagLocal(this.#first, address);
    if (local < this.#first) throw new NotUnderstood();
    return local;
  }

  #loadFlags(opcode: number, address: number, base: Value): void {
    const local = this.#local(address);
    this.#remove(base);
    this.#need(bitsOf(address));
    this.#put([Opcode.localGet, ...unsigned(local)]);
    if (opcode === Opcode.loadByte) this.#emit([wasm.i32(0xff), wasm.and]);
    else if (opcode !== Opcode.load) throw new NotUnderstood();
  }

  #storeFlags(opcode: number, address: number, base: Value, stored: Value): void {
    const local = this.#local(address);
    if (opcode === Opcode.store) {
      this.#remove(base);
      this.#put([Opcode.localSet, ...unsigned(local)]);
      this.#changed(bitsOf(address));
    } else if (
      // both words are written as one
      opcode === Opcode.storeLong &&
      address === Address.lastOperationSize &&
      stored !== UNKNOWN
    ) {
      this.#remove(stored);
      this.#remove(base);
      this.#emit([wasm.i32(stored.constant), wasm.localSet(local)]);
      this.#emit([wasm.i32(stored.upper), wasm.localSet(this.#local(Address.flagsChanged))]);
      this.#changed(bitsOf(address, Address.flagsChanged));
    } else throw new NotUnderstood();
  }
}
