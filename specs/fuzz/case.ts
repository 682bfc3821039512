/**
 * A fuzz case as a value, as text, and as code.
 *
 * A case is a loop. Each round starts from registers, flags and FPU state out of tables made from the case's seed, runs the items one
 * after another, and logs registers, flags and FPU state. An item is one or a few instructions; where one of them faults, execution goes on
 * with the next item. So items can be left out one by one, and what is left still runs.
 *
 * The text is what a failing run prints and what a spec takes: a line `case` with the settings, then a line per item, bytes in
 * hexadecimal. Addresses of other items are written as references, which are relative to the item, so that leaving items out keeps
 * them right: `rel8(+2)`, `rel32(+2)`, `abs(+1.3)` (the fourth byte of the next item), `alias(+1.3)` (the same through the other mapping).
 */

import { Assembler } from '../emulator/assembler.ts';
import { At, Control, MOST_ROUNDS, Size, Vector } from './layout.ts';

/** A place in another item, to be filled in when the code is laid out. */
export interface Reference {
  readonly kind: 'rel8' | 'rel32' | 'abs' | 'alias';
  /** How many items further on; before the first and behind the last means that one and the end. */
  readonly items: number;
  /** Bytes from the start of that item. */
  readonly offset: number;
}

export type Item = readonly (number | Reference)[];

export interface Case {
  /** Makes the tables and the content of memory. */
  readonly seed: number;
  readonly rounds: number;
  /** Where in the code region the loop starts: decides what crosses a page. */
  readonly start: number;
  /** Whether x87 and SSE state is loaded and logged each round. */
  readonly fpu: boolean;
  /** Timer interrupts about every so many instructions; none when 0. */
  readonly timer: number;
  readonly items: readonly Item[];
}

/** The text is no case. */
export class CaseTextError extends Error {
  constructor(line: string) {
    super(`not a fuzz case: ${line}`);
    this.name = 'CaseTextError';
  }
}

const sizeOf = (part: number | Reference): number =>
  typeof part === 'number' || part.kind === 'rel8' ? 1 : 4;

const lengthOf = (item: Item): number => item.reduce<number>((sum, part) => sum + sizeOf(part), 0);

// ── text ──

const hex = (value: number): string => value.toString(16).padStart(2, '0');
const partText = (part: number | Reference): string =>
  typeof part === 'number'
    ? hex(part)
    : `${part.kind}(${part.items < 0 ? '' : '+'}${part.items}${part.offset === 0 ? '' : `.${part.offset}`})`;

/** The case as text. `explain` says what an item is, for the reader. */
export function caseText(one: Case, explain?: (item: Item) => string): string {
  const flags = [
    ...[`seed=${one.seed}`, `rounds=${one.rounds}`, `start=0x${one.start.toString(16)}`],
    ...(one.fpu ? ['fpu'] : []),
    ...(one.timer > 0 ? [`timer=${one.timer}`] : []),
  ];
  const lines = one.items.map((item) => {
    const bytes = item.map(partText).join(' ');
    return explain === undefined ? bytes : `${bytes.padEnd(40)} ; ${explain(item)}`;
  });
  return [`case ${flags.join(' ')}`, ...lines].join('\n');
}

const SETTING = /^(seed|rounds|start|timer)=(\d+|0x[\da-f]+)$/;
const REFERENCE = /^(rel8|rel32|abs|alias)\(([+-]\d+)(?:\.(\d+))?\)$/;

function parsePart(token: string, line: string): number | Reference {
  if (/^[\da-f]{2}$/.test(token)) return parseInt(token, 16);
  const [, kind, items, offset = '0'] = REFERENCE.exec(token) ?? [];
  if (kind === undefined || items === undefined) throw new CaseTextError(line);
  return { kind: kind as Reference['kind'], items: Number(items), offset: Number(offset) };
}

/** Reads what {@link caseText} writes; indentation, empty lines and what follows a semicolon mean nothing. */
export function parseCase(text: string): Case {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/;.*/, '').trim())
    .filter((line) => line !== '');
  const [head = '', ...rest] = lines;
  const [word, ...settings] = head.split(/\s+/);
  if (word !== 'case') throw new CaseTextError(head);
  const values: Record<string, number> = {};
  for (const setting of settings.filter((one) => one !== 'fpu')) {
    const [, name, value] = SETTING.exec(setting) ?? [];
    if (name === undefined || value === undefined) throw new CaseTextError(head);
    values[name] = Number(value);
  }
  return {
    seed: values['seed'] ?? 1,
    rounds: Math.min(values['rounds'] ?? 1, MOST_ROUNDS),
    start: values['start'] ?? 0,
    fpu: settings.includes('fpu'),
    timer: values['timer'] ?? 0,
    items: rest.map((line) => line.split(/\s+/).map((token) => parsePart(token, line))),
  };
}

