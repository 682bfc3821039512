/**
 * What single instructions do to the stack pointer, to EBP and to the copies of the stack pointer that a function keeps.
 *
 * The vocabulary of stack-depth.ts, which follows whole functions. Pure functions: a state is never changed.
 */
import { Mnemonic, OpKind, Register } from 'iced-x86';
import type { Instruction } from 'iced-x86';

/** Stack pointers are `entry - depth`: entry is ESP at the first instruction, where the return address is. */
export interface State {
  /** Undefined while ESP is not a constant away from where it is counted from. */
  readonly depth: number | undefined;
  /** True behind an alignment of ESP: depth counts from the aligned value. */
  readonly realigned: boolean;
  /** Depth held by EBP when it is a frame pointer, and whether that depth counts from the aligned value. */
  readonly frame: { readonly depth: number; readonly realigned: boolean } | undefined;
  /** True while EBP has not been written: it is the caller's. */
  readonly ebpIntact: boolean;
  /** Depth of the slot that holds the caller's EBP. */
  readonly ebpSlot: { readonly depth: number; readonly realigned: boolean } | undefined;
  /** Depths held by other registers that a function keeps over its calls, to set ESP from later. */
  readonly copies: ReadonlyMap<Register, number>;
  /** Register that holds entry + 4 before a realignment, whether it still does, and the slot it was pushed to behind it. */
  readonly alias: Register | undefined;
  readonly aliasHeld: boolean;
  readonly aliasSlot: number | undefined;
}

/** At the first instruction of a function. */
export const atEntry: State = {
  depth: 0,
  realigned: false,
  frame: undefined,
  ebpIntact: true,
  ebpSlot: undefined,
  copies: new Map(),
  alias: undefined,
  aliasHeld: false,
  aliasSlot: undefined,
};

/** Where PUSHAD leaves EBP, in bytes above the new ESP. */
const PUSHAD_EBP_OFFSET = 8;

function registerMove(instruction: Instruction, to: Register, from: Register): boolean {
  return (
    instruction.mnemonic === Mnemonic.Mov &&
    instruction.op0Kind === OpKind.Register &&
    instruction.op0Register === to &&
    instruction.op1Kind === OpKind.Register &&
    instruction.op1Register === from
  );
}

/** The displacement of `[base + n]`, or undefined for any other operand. */
function displacementFrom(instruction: Instruction, base: Register): number | undefined {
  if (instruction.memoryBase !== base || instruction.memoryIndex !== Register.None) return undefined;
  return Number(instruction.memoryDisplacement) | 0;
}

const onlyRead = new Set([
  Mnemonic.Cmp,
  Mnemonic.Test,
  Mnemonic.Push,
  Mnemonic.Bt,
  Mnemonic.Call,
  Mnemonic.Jmp,
]);

/** What one instruction does to ESP and EBP; calls, which need their target, are the caller's matter. */
export function after(state: State, instruction: Instruction): State {
  const next = afterStackUse(state, instruction);
  const { alias } = state;
  const writes =
    alias !== undefined &&
    instruction.opCount > 0 &&
    instruction.op0Kind === OpKind.Register &&
    instruction.op0Register === alias &&
    !onlyRead.has(instruction.mnemonic);
  return writes && next.alias === alias
    ? { ...next, aliasHeld: aliasComesBack(state, instruction, next) }
    : next;
}

/** Whether the register that is written holds entry + 4 again. */
function aliasComesBack(state: State, instruction: Instruction, next: State): boolean {
  if (!state.aliasHeld && state.aliasSlot === undefined) return next.aliasHeld;
  if (instruction.mnemonic === Mnemonic.Lea) return next.aliasHeld && !state.aliasHeld;
  if (instruction.mnemonic === Mnemonic.Pop) return state.realigned && state.depth === state.aliasSlot;
  if (instruction.mnemonic !== Mnemonic.Mov || state.frame === undefined) return false;
  const displacement = displacementFrom(instruction, Register.EBP);
  return displacement !== undefined && state.frame.depth - displacement === state.aliasSlot;
}

