/**
 * What an x87 does in one instruction, as a line of text: the state before and the state after.
 *
 * `native.c` says what is in a line. The same line is run by the x87 written here, and by whatever processor `native.c` runs on.
 */

import { type Extended, extended, readExtended, writeExtended } from '../../emulator/fpu/extended.ts';
import { setStatusWord, statusWord, writeEnvironment, type X87State } from '../../emulator/fpu/state.ts';
import { Status } from '../../emulator/fpu/words.ts';
import { X87 } from '../../emulator/fpu/x87.ts';

/** An x87 that is a plain object. */
export class PlainState implements X87State {
  control = 0x37f;
  status = 0;
  top = 0;
  empty = 0xff;
  instructionPointer = 0;
  opcode = 0;
  dataPointer = 0;
  readonly registers: Extended[] = Array.from({ length: 8 }, () => extended(0, 0n));
  register(number: number): Extended {
    return this.registers[number] ?? extended(0, 0n);
  }
  setRegister(number: number, value: Extended): void {
    this.registers[number] = value;
  }
}

export interface Vector {
  /** The last 11 bits of the instruction. */
  readonly operation: number;
  readonly control: number;
  readonly status: number;
  readonly tags: number;
  /** ST0, ST1, ST2. */
  readonly registers: readonly Extended[];
  readonly memory: Extended;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const text = ({ head, significand }: Extended): string =>
  hex(head, 4) + significand.toString(16).padStart(16, '0');
const number = (digits: string): Extended =>
  extended(parseInt(digits.slice(0, 4), 16), BigInt(`0x${digits.slice(4)}`));

export function formatVector({ operation, control, status, tags, registers, memory }: Vector): string {
  const words = [0xd800 | operation, control, status, tags].map((word) => hex(word, 4));
  return [...words, ...registers.map(text), text(memory)].join(' ');
}

/** The x87 before a vector's instruction. */
export function stateOf({ control, status, tags, registers }: Vector): PlainState {
  const state = new PlainState();
  state.control = control;
  setStatusWord(state, status);
  state.empty = 0;
  for (let i = 0; i < 8; i++) if (((tags >> (2 * i)) & 3) === 3) state.empty |= 1 << i;
  for (const [i, value] of registers.entries()) state.setRegister((state.top + i) & 7, value);
  return state;
}

/** What an instruction has left; registers from ST0 on. */
export interface After {
  readonly status: number;
  readonly tags: number;
  readonly memory: Extended;
  readonly ax: number;
  readonly flags: number;
  readonly registers: readonly Extended[];
}

/** The flags register before a vector's instruction. */
export const flagsBefore = ({ memory }: Vector): number => 0x202 | Number(memory.significand & 0xd5n);

/** A state as `native.c` prints it. */
export function describeState(vector: Vector, after: After): string {
  const before = stateOf(vector);
  const moved = ((after.status >> 11) - (vector.status >> 11)) & 7;
  const parts = [hex(after.status, 4), hex(after.tags, 4)];
  if (text(after.memory) !== text(vector.memory)) parts.push(`m=${text(after.memory)}`);
  if (after.ax !== 0) parts.push(`ax=${hex(after.ax, 4)}`);
  if (after.flags !== flagsBefore(vector)) parts.push(`flags=${hex(after.flags & 0xffff, 4)}`);
  for (const [i, now] of after.registers.entries()) {
    const was = before.register((before.top + i + moved) & 7);
    if (text(now) !== text(was)) parts.push(`${i}=${text(now)}`);
  }
  return parts.join(' ');
}

/** The state after a vector's instruction, by the x87 of `emulator/fpu` alone. */
export function runVector(vector: Vector): string {
  const state = stateOf(vector);
  const memory = new DataView(new ArrayBuffer(128));
  writeExtended(memory, 0, vector.memory);
  const layout = { wide: true, realMode: false };
  const around = { flags: flagsBefore(vector), ax: 0, layout };
  new X87(state).execute(vector.operation, memory, around);
  const image = new DataView(new ArrayBuffer(28));
  writeEnvironment(state, image, layout);
  return describeState(vector, {
    status: statusWord(state),
    tags: image.getUint16(8, true),
    memory: readExtended(memory, 0),
    ax: around.ax,
    flags: around.flags,
    registers: Array.from({ length: 8 }, (_, i) => state.register((state.top + i) & 7)),
  });
}

/** Instructions whose results a processor may compute a little differently, by one unit in the last place. */
const APPROXIMATE = new Set([0x1f0, 0x1f1, 0x1f2, 0x1f3, 0x1f9, 0x1fb, 0x1fe, 0x1ff]);

/** Whether two states agree: to the bit, but for the last bit of functions that are approximated, and which way it was rounded. */
export function agree(vector: Vector, a: string, b: string): boolean {
  if (a === b) return true;
  if (!APPROXIMATE.has(vector.operation)) return false;
  const [x, y] = [fields(vector, a), fields(vector, b)];
  for (const key of new Set([...x.keys(), ...y.keys()])) {
    const [one, other] = [x.get(key), y.get(key)];
    if (one === undefined || other === undefined) return false;
    const distance = one - other;
    if (/^[0-7]$/.test(key) ? distance > 1n || distance < -1n : distance !== 0n) return false;
  }
  return true;
}

/** The place of a register's number among all, so that neighbours differ by one: the integer bit is left out. */
const place = (digits: string): bigint => {
  const { head, significand } = number(digits);
  return (BigInt(head) << 63n) | BigInt.asUintN(63, significand);
};

/** A state by name of its parts, registers that have not changed included; without C1. */
function fields(vector: Vector, state: string): Map<string, bigint> {
  const [status = '0', tags = '0', ...rest] = state.split(' ');
  const out = new Map([
    ['status', BigInt(`0x${status}`) & ~BigInt(Status.c1)],
    ['tags', BigInt(`0x${tags}`)],
  ]);
  const before = stateOf(vector);
  const top = parseInt(status, 16) >> Status.topShift;
  for (let i = 0; i < 8; i++) out.set(String(i), place(text(before.register((top + i) & 7))));
  for (const part of rest) {
    const [name = '', digits = ''] = part.split('=');
    out.set(name, /^[0-7]$/.test(name) ? place(digits) : BigInt(`0x${digits}`));
  }
  return out;
}
