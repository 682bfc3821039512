/**
 * Executes single instructions in the emulated machine and tells which exception each raises: interpreted, and in compiled code.
 *
 * The guest is one round of all instructions, between which it puts CR0, CR4 and MXCSR to what each wants. A handler for each
 * exception notes the vector and what it was told, and goes on behind the instruction.
 */

import type { Assembler } from '../assembler.ts';
import { exit, type GuestProgram, listen, loadGuest, makeMachine } from '../guest.ts';

export const Fault = { undefined: 6, notAvailable: 7, protection: 13, x87: 16, simd: 19 } as const;
const PUSHES_ERROR_CODE: readonly number[] = [Fault.protection];

/** Bits of control registers that an instruction may want changed. */
export const Control0 = { emulation: 0x04, taskSwitched: 0x08 } as const;
export const Control4 = { sse: 0x200, sseExceptions: 0x400 } as const;

export interface Trial {
  readonly code: readonly number[];
  /** Bits that are set in CR0, and clear in CR4, while it is executed. */
  readonly setInControl0?: number;
  readonly clearInControl4?: number;
  readonly mxcsr?: number;
  /** Where the operand at [ebx] lies, from a multiple of 16. */
  readonly offset?: number;
  /** Words from there on. */
  readonly memory?: readonly number[];
  /** What xmm0 holds; xmm1 is zero. */
  readonly xmm0?: readonly number[];
}

export interface Outcome {
  /** The vector of the exception, 0 if there was none, and its error code. */
  readonly vector: number;
  readonly errorCode: number;
  /** The four words of xmm0 afterwards. */
  readonly xmm0: readonly number[];
  readonly memory: readonly number[];
}

const GO_ON = 0x10_0000;
const RECORDS = 0x20_0000;
/** Of each trial in memory: its result, xmm0, then its operand. */
const Record = {
  vector: 0,
  errorCode: 4,
  control0: 8,
  control4: 12,
  xmm0: 16,
  mxcsr: 32,
  operand: 64,
  length: 704,
} as const;
const WORDS = 8;
const ROUND_PORT = 0xea;

const readControl = (asm: Assembler, number: number): Assembler => asm.raw(0x0f, 0x20, 0xc0 | (number << 3));
const writeControl = (asm: Assembler, number: number): Assembler => asm.raw(0x0f, 0x22, 0xc0 | (number << 3));

/** With esi at the record: puts the state to what the trial wants, executes it, and puts it back. */
function execute(
  asm: Assembler,
  { code, setInControl0 = 0, clearInControl4 = 0, offset = 0 }: Trial,
  number: number,
): void {
  const after = `after ${number}`;
  asm
    .mov('eax', after)
    .storeAt(GO_ON, 'eax')
    .mov('esi', RECORDS + number * Record.length);
  asm.mov('eax', 0).store('esi', Record.vector, 'eax').raw(0x0f, 0xae, 0x56, Record.mxcsr); // ldmxcsr
  asm.raw(0x0f, 0x10, 0x46, Record.xmm0, 0x0f, 0x57, 0xc9); // movups xmm0; xorps xmm1
  asm.mov('ebx', RECORDS + number * Record.length + Record.operand + offset);
  readControl(asm, 4).store('esi', Record.control4, 'eax').operate('and', 'eax', ~clearInControl4);
  writeControl(asm, 4);
  readControl(asm, 0).store('esi', Record.control0, 'eax').operate('or', 'eax', setInControl0);
  writeControl(asm, 0)
    .mov('eax', 0)
    .mov('edi', RECORDS - 16);
  asm.raw(...code).label(after);
  asm.mov('esi', RECORDS + number * Record.length).load('eax', 'esi', Record.control0);
  writeControl(asm, 0).load('eax', 'esi', Record.control4);
  writeControl(asm, 4).raw(0xdb, 0xe3).raw(0x0f, 0x11, 0x46, Record.xmm0); // fninit; movups
}

function handlers(): GuestProgram['handlers'] {
  return Object.fromEntries(Object.entries(Fault).map(([name, vector]) => [vector, name]));
}

function buildHandlers(asm: Assembler): void {
  for (const [name, vector] of Object.entries(Fault)) {
    asm.label(name);
    if (PUSHES_ERROR_CODE.includes(vector)) asm.pop('eax').store('esi', Record.errorCode, 'eax');
    asm.mov('eax', vector).store('esi', Record.vector, 'eax');
    asm.loadAt('eax', GO_ON).store('esp', 0, 'eax').raw(0xcf);
  }
}

/** What comes of each trial, in the interpreter or in compiled code. */
export async function outcomesOf(trials: readonly Trial[], compile: boolean): Promise<Outcome[]> {
  const machine = await makeMachine({ compile });
  listen(machine);
  machine.claimPorts([ROUND_PORT], {
    write: () => {
      machine.requestStop('round');
    },
  });
  loadGuest(machine, {
    handlers: handlers() ?? {},
    build: (asm) => {
      buildHandlers(asm);
      asm
        .label('main')
        .mov('ebp', compile ? 2 : 1)
        .label('round');
      readControl(asm, 4).operate('or', 'eax', Control4.sse | Control4.sseExceptions);
      writeControl(asm, 4);
      trials.forEach((trial, i) => {
        execute(asm, trial, i);
      });
      asm.outByte(ROUND_PORT).decrement('ebp').branch('nz', 'round');
      exit(asm);
    },
  });
  const placeOf = (i: number): number => RECORDS + i * Record.length;
  const fill = (): void => {
    trials.forEach(({ mxcsr = 0x1f80, offset = 0, memory = [], xmm0 = [0, 0, 0, 0] }, i) => {
      machine.memory.write32(placeOf(i) + Record.mxcsr, mxcsr);
      xmm0.forEach((word, k) => {
        machine.memory.write32(placeOf(i) + Record.xmm0 + 4 * k, word);
      });
      memory.forEach((word, k) => {
        machine.memory.write32(placeOf(i) + Record.operand + offset + 4 * k, word);
      });
    });
  };
  const words = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, k) => machine.memory.read32(at + 4 * k));
  fill();
  let stop = machine.run();
  if (compile) {
    machine.compileSoon();
    fill();
    stop = machine.run();
  }
  if (stop.kind !== 'requested') throw new Error(`the guest ended by itself: ${JSON.stringify(stop)}`);
  const outcomes = trials.map(({ offset = 0 }, i) => ({
    vector: machine.memory.read32(placeOf(i) + Record.vector),
    errorCode: machine.memory.read32(placeOf(i) + Record.errorCode),
    xmm0: words(placeOf(i) + Record.xmm0, 4),
    memory: words(placeOf(i) + Record.operand + offset, WORDS),
  }));
  machine.dispose();
  return outcomes;
}

/** The vectors alone. */
export async function faultsOf(trials: readonly Trial[], compile: boolean): Promise<number[]> {
  return (await outcomesOf(trials, compile)).map(({ vector }) => vector);
}