function afterStackUse(state: State, instruction: Instruction): State {
  const { depth, realigned, frame } = state;
  const esp = Register.ESP;
  const ebp = Register.EBP;
  const writesTo = (register: Register): boolean =>
    instruction.opCount > 0 &&
    instruction.op0Kind === OpKind.Register &&
    instruction.op0Register === register &&
    !onlyRead.has(instruction.mnemonic);

  if (registerMove(instruction, ebp, esp)) {
    return { ...state, frame: depth === undefined ? undefined : { depth, realigned }, ebpIntact: false };
  }
  if (instruction.mnemonic === Mnemonic.Leave) {
    if (frame === undefined) return { ...state, depth: undefined };
    return {
      ...state,
      depth: frame.depth - 4,
      realigned: frame.realigned,
      frame: undefined,
      ebpIntact: true,
    };
  }
  if (instruction.mnemonic === Mnemonic.Lea && instruction.op0Kind === OpKind.Register) {
    const fromEsp = displacementFrom(instruction, esp);
    const fromEbp = displacementFrom(instruction, ebp);
    if (instruction.op0Register === esp) {
      if (fromEsp !== undefined)
        return { ...state, depth: depth === undefined ? undefined : depth - fromEsp };
      if (fromEbp !== undefined && frame !== undefined) {
        return { ...state, depth: frame.depth - fromEbp, realigned: frame.realigned };
      }
      // The register holds entry + 4.
      const fromAlias = realigned ? displacementFrom(instruction, instruction.memoryBase) : undefined;
      if (fromAlias !== undefined) return { ...state, depth: -4 - fromAlias, realigned: false };
      return { ...state, depth: undefined };
    }
    if (
      fromEsp !== undefined &&
      depth !== undefined &&
      !realigned &&
      depth - fromEsp === -4 &&
      state.aliasSlot === undefined
    ) {
      return { ...state, alias: instruction.op0Register, aliasHeld: true };
    }
  }
  const copied = copiedStackAddress(state, instruction);
  if (copied !== undefined) {
    return { ...state, copies: new Map(state.copies).set(instruction.op0Register, copied) };
  }
  if (instruction.mnemonic === Mnemonic.Mov && writesTo(esp) && instruction.op1Kind === OpKind.Register) {
    const held = realigned ? undefined : state.copies.get(instruction.op1Register);
    if (held !== undefined) return { ...state, depth: held };
  }
  if (registerMove(instruction, esp, ebp)) {
    if (frame === undefined) return { ...state, depth: undefined };
    return { ...state, depth: frame.depth, realigned: frame.realigned };
  }
  if (writesTo(esp) && instruction.mnemonic !== Mnemonic.Pop) {
    const constant = instruction.op1Kind !== OpKind.Register && instruction.op1Kind !== OpKind.Memory;
    const amount = constant ? Number(BigInt.asIntN(32, instruction.immediate(1))) : 0;
    if (constant && depth !== undefined && instruction.mnemonic === Mnemonic.Sub)
      return { ...state, depth: depth + amount };
    if (constant && depth !== undefined && instruction.mnemonic === Mnemonic.Add)
      return { ...state, depth: depth - amount };
    if (constant && instruction.mnemonic === Mnemonic.And && frame === undefined && !realigned) {
      return { ...state, depth: 0, realigned: true, ebpSlot: undefined };
    }
    return { ...state, depth: undefined };
  }
  let next = state;
  if (instruction.op0Kind === OpKind.Register && writesTo(instruction.op0Register)) {
    next = forgetCopy(next, instruction.op0Register);
  }
  const change = instruction.stackPointerIncrement;
  if (change !== 0 && depth !== undefined) {
    const deeper = depth - change;
    next = { ...next, depth: deeper };
    if (instruction.mnemonic === Mnemonic.Pushad) {
      next = saveEbp(next, deeper - PUSHAD_EBP_OFFSET);
    }
    if (instruction.mnemonic === Mnemonic.Push && instruction.op0Kind === OpKind.Register) {
      if (instruction.op0Register === ebp) next = saveEbp(next, deeper);
      if (realigned && instruction.op0Register === state.alias && state.aliasSlot === undefined) {
        next = { ...next, aliasSlot: deeper };
      }
    }
  }
  const slot = stackSlot(state, instruction);
  if (writesTo(ebp) || instruction.mnemonic === Mnemonic.Popad) {
    const popped = instruction.mnemonic === Mnemonic.Pop || instruction.mnemonic === Mnemonic.Popad;
    const from = popped ? depth : slot;
    const { ebpSlot } = state;
    const restored = popped
      ? instruction.mnemonic === Mnemonic.Popad || from === ebpSlot?.depth
      : instruction.mnemonic === Mnemonic.Mov && from !== undefined && from === ebpSlot?.depth;
    return { ...next, frame: undefined, ebpIntact: restored && ebpSlot?.realigned === realigned };
  }
  const stored = storedRegister(instruction);
  if (stored === ebp && slot !== undefined) return saveEbp(next, slot);
  if (stored !== undefined && stored === state.alias && realigned && state.aliasHeld)
    return { ...next, aliasSlot: state.aliasSlot ?? slot ?? slotByFrame(state, instruction) };
  return next;
}

/** The register that an instruction copies to memory. */
function storedRegister(instruction: Instruction): Register | undefined {
  const stores =
    instruction.mnemonic === Mnemonic.Mov &&
    instruction.op0Kind === OpKind.Memory &&
    instruction.op1Kind === OpKind.Register;
  return stores ? instruction.op1Register : undefined;
}

const keptOverCalls = new Set([Register.EBX, Register.ESI, Register.EDI]);

/** The depth that `mov ebx, esp` or `lea ebx, [esp+n]` puts into a register that calls preserve. */
function copiedStackAddress(state: State, instruction: Instruction): number | undefined {
  if (state.depth === undefined || state.realigned) return undefined;
  if (instruction.opCount !== 2 || instruction.op0Kind !== OpKind.Register) return undefined;
  if (!keptOverCalls.has(instruction.op0Register)) return undefined;
  if (registerMove(instruction, instruction.op0Register, Register.ESP)) return state.depth;
  return instruction.mnemonic === Mnemonic.Lea ? stackSlot(state, instruction) : undefined;
}

function forgetCopy(state: State, register: Register): State {
  if (!state.copies.has(register)) return state;
  const copies = new Map(state.copies);
  copies.delete(register);
  return { ...state, copies };
}

/** The caller's EBP is written to the stack; what is written when EBP holds something else does not matter. */
function saveEbp(state: State, depth: number): State {
  if (!state.ebpIntact) return state;
  return { ...state, ebpSlot: { depth, realigned: state.realigned } };
}

/** Depth of the word that an instruction addresses by a frame pointer behind a realignment. */
function slotByFrame({ frame }: State, instruction: Instruction): number | undefined {
  const displacement = displacementFrom(instruction, Register.EBP);
  return displacement === undefined || frame?.realigned !== true ? undefined : frame.depth - displacement;
}

/** Depth of the word that an instruction addresses by ESP; undefined when it addresses something else. */
function stackSlot(state: State, instruction: Instruction): number | undefined {
  const displacement = displacementFrom(instruction, Register.ESP);
  return displacement === undefined || state.depth === undefined ? undefined : state.depth - displacement;
}
