/**
 * The floating-point instructions of SSE to SSE3 as bytes, each on xmm0 and xmm1, or with its source in memory at [ebx].
 *
 * Source of the encodings: Intel SDM volume 2.
 */

import type { OperationName } from '../../../emulator/sse/operations.ts';

/** Where an instruction leaves its result. */
export type Destination = 'xmm0' | 'eax' | 'mm0' | 'flags';

/** What the lanes of its source are. */
export type Lanes = 'single' | 'double' | 'integer';

export interface Instruction {
  readonly code: readonly number[];
  readonly destination: Destination;
  readonly lanes: Lanes;
  /** Has an immediate byte, which is none of `code`. */
  readonly immediate: boolean;
}

const NO_PREFIX = [] as const;
const [P66, PF3, PF2] = [[0x66], [0xf3], [0xf2]] as const;
const REGISTERS = 0xc1;
const MEMORY = 0x03;

function instruction(
  prefix: readonly number[],
  opcode: number,
  lanes: Lanes,
  destination: Destination = 'xmm0',
  operands = REGISTERS,
): Instruction {
  return { code: [...prefix, 0x0f, opcode, operands], destination, lanes, immediate: opcode === 0xc2 };
}

const packed = (opcode: number, ps: string, pd: string) => ({
  [ps]: instruction(NO_PREFIX, opcode, 'single'),
  [pd]: instruction(P66, opcode, 'double'),
});
const scalar = (opcode: number, ss: string, sd: string) => ({
  [ss]: instruction(PF3, opcode, 'single'),
  [sd]: instruction(PF2, opcode, 'double'),
});
const all = (opcode: number, stem: string) => ({
  ...packed(opcode, `${stem}ps`, `${stem}pd`),
  ...scalar(opcode, `${stem}ss`, `${stem}sd`),
});

export const INSTRUCTIONS = {
  ...all(0x51, 'sqrt'),
  ...all(0x58, 'add'),
  ...all(0x59, 'mul'),
  ...all(0x5c, 'sub'),
  ...all(0x5d, 'min'),
  ...all(0x5e, 'div'),
  ...all(0x5f, 'max'),
  ...all(0xc2, 'cmp'),
  rsqrtps: instruction(NO_PREFIX, 0x52, 'single'),
  rsqrtss: instruction(PF3, 0x52, 'single'),
  rcpps: instruction(NO_PREFIX, 0x53, 'single'),
  rcpss: instruction(PF3, 0x53, 'single'),
  ucomiss: instruction(NO_PREFIX, 0x2e, 'single', 'flags'),
  ucomisd: instruction(P66, 0x2e, 'double', 'flags'),
  comiss: instruction(NO_PREFIX, 0x2f, 'single', 'flags'),
  comisd: instruction(P66, 0x2f, 'double', 'flags'),
  haddpd: instruction(P66, 0x7c, 'double'),
  haddps: instruction(PF2, 0x7c, 'single'),
  hsubpd: instruction(P66, 0x7d, 'double'),
  hsubps: instruction(PF2, 0x7d, 'single'),
  addsubpd: instruction(P66, 0xd0, 'double'),
  addsubps: instruction(PF2, 0xd0, 'single'),
  cvtps2pd: instruction(NO_PREFIX, 0x5a, 'single'),
  cvtpd2ps: instruction(P66, 0x5a, 'double'),
  cvtss2sd: instruction(PF3, 0x5a, 'single'),
  cvtsd2ss: instruction(PF2, 0x5a, 'double'),
  cvtdq2ps: instruction(NO_PREFIX, 0x5b, 'integer'),
  cvtps2dq: instruction(P66, 0x5b, 'single'),
  cvttps2dq: instruction(PF3, 0x5b, 'single'),
  cvttpd2dq: instruction(P66, 0xe6, 'double'),
  cvtdq2pd: instruction(PF3, 0xe6, 'integer'),
  cvtpd2dq: instruction(PF2, 0xe6, 'double'),
  cvtsi2ss: instruction(PF3, 0x2a, 'integer', 'xmm0', MEMORY),
  cvtsi2sd: instruction(PF2, 0x2a, 'integer', 'xmm0', MEMORY),
  cvttss2si: instruction(PF3, 0x2c, 'single', 'eax'),
  cvttsd2si: instruction(PF2, 0x2c, 'double', 'eax'),
  cvtss2si: instruction(PF3, 0x2d, 'single', 'eax'),
  cvtsd2si: instruction(PF2, 0x2d, 'double', 'eax'),
  cvtpi2ps: instruction(NO_PREFIX, 0x2a, 'integer', 'xmm0', MEMORY),
  cvtpi2pd: instruction(P66, 0x2a, 'integer', 'xmm0', MEMORY),
  cvttps2pi: instruction(NO_PREFIX, 0x2c, 'single', 'mm0'),
  cvttpd2pi: instruction(P66, 0x2c, 'double', 'mm0'),
  cvtps2pi: instruction(NO_PREFIX, 0x2d, 'single', 'mm0'),
  cvtpd2pi: instruction(P66, 0x2d, 'double', 'mm0'),
} as Readonly<Record<OperationName, Instruction>>;

export const INSTRUCTION_NAMES = Object.keys(INSTRUCTIONS) as OperationName[];
