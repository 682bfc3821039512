/** What keeps an instruction of MMX or SSE from being executed: the processor's state, its operand's address, MXCSR. */

import { describe, expect, it } from 'vitest';
import { Control0, Control4, Fault, faultsOf, outcomesOf, type Trial } from './fault-guest.ts';

const { emulation, taskSwitched } = Control0;
const { sse, sseExceptions } = Control4;

/** An instruction of each sort. */
const SORTS = {
  mmx: [0x0f, 0xfc, 0xc1], // paddb mm0, mm1
  emms: [0x0f, 0x77],
  move: [0x0f, 0x28, 0xc1], // movaps xmm0, xmm1
  integers: [0x66, 0x0f, 0xfc, 0xc1], // paddb xmm0, xmm1
  sum: [0xf2, 0x0f, 0x58, 0xc1], // addsd xmm0, xmm1
  toInteger: [0xf2, 0x0f, 0x2c, 0xc0], // cvttsd2si eax, xmm0
  load: [0xf2, 0x0f, 0xf0, 0x03], // lddqu xmm0, [ebx]
  loadMxcsr: [0x0f, 0xae, 0x13], // ldmxcsr [ebx]
  storeMxcsr: [0x0f, 0xae, 0x1b], // stmxcsr [ebx]
  save: [0x0f, 0xae, 0x03], // fxsave [ebx]
  restore: [0x0f, 0xae, 0x0b], // fxrstor [ebx]
  fence: [0x0f, 0xae, 0xf0], // mfence
  storeInteger: [0x0f, 0xc3, 0x03], // movnti [ebx], eax
} as const;
const NAMES = Object.keys(SORTS) as (keyof typeof SORTS)[];
const MMX: readonly string[] = ['mmx', 'emms'];
const STATE: readonly string[] = ['save', 'restore'];
const FREE: readonly string[] = ['fence', 'storeInteger'];

/** An operand that all of them can take: for LDMXCSR, and at its place in what FXRSTOR loads. */
const MEMORY = [0x1f80, 0, 0, 0, 0, 0, 0x1f80];

const withState = (state: Partial<Trial>): Trial[] =>
  NAMES.map((name) => ({ code: SORTS[name], memory: MEMORY, ...state }));
const expected = (vectorOf: (name: string) => number): number[] => NAMES.map(vectorOf);

const ONE = [0, 0x3ff0_0000, 7, 9];
const divide = [0xf2, 0x0f, 0x5e, 0xc1]; // divsd xmm0, xmm1, which is zero
const UNMASKED_DIVISION = 0x1d80;

