/**
 * Runs fuzz cases in QEMU: the bare guest of guest.ts, kernel and all, on another emulator.
 *
 * QEMU's memory is a file, into which the guest is written as our machine has it before its first instruction. A BIOS of one
 * instruction jumps to the guest's start. The file is read when QEMU has ended, which the guest's exit port makes it do.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../../emulator/index.ts';
import { EXIT_PORT, Layout } from '../emulator/guest.ts';
import { toolEnvironment } from '../support/tools.ts';
import type { Case } from './case.ts';
import { explainItem } from './compare.ts';
import { makeCaseMachine, MEMORY_MIB, worldIn, writeCase } from './guest.ts';

export const QEMU = 'qemu-system-i386';
const BIOS_BYTES = 0x1_0000;
const RESET_VECTOR = 0xfff0;
/** jmp far 0000:start, in 16-bit code. */
const JUMP = Uint8Array.of(0xea, Layout.start & 0xff, Layout.start >> 8, 0, 0);
/** A case that does not come to its end ends here. */
const LONGEST_RUN_MS = 20_000;

const options = (folder: string): string[] => [
  ...['-M', 'isapc,memory-backend=ram,accel=tcg', '-cpu', 'max', '-m', `${MEMORY_MIB}M`, '-nodefaults'],
  ...[
    '-object',
    `memory-backend-file,id=ram,size=${MEMORY_MIB}M,mem-path=${join(folder, 'memory')},share=on`,
  ],
  ...['-bios', join(folder, 'bios'), '-display', 'none', '-no-reboot'],
  ...['-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=4`],
];

/** What each guest, written into an empty machine, leaves in memory; undefined for one that did not come to its end. */
export async function memoriesInQemu(
  guests: readonly ((machine: Machine) => void)[],
): Promise<(Uint8Array | undefined)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-qemu-'));
  const machine = await makeCaseMachine();
  const blank = machine.capture({ compiled: false });
  try {
    const bios = new Uint8Array(BIOS_BYTES);
    bios.set(JUMP, RESET_VECTOR);
    writeFileSync(join(folder, 'bios'), bios);
    return guests.map((write) => {
      machine.restore(blank);
      write(machine);
      writeFileSync(join(folder, 'memory'), machine.memory.read(0, MEMORY_MIB << 20));
      const { error, status, stderr } = spawnSync(QEMU, options(folder), {
        env: toolEnvironment,
        timeout: LONGEST_RUN_MS,
        encoding: 'utf8',
      });
      if (status === 1) throw new Error(`QEMU does not start: ${stderr}`);
      return error === undefined ? readFileSync(join(folder, 'memory')) : undefined;
    });
  } finally {
    machine.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** What each case leaves of its world; undefined for one that did not come to its end. */
export async function worldsInQemu(cases: readonly Case[]): Promise<(Uint8Array | undefined)[]> {
  const memories = await memoriesInQemu(
    cases.map((one) => (machine: Machine) => {
      writeCase(machine, one);
    }),
  );
  return memories.map((memory) => (memory === undefined ? undefined : worldIn(memory)));
}

/**
 * A case without instructions that QEMU does otherwise whatever their form: it lets programs write through CS, and CMPS reads the
 * destination first.
 */
export const forQemu = (one: Case): Case => ({
  ...one,
  items: one.items.filter((item) => !/\bcs:|\bcmps/.test(explainItem(item))),
});