// ── code ──

/** A case laid out: where it starts, its bytes, and where execution goes on after a fault at each of them. */
export interface CaseCode {
  readonly entry: number;
  readonly bytes: Uint8Array;
  /** A word for each byte of {@link At.code}. */
  readonly skip: Uint32Array;
  /** Linear address of each item, and of the end. */
  readonly itemStarts: readonly number[];
}

/** Bytes that stand at the stack's top and above the stack pointer of an item. */
const STACK_RESERVE = 0x100;

/** What stands before the items: registers, flags and FPU state of this round. */
function startRound(asm: Assembler, fpu: boolean): void {
  asm.label('round');
  if (fpu) {
    asm.raw(0x66, 0x81, 0x05, ...wordOf(Control.fxCursor), 0, Size.fxEntry >> 8); // add word [fxCursor], 512
    asm.loadAt('eax', Control.fxCursor).raw(0x0f, 0xae, 0x08); // fxrstor [eax]
  }
  asm.raw(0x66, 0x83, 0x05, ...wordOf(Control.valuesCursor), Size.valuesEntry); // add word [valuesCursor], 64
  asm.loadAt('esp', Control.valuesCursor).raw(0x61, 0x9d); // popad; popfd
  asm.mov('esp', At.stack + Size.stack - STACK_RESERVE);
}

/** What stands behind the items: the log of this round, and the jump to the next. */
function endRound(asm: Assembler, fpu: boolean): void {
  asm.storeAt(Control.stackPointer, 'esp').loadAt('esp', Control.roundsCursor);
  asm.raw(0x9c, 0x60, 0xff, 0x35, ...wordOf(Control.stackPointer)); // pushfd; pushad; push dword [stackPointer]
  asm.storeAt(Control.roundsCursor, 'esp').raw(0xfc); // cld
  if (fpu) {
    asm.loadAt('eax', Control.fxRoundsCursor).raw(0x0f, 0xae, 0x00); // fxsave [eax]
    asm.operate('add', 'eax', Size.fxEntry).storeAt(Control.fxRoundsCursor, 'eax');
  }
  asm.raw(0xff, 0x0d, ...wordOf(Control.roundsLeft)); // dec dword [roundsLeft]
  // the jump to itself is where the code ends for those who compile it
  asm.branch('nz', 'round').interrupt(Vector.exit).raw(0xeb, 0xfe);
}

/** Little-endian bytes. */
export const wordOf = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

function resolve(reference: Reference, index: number, starts: readonly number[], here: number): number[] {
  const target = Math.max(0, Math.min(starts.length - 1, index + reference.items));
  const address = (starts[target] ?? 0) + reference.offset;
  switch (reference.kind) {
    case 'abs':
      return wordOf(address);
    case 'alias':
      return wordOf(address - At.code + At.codeAlias);
    case 'rel32':
      return wordOf(address - here - 4);
    case 'rel8': {
      const distance = address - here - 1;
      return [(Math.abs(distance) < 0x80 ? distance : 0) & 0xff];
    }
  }
}

/** Lays a case out. What does not fit into the code region any more is left out. */
export function assembleCase(one: Case): CaseCode {
  const entry = At.code + one.start;
  const asm = new Assembler(entry);
  startRound(asm, one.fpu);
  const items: Item[] = [];
  const itemStarts: number[] = [];
  let at = asm.here;
  const last = At.code + Size.code - 0x100;
  for (const item of one.items) {
    if (at + lengthOf(item) > last) break;
    items.push(item);
    itemStarts.push(at);
    at += lengthOf(item);
  }
  itemStarts.push(at);
  const skip = new Uint32Array(Size.code).fill(at);
  items.forEach((item, index) => {
    let here = itemStarts[index] ?? 0;
    const next = itemStarts[index + 1] ?? at;
    skip.fill(next, here - At.code, next - At.code);
    for (const part of item) {
      asm.raw(...(typeof part === 'number' ? [part] : resolve(part, index, itemStarts, here)));
      here += sizeOf(part);
    }
  });
  endRound(asm, one.fpu);
  return { entry, bytes: asm.assemble(), skip, itemStarts };
}
