/**
 * What CPUID promises, which is what the other specs of the processor hold it to; and that what it does not promise raises #UD, so
 * that a program that tries finds out.
 */

import { describe, expect, it } from 'vitest';
import { exit, listen, loadGuest, makeMachine } from './guest.ts';
import { Fault, faultsOf } from './sse/fault-guest.ts';

const RESULTS = 0x20_0000;

/** EAX, EBX, ECX and EDX of a leaf. */
async function cpuid(leaf: number): Promise<number[]> {
  const machine = await makeMachine();
  listen(machine);
  loadGuest(machine, {
    build: (asm) => {
      asm.label('main').mov('eax', leaf).mov('ecx', 0).raw(0x0f, 0xa2);
      (['eax', 'ebx', 'ecx', 'edx'] as const).forEach((register, i) =>
        asm.storeAt(RESULTS + 4 * i, register),
      );
      exit(asm);
    },
  });
  machine.run();
  const registers = [0, 4, 8, 12].map((offset) => machine.memory.read32(RESULTS + offset));
  machine.dispose();
  return registers;
}

const bitsOf = (word: number, names: Readonly<Record<number, string>>): string[] =>
  Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => ((word >>> bit) & 1) !== 0)
    .map((bit) => names[bit] ?? `bit ${bit}`);

const FEATURES_EDX = {
  0: 'fpu',
  3: 'pse',
  4: 'tsc',
  5: 'msr',
  6: 'pae',
  8: 'cx8',
  11: 'sep',
  13: 'pge',
  15: 'cmov',
  23: 'mmx',
  24: 'fxsr',
  25: 'sse',
  26: 'sse2',
};
const FEATURES_ECX = { 0: 'sse3', 23: 'popcnt', 30: 'rdrand' };

describe('CPUID', () => {
  it('calls the processor genuine, of family 6', async () => {
    const [, ebx = 0, ecx = 0, edx = 0] = await cpuid(0);
    expect(Buffer.from(Uint32Array.of(ebx, edx, ecx).buffer).toString()).toBe('GenuineIntel');
    expect(((await cpuid(1))[0] ?? 0) >> 8).toBe(6);
  });

  it('promises these features', async () => {
    const [, , ecx = 0, edx = 0] = await cpuid(1);
    expect(bitsOf(edx, FEATURES_EDX)).toEqual(Object.values(FEATURES_EDX));
    expect(bitsOf(ecx, FEATURES_ECX)).toEqual(Object.values(FEATURES_ECX));
  });

  it('does not describe MONITOR, which it does not promise', async () => {
    expect(await cpuid(5)).toEqual([0, 0, 0, 0]);
  });

  it('promises fast string instructions of leaf 7 and nothing of the extended leaves', async () => {
    expect((await cpuid(7)).slice(1)).toEqual([1 << 9, 0, 0]);
    expect(await cpuid(0x8000_0001)).toEqual([0, 0, 0, 0]);
  });
});

/** Instructions of features that are not promised, each with registers or memory at [ebx]. */
const NOT_PROMISED = {
  'pshufb (SSSE3)': [0x66, 0x0f, 0x38, 0x00, 0xc1],
  'palignr (SSSE3)': [0x66, 0x0f, 0x3a, 0x0f, 0xc1, 0x03],
  'pextrd (SSE4.1)': [0x66, 0x0f, 0x3a, 0x16, 0xc0, 0x01],
  'ptest (SSE4.1)': [0x66, 0x0f, 0x38, 0x17, 0xc1],
  'roundsd (SSE4.1)': [0x66, 0x0f, 0x3a, 0x0b, 0xc1, 0x00],
  'pcmpistri (SSE4.2)': [0x66, 0x0f, 0x3a, 0x63, 0xc1, 0x00],
  'crc32 (SSE4.2)': [0xf2, 0x0f, 0x38, 0xf1, 0xc0],
  'movntsd (SSE4a)': [0xf2, 0x0f, 0x2b, 0x03],
  'extrq (SSE4a)': [0x66, 0x0f, 0x79, 0xc1],
  'aesenc (AES)': [0x66, 0x0f, 0x38, 0xdc, 0xc1],
  'pclmulqdq (PCLMULQDQ)': [0x66, 0x0f, 0x3a, 0x44, 0xc1, 0x00],
  'movbe (MOVBE)': [0x0f, 0x38, 0xf0, 0x03],
  'adcx (ADX)': [0x66, 0x0f, 0x38, 0xf6, 0xc1],
  'vzeroupper (AVX)': [0xc5, 0xf8, 0x77],
  'vaddps (AVX)': [0xc5, 0xf8, 0x58, 0xc1],
  'andn (BMI1)': [0xc4, 0xe2, 0x78, 0xf2, 0xc0],
  'xsave (XSAVE)': [0x0f, 0xae, 0x23],
  'xgetbv (XSAVE)': [0x0f, 0x01, 0xd0],
  'xsaveopt (XSAVEOPT)': [0x0f, 0xae, 0x33],
  'clflush (CLFSH)': [0x0f, 0xae, 0x3b],
  'clflushopt (CLFLUSHOPT)': [0x66, 0x0f, 0xae, 0x3b],
  'rdtscp (RDTSCP)': [0x0f, 0x01, 0xf9],
  'rdseed (RDSEED)': [0x0f, 0xc7, 0xf8],
  'rdpid (RDPID)': [0xf3, 0x0f, 0xc7, 0xf8],
  'monitor (MONITOR)': [0x0f, 0x01, 0xc8],
  'mwait (MONITOR)': [0x0f, 0x01, 0xc9],
  'pfadd (3DNow)': [0x0f, 0x0f, 0xc1, 0x9e],
} as const;

describe.each([
  ['interpreted', false],
  ['compiled', true],
] as const)('what is not promised raises #UD, %s', (_way, compile) => {
  it.each(Object.entries(NOT_PROMISED))('%s', async (_name, code) => {
    expect(await faultsOf([{ code }], compile)).toEqual([Fault.undefined]);
  });

  it('but POPCNT and RDRAND are there', async () => {
    const codes = [
      [0xf3, 0x0f, 0xb8, 0xc0],
      [0x0f, 0xc7, 0xf0],
    ];
    expect(
      await faultsOf(
        codes.map((code) => ({ code })),
        compile,
      ),
    ).toEqual([0, 0]);
  });
});
