/**
 * What an x87 remembers, and how it looks in memory: what FNSTENV and FNSAVE write, FLDENV and FRSTOR read.
 *
 * The state itself lies where the machine has it; this says what it must give. Source: Intel's manual, volume 1, chapter 8.1.
 */

import { type Extended, kindOf, readExtended, writeExtended } from './extended.ts';
import { Control, Exceptions, Status } from './words.ts';

export interface X87State {
  control: number;
  /** Without the bits of TOP. */
  status: number;
  /** Number of the register that is ST0. */
  top: number;
  /** A bit for each register: it is empty. */
  empty: number;
  /** Where the last instruction stood that was not one of control, and its last 11 bits. */
  instructionPointer: number;
  opcode: number;
  /** Where its operand stood in memory. */
  dataPointer: number;
  register(number: number): Extended;
  setRegister(number: number, value: Extended): void;
}

/** The status word as a program sees it. */
export const statusWord = ({ status, top }: X87State): number => status | (top << Status.topShift);

export function setStatusWord(state: X87State, word: number): void {
  state.status = word & ~(7 << Status.topShift);
  state.top = (word >> Status.topShift) & 7;
  summarize(state);
}

export function setControlWord(state: X87State, word: number): void {
  state.control = (word & Control.writable) | Control.always;
  summarize(state);
}

/** Sets or clears the bits that say whether an exception is pending. */
export function summarize(state: X87State): void {
  const pending = (state.status & ~state.control & Exceptions.all) !== 0;
  state.status &= ~(Status.summary | Status.busy);
  if (pending) state.status |= Status.summary | Status.busy;
}

export function initialize(state: X87State): void {
  state.control = Control.initial;
  state.status = 0;
  state.top = 0;
  state.empty = 0xff;
  state.instructionPointer = 0;
  state.opcode = 0;
  state.dataPointer = 0;
}

const Tag = { valid: 0, zero: 1, special: 2, empty: 3 } as const;

function tagWord(state: X87State): number {
  let word = 0;
  for (let number = 0; number < 8; number++) {
    word |= tagOf(state, number) << (2 * number);
  }
  return word;
}

function tagOf(state: X87State, number: number): number {
  if ((state.empty & (1 << number)) !== 0) return Tag.empty;
  const kind = kindOf(state.register(number));
  return kind === 'normal' ? Tag.valid : kind === 'zero' ? Tag.zero : Tag.special;
}

/** Only whether a register is empty is taken; its kind is plain from what it holds. */
function setTagWord(state: X87State, word: number): void {
  state.empty = 0;
  for (let number = 0; number < 8; number++) {
    if (((word >> (2 * number)) & 3) === Tag.empty) state.empty |= 1 << number;
  }
}

const environmentLength = (wide: boolean): number => (wide ? 28 : 14);

/** How the environment is laid out; of real mode's layouts see {@link writeEnvironment}. */
export interface Layout {
  /** Fields of 32 bits, not 16. */
  readonly wide: boolean;
  readonly realMode: boolean;
}

export function writeEnvironment(state: X87State, memory: DataView, { wide, realMode }: Layout): void {
  const { instructionPointer: code, dataPointer: data, opcode } = state;
  // in real mode, linear addresses take the place of selectors, their high bits beside the opcode
  const fields = realMode
    ? [code & 0xffff, ((code >>> 16) << 12) | opcode, data & 0xffff, (data >>> 16) << 12]
    : wide
      ? [code, opcode << 16, data, 0]
      : [code & 0xffff, 0, data & 0xffff, 0];
  for (const [index, word] of [state.control, statusWord(state), tagWord(state), ...fields].entries()) {
    if (wide)
      memory.setUint32(
        4 * index,
        index < 3 || (realMode && index % 2 === 1) ? word | 0xffff0000 : word,
        true,
      );
    else memory.setUint16(2 * index, word, true);
  }
  if (wide) memory.setUint16(26, 0xffff, true);
}

export function readEnvironment(state: X87State, memory: DataView, { wide, realMode }: Layout): void {
  const field = (index: number): number =>
    wide ? memory.getUint32(4 * index, true) : memory.getUint16(2 * index, true);
  state.control = ((field(0) & Control.writable) | Control.always) & 0xffff;
  setTagWord(state, field(2));
  setStatusWord(state, field(1) & 0xffff);
  const high = (index: number): number => (realMode ? (field(index) >>> 12) << 16 : 0);
  const low = wide && !realMode ? 0xffffffff : 0xffff;
  state.instructionPointer = ((field(3) & low) | high(4)) >>> 0;
  state.opcode = realMode ? field(4) & 0x7ff : wide ? (field(4) >>> 16) & 0x7ff : 0;
  state.dataPointer = ((field(5) & low) | high(6)) >>> 0;
}

/** The environment, then ST0 to ST7. */
export function writeImage(state: X87State, memory: DataView, layout: Layout): void {
  writeEnvironment(state, memory, layout);
  for (let i = 0; i < 8; i++) {
    writeExtended(memory, environmentLength(layout.wide) + 10 * i, state.register((state.top + i) & 7));
  }
}

export function readImage(state: X87State, memory: DataView, layout: Layout): void {
  readEnvironment(state, memory, layout);
  for (let i = 0; i < 8; i++) {
    state.setRegister((state.top + i) & 7, readExtended(memory, environmentLength(layout.wide) + 10 * i));
  }
}
