/**
 * Where a function keeps its return address, for each of its instructions.
 *
 * The guest is compiled without frame pointers and without unwind tables, and a user's program may be anything, so
 * nothing in the file says where a frame begins. But a compiler's code changes the stack pointer by constants:
 * following every path from the function's entry and adding them up gives the exact distance from the stack pointer
 * to the return address at each instruction. Where the distance is not constant (alloca, realigned stacks) the compiler
 * itself needs a frame pointer, and EBP is followed instead. Jump tables are read from the file.
 *
 * What must hold: the first path that reaches an instruction decides, and compilers make all paths agree; only the path
 * behind a call that never returns would lie, so calls known not to end a path, and what is behind others comes last.
 */
import { FlowControl, Mnemonic, OpKind, Register } from 'iced-x86';
import type { Instruction } from 'iced-x86';
import type { CalleeEffect, CodeReader } from './code-reader.ts';
import { after, atEntry, type State } from './stack-state.ts';
import type { GuestSymbol, SymbolTable } from '../../guest/elf/symbol-table.ts';

/** How to leave a frame, given ESP and EBP at an instruction. All offsets are bytes. */
export interface FrameRule {
  /**
   * The return address, or the interrupt frame, is at this register plus `offset`. While a `main` realigns its stack that is
   * one which only the innermost frame can tell.
   */
  readonly register: 'esp' | 'ebp' | ScratchRegister;
  readonly offset: number;
  /** The realigned frame of a `main`: the word there is not the return address but the caller's ESP. */
  readonly indirect: boolean;
  /** Where the caller's EBP was saved: a register plus an offset. Undefined when EBP still is the caller's. */
  readonly savedEbp: { readonly register: 'esp' | 'ebp'; readonly offset: number } | undefined;
  /** The function has left the registers alone that calls need not preserve. */
  readonly keepsScratch: boolean;
  /** The function ends by IRET: EIP, CS, EFLAGS (and ESP, SS when CS is of an outer ring) stand there. */
  readonly interrupt: boolean;
}

/** A register that only the innermost frame tells. */
export type ScratchRegister = 'eax' | 'ecx' | 'edx' | 'ebx' | 'esi' | 'edi';

const scratchRegisters: ReadonlyMap<Register, ScratchRegister> = new Map([
  [Register.EAX, 'eax'],
  [Register.ECX, 'ecx'],
  [Register.EDX, 'edx'],
  [Register.EBX, 'ebx'],
  [Register.ESI, 'esi'],
  [Register.EDI, 'edi'],
]);

/** Bytes of a function that may be no more than a stub in front of another. */
const LARGEST_STUB = 32;
const STUB_MAXIMUM = 4;
const JUMP_TABLE_MAXIMUM = 4096;

/** The frames of one function (with the cold part the compiler split off it). */
export class FunctionFrames {
  readonly #states: ReadonlyMap<number, State>;
  readonly #callsByEnd: ReadonlyMap<number, number>;
  readonly #keepsScratch: boolean;
  /** Somewhere ESP is moved by what is no constant, as for alloca. */
  readonly #movesFreely: boolean;
  /** Depth of the interrupt frame when the function ends by IRET; undefined when it returns. */
  readonly interruptDepth: number | undefined;

