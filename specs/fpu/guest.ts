/** Runs vectors in a guest: a loop loads the x87's state, calls the instruction, stores what it left. */

import { writeImage } from '../../emulator/fpu/state.ts';
import { readExtended, writeExtended } from '../../emulator/fpu/extended.ts';
import type { Assembler } from '../emulator/assembler.ts';
import { exit, listen, loadGuest, makeMachine } from '../emulator/guest.ts';
import { describeState, flagsBefore, stateOf, type Vector } from './vectors.ts';

const BEFORE = 0x10_0000;
const AFTER = 0x26_0000;
/** A record: the image that FRSTOR loads, the operand, the flags, and the address of the instruction, or AX. */
const Record = { operand: 108, flags: 124, code: 128, bytes: 136 } as const;
const MOST = Math.floor((AFTER - BEFORE) / Record.bytes);
const IMAGE = { wide: true, realMode: false } as const;
/** So often is a list run before it is looked at, for it to be compiled. */
const ROUNDS = 12;
/** Instructions of this guest that go round the loop once. */
const COMPILED_AFTER = 50_000;

function buildLoop(asm: Assembler, count: number, rounds: number, operations: readonly number[]): void {
  asm.label('main').mov('eax', rounds).storeAt(0x5000, 'eax');
  asm.label('round').mov('esi', BEFORE).mov('edi', AFTER).mov('ebp', count);
  asm.label('loop');
  asm.raw(0xdd, 0x26); // frstor [esi]
  for (let offset = 0; offset < 16; offset += 4) {
    asm.load('eax', 'esi', Record.operand + offset).store('edi', Record.operand + offset, 'eax');
  }
  asm.raw(0x8d, 0x8f, Record.operand, 0, 0, 0); // lea ecx, [edi + operand]
  asm.load('edx', 'esi', Record.code).load('eax', 'esi', Record.flags).push('eax').mov('eax', 0);
  asm.raw(0x9d, 0xff, 0xd2, 0x9c); // popf; call edx; pushf
  asm.store('edi', Record.code, 'eax').pop('eax').store('edi', Record.flags, 'eax');
  asm.raw(0xdd, 0x37); // fnsave [edi]
  asm.operate('add', 'esi', Record.bytes).operate('add', 'edi', Record.bytes);
  asm.decrement('ebp').branch('nz', 'loop');
  asm.loadAt('eax', 0x5000).decrement('eax').storeAt(0x5000, 'eax').branch('nz', 'round');
  exit(asm);
  for (const operation of operations) {
    const modrm = operation & 0xff;
    asm.label(`operation ${operation}`);
    asm.raw(0xd8 | (operation >> 8), modrm < 0xc0 ? (modrm & 0x38) | 1 : modrm, 0xc3);
  }
}

/** The states after the vectors' instructions, as `native.c` prints them. */
export async function runVectorsInGuest(vectors: readonly Vector[], compile: boolean): Promise<string[]> {
  const out: string[] = [];
  for (let start = 0; start < vectors.length; start += MOST) {
    out.push(...(await runSome(vectors.slice(start, start + MOST), compile)));
  }
  return out;
}

async function runSome(vectors: readonly Vector[], compile: boolean): Promise<string[]> {
  const machine = await makeMachine({ compile });
  const talk = listen(machine);
  const operations = [...new Set(vectors.map(({ operation }) => operation))];
  const rounds = compile ? Math.ceil((ROUNDS * COMPILED_AFTER) / (25 * vectors.length)) + 1 : 1;
  const asm = loadGuest(machine, {
    build: (assembler) => {
      buildLoop(assembler, vectors.length, rounds, operations);
    },
  });
  const bytes = new Uint8Array(Record.bytes * vectors.length);
  for (const [i, vector] of vectors.entries()) {
    const record = new DataView(bytes.buffer, Record.bytes * i, Record.bytes);
    writeImage(stateOf(vector), record, IMAGE);
    writeExtended(record, Record.operand, vector.memory);
    record.setUint32(Record.flags, flagsBefore(vector), true);
    record.setUint32(Record.code, asm.address(`operation ${vector.operation}`), true);
  }
  machine.memory.write(BEFORE, bytes);
  machine.run();
  if (talk.exit === undefined) throw new Error('the guest has not come to its end');
  const after = machine.memory.read(AFTER, bytes.length);
  machine.dispose();
  return vectors.map((vector, i) => {
    const record = new DataView(after.buffer, after.byteOffset + Record.bytes * i, Record.bytes);
    return describeState(vector, {
      status: record.getUint16(4, true),
      tags: record.getUint16(8, true),
      memory: readExtended(record, Record.operand),
      ax: record.getUint16(Record.code, true),
      flags: record.getUint32(Record.flags, true),
      registers: Array.from({ length: 8 }, (_, place) => readExtended(record, 28 + 10 * place)),
    });
  });
}