describe.each([
  ['interpreted', false],
  ['compiled', true],
] as const)('%s', (_way, compile) => {
  it('executes all of them where nothing is in the way', async () => {
    expect(await faultsOf(withState({}), compile)).toEqual(expected(() => 0));
  });

  it('raises #NM with CR0.TS, so that an operating system can switch registers late', async () => {
    const vectors = await faultsOf(withState({ setInControl0: taskSwitched }), compile);
    expect(vectors).toEqual(expected((name) => (FREE.includes(name) ? 0 : Fault.notAvailable)));
  });

  it('raises #UD with CR0.EM, but #NM for FXSAVE and FXRSTOR', async () => {
    const vectors = await faultsOf(withState({ setInControl0: emulation | taskSwitched }), compile);
    const vectorOf = (name: string): number => (STATE.includes(name) ? Fault.notAvailable : Fault.undefined);
    expect(vectors).toEqual(expected((name) => (FREE.includes(name) ? 0 : vectorOf(name))));
  });

  it('raises #UD for SSE without CR4.OSFXSR, not for MMX', async () => {
    const vectors = await faultsOf(withState({ clearInControl4: sse }), compile);
    const without = [...MMX, ...STATE, ...FREE];
    expect(vectors).toEqual(expected((name) => (without.includes(name) ? 0 : Fault.undefined)));
  });

  it('raises #XM for an exception that is not masked, and leaves the destination alone', async () => {
    const [outcome] = await outcomesOf([{ code: divide, mxcsr: UNMASKED_DIVISION, xmm0: ONE }], compile);
    expect(outcome).toMatchObject({ vector: Fault.simd, xmm0: ONE });
  });

  it('raises #UD for it without CR4.OSXMMEXCPT', async () => {
    const trial = { code: divide, mxcsr: UNMASKED_DIVISION, xmm0: ONE, clearInControl4: sseExceptions };
    expect(await outcomesOf([trial], compile)).toMatchObject([{ vector: Fault.undefined, xmm0: ONE }]);
  });

  it('executes what moves or computes with integers whatever MXCSR masks', async () => {
    const codes = [SORTS.move, SORTS.integers, [0xf2, 0x0f, 0x10, 0xc1]];
    expect(
      await faultsOf(
        codes.map((code) => ({ code, mxcsr: 0 })),
        compile,
      ),
    ).toEqual([0, 0, 0]);
  });

  it('raises #GP for FXSAVE and FXRSTOR that are not aligned to 16 bytes', async () => {
    const trials = [SORTS.save, SORTS.restore].map((code) => ({ code, offset: 8, memory: MEMORY }));
    expect(await outcomesOf(trials, compile)).toMatchObject([
      { vector: Fault.protection, errorCode: 0 },
      { vector: Fault.protection, errorCode: 0 },
    ]);
  });

  it('raises #GP for bits of MXCSR that do not exist', async () => {
    const reserved = 0x1_0000;
    const trials = [
      { code: SORTS.loadMxcsr, memory: [reserved] },
      { code: SORTS.restore, memory: [0, 0, 0, 0, 0, 0, reserved] },
    ];
    expect(await faultsOf(trials, compile)).toEqual([Fault.protection, Fault.protection]);
  });

  it('stores MXCSR and its mask with FXSAVE', async () => {
    const [outcome] = await outcomesOf([{ code: SORTS.save, mxcsr: 0x3fa5 }], compile);
    expect(outcome?.memory.slice(6, 8)).toEqual([0x3fa5, 0xffff]);
  });

  it('gives F2 and F3 the place of a prefix 66', async () => {
    // addsd with a prefix too many: the upper half stays
    const trial = { code: [0x66, 0xf2, 0x0f, 0x58, 0xc0], xmm0: ONE };
    expect(await outcomesOf([trial], compile)).toMatchObject([{ xmm0: [0, 0x4000_0000, 7, 9] }]);
  });

  it('goes by the last of F2 and F3', async () => {
    // addsd of the doubles 1; addss of the single 2
    const trials = [
      { code: [0xf3, 0xf2, 0x0f, 0x58, 0xc0], xmm0: ONE },
      { code: [0xf2, 0xf3, 0x0f, 0x58, 0xc0], xmm0: [0x4000_0000, 1, 7, 9] },
    ];
    expect(await outcomesOf(trials, compile)).toMatchObject([
      { xmm0: [0, 0x4000_0000, 7, 9] },
      { xmm0: [0x4080_0000, 1, 7, 9] },
    ]);
  });

  it('delivers an exception of the x87 that is pending before an instruction of MMX, not of SSE', async () => {
    // fldcw [ebx], which masks nothing; fld1; fldz; fdivp
    const divideByZero = [0xd9, 0x2b, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9];
    const codes = [SORTS.mmx, SORTS.emms, SORTS.sum].map((code) => [...divideByZero, ...code]);
    const trials = codes.map((code) => ({ code, memory: [0x300] }));
    expect(await faultsOf(trials, compile)).toEqual([Fault.x87, Fault.x87, 0]);
  });

  it('loads what is not aligned with LDDQU', async () => {
    const trial = { code: SORTS.load, offset: 3, memory: [1, 2, 3, 4] };
    expect(await outcomesOf([trial], compile)).toMatchObject([{ vector: 0, xmm0: [1, 2, 3, 4] }]);
  });
});
