/**
 * Disassembly of guest memory, with iced-x86. Reads through the guest's page tables and changes nothing.
 */
import type { Machine } from '../../../emulator/types.ts';
import { iced } from './iced.ts';

/** One instruction as it stands in memory. */
export interface DisassembledInstruction {
  /** Offset in the code segment; equal to the linear address in a flat segment. */
  readonly address: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Intel syntax. `(bad)` where the bytes are no instruction. */
  readonly text: string;
  /** True for CALL in any form. */
  readonly isCall: boolean;
  /** Where a direct branch or call goes. */
  readonly target?: number;
}

const LONGEST_INSTRUCTION = 15;
const PROTECTED_MODE = 1;

/** Selectors of 32-bit code: anything in protected mode here, because no guest has 16-bit segments there. */
function codeBits(machine: Machine): 16 | 32 {
  return (machine.registers.control(0) & PROTECTED_MODE) === 0 ? 16 : 32;
}

/**
 * Instructions from an address on, as the processor would decode them now.
 *
 * @param address Offset in the present code segment.
 * @returns Fewer than `count` where memory is not mapped.
 */
export function disassemble(machine: Machine, address: number, count: number): DisassembledInstruction[] {
  const { Decoder, DecoderOptions, FlowControl, Formatter, FormatterSyntax } = iced();
  const base = machine.registers.segmentBase('cs');
  const bytes = machine.linear.readMapped((address + base) >>> 0, count * LONGEST_INSTRUCTION);
  const decoder = new Decoder(codeBits(machine), bytes, DecoderOptions.None);
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.spaceAfterOperandSeparator = true;
  decoder.ip = BigInt(address >>> 0);
  const found: DisassembledInstruction[] = [];
  try {
    while (found.length < count && decoder.canDecode) {
      const start = decoder.position;
      const instruction = decoder.decode();
      const flow = instruction.flowControl;
      const near = Number(instruction.nearBranchTarget) >>> 0;
      found.push({
        address: Number(instruction.ip) >>> 0,
        length: instruction.length,
        bytes: bytes.slice(start, start + instruction.length),
        text: instruction.isInvalid ? '(bad)' : formatter.format(instruction),
        isCall: flow === FlowControl.Call || flow === FlowControl.IndirectCall,
        ...(near === 0 ? {} : { target: near }),
      });
      instruction.free();
    }
  } finally {
    formatter.free();
    decoder.free();
  }
  return found;
}

/** The instruction at an address, or undefined where none is mapped. */
export function instructionAt(machine: Machine, address: number): DisassembledInstruction | undefined {
  return disassemble(machine, address, 1)[0];
}
