/**
 * The smallest machine worth a golden file: 16-bit code that adds the numbers from 1000 down to 1 and writes the low and
 * the high byte of the sum to a port, captured half way through.
 */
import { createMachine, emulatorVersion, serializeImage, type Machine } from '../../emulator/index.ts';
import type { PlainData, SnapshotContents } from '../../harness/snapshots/index.ts';
import { goldenContentsV1 } from './contents.ts';

const MEMORY_MIB = 1;
const ENTRY = 0x1000;
const PORT = 0xe9;
/* mov cx,1000; again: add ax,cx; dec cx; jnz again; mov dx,0xe9; out dx,al; mov al,ah; out dx,al; cli; hlt */
const CODE = Uint8Array.of(
  0xb9,
  0xe8,
  0x03,
  0x01,
  0xc8,
  0x49,
  0x75,
  0xfb,
  0xba,
  0xe9,
  0x00,
  0xee,
  0x88,
  0xe0,
  0xee,
  0xfa,
  0xf4,
);
export const MACHINE_CAPTURED_AT = 1501;
export const MACHINE_INSTRUCTIONS = 1 + 3 * 1000 + 6;
/** 500500 modulo 65536, low byte first. */
export const MACHINE_OUTPUT = [0x14, 0xa3];

/** A machine of the golden's size, and the bytes it writes to its port. */
export async function goldenMachine(): Promise<{ machine: Machine; output: number[] }> {
  const machine = await createMachine({ memoryMiB: MEMORY_MIB, wallClock: () => 0 });
  const output: number[] = [];
  machine.claimPorts([PORT], { write: (value) => void output.push(value) });
  return { machine, output };
}

/** Contents of a snapshot of that machine, half way. */
export async function machineContents(): Promise<SnapshotContents> {
  const { machine } = await goldenMachine();
  machine.memory.write(ENTRY, CODE);
  machine.enterRealMode({ eip: ENTRY });
  machine.run({ instructions: MACHINE_CAPTURED_AT });
  const { memoryBytes, state, pages } = serializeImage(machine.capture({ compiled: false }));
  return {
    ...goldenContentsV1,
    identity: { ...goldenContentsV1.identity, emulator: emulatorVersion() },
    moment: {
      instructions: machine.instructions,
      virtualNanoseconds: machine.virtualNanoseconds,
      kernelCall: null,
    },
    memoryBytes,
    machine: state as unknown as PlainData,
    pages,
  };
}
