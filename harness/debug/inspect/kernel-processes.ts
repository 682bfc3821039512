/**
 * The processes of a guest, read from the kernel's own table where its symbols are known.
 *
 * Knows the layout of `struct process` of images/kernel (process.h, Era M); with another kernel nothing is known here, and what is said
 * of processes rests on their code in memory. Reads the guest, changes nothing.
 */
import type { LinearMemory, Machine, PhysicalMemory } from '../../../emulator/types.ts';
import { bundle } from '../../../images/abi/messages.ts';
import type { GuestSymbols } from '../../look/symbols/index.ts';

export interface KernelProcess {
  readonly pid: number;
  /** CR3. */
  readonly space: number;
  /** Where the kernel keeps it. */
  readonly address: number;
}

/** Offsets in `struct process`. Source: images/kernel/process.h. */
const Process = { pid: 0, directory: 12 } as const;
const PAGING = 0x80000000;
const PRESENT = 1;
const LARGE = 0x80;
const PAGE_MASK = 0xfffff000;
const LARGE_MASK = 0xffc00000;

/** The processes that live; none in Era S, whose one process needs no telling apart, and with a kernel that is not known. */
export function kernelProcesses(machine: Machine, symbols: GuestSymbols): readonly KernelProcess[] {
  const table = symbols.kernel?.named('processes');
  if (table === undefined || symbols.kernel?.named('process_now') === undefined) return [];
  if ((machine.registers.control(0) & PAGING) === 0) return [];
  const bytes = machine.linear.readMapped(table.address, table.size);
  if (bytes.length < table.size) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stride = table.size / bundle.programsMaximum;
  return Array.from({ length: bundle.programsMaximum }, (_, index) => index * stride)
    .map((at) => ({
      pid: view.getInt32(at + Process.pid, true),
      space: view.getUint32(at + Process.directory, true),
      address: table.address + at,
    }))
    .filter(({ pid }) => pid !== 0);
}

/** Memory as an address space maps it that is not in use: walked by hand, as the processor would. */
export function memoryOf(memory: PhysicalMemory, space: number): Pick<LinearMemory, 'read32'> {
  const entry = (table: number, index: number): number => {
    const value = memory.read32((table & PAGE_MASK) + 4 * index);
    if ((value & PRESENT) === 0) throw new RangeError('not mapped');
    return value;
  };
  return {
    read32: (address) => {
      const directory = entry(space, address >>> 22);
      if ((directory & LARGE) !== 0)
        return memory.read32((((directory & LARGE_MASK) >>> 0) + (address & ~LARGE_MASK)) >>> 0);
      const page = entry(directory, (address >>> 12) & 0x3ff);
      return memory.read32((((page & PAGE_MASK) >>> 0) + (address & ~PAGE_MASK)) >>> 0);
    },
  };
}
