/**
 * Instructions that v86 has wrong or lacks, each with a case and what a real processor makes of it: its first fault, or a register at the
 * end of the round. `elsewhere.full.spec.ts` asks the processor of the host again.
 */

/** What comes of a case. */
export interface Outcome {
  /** Vector, error code and, of a page fault, address. */
  readonly fault?: readonly [vector: number, error: number, address: number];
  readonly registers?: Readonly<Record<string, number>>;
}

export interface Mended extends Outcome {
  readonly name: string;
  readonly text: string;
}

const HOLE = 0x2002_3000;
const READ_ONLY = 0x2002_5000;
const [READ, WRITE, WRITE_TO_PRESENT] = [4, 6, 7];
const [PAGE_FAULT, PROTECTION, BOUND, STACK] = [14, 13, 5, 0x2004_1f00];

/** A case of one round, at the start of which all registers are random. */
const one = (...lines: string[]): string => ['case seed=1 rounds=1', ...lines].join('\n');

/** Selectors that no segment stands behind, and the error code that a processor gives for each. */
const UNUSABLE: readonly (readonly [what: string, low: string, high: string, errorCode: number])[] = [
  ['null', '00', '00', 0],
  ['null with a privilege', '03', '00', 0],
  ['of data', '2b', '00', 0x28],
  ['outside of the table', 'f8', 'ff', 0xfff8],
  ['of a local table that is not there', '07', '00', 4],
];

/** Each way to load CS, with a selector's two bytes. The address is that of the code, so that what is wrong is the selector. */
const FAR: Readonly<Record<string, (low: string, high: string) => string>> = {
  // push 202h; push selector; push 20000000h; iretd
  IRET: (low, high) => `68 02 02 00 00 68 ${low} ${high} 00 00 68 00 00 00 20 cf`,
  // push selector; push 20000000h; retf
  RETF: (low, high) => `68 ${low} ${high} 00 00 68 00 00 00 20 cb`,
  JMP: (low, high) => `ea 00 00 00 20 ${low} ${high}`,
  CALL: (low, high) => `9a 00 00 00 20 ${low} ${high}`,
};

const FAR_MENDED: readonly Mended[] = Object.entries(FAR).flatMap(([instruction, bytes]) =>
  UNUSABLE.map(([what, low, high, errorCode]) => ({
    name: `${instruction} with a selector ${what} is refused`,
    text: one(bytes(low, high)),
    fault: [PROTECTION, errorCode, 0] as const,
  })),
);

