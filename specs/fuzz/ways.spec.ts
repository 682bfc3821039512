/**
 * One machine by every way of running: what a program does, to the register and to the instruction, does not depend on whether it is
 * compiled, where it is stopped, captured, restored, forked. Drawn sequences of instructions hold it to that: `npm run fuzz:cpu` for long,
 * a few seconds here. CONTRIBUTING.md says how to paste a case that it found.
 */

import { describe, expect, it } from 'vitest';
import { type Case, caseText, CaseTextError, parseCase } from './case.ts';
import { compareWays, difference } from './compare.ts';
import { fuzz } from './fuzz.ts';
import { EVERYTHING } from './generator.ts';
import { shiftCases } from './shifts.ts';
import { getsCompiled, REFERENCE } from './ways.ts';

const SEED = 20_261_128;
const choice = EVERYTHING;

describe('drawn cases', () => {
  it('do the same by every way of running', async () => {
    const { failure } = await fuzz({ seed: SEED, choice, limit: { cases: 15 } });
    expect(failure).toBeUndefined();
  });

  it('have compiled code when half of them has run', async () => {
    const compiled: boolean[] = [];
    await fuzz({
      ...{ seed: SEED + 1, choice, limit: { cases: 20 } },
      check: async (one) => {
        compiled.push(await getsCompiled(one));
        return undefined;
      },
    });
    expect(compiled.filter(Boolean).length / compiled.length).toBeGreaterThan(0.9);
  });

  it('are shrunk to what makes the difference', async () => {
    const hasDivision = (one: Case): boolean => one.items.some((item) => item.includes(0xf7));
    const { failure } = await fuzz({
      ...{ seed: SEED + 2, choice, limit: { cases: 1000 } },
      check: (one) => Promise.resolve(hasDivision(one) ? { way: 'pretended', text: 'F7' } : undefined),
    });
    expect(failure?.one).toMatchObject({ rounds: 2, start: 0, fpu: false, timer: 0 });
    expect(failure?.one.items).toHaveLength(1);
  });
});

describe('rotations and shifts', () => {
  it('leave the same results and flags, compiled and interpreted', async () => {
    for (const one of shiftCases()) {
      expect(await getsCompiled(one)).toBe(true);
      expect(
        await compareWays(one, ['compiled, stopped at 40 instructions', 'begun again with its code']),
      ).toBeUndefined();
    }
  });
});

/** Each was a difference once. */
const FOUND: Readonly<Record<string, string>> = {
  'LOOPNE whose count ends while it is compiled with its jump the other way round': `
    case seed=2147483626 rounds=2 start=0x0
    b9 1c 00 00 00 43 e0 fd                  ; mov ecx,1Ch; inc ebx; loopne 5
    66 63 c9                                 ; arpl cx,cx`,
  'TEST of a byte, after which what is above it differs and no flag does': `
    case seed=18 rounds=2 start=0x0
    84 f6 7d fc                              ; test dh,dh; jge short 0`,
  'a fault within a function of v86 that compiled code calls, behind STD': `
    case seed=2147483627 rounds=2 start=0x0
    b9 e8 00 00 00 be ca 17 02 20 bf d0 1b 02 20 fd ad ; mov ecx,0E8h; mov esi,200217CAh; mov edi,20021BD0h; std; lodsd [esi]
    b8 78 58 02 20 3e 0f e7 78 78            ; mov eax,20025878h; movntq [eax+78h],mm7`,
  'a NOP whose operand lies in a segment that is null': `
    case seed=1394241889 rounds=2 start=0x0
    1f                                       ; pop ds
    bc fe 0f 04 20 1f                        ; mov esp,20040FFEh; pop ds
    66 99                                    ; cwd
    b9 b0 60 02 20 0f 1f 41 4d               ; mov ecx,200260B0h; nop [ecx+4Dh]
    bc e9 1e 02 20 66 0f a1                  ; mov esp,20021EE9h; data16 pop fs`,
  'XCHG with memory, and a software interrupt, where code stops within a block': `
    case seed=1802604207 rounds=2 start=0x0
    b9 fb 8f 02 20 86 29                     ; mov ecx,20028FFBh; xchg [ecx],ch
    cd 82                                    ; int 82h`,
  'a POP into a segment that is null, whose exception is raised with ESP as it was': `
    case seed=1698596590 rounds=74 start=0x0 fpu
    67 0f 8a 72 83 2b                        ; (bad)
    dc c5                                    ; fadd st(5),st
    0f 8f rel32(+2)                          ; jg 6
    0f 11 c7                                 ; movups xmm7,xmm0
    0f 23 dd                                 ; mov dr3,ebp
    d4 4e                                    ; aam 4Eh
    bb 1f ff ff ff b8 2e 3f 02 20 0f 98 04 58 ; mov ebx,0FFFFFF1Fh; mov eax,20023F2Eh; sets [eax+ebx*2]
    b9 00 00 00 00 be 19 02 04 20 bf 4b 0c 02 20 fd 67 f3 aa ; mov ecx,0; mov esi,20040219h; mov edi,20020C4Bh; std; rep stosb [di]
    be 1a 16 02 20 f0 82 2e c3               ; mov esi,2002161Ah; lock sub byte ptr [esi],0C3h`,
  'faults in compiled code: RSM; FRSTOR, FNSAVE and FLD over the end of a page': `
    case seed=13 rounds=4 start=0x0
    0f aa 66 99 84 d5 49                     ; rsm; cwd; test ch,dl; dec ecx
    bb 98 12 02 20 dd a3 40 1d 00 00         ; mov ebx,20021298h; frstor [ebx+1D40h]
    bb 98 12 02 20 dd b3 40 1d 00 00         ; mov ebx,20021298h; fnsave [ebx+1D40h]
    bb fc 2f 02 20 db 2b                     ; mov ebx,20022FFCh; fld st,tbyte ptr [ebx]`,
};

describe('a case that was found', () => {
  it.each(Object.keys(FOUND))('does the same by every way: %s', async (name) => {
    expect(await compareWays(parseCase(FOUND[name] ?? ''))).toBeUndefined();
  });
});

describe('a comparison', () => {
  const text = `case seed=5 rounds=3 start=0xff0 timer=500
    40 01 d8               ; inc eax; add eax,ebx
    74 rel8(+2)
    c7 05 abs(+1.1) 01 02 03 04
    b8 alias(-1)`;

  it('takes the text that it gives', () => {
    expect(caseText(parseCase(text))).toBe(text.replace(/ *;.*/, '').replace(/^ +/gm, ''));
  });

  it('says what in a text is wrong', () => {
    expect(() => parseCase('case seed=1\n40 4x')).toThrow(new CaseTextError('40 4x'));
    expect(() => parseCase('40')).toThrow(CaseTextError);
  });

  it('names the first round and the registers that differ', async () => {
    const one = await REFERENCE(parseCase('case seed=5 rounds=3\n90'), 0);
    const other = await REFERENCE(parseCase('case seed=5 rounds=3\n40'), 0);
    expect(difference(one, other)).toMatch(/^round 1: .*eax 0x[\da-f]+ and 0x[\da-f]+/);
  });

  it('names a count of instructions that differs', async () => {
    const one = await REFERENCE(parseCase('case seed=5 rounds=3\n90'), 0);
    const other = { ...one, instructions: one.instructions + 1 };
    expect(difference(one, other)).toBe(
      `${one.instructions + 1} instructions instead of ${one.instructions}`,
    );
  });
});
