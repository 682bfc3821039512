/**
 * Runs the instructions in the emulated machine: a bare guest with a loop over vectors for each, and a handler of #XM that notes
 * that it was called and goes on behind the instruction.
 */

import type { OperationName } from '../../../emulator/sse/operations.ts';
import type { Machine, MachineStop } from '../../../emulator/index.ts';
import type { Assembler } from '../assembler.ts';
import { exit, listen, loadGuest, makeMachine } from '../guest.ts';
import { answerText, codeOf } from './answers.ts';
import { type Destination, INSTRUCTIONS } from './instructions.ts';
import type { Vector } from './vectors.ts';

const SIMD_EXCEPTION = 19;
/** Where execution goes on after #XM. */
const GO_ON = 0x10_0000;
const VECTORS = 0x20_0000;
const ANSWERS = 0x30_0000;
const RecordIn = { mxcsr: 0, destination: 16, source: 32, length: 48 } as const;
const RecordOut = { result: 0, mxcsr: 16, faulted: 20, length: 32 } as const;
const STATUS_FLAGS = 0x8d5;
/** The port by which the guest tells that it has done all loops once. */
const ROUND_PORT = 0xea;

/** Stores at [edi] what an instruction left. */
const STORE: Readonly<Record<Destination, readonly number[]>> = {
  xmm0: [0x0f, 0x11, 0x07],
  eax: [0x89, 0x07],
  mm0: [0x0f, 0x7f, 0x07, 0x0f, 0x77],
  flags: [0x9c, 0x8f, 0x07],
};

/** An instruction, its immediate byte included, and what it is run on. */
interface Run {
  readonly name: OperationName;
  readonly code: readonly number[];
  readonly vectors: readonly Vector[];
}

/** One run for each code, in the order of the vectors. */
function runsOf(vectors: ReadonlyMap<OperationName, readonly Vector[]>): Run[] {
  return [...vectors].flatMap(([name, all]) => {
    const byCode = new Map<string, Vector[]>();
    for (const vector of all) {
      const code = codeOf(name, vector).join();
      byCode.set(code, [...(byCode.get(code) ?? []), vector]);
    }
    return [...byCode].map(([code, some]) => ({ name, code: code.split(',').map(Number), vectors: some }));
  });
}

function loop(asm: Assembler, { name, code, vectors }: Run, number: number): void {
  const [again, after] = [`again ${number}`, `after ${number}`];
  asm.mov('ecx', vectors.length).mov('eax', after).storeAt(GO_ON, 'eax').label(again);
  asm.raw(0x0f, 0x10, 0x46, RecordIn.destination, 0x0f, 0x10, 0x4e, RecordIn.source); // movups xmm0, xmm1
  asm.raw(0x8d, 0x5e, RecordIn.source); // lea ebx, the source
  asm.mov('eax', 0).store('edi', RecordOut.faulted, 'eax').raw(0x0f, 0xae, 0x16); // ldmxcsr [esi]
  asm.raw(...code, ...STORE[INSTRUCTIONS[name].destination]);
  asm.label(after).raw(0x0f, 0xae, 0x5f, RecordOut.mxcsr); // stmxcsr
  asm.raw(0x8d, 0x76, RecordIn.length, 0x8d, 0x7f, RecordOut.length); // lea esi, edi
  asm.decrement('ecx').branch('nz', again);
}

const PIECES = [0, 4, 8, 12];
function writeRegister(machine: Machine, at: number, value: bigint): void {
  for (const offset of PIECES)
    machine.memory.write32(at + offset, Number(BigInt.asUintN(32, value >> BigInt(8 * offset))));
}
function readRegister(machine: Machine, at: number): bigint {
  return PIECES.reduce(
    (value, offset) => value | (BigInt(machine.memory.read32(at + offset)) << BigInt(8 * offset)),
    0n,
  );
}

function answerAt(machine: Machine, at: number, destination: Destination): string {
  const mxcsr = machine.memory.read32(at + RecordOut.mxcsr);
  if (machine.memory.read32(at + RecordOut.faulted) !== 0) return answerText(mxcsr, undefined);
  const word = machine.memory.read32(at);
  switch (destination) {
    case 'eax':
      return answerText(mxcsr, BigInt(word));
    case 'flags':
      return answerText(mxcsr, BigInt(word & STATUS_FLAGS));
    case 'mm0':
      return answerText(mxcsr, BigInt.asUintN(64, readRegister(machine, at)));
    case 'xmm0':
      return answerText(mxcsr, readRegister(machine, at));
  }
}

const isRound = (stop: MachineStop): boolean => stop.kind === 'requested' && stop.reason === 'round';

/** What the machine answers, in the interpreter or, the second time round, in compiled code. */
export async function machineAnswers(
  vectors: ReadonlyMap<OperationName, readonly Vector[]>,
  compile: boolean,
): Promise<Map<OperationName, string[]>> {
  const runs = runsOf(vectors);
  const machine = await makeMachine({ compile });
  listen(machine);
  machine.claimPorts([ROUND_PORT], {
    write: () => {
      machine.requestStop('round');
    },
  });
  loadGuest(machine, {
    handlers: { [SIMD_EXCEPTION]: 'exception' },
    build: (asm) => {
      asm.label('exception').push('eax').mov('eax', 1).store('edi', RecordOut.faulted, 'eax');
      asm.loadAt('eax', GO_ON).store('esp', 4, 'eax').pop('eax').raw(0xcf);
      asm
        .label('main')
        .mov('ebp', compile ? 2 : 1)
        .label('all')
        .mov('esi', VECTORS)
        .mov('edi', ANSWERS);
      runs.forEach((run, i) => {
        loop(asm, run, i);
      });
      asm.outByte(ROUND_PORT).decrement('ebp').branch('nz', 'all');
      exit(asm);
    },
  });
  let at = VECTORS;
  for (const { mxcsr, destination, source } of runs.flatMap((run) => run.vectors)) {
    machine.memory.write32(at + RecordIn.mxcsr, mxcsr);
    writeRegister(machine, at + RecordIn.destination, destination);
    writeRegister(machine, at + RecordIn.source, source);
    at += RecordIn.length;
  }
  for (let stop = machine.run(); isRound(stop); stop = machine.run()) machine.compileSoon();
  const byVector = new Map<Vector, string>();
  let answer = ANSWERS;
  for (const { name, vectors: some } of runs) {
    for (const vector of some) {
      byVector.set(vector, answerAt(machine, answer, INSTRUCTIONS[name].destination));
      answer += RecordOut.length;
    }
  }
  machine.dispose();
  return new Map([...vectors].map(([name, all]) => [name, all.map((one) => byVector.get(one) ?? '')]));
}
