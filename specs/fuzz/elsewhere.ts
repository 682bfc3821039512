/**
 * What of a case must be the same on another processor, and what must not be compared: results that the manual leaves to the processor,
 * and what belongs to Linux or to our guest's kernel. Each line says why.
 */

import type { Case } from './case.ts';
import { worldDifference } from './compare.ts';
import { ALL_FAMILIES, type Choice } from './generator.ts';
import type { Kind } from './instructions.ts';
import { At, DataPage, Size, WORLD } from './layout.ts';
import { visible } from './native.ts';

interface Omission {
  readonly reason: string;
  readonly forms: RegExp;
}

/** Forms that are not drawn for a comparison with another processor. */
export const NOT_COMPARED: readonly Omission[] = [
  { reason: 'says what processor it is', forms: /^Cpuid/ },
  { reason: 'a clock, a counter, a random number', forms: /^(Rdtsc|Rdpmc|Rdrand)/ },
  {
    reason: 'shows tables and selectors of the operating system',
    forms: /^(S[gil]dt|Smsw|Str_|Lar|Lsl|Ver[rw])/,
  },
  {
    reason: 'selectors mean what the tables of the operating system say',
    forms: /^(L[defgs]s_|Mov_Sreg|Pop[wd]?_[DEFGS]S)/,
  },
  {
    reason: 'the code segment of our guest has another number of descriptors around it',
    forms: /^(Push[wd]?_[CDEFGS]S|Mov_r.*_Sreg)/,
  },
  { reason: 'sets flags of debuggers and of alignment from any value on the stack', forms: /^Popf/ },
  { reason: 'undefined result: a 16-bit operand is shifted by more than 16', forms: /^Sh[lr]d_rm16/ },
  { reason: 'undefined result', forms: /^Bswap_r16/ },
  {
    reason: 'stores the address of the last x87 instruction, which processors keep differently',
    forms: /^F(n?save|n?stenv|xsave)/,
  },
  {
    reason: 'loads any value into registers of which some bits are reserved',
    forms: /^(Fxrstor|Frstor|Fldenv|Ldmxcsr)/,
  },
  {
    reason: 'reserved, and not promised by CPUID: others take it for a hint',
    forms: /^Reservednop.*0F(0D|1A|1B)$/,
  },
  {
    reason: 'what is loaded before a fault stays so or not, and which of the addresses it names',
    forms: /^(Popa|Pusha)/,
  },
  { reason: 'an approximation that processors make differently', forms: /^(Rcp|Rsqrt)[ps]s/ },
  {
    reason:
      'the last bit of the result and how it was rounded (C1) are the processor’s: specs/fpu compares within one unit',
    forms: /^F(2xm1|yl2x|yl2xp1|patan|ptan|sin|cos|sincos)$/,
  },
];

/** What can be compared with another processor: all but bytes that may be anything, and so call the operating system. */
export const COMPARABLE: Choice = {
  families: ALL_FAMILIES.filter((family) => family !== 'raw'),
  allows: ({ name }) => !NOT_COMPARED.some(({ forms }) => forms.test(name)),
  onlyDefined: true,
};

/**
 * What QEMU 7.2 does otherwise than a real processor, kinds and forms that are not compared with it, found by comparing each. Programs that
 * compute with floating point are: `specs/emulator/programs.full.spec.ts`.
 */
const QEMU_OTHERWISE_KINDS: Readonly<Partial<Record<Kind, string>>> = {
  x87: 'stack faults, C1 and denormal operands are not reported',
  mmx: 'the upper 16 bits of the registers stay as they were, EMMS leaves TOP',
  sse: '16 bytes may lie anywhere, denormal operands are not reported, exceptions that are not masked not raised',
};
const QEMU_OTHERWISE: readonly Omission[] = [
  { reason: 'does not look whether the stack is there that it makes room on', forms: /^Enter/ },
  { reason: 'writes a selector that does not change', forms: /^Arpl/ },
  { reason: 'the other encoding of TEST sets OF', forms: /^Test_\w+_F[67]r1/ },
  {
    reason: 'another carry after it was made to rotate by more than its operand has, or in memory',
    forms: /^Rc[lr]_/,
  },
  { reason: 'is undefined where it names a register', forms: /^Reservednop_\w+_0F18/ },
  {
    reason:
      'a fault right behind it finds the last operand of an arithmetic instruction in EFLAGS, the trap flag among it',
    forms: /^Cmpxchg8b/,
  },
];

