/**
 * Draws fuzz cases: fast-check's arbitraries, so that a failing case shrinks by itself. An item is drawn from a number of its own and
 * stays whole; what shrinks is which items there are, how often they run, and where they stand.
 */

import fc from 'fast-check';
import { randomNumbers, type RandomNumber } from '../support/random.ts';
import { type Case, type Item, type Reference, wordOf } from './case.ts';
import { allForms, type Form, type Kind } from './instructions.ts';
import { At, Control, DataPage, PAGE, Size, Vector } from './layout.ts';
import { chance, dataAddress, drawInstruction, immediate, load, pick } from './operands.ts';

const [EAX, ECX, ESP, EBP, ESI, EDI] = [0, 1, 4, 5, 6, 7];

const reference = (kind: Reference['kind'], items: number, offset = 0): Reference => ({
  kind,
  items,
  offset,
});

/** What an item does; each is drawn as often as its weight says. */
export type Family = Kind | 'flow' | 'stack' | 'selfModifying' | 'unmap' | 'raw';

const WEIGHTS: Readonly<Record<Family, number>> = {
  ...{ integer: 40, string: 8, system: 1, x87: 12, mmx: 5, sse: 14 },
  ...{ flow: 12, stack: 4, selfModifying: 4, unmap: 1, raw: 3 },
};

// ── strings ──

const STRING_OPCODES = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf];

function stringItem(random: RandomNumber): Item {
  const prefix = pick(random, [[], [0xf3], [0xf3], [0xf2], [0xf3, 0xf2], [0xf2, 0xf3]]);
  const operandSize = chance(random, 1, 4) ? [0x66] : [];
  const segment = chance(random, 1, 6) ? [pick(random, [0x64, 0x65, 0x3e, 0x26])] : [];
  const addressSize = chance(random, 1, 20) ? [0x67] : [];
  const count = pick(random, [0, 1, 2, 3, random(40), random(300), 1000 + random(4000)]);
  return [
    ...load(ECX, count),
    ...load(ESI, dataAddress(random, 1)),
    ...load(EDI, dataAddress(random, 1)),
    pick(random, [0xfc, 0xfc, 0xfd]), // cld, std
    ...[...segment, ...addressSize, ...operandSize, ...prefix, pick(random, STRING_OPCODES)],
  ];
}

// ── flow ──

/** A place some items further on. */
const ahead = (random: RandomNumber): number => 1 + random(4);

function flowItem(random: RandomNumber): Item {
  const near = (): Item => [reference('rel8', ahead(random))];
  const far = (): Item => [reference('rel32', ahead(random))];
  switch (random(12)) {
    case 0:
    case 1:
    case 2:
      return [0x70 + random(16), ...near()];
    case 3:
      return [0x0f, 0x80 + random(16), ...far()];
    case 4:
      return chance(random, 1, 2) ? [0xeb, ...near()] : [0xe9, ...far()];
    case 5: // call; the return address stays, or is jumped to by a later ret
      return [0xe8, ...far()];
    case 6: // push target; ret, or ret n
      return [
        0x68,
        reference('abs', ahead(random)),
        ...(chance(random, 1, 2) ? [0xc3] : [0xc2, random(16), 0]),
      ];
    case 7: {
      // indirect jump or call, through a register or memory
      const call = chance(random, 1, 3) ? 0x10 : 0x20;
      if (chance(random, 1, 2)) return [0xb8, reference('abs', ahead(random)), 0xff, 0xc0 | call];
      const place = At.data + random(PAGE - 4);
      return [
        0xc7,
        0x05,
        ...wordOf(place),
        reference('abs', ahead(random)),
        0xff,
        0x05 | call,
        ...wordOf(place),
      ];
    }
    case 8: {
      // a loop of its own: mov ecx, n; inc eax; loop, loope, loopne
      const opcode = pick(random, [0xe2, 0xe1, 0xe0]);
      return [...load(ECX, 1 + random(30)), 0x40 + pick(random, [0, 2, 3]), opcode, 0xfd];
    }
    case 9: // jecxz, jcxz
      return [...(chance(random, 1, 4) ? [0x67] : []), 0xe3, ...near()];
    case 10: {
      // to where nothing is mapped; the fault goes on at the end of the round
      const target = pick(random, [
        At.code - PAGE,
        At.code + Size.code,
        At.data + DataPage.hole * PAGE,
        0x10,
      ]);
      return chance(random, 1, 2) ? [...load(EAX, target), 0xff, 0xe0] : [0x68, ...wordOf(target), 0xc3];
    }
    default: // call a small function of its own: call +2; jmp over; inc edx; ret
      return [0xe8, 2, 0, 0, 0, 0xeb, 2, 0x42, 0xc3];
  }
}