export const MENDED: readonly Mended[] = [
  ...FAR_MENDED,
  {
    name: 'POP into a segment that is null is refused, with the stack as it was',
    // push 0; pop ds; push 12h; pop dword ptr [ebx]
    text: one('6a 00 1f 6a 12 8f 03'),
    fault: [PROTECTION, 0, 0],
  },
  {
    name: 'POP of a word into a segment that is null is refused, with the stack as it was',
    text: one('6a 00 1f 6a 12 66 8f 03'),
    fault: [PROTECTION, 0, 0],
  },
  {
    name: 'IRET does not go to an inner ring',
    text: one('68 02 02 00 00 6a 20 68 00 00 00 20 cf'),
    fault: [PROTECTION, 0x20, 0],
  },
  {
    name: 'a data segment of a local table that is not there cannot be loaded',
    // mov eax,7; mov ds,eax
    text: one('b8 07 00 00 00 8e d8'),
    fault: [PROTECTION, 4, 0],
  },
  { name: 'RSM is undefined', text: one('0f aa'), fault: [6, 0, 0] },
  { name: 'RDPMC has no counter to read', text: one('0f 33'), fault: [PROTECTION, 0, 0] },
  {
    name: 'ENTER copies the frame pointers of the levels, then pushes its own',
    // mov ebp,20020010h; mov dword [ebp-4],55AAh; enter 8,2; mov eax,[ebp-4]; mov edx,[ebp-8]; mov ecx,[ebp]
    text: one('bd 10 00 02 20 c7 45 fc aa 55 00 00 c8 08 00 02 8b 45 fc 8b 55 f8 8b 4d 00'),
    registers: { eax: 0x55aa, edx: STACK - 4, ecx: 0x2002_0010, ebp: STACK - 4, esp: STACK - 20 },
  },
  {
    name: 'ENTER of a 16-bit operand pushes words',
    // mov ebp,20020010h; mov word [ebp-2],55AAh; enterw 8,2; movzx eax,word [esp+8]
    text: one('bd 10 00 02 20 66 c7 45 fe aa 55 66 c8 08 00 02 0f b7 44 24 0a'),
    registers: { eax: 0x55aa, esp: STACK - 14 },
  },
  {
    name: 'ENTER whose frame pointers cannot be read leaves registers alone',
    // mov ebp,20023010h; enter 8,2
    text: one('bd 10 30 02 20 c8 08 00 02'),
    fault: [PAGE_FAULT, READ, HOLE + 0xc],
    registers: { ebp: HOLE + 0x10, esp: STACK },
  },
  {
    name: 'ENTER makes no room on a stack that is not there',
    // enter 5000h,0
    text: one('c8 00 50 00'),
    fault: [PAGE_FAULT, WRITE, STACK - 4 - 0x5000],
    registers: { esp: STACK },
  },
  {
    name: 'BOUND lets an index within its bounds pass',
    // mov dword [20020000h],-1; mov dword [20020004h],5; mov eax,5; bound eax,[20020000h]
    text: one('c7 05 00 00 02 20 ff ff ff ff c7 05 04 00 02 20 05 00 00 00 b8 05 00 00 00 62 05 00 00 02 20'),
    registers: { eax: 5 },
  },
  {
    name: 'BOUND raises #BR for an index above them',
    text: one('c7 05 00 00 02 20 ff ff ff ff c7 05 04 00 02 20 05 00 00 00 b8 06 00 00 00 62 05 00 00 02 20'),
    fault: [BOUND, 0, 0],
  },
  {
    name: 'BOUND reads its operand',
    text: one('62 05 00 30 02 20'),
    fault: [PAGE_FAULT, READ, HOLE],
  },
  {
    name: 'BTS accesses the doubleword that has the bit',
    // mov ecx,31; bts [20022FFDh],ecx
    text: one('b9 1f 00 00 00 0f ab 0d fd 2f 02 20'),
    fault: [PAGE_FAULT, WRITE, HOLE],
  },
  {
    name: 'BT reaches below its operand with a negative offset',
    // mov dword [20020000h],80000000h; mov ecx,-1; bt [20020004h],ecx; sbb eax,eax
    text: one('c7 05 00 00 02 20 00 00 00 80 b9 ff ff ff ff 0f a3 0d 04 00 02 20 19 c0'),
    registers: { eax: 0xffff_ffff },
  },
  {
    name: 'BTS with a 16-bit address stays within its 64 KiB',
    // mov dword [20020000h],0; mov edi,10h; mov ecx,80000000h - 80h; bts fs:[di],ecx; mov eax,[20020000h]
    text: one('c7 05 00 00 02 20 00 00 00 00 bf 10 00 00 00 b9 80 ff ff 7f 64 67 0f ab 0d a1 00 00 02 20'),
    registers: { eax: 1 },
  },
  {
    name: 'BT names the doubleword in a page that is missing',
    // mov ecx,15; bt [20023001h],ecx
    text: one('b9 0f 00 00 00 0f a3 0d 01 30 02 20'),
    fault: [PAGE_FAULT, READ, HOLE + 1],
  },
  {
    name: 'BTC of a constant complements a bit of a word',
    // mov word [20020000h],0; btc word [20020000h],9; movzx eax,word [20020000h]
    text: one('66 c7 05 00 00 02 20 00 00 66 0f ba 3d 00 00 02 20 19 0f b7 05 00 00 02 20'),
    registers: { eax: 0x200 },
  },
  {
    name: 'ARPL reads before it writes',
    // arpl [20023000h],ax
    text: one('63 05 00 30 02 20'),
    fault: [PAGE_FAULT, READ, HOLE],
  },
  {
    name: 'ARPL writes where the level rises',
    // mov eax,[20025000h] … the lowest bits there are 0 or 3: arpl by 0 changes nothing
    text: one('31 c0 63 05 00 50 02 20'),
    registers: { eax: 0 },
  },
  { name: 'INVD is for ring 0', text: one('0f 08'), fault: [PROTECTION, 0, 0] },
  {
    name: 'CMPS reads the source first',
    // mov esi,2002A000h; mov edi,20023000h; mov ecx,3; rep cmpsb
    text: one('be 00 a0 02 20 bf 00 30 02 20 b9 03 00 00 00 f3 a6'),
    fault: [PAGE_FAULT, READ, 0x2002_a000],
  },
  {
    name: 'MOVS reads the source first',
    text: one('be 00 a0 02 20 bf 00 30 02 20 b9 03 00 00 00 f3 a4'),
    fault: [PAGE_FAULT, READ, 0x2002_a000],
  },
  {
    name: 'SCAS that faults on the way has compared: its flags are those of the last element',
    // mov dword [20022FFCh],7; mov edi,20022FFCh; mov eax,7; mov ecx,2; repe scasd; the handler's flags are in the log
    text: one('c7 05 fc 2f 02 20 07 00 00 00 bf fc 2f 02 20 b8 07 00 00 00 b9 02 00 00 00 f3 af'),
    fault: [PAGE_FAULT, READ, HOLE],
    registers: { ecx: 1, edi: HOLE },
  },
  {
    name: 'nothing is written through CS',
    // mov cs:[20020000h],dl
    text: one('2e 88 15 00 00 02 20'),
    fault: [PROTECTION, 0, 0],
  },
  {
    name: 'that comes before a page that is missing',
    // lock add cs:[20023000h],eax
    text: one('2e f0 01 05 00 30 02 20'),
    fault: [PROTECTION, 0, 0],
  },
  {
    name: 'reading through CS is allowed, and so is the prefix before a nop with an operand, or overridden',
    // mov eax,cs:[20020000h]; nop word cs:[eax+eax]; mov dword cs:ds:[20020000h],9; mov eax,[20020000h]
    text: one(
      '2e a1 00 00 02 20 66 2e 0f 1f 84 00 00 00 00 00 2e 3e c7 05 00 00 02 20 09 00 00 00 a1 00 00 02 20',
    ),
    registers: { eax: 9 },
  },
  {
    name: 'MOVQ from memory reads through CS, with F3 before or behind; MOVD to memory writes',
    // mov dword [20020000h],9; movq xmm4,cs:[20020000h], twice; movd eax,xmm4; movd cs:[20020000h],xmm4
    text: one(
      'c7 05 00 00 02 20 09 00 00 00 f3 2e 0f 7e 25 00 00 02 20 2e f3 0f 7e 25 00 00 02 20 66 0f 7e e0',
      '66 2e 0f 7e 25 00 00 02 20',
    ),
    fault: [PROTECTION, 0, 0],
    registers: { eax: 9 },
  },
  {
    name: 'of F2 and F3 the last one counts: scasb goes on while it is not equal',
    // mov word [20020000h],0201h; mov edi,20020000h; mov ecx,2; mov al,2; f3 f2 scasb
    text: one('66 c7 05 00 00 02 20 01 02 bf 00 00 02 20 b9 02 00 00 00 b0 02 f3 f2 ae'),
    registers: { ecx: 0, edi: 0x2002_0002 },
  },
  {
    name: 'of F2 and F3 the last one counts: scasb goes on while it is equal',
    text: one('66 c7 05 00 00 02 20 01 02 bf 00 00 02 20 b9 02 00 00 00 b0 02 f2 f3 ae'),
    registers: { ecx: 1, edi: 0x2002_0001 },
  },
  {
    name: 'a page that must not be written says so before BTS changes it',
    text: one('0f ba 2d 00 50 02 20 03'),
    fault: [PAGE_FAULT, WRITE_TO_PRESENT, READ_ONLY],
  },
];