  constructor(
    states: ReadonlyMap<number, State>,
    callsByEnd: ReadonlyMap<number, number>,
    interruptDepth: number | undefined,
    keepsScratch = false,
  ) {
    this.#keepsScratch = keepsScratch;
    this.#states = states;
    this.#callsByEnd = callsByEnd;
    this.#movesFreely = [...states.values()].some(
      ({ depth, frame }) => depth === undefined && frame !== undefined,
    );
    this.interruptDepth = interruptDepth;
  }

  /** How to leave the frame when the next instruction is at `address`; undefined when no path reaches it. */
  ruleAt(address: number): FrameRule | undefined {
    return this.#rule(this.#states.get(address));
  }

  /**
   * The same while the call or software interrupt that ends at `address` has not returned. What the callee takes off the stack is still there, and
   * the instruction behind the call may belong to another path or to no function.
   */
  ruleOfCallBefore(address: number): FrameRule | undefined {
    const call = this.#callsByEnd.get(address);
    return call === undefined ? undefined : this.ruleAt(call);
  }

  #rule(state: State | undefined): FrameRule | undefined {
    if (state === undefined) return undefined;
    const home = this.interruptDepth ?? 0;
    const interrupt = this.interruptDepth !== undefined;
    const keepsScratch = this.#keepsScratch;
    const { depth, realigned, frame } = state;
    // A function that moves ESP by what it computes may come back to an instruction with another depth; and whoever saves
    // EBP where it then points makes it a frame pointer for good.
    const framed = state.ebpSlot?.depth === frame?.depth && state.ebpSlot?.realigned === frame?.realigned;
    const byFrame = frame !== undefined && (this.#movesFreely || framed);
    if (depth !== undefined && !realigned && !byFrame) {
      const savedEbp = slotOfEbp(state, 'esp', { depth, realigned });
      return { register: 'esp', offset: depth - home, indirect: false, savedEbp, keepsScratch, interrupt };
    }
    if (frame === undefined) return this.#ruleOfAlias(state);
    const savedEbp = slotOfEbp(state, 'ebp', frame);
    if (!frame.realigned) {
      return {
        register: 'ebp',
        offset: frame.depth - home,
        indirect: false,
        savedEbp,
        keepsScratch,
        interrupt,
      };
    }
    if (state.aliasSlot === undefined) return this.#ruleOfAlias(state);
    return {
      register: 'ebp',
      offset: frame.depth - state.aliasSlot,
      indirect: true,
      savedEbp,
      keepsScratch,
      interrupt,
    };
  }

  /** Between realigning the stack and making the frame, and back again, one register alone knows where the frame began. */
  #ruleOfAlias(state: State): FrameRule | undefined {
    const register = state.alias === undefined ? undefined : scratchRegisters.get(state.alias);
    if (!state.realigned || !state.aliasHeld || register === undefined) return undefined;
    const { depth, frame } = state;
    const savedEbp =
      frame !== undefined
        ? slotOfEbp(state, 'ebp', frame)
        : depth === undefined
          ? undefined
          : slotOfEbp(state, 'esp', { depth, realigned: true });
    return { register, offset: -4, indirect: false, savedEbp, keepsScratch: false, interrupt: false };
  }
}

/**
 * Where the caller's EBP lies, seen from a place in the frame, for as long as it is on the stack: there it is right, whatever
 * path has led here. Undefined where it is not, and EBP itself is.
 */
function slotOfEbp(
  { ebpSlot, depth, realigned }: State,
  register: 'esp' | 'ebp',
  from: { readonly depth: number; readonly realigned: boolean },
): FrameRule['savedEbp'] {
  if (ebpSlot?.realigned !== from.realigned) return undefined;
  const popped = depth !== undefined && realigned === ebpSlot.realigned && ebpSlot.depth > depth;
  return popped ? undefined : { register, offset: from.depth - ebpSlot.depth };
}

interface JumpTable {
  readonly address: number;
  /** At the jump, and so at each of its targets. */
  readonly state: State;
}

const unknownCallee: CalleeEffect = { returns: true, popped: 0, keepsScratch: false };

/** What a call leaves of a state. */
function behindCall(state: State, { popped, keepsScratch }: CalleeEffect): State {
  const { alias, depth } = state;
  const lost = !keepsScratch && (alias === Register.EAX || alias === Register.ECX || alias === Register.EDX);
  return {
    ...state,
    ...(depth === undefined ? {} : { depth: depth - popped }),
    ...(lost ? { aliasHeld: false } : {}),
  };
}

/** The constant a value is compared with before it becomes the index of a jump table. */
function comparedLimit(instruction: Instruction): number | undefined {
  if (instruction.op1Kind === OpKind.Register || instruction.op1Kind === OpKind.Memory) return undefined;
  const limit = Number(BigInt.asIntN(32, instruction.immediate(1)));
  return limit > 0 && limit < JUMP_TABLE_MAXIMUM ? limit : undefined;
}

/**
 * Follows all paths through a function.
 *
 * @param symbols Names of the same file at bias 0.
 * @param stubsBefore How many stubs have led here; a chain of them ends somewhere.
 */