// ── the stack ──

function stackItem(random: RandomNumber, forms: readonly Form[], onlyDefined: boolean): Item {
  const pushOrPop = drawForm(
    random,
    forms.filter(({ name }) => STACK_FORM.test(name)),
    onlyDefined,
  );
  const pointer = pick(random, [
    At.stack + random(12),
    At.stack + PAGE + random(12) - 6,
    At.stack + Size.stack - random(12),
    dataAddress(random, 1),
  ]);
  return [...load(ESP, pointer), ...pushOrPop];
}
const FRAME_FORM = /^(Enter|Leave)/;
const STACK_FORM = /^(Push|Pop|Enter|Leave|Xchg|Call|Ret)/;

// ── code that rewrites code ──

function selfModifyingItem(random: RandomNumber, onlyDefined: boolean): Item {
  const value = wordOf(immediate(random));
  // through another address a processor need not see it without being told
  const where = (offset: number): Reference =>
    reference(!onlyDefined && chance(random, 1, 3) ? 'alias' : 'abs', 0, offset);
  switch (random(3)) {
    case 0: // the constant of the very next instruction: mov dword [there], value; mov eax, constant
      return [0xc7, 0x05, where(11), ...value, 0xb8, ...wordOf(1)];
    case 1: // of one behind a jump: mov dword [there], value; jmp +0; mov ecx, constant
      return [0xc7, 0x05, where(13), ...value, 0xeb, 0, 0xb9, ...wordOf(2)];
    default: // by a string instruction: mov edi, there; stosd; mov edx, constant
      return [0xbf, where(8), 0xfc, 0xab, 0xba, ...wordOf(3)];
  }
}

// ── bytes that may be anything ──

function rawItem(random: RandomNumber): Item {
  const near = (): Reference => reference(chance(random, 1, 3) ? 'alias' : 'abs', random(9) - 4, random(6));
  switch (random(5)) {
    case 0: // a byte of an item near by: mov byte [there], any
      return [0xc6, 0x05, near(), random(0x100)];
    case 1: // several bytes of it
      return [0xc7, 0x05, near(), ...wordOf(immediate(random))];
    default:
      return anyInstruction(random);
  }
}

function anyInstruction(random: RandomNumber): Item {
  const opcode = chance(random, 1, 2) ? [0x0f, random(0x100)] : [random(0x100)];
  const prefix = chance(random, 1, 4) ? [pick(random, [0x66, 0xf2, 0xf3, 0x67, 0xf0, 0x2e, 0x65])] : [];
  return [...prefix, ...opcode, ...Array.from({ length: random(6) }, () => random(0x100))];
}

/** An instruction of one of these forms. Where only what is defined may be seen, it is followed by what hides the rest. */
export function drawForm(random: RandomNumber, forms: readonly Form[], onlyDefined: boolean): number[] {
  for (;;) {
    const form = pick(random, forms);
    const drawn = drawInstruction(random, form, !onlyDefined);
    if (drawn === undefined) continue;
    // what EBP points to must be memory of the case: elsewhere there is other memory around it
    const bytes =
      onlyDefined && FRAME_FORM.test(form.name) ? [...load(EBP, dataAddress(random, 1)), ...drawn] : drawn;
    return onlyDefined && form.undefinedFlags !== 0 ? [...bytes, ...clearFlags(form.undefinedFlags)] : bytes;
  }
}

