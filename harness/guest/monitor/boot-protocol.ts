/**
 * Nanvix's boot protocol: where kernel, program, command line and ramfs lie in memory, and how the processor starts.
 *
 * What must hold: the control page and the clock page are written after the kernel, because a real kernel's zero section
 * covers them; nothing overlaps, or the boot is refused.
 */
import type { Machine } from '../../../emulator/types.ts';
import { bootRegisters, controlPage, initrd, PAGE_SIZE } from '../../../images/abi/memory-map.ts';
import { loadSegments } from '../elf/load-segments.ts';
import { InputError } from '../errors.ts';
import { encodeCommandLine } from './command-line.ts';
import { writeControlPage } from './control-page.ts';
import { writePvclock } from './pvclock.ts';

/** What lies in memory when the kernel starts. */
export interface BootImage {
  readonly kernel: Uint8Array;
  readonly program: Uint8Array;
  /** Empty when there is none. A multiple of 4096 bytes. */
  readonly ramfs: Uint8Array;
  /** Program name and arguments, see command-line.ts. */
  readonly commandLine: string;
  readonly kernelArguments: string;
  readonly era: 'S' | 'M';
  /** Nanoseconds since 1970. */
  readonly bootTime: bigint;
}

const pageCeil = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;

/** Lays a guest out in a machine that has just been made. Throws {@link InputError} when it does not fit. */
export function layOut(machine: Machine, image: BootImage): void {
  const { memory } = machine;
  const kernelArguments = encodeKernelArguments(image.kernelArguments);
  const commandLine = encodeCommandLine(image.commandLine, image.era);
  const ramfs = ramfsPlace(memory.size, image.ramfs);
  const programEnd = initrd.base + pageCeil(image.program.length);
  if (programEnd + commandLine.length > ramfs.base) {
    throw new InputError(
      `program (${image.program.length} bytes) and ramfs (${image.ramfs.length} bytes) do not fit into ` +
        `${memory.size >> 20} MiB: give the guest more memory`,
    );
  }

  const kernel = loadSegments('kernel', image.kernel);
  for (const segment of kernel.segments) {
    if (segment.address + segment.memoryBytes > initrd.base) {
      throw new InputError(
        `the kernel reaches to 0x${(segment.address + segment.memoryBytes).toString(16)}, into the program at ` +
          `0x${initrd.base.toString(16)}: it is not a kernel of this machine`,
      );
    }
    memory.write(segment.address, segment.bytes);
    const rest = segment.memoryBytes - segment.bytes.length;
    if (rest > 0) memory.fill(segment.address + segment.bytes.length, rest, 0);
  }
  writeControlPage(memory, ramfs, kernelArguments);
  writePvclock(memory, image.bootTime);
  memory.write(initrd.base, image.program);
  memory.write(programEnd, commandLine);
  memory.write(ramfs.base, image.ramfs);

  machine.enterRealMode({
    eip: kernel.entry,
    eax: bootRegisters.magic,
    ebx: (initrd.base | (pageCeil(image.program.length) / PAGE_SIZE)) >>> 0,
    eflags: bootRegisters.eflags,
  });
}

function ramfsPlace(memorySize: number, ramfs: Uint8Array): { base: number; size: number } {
  if (ramfs.length % PAGE_SIZE !== 0) {
    throw new InputError(
      `the ramfs has ${ramfs.length} bytes, not a multiple of ${PAGE_SIZE}: pad it with zeros`,
    );
  }
  if (ramfs.length > memorySize - initrd.base) {
    throw new InputError(
      `the ramfs (${ramfs.length} bytes) does not fit into ${memorySize >> 20} MiB: give the guest more memory`,
    );
  }
  return { base: memorySize - ramfs.length, size: ramfs.length };
}

function encodeKernelArguments(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > controlPage.kernelArgumentsMaximum) {
    throw new InputError(
      `the kernel arguments have ${bytes.length} bytes, at most ${controlPage.kernelArgumentsMaximum} fit: shorten them`,
    );
  }
  return bytes;
}