export function analyseFunction(
  entry: GuestSymbol,
  symbols: SymbolTable,
  code: CodeReader,
  stubsBefore = 0,
): FunctionFrames {
  const states = new Map<number, State>();
  const lengths = new Map<number, number>();
  const callsByEnd = new Map<number, number>();
  const work: [number, State][] = [[entry.address, atEntry]];
  const behindCalls: [number, State][] = [];
  let interruptDepth: number | undefined;
  let atIndirectJump: State | undefined;
  let handedOver: { readonly target: number; readonly depth: number | undefined } | undefined;
  const coldPart = new RegExp(`^${entry.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.cold(\\.\\d+)?$`);
  // Assembler code may run on into the next label; a function that returns does not.
  let end = entry.address + entry.size;
  const next = code.calleeEffect(entry).returns ? undefined : symbols.at(end);
  if (next?.offset === 0) end += next.symbol.size;
  const inside = (address: number): boolean => {
    if (address >= entry.address && address < end) return true;
    const other = symbols.at(address)?.symbol;
    return other !== undefined && coldPart.test(other.name);
  };

  const tables: JumpTable[] = [];
  const unbounded: JumpTable[] = [];
  const enterTable = (table: JumpTable, limit: number): void => {
    for (let at = table.address; at < limit; at += 4) {
      const target = code.wordAt(at);
      if (target === undefined || !inside(target)) return;
      work.push([target, table.state]);
    }
  };

  const followPath = (start: number, startState: State): void => {
    let state = startState;
    let lastCompared: number | undefined;
    for (let at = start; inside(at) && !states.has(at);) {
      const instruction = code.instructionAt(at);
      if (instruction === undefined) return;
      states.set(at, state);
      lengths.set(at, instruction.length);
      const next = at + instruction.length;
      switch (instruction.flowControl) {
        case FlowControl.Return:
          if (instruction.mnemonic === Mnemonic.Iretd && state.depth !== undefined)
            interruptDepth ??= state.depth;
          return;
        case FlowControl.Exception:
          return;
        case FlowControl.UnconditionalBranch:
          work.push([Number(instruction.nearBranchTarget), state]);
          if (!inside(Number(instruction.nearBranchTarget))) {
            handedOver = { target: Number(instruction.nearBranchTarget), depth: state.depth };
          }
          return;
        case FlowControl.ConditionalBranch:
          work.push([Number(instruction.nearBranchTarget), state]);
          break;
        case FlowControl.IndirectBranch: {
          atIndirectJump ??= state;
          if (instruction.op0Kind !== OpKind.Memory || instruction.memoryBase !== Register.None) return;
          const table = { address: Number(instruction.memoryDisplacement) >>> 0, state };
          tables.push(table);
          if (lastCompared !== undefined) enterTable(table, table.address + 4 * (lastCompared + 1));
          else unbounded.push(table);
          return;
        }
        case FlowControl.Call: {
          callsByEnd.set(next, at);
          const target = Number(instruction.nearBranchTarget);
          if (target === next) {
            state = after(state, instruction);
            break;
          }
          const callee = symbols.at(target)?.symbol;
          const effect = callee === undefined ? unknownCallee : code.calleeEffect(callee);
          if (effect.returns) behindCalls.push([next, behindCall(state, effect)]);
          return;
        }
        case FlowControl.IndirectCall:
          callsByEnd.set(next, at);
          behindCalls.push([next, behindCall(state, unknownCallee)]);
          return;
        case FlowControl.Interrupt:
          callsByEnd.set(next, at);
          break;
        case FlowControl.Next:
        case FlowControl.XbeginXabortXend:
          if (instruction.mnemonic === Mnemonic.Cmp) lastCompared = comparedLimit(instruction);
          state = after(state, instruction);
          break;
      }
      at = next;
    }
  };
  /** What is behind fewer calls comes first, since only a call that never returns leads on to where no path leads. */
  const drain = (): void => {
    while (work.length + behindCalls.length > 0) {
      for (let item = work.pop(); item !== undefined; item = work.pop()) followPath(...item);
      work.push(...behindCalls.splice(0));
    }
  };

  drain();
  for (let table = unbounded.pop(); table !== undefined; table = unbounded.pop()) {
    const start = table.address;
    const next = Math.min(...tables.filter(({ address }) => address > start).map(({ address }) => address));
    enterTable(table, Math.min(next, start + 4 * JUMP_TABLE_MAXIMUM));
    drain();
  }
  // Targets of jumps through tables that are not in the file: all of them start with the stack as the jump left it.
  if (atIndirectJump !== undefined) {
    for (let at = entry.address; at < end;) {
      const length = lengths.get(at) ?? code.instructionAt(at)?.length;
      if (length === undefined) break;
      if (!states.has(at)) {
        work.push([at, atIndirectJump]);
        drain();
      }
      at += length;
    }
  }
  // A stub in front of a common interrupt entry: what it hands over to knows where the interrupt frame is.
  if (
    handedOver?.depth !== undefined &&
    interruptDepth === undefined &&
    entry.size <= LARGEST_STUB &&
    stubsBefore < STUB_MAXIMUM
  ) {
    const common = symbols.at(handedOver.target);
    if (common?.offset === 0 && common.symbol.address !== entry.address) {
      const { interruptDepth: below } = analyseFunction(common.symbol, symbols, code, stubsBefore + 1);
      if (below !== undefined) interruptDepth = handedOver.depth + below;
    }
  }
  const { keepsScratch } = code.calleeEffect(entry);
  return new FunctionFrames(states, callsByEnd, interruptDepth, keepsScratch);
}