/** Clears flags, whatever the stack pointer is: pushfd; and; popfd on a stack of its own. */
function clearFlags(flags: number): number[] {
  return [
    ...[0x89, 0x25, ...wordOf(Control.stackPointer), ...load(ESP, Control.scratch)],
    ...[0x9c, 0x81, 0x24, 0x24, ...wordOf(~flags), 0x9d, 0x8b, 0x25, ...wordOf(Control.stackPointer)],
  ];
}

/** What cases may consist of. */
export interface Choice {
  readonly families: readonly Family[];
  /** False for forms that are to be left out. */
  readonly allows: (form: Form) => boolean;
  /** Whether to hide what the manual leaves undefined, so that another processor must do the same. */
  readonly onlyDefined: boolean;
}

export const ALL_FAMILIES = Object.keys(WEIGHTS) as Family[];

/** All that there is: for comparing our machine with itself. */
export const EVERYTHING: Choice = { families: ALL_FAMILIES, allows: () => true, onlyDefined: false };

/** Families that are drawn from forms. */
const KINDS: ReadonlySet<Family> = new Set<Kind>(['integer', 'system', 'x87', 'mmx', 'sse']);

function drawItem(
  random: RandomNumber,
  family: Family,
  forms: ReadonlyMap<Kind, readonly Form[]>,
  onlyDefined: boolean,
): Item {
  switch (family) {
    case 'string':
      return stringItem(random);
    case 'flow':
      return flowItem(random);
    case 'stack':
      return stackItem(random, forms.get('integer') ?? [], onlyDefined);
    case 'selfModifying':
      return selfModifyingItem(random, onlyDefined);
    case 'unmap':
      return [0xcd, Vector.unmap];
    case 'raw':
      return rawItem(random);
    case 'integer':
    case 'system':
    case 'x87':
    case 'mmx':
    case 'sse':
      return drawForm(random, forms.get(family) ?? [], onlyDefined);
  }
}

/** Shrinks to the first alternative. */
const CROSS_SHRINK = { withCrossShrink: true };

/** Cases of what `choice` allows. */
export function cases(choice: Choice): fc.Arbitrary<Case> {
  const forms = new Map<Kind, Form[]>();
  for (const form of allForms().filter(choice.allows)) {
    const list = forms.get(form.kind);
    if (list === undefined) forms.set(form.kind, [form]);
    else list.push(form);
  }
  const drawable = choice.families.filter((family) => !KINDS.has(family) || forms.has(family as Kind));
  const weighted = drawable.flatMap((family) => new Array<Family>(WEIGHTS[family]).fill(family));
  const item = fc.noShrink(
    fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((seed) => {
      const random = randomNumbers(seed);
      random(2);
      return drawItem(random, pick(random, weighted), forms, choice.onlyDefined);
    }),
  );
  const usesFpu = drawable.some((family) => ['x87', 'mmx', 'sse', 'raw'].includes(family));
  return fc.record({
    seed: fc.noShrink(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
    rounds: fc.integer({ min: 2, max: 80 }),
    start: fc.oneof(
      CROSS_SHRINK,
      fc.constant(0),
      fc.integer({ min: PAGE - 0x100, max: PAGE - 1 }),
      fc.integer({ min: 0, max: 2 * PAGE }),
    ),
    fpu: !usesFpu ? fc.constant(false) : choice.onlyDefined ? fc.constant(true) : fc.boolean(),
    timer: choice.onlyDefined
      ? fc.constant(0)
      : fc.oneof(CROSS_SHRINK, fc.constant(0), fc.integer({ min: 300, max: 3000 })),
    items: fc.array(item, { minLength: 1, maxLength: 40, size: 'max' }),
  });
}
