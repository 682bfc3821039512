/** The memory of a program: what its page tables map for it, in pieces that an ELF file can hold. */
import type { Machine } from '../../emulator/index.ts';
import { addressMap } from '../../images/abi/index.ts';

/** Pages that follow one another and allow the same. */
export interface MemoryPiece {
  readonly address: number;
  readonly writable: boolean;
  readonly bytes: Uint8Array;
}

/** Program, heap and mappings: all that an ELF segment may hold. In ascending order. */
export function programMemory(machine: Machine): readonly MemoryPiece[] {
  const runs: { address: number; writable: boolean; bytes: Uint8Array[]; end: number }[] = [];
  for (const { linear, physical, size, writable, user } of machine.linear.mappings()) {
    if (!user || linear < addressMap.userBase || linear >= addressMap.mmapEnd) continue;
    const bytes = machine.memory.read(physical, size);
    const last = runs.at(-1);
    if (last?.end === linear && last.writable === writable) {
      last.bytes.push(bytes);
      last.end += size;
    } else runs.push({ address: linear, writable, bytes: [bytes], end: linear + size });
  }
  return runs.map(({ address, writable, bytes }) => ({ address, writable, bytes: Buffer.concat(bytes) }));
}

/** The used part of the first thread's stack, from `stackPointer` up. */
export function stackMemory(machine: Machine, stackPointer: number): MemoryPiece {
  const address = (stackPointer & ~3) >>> 0;
  return { address, writable: true, bytes: machine.linear.read(address, addressMap.stackTop - address) };
}