/** What can be compared with QEMU. */
export const COMPARABLE_IN_QEMU: Choice = {
  families: COMPARABLE.families.filter((family) => !(family in QEMU_OTHERWISE_KINDS)),
  allows: (form) =>
    COMPARABLE.allows(form) &&
    !(form.kind in QEMU_OTHERWISE_KINDS) &&
    !QEMU_OTHERWISE.some(({ forms }) => forms.test(form.name)),
  onlyDefined: true,
};

/** Below this a Linux program has nothing mapped, where our guest has its kernel. */
const LOWEST_MAPPED = 0x40_0000;
const RESUME_FLAG = 0x1_0000;
/** Present, write, user. A processor that knows pages without execution has more. */
const ERROR_BITS = 7;
const PRESENT = 1;
const WRITE = 2;
/** Bytes of an FXSAVE image that depend on the processor: opcode and addresses of the last instruction, the mask of MXCSR. */
const FX_OWN: readonly (readonly [number, number])[] = [
  [6, 24],
  [28, 32],
];

/**
 * The world with only what must be the same everywhere.
 *
 * @param errorBits Bits of a page fault's error code that are compared.
 */
export function comparedPart(one: Case, world: Uint8Array, errorBits = ERROR_BITS): Uint8Array {
  const part = new Uint8Array(world.length);
  for (const [address, length] of visible(one)) {
    const from = address - WORLD;
    part.set(world.subarray(from, from + length), from);
  }
  const faults = new Uint32Array(part.buffer, At.faults - WORLD, Size.faults / 4);
  for (let i = 0; i < faults.length; i += Size.faultsEntry / 4) {
    const address = faults[i + 2] ?? 0;
    const error = (faults[i + 1] ?? 0) & errorBits;
    if (faults[i] === PAGE_FAULT) faults[i + 1] = address < LOWEST_MAPPED ? error & ~PRESENT : error;
    faults[i + 4] = (faults[i + 4] ?? 0) & ~RESUME_FLAG;
    faults[i + STACK_POINTER_OF_KERNEL] = 0;
  }
  for (let round = 0; one.fpu && round < one.rounds; round++) {
    const image = At.fxRounds - WORLD + round * Size.fxEntry;
    for (const [from, to] of FX_OWN) part.fill(0, image + from, image + to);
  }
  return part;
}
const PAGE_FAULT = 14;
const STACK_POINTER_OF_KERNEL = 9;

/** Where what a case did on another processor differs from what it did here; undefined where it does not. */
export const differenceElsewhere = (one: Case, here: Uint8Array, there: Uint8Array): string | undefined =>
  worldDifference(comparedPart(one, here), comparedPart(one, there));

/** A fault of what reaches out of the page that must not be written into the next one, which may be missing. */
const OVER_READ_ONLY = new RegExp(
  `: error 0x5 and 0x4, address 0x${((At.data >>> 12) + DataPage.readOnly).toString(16)}\\w{3} and 0x${((At.data >>> 12) + DataPage.demand).toString(16)}000$`,
);

/**
 * The same for QEMU, which reads what it is going to write: where that faults, the error code does not say of a write, and a page
 * that is missing comes before one that must not be written.
 */
export function differenceFromQemu(one: Case, here: Uint8Array, there: Uint8Array): string | undefined {
  const [ours, theirs] = [here, there].map((world) => comparedPart(one, world, ERROR_BITS & ~WRITE));
  if (ours === undefined || theirs === undefined) return undefined;
  const text = worldDifference(ours, theirs);
  return text !== undefined && OVER_READ_ONLY.test(text) ? undefined : text;
}
