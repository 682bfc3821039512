/**
 * The instructions that a case can be made of: all that iced-x86's own table has for the features that the processor's CPUID
 * promises. So none is forgotten, and the flags that each leaves undefined are not our opinion.
 */

import { createRequire } from 'node:module';
import type * as Iced from 'iced-x86';

// A CommonJS package: loaded whole, its enums are looked up by number.
export const iced = createRequire(import.meta.url)('iced-x86') as typeof Iced;

export type Kind = 'integer' | 'string' | 'system' | 'x87' | 'mmx' | 'sse';

/** One encoding of an instruction. */
export interface Form {
  /** Name of the encoding: iced-x86's Code. */
  readonly name: string;
  readonly code: Iced.Code;
  readonly kind: Kind;
  /** Names of iced-x86's OpCodeOperandKind. */
  readonly operands: readonly string[];
  readonly canLock: boolean;
  /** Flags that the manual leaves undefined: iced-x86's RflagsBits. */
  readonly undefinedFlags: number;
}

const INTEGER = ['INTEL8086', 'INTEL186', 'INTEL286', 'INTEL386', 'INTEL486', 'CMOV', 'CX8', 'POPCNT'];
const OTHER_INTEGER = ['MULTIBYTENOP', 'PAUSE', 'CPUID', 'TSC', 'RDRAND'];
const SYSTEM = ['MSR', 'SEP', 'RDPMC'];
const X87 = ['FPU', 'FPU287', 'FPU387'];
const SSE = ['SSE', 'SSE2', 'SSE3', 'FXSR'];
const PROMISED = new Set([...INTEGER, ...OTHER_INTEGER, ...SYSTEM, ...X87, ...SSE, 'MMX']);

/** Iced's RflagsBits as bits of EFLAGS. */
const FLAG_BITS = (): readonly (readonly [number, number])[] => [
  [iced.RflagsBits.CF, 0x001],
  [iced.RflagsBits.PF, 0x004],
  [iced.RflagsBits.AF, 0x010],
  [iced.RflagsBits.ZF, 0x040],
  [iced.RflagsBits.SF, 0x080],
  [iced.RflagsBits.OF, 0x800],
];

function kindOf(instruction: Iced.Instruction, features: readonly string[]): Kind {
  if (features.some((feature) => X87.includes(feature))) return 'x87';
  if (features.includes('MMX')) return 'mmx';
  if (features.some((feature) => SSE.includes(feature))) return 'sse';
  if (instruction.isStringInstruction) return 'string';
  const isSystem = instruction.isPrivileged || features.some((feature) => SYSTEM.includes(feature));
  return isSystem || instruction.opCode.isInputOutput ? 'system' : 'integer';
}

/** Encodings that are no instructions, and those that go elsewhere, which the generator makes by hand. */
function isLeftOut(name: string, instruction: Iced.Instruction): boolean {
  const { FlowControl } = iced;
  const goesOn: number[] = [FlowControl.Next, FlowControl.Exception];
  return (
    name.startsWith('Declare') ||
    name === 'Zero_bytes' ||
    name === 'INVALID' ||
    !goesOn.includes(instruction.flowControl)
  );
}

function readForms(): Form[] {
  const { Code, CpuidFeature, EncodingKind, Instruction, OpCodeOperandKind, OpKind } = iced;
  const forms: Form[] = [];
  // the enum also maps numbers to names
  const codeNames = Object.keys(Code)
    .filter((key) => !/^\d/.test(key))
    .map((key) => ({ key, code: Code[key as keyof typeof Code] }));
  for (const { key: name, code } of codeNames) {
    const instruction = new Instruction();
    instruction.code = code;
    const { opCode } = instruction;
    const features = [...instruction.cpuidFeatures()].map((one) => CpuidFeature[one] ?? '');
    if (
      opCode.mode32 &&
      opCode.encoding === EncodingKind.Legacy &&
      features.every((feature) => PROMISED.has(feature)) &&
      !isLeftOut(name, instruction)
    ) {
      // what a shift leaves undefined depends on its count: as for one that is neither 0 nor 1
      const last = opCode.opCount - 1;
      if (last >= 0 && opCode.opKind(last) === OpCodeOperandKind.imm8) {
        instruction.setOpKind(last, OpKind.Immediate8);
        instruction.setImmediateU32(last, 2);
      }
      const undefinedFlags = FLAG_BITS().reduce(
        (bits, [flag, bit]) => bits | ((instruction.rflagsUndefined & flag) !== 0 ? bit : 0),
        0,
      );
      forms.push({
        ...{ name, code, kind: kindOf(instruction, features), undefinedFlags },
        operands: Array.from({ length: opCode.opCount }, (_, i) => OpCodeOperandKind[opCode.opKind(i)]),
        canLock: opCode.canUseLockPrefix,
      });
    }
    opCode.free();
    instruction.free();
  }
  return forms;
}

let read: readonly Form[] | undefined;

/** All forms. */
export function allForms(): readonly Form[] {
  return (read ??= readForms());
}

let decoded: Iced.Formatter | undefined;

/** What bytes say, as Intel writes it; several instructions are parted by semicolons. */
export function disassemble(bytes: Uint8Array): string {
  const { Decoder, DecoderOptions, Formatter, FormatterSyntax } = iced;
  decoded ??= new Formatter(FormatterSyntax.Intel);
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  const texts: string[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    texts.push(decoded.format(instruction));
    instruction.free();
  }
  decoder.free();
  return texts.join('; ');
}
