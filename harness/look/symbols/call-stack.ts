/**
 * Walks the guest's call stack: from registers to a list of functions, innermost first.
 *
 * Exact wherever a symbol says which function an address is in (see {@link ./stack-depth.ts}); elsewhere the nearest word
 * on the stack that points behind a call instruction is taken, and the frame says so (`guessed`). Reads the guest, changes
 * nothing. Goes from the kernel through the interrupt frame into the program.
 */
import { checkNumber } from '../../guest/check-number.ts';
import type { AddressSpace, Registers } from '../../../emulator/types.ts';
import type { GuestSymbols } from './guest-symbols.ts';
import type { ScratchRegister } from './stack-depth.ts';

/** One function that has not returned yet. Plain JSON. */
export interface StackFrame {
  /** The next instruction of this frame: where the call it made returns to, or the current instruction. */
  readonly address: number;
  /** Undefined where the file is stripped. */
  readonly function?: string;
  /** Bytes from the start of the function. */
  readonly offset?: number;
  /** True if this frame was found by searching the stack rather than by following the code. */
  readonly guessed?: true;
}

/** Where a walk starts. */
export interface WalkStart {
  readonly eip: number;
  readonly esp: number;
  readonly ebp: number;
  /** True if `eip` is behind a software interrupt that has not returned, as in a kernel call. */
  readonly afterInterrupt?: boolean;
  /** Registers that a few instructions of a function depend on; without them the walk may have to guess there. */
  readonly scratch?: Readonly<Record<ScratchRegister, number>>;
}

/** Where the processor stands. */
export function walkStart(registers: Pick<Registers, 'get'>, afterInterrupt = false): WalkStart {
  const scratch = {
    eax: registers.get('eax'),
    ecx: registers.get('ecx'),
    edx: registers.get('edx'),
    ebx: registers.get('ebx'),
    esi: registers.get('esi'),
    edi: registers.get('edi'),
  };
  return {
    eip: registers.get('eip'),
    esp: registers.get('esp'),
    ebp: registers.get('ebp'),
    afterInterrupt,
    scratch,
  };
}

const FRAME_MAXIMUM = 256;
const SEARCHED_WORDS = 512;
const RING_MASK = 3;

/** The word at an address, or undefined where nothing is mapped. */
type WordReader = (address: number) => number | undefined;

function wordReader(memory: Pick<AddressSpace, 'read32'>): WordReader {
  return (address) => {
    try {
      return memory.read32(address >>> 0);
    } catch {
      return undefined;
    }
  };
}

interface Position extends WalkStart {
  readonly guessed: boolean;
  /** True when `eip` is a return address, so that the call before it belongs to the function, not `eip` itself. */
  readonly afterCall: boolean;
}

/** The caller; undefined when there is none, `unknown` when the code does not tell. */
function byCode(at: Position, symbols: GuestSymbols, word: WordReader): Position | undefined | 'unknown' {
  const rule = symbols.frameRule(at.eip, at.afterCall);
  if (rule === undefined) return 'unknown';
  const { register } = rule;
  const start = register === 'esp' || register === 'ebp' ? at[register] : at.scratch?.[register];
  if (start === undefined) return 'unknown';
  const base = start + rule.offset;
  const { savedEbp } = rule;
  const ebp = savedEbp === undefined ? at.ebp : word(at[savedEbp.register] + savedEbp.offset);
  const pointer = rule.indirect ? word(base) : base + 4;
  if (ebp === undefined || pointer === undefined) return undefined;
  const eip = word(pointer - 4);
  if (eip === undefined || !symbols.isCode(eip)) return undefined;
  if (!rule.interrupt) {
    const scratch = rule.keepsScratch && at.scratch !== undefined ? { scratch: at.scratch } : {};
    return { eip, esp: pointer, ebp, guessed: false, afterCall: true, ...scratch };
  }
  const cs = word(base + 4) ?? 0;
  const esp = (cs & RING_MASK) === 0 ? base + 12 : word(base + 12);
  return esp === undefined ? undefined : { eip, esp, ebp, guessed: false, afterCall: false };
}

function bySearch(at: Position, symbols: GuestSymbols, word: WordReader): Position | undefined {
  for (let index = 0; index < SEARCHED_WORDS; index++) {
    const slot = at.esp + 4 * index;
    const value = word(slot);
    if (value === undefined) return undefined;
    if (symbols.followsCall(value, word)) {
      return { eip: value, esp: slot + 4, ebp: at.ebp, guessed: true, afterCall: true };
    }
  }
  return undefined;
}

/**
 * The guest's call stack.
 *
 * @param memory The guest's linear memory.
 * @param limit The most frames to return.
 */
export function callStack(
  start: WalkStart,
  memory: Pick<AddressSpace, 'read32'>,
  symbols: GuestSymbols,
  limit = FRAME_MAXIMUM,
): StackFrame[] {
  checkNumber('the number of frames', limit, { infinite: true });
  const word = wordReader(memory);
  const frames: StackFrame[] = [];
  let at: Position | undefined = { ...start, guessed: false, afterCall: start.afterInterrupt === true };
  while (at !== undefined && frames.length < limit) {
    const found = symbols.at(at.afterCall ? at.eip - 1 : at.eip);
    frames.push({
      address: at.eip,
      ...(found === undefined ? {} : { function: found.symbol.name, offset: at.eip - found.symbol.address }),
      ...(at.guessed ? { guessed: true as const } : {}),
    });
    const caller = byCode(at, symbols, word);
    at = caller === 'unknown' ? bySearch(at, symbols, word) : caller;
  }
  return frames;
}
