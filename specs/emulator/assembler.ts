/**
 * A tiny assembler for the guests of these specs: labels, the instructions they use, 32-bit code.
 *
 * Source of the encodings: Intel SDM volume 2. `raw` takes any other instruction as bytes.
 */

export const Reg = { eax: 0, ecx: 1, edx: 2, ebx: 3, esp: 4, ebp: 5, esi: 6, edi: 7 } as const;
export type Register = keyof typeof Reg;
export type Condition = 'o' | 'b' | 'ae' | 'z' | 'nz' | 'be' | 'a' | 's' | 'ns' | 'l' | 'ge' | 'le' | 'g';

const CONDITIONS: Readonly<Record<Condition, number>> = {
  o: 0,
  b: 2,
  ae: 3,
  z: 4,
  nz: 5,
  be: 6,
  a: 7,
  s: 8,
  ns: 9,
  l: 12,
  ge: 13,
  le: 14,
  g: 15,
};

const OPERATIONS = { add: 0, or: 1, adc: 2, sbb: 3, and: 4, sub: 5, xor: 6, cmp: 7 } as const;
export type Operation = keyof typeof OPERATIONS;

type Value = number | string;

const word = (value: number): number[] => [
  value & 0xff,
  (value >>> 8) & 0xff,
  (value >>> 16) & 0xff,
  value >>> 24,
];

export class Assembler {
  readonly origin: number;
  readonly #bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #fixups: { at: number; label: string; relative: boolean }[] = [];

  constructor(origin: number) {
    this.origin = origin;
  }

  /** The address of the next instruction. */
  get here(): number {
    return this.origin + this.#bytes.length;
  }

  raw(...bytes: number[]): this {
    this.#bytes.push(...bytes);
    return this;
  }

  label(name: string): this {
    if (this.#labels.has(name)) throw new Error(`label ${name} is defined twice`);
    this.#labels.set(name, this.here);
    return this;
  }

  align(size: number): this {
    while (this.here % size !== 0) this.raw(0x90);
    return this;
  }

  /** Where a label came to stand; only after it was defined. */
  address(name: string): number {
    const address = this.#labels.get(name);
    if (address === undefined) throw new Error(`no label ${name}`);
    return address;
  }

  #value(value: Value, relative = false): this {
    if (typeof value === 'string') {
      this.#fixups.push({ at: this.#bytes.length, label: value, relative });
      return this.raw(0, 0, 0, 0);
    }
    return this.raw(...word(relative ? value - this.here - 4 : value));
  }

  mov(register: Register, value: Value): this {
    return this.raw(0xb8 + Reg[register]).#value(value);
  }
  move(to: Register, from: Register): this {
    return this.raw(0x89, 0xc0 | (Reg[from] << 3) | Reg[to]);
  }
  /** `to = [base + offset]` */
  load(to: Register, base: Register, offset = 0): this {
    return this.raw(
      0x8b,
      0x80 | (Reg[to] << 3) | Reg[base],
      ...(base === 'esp' ? [0x24] : []),
      ...word(offset),
    );
  }
  /** `[base + offset] = from` */
  store(base: Register, offset: number, from: Register): this {
    return this.raw(
      0x89,
      0x80 | (Reg[from] << 3) | Reg[base],
      ...(base === 'esp' ? [0x24] : []),
      ...word(offset),
    );
  }
  loadAt(to: Register, address: Value): this {
    return this.raw(0x8b, 0x05 | (Reg[to] << 3)).#value(address);
  }
  storeAt(address: Value, from: Register): this {
    return this.raw(0x89, 0x05 | (Reg[from] << 3)).#value(address);
  }
  incrementAt(address: Value): this {
    return this.raw(0xff, 0x05).#value(address);
  }
  operate(operation: Operation, register: Register, value: Value): this {
    return this.raw(0x81, 0xc0 | (OPERATIONS[operation] << 3) | Reg[register]).#value(value);
  }
  combine(operation: Operation, to: Register, from: Register): this {
    return this.raw((OPERATIONS[operation] << 3) | 1, 0xc0 | (Reg[from] << 3) | Reg[to]);
  }
  increment(register: Register): this {
    return this.raw(0x40 + Reg[register]);
  }
  decrement(register: Register): this {
    return this.raw(0x48 + Reg[register]);
  }
  push(register: Register): this {
    return this.raw(0x50 + Reg[register]);
  }
  pop(register: Register): this {
    return this.raw(0x58 + Reg[register]);
  }
  pushValue(value: Value): this {
    return this.raw(0x68).#value(value);
  }
  jump(label: string): this {
    return this.raw(0xe9).#value(label, true);
  }
  branch(condition: Condition, label: string): this {
    return this.raw(0x0f, 0x80 + CONDITIONS[condition]).#value(label, true);
  }
  call(label: string): this {
    return this.raw(0xe8).#value(label, true);
  }
  ret(): this {
    return this.raw(0xc3);
  }
  /** `out port, al` for byte-wide ports below 0x100 */
  outByte(port: number): this {
    return this.raw(0xe6, port);
  }
  inByte(port: number): this {
    return this.raw(0xe4, port);
  }
  /** `out dx, eax` */
  out(): this {
    return this.raw(0xef);
  }
  interrupt(vector: number): this {
    return this.raw(0xcd, vector);
  }

  assemble(): Uint8Array {
    for (const { at, label, relative } of this.#fixups) {
      const target = this.address(label);
      const value = relative ? target - (this.origin + at + 4) : target;
      word(value).forEach((byte, i) => (this.#bytes[at + i] = byte));
    }
    return Uint8Array.from(this.#bytes);
  }
}
