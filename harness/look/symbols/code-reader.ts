/**
 * Decodes instructions of one file by address, and knows what a call does to its caller's stack.
 *
 * The only file of this folder that knows the disassembler (iced-x86). Addresses are the file's own.
 */
import { Decoder, DecoderOptions, FlowControl, Instruction, OpKind, Register } from 'iced-x86';
import type { FileSegment, ProgramFile } from '../../guest/elf/program-file.ts';
import type { GuestSymbol } from '../../guest/elf/symbol-table.ts';

/** What a caller must know of the function it calls. */
export interface CalleeEffect {
  /** False when no instruction of the function returns: code behind the call is not its continuation. */
  readonly returns: boolean;
  /** Bytes the function takes off the stack beyond its return address; 4 when it returns a structure. */
  readonly popped: number;
  /** It calls nothing and leaves EAX, ECX and EDX alone, as what position-independent code gets its own address from. */
  readonly keepsScratch: boolean;
}

interface DecodableSegment {
  readonly segment: FileSegment;
  readonly decoder: Decoder;
}

/** Whether an instruction names a register that calls need not preserve; reading one does no harm, but is rare enough. */
function usesScratch(instruction: Instruction): boolean {
  const { op0Kind, op0Register } = instruction;
  const scratch = [Register.EAX, Register.ECX, Register.EDX];
  return op0Kind === OpKind.Register && scratch.includes(op0Register);
}

export class CodeReader {
  readonly #segments: readonly FileSegment[];
  readonly #decodable = new Map<FileSegment, DecodableSegment>();
  readonly #callees = new Map<number, CalleeEffect>();
  readonly #instruction = new Instruction();

  constructor(file: ProgramFile) {
    this.#segments = file.segments;
  }

  /**
   * The instruction at an address, or undefined outside code and for bytes that are none. The object is reused by the next
   * call: read what is needed at once.
   */
  instructionAt(address: number): Instruction | undefined {
    const segment = this.#segmentAt(address);
    if (segment?.executable !== true) return undefined;
    let decodable = this.#decodable.get(segment);
    if (decodable === undefined) {
      decodable = { segment, decoder: new Decoder(32, segment.bytes, DecoderOptions.None) };
      this.#decodable.set(segment, decodable);
    }
    const { decoder } = decodable;
    decoder.position = address - segment.address;
    decoder.ip = BigInt(address);
    if (!decoder.canDecode) return undefined;
    decoder.decodeOut(this.#instruction);
    return this.#instruction.isInvalid ? undefined : this.#instruction;
  }

  /** A little-endian word of the file, or undefined outside it. */
  wordAt(address: number): number | undefined {
    const segment = this.#segmentAt(address);
    const offset = address - (segment?.address ?? 0);
    if (segment === undefined || offset + 4 > segment.bytes.length) return undefined;
    return new DataView(segment.bytes.buffer, segment.bytes.byteOffset).getUint32(offset, true);
  }

  /** Reads a function once, from its first byte to its last. */
  calleeEffect(callee: Pick<GuestSymbol, 'address' | 'size'>): CalleeEffect {
    const known = this.#callees.get(callee.address);
    if (known !== undefined) return known;
    const end = callee.address + callee.size;
    let returns = false;
    let popped = 0;
    let keepsScratch = true;
    for (let at = callee.address; at < end;) {
      const instruction = this.instructionAt(at);
      if (instruction === undefined) break;
      const flow = instruction.flowControl;
      keepsScratch &&=
        flow === FlowControl.Return || (flow === FlowControl.Next && !usesScratch(instruction));
      if (flow === FlowControl.Return) {
        returns = true;
        if (instruction.opCount === 1) popped = instruction.immediate16;
      } else if (flow === FlowControl.IndirectBranch) {
        returns = true;
      } else if (flow === FlowControl.UnconditionalBranch || flow === FlowControl.ConditionalBranch) {
        const target = Number(instruction.nearBranchTarget);
        if (target < callee.address || target >= end) returns = true;
      }
      at += instruction.length;
    }
    const effect = { returns, popped, keepsScratch };
    this.#callees.set(callee.address, effect);
    return effect;
  }

  /** Addresses of the instructions of a function that return. */
  returnInstructions(callee: Pick<GuestSymbol, 'address' | 'size'>): readonly number[] {
    const found: number[] = [];
    for (let at = callee.address; at < callee.address + callee.size;) {
      const instruction = this.instructionAt(at);
      if (instruction === undefined) break;
      if (instruction.flowControl === FlowControl.Return) found.push(at);
      at += instruction.length;
    }
    return found;
  }

  #segmentAt(address: number): FileSegment | undefined {
    return this.#segments.find(
      (part) => address >= part.address && address < part.address + part.bytes.length,
    );
  }
}
