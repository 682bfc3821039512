/**
 * Nanvix's boot protocol: where kernel, program, command line and ramfs lie in memory, and how the processor starts. What differs
 * between eras is in eras/.
 *
 * What must hold: the control page and the clock page are written after the kernel, because a real kernel's zero section
 * covers them; nothing overlaps, or the boot is refused.
 */
import { hex } from '../../../emulator/hex.ts';
import type { Machine } from '../../../emulator/types.ts';
import { addressMap, bootRegisters, controlPage, PAGE_SIZE } from '../../../images/abi/memory-map.ts';
import { isBundle } from '../../../images/bundle/index.ts';
import { loadSegments } from '../elf/load-segments.ts';
import type { LoadableElf } from '../elf/load-segments.ts';
import { InputError } from '../errors.ts';
import { encodeCommandLine } from './command-line.ts';
import { writeControlPage } from './control-page.ts';
import type { BootForm, MonitorEra } from './eras/era.ts';
import { writePvclock } from './pvclock.ts';

/** What lies in memory when the kernel starts. */
export interface BootImage {
  readonly kernel: Uint8Array;
  /** An ELF file, or a bundle of programs in an era that knows them. */
  readonly program: Uint8Array;
  /** Empty when there is none. A multiple of 4096 bytes. */
  readonly ramfs: Uint8Array;
  /** Program name and arguments, see command-line.ts. A bundle has its own, and this one does not count. */
  readonly commandLine: string;
  readonly kernelArguments: string;
  readonly era: MonitorEra;
  /** Nanoseconds since 1970. */
  readonly bootTime: bigint;
}

const pageCeil = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;

/** Lays a guest out in a machine that has just been made. Throws {@link InputError} when it does not fit. */
export function layOut(machine: Machine, image: BootImage): void {
  const { memory } = machine;
  const { boot: form } = image.era;
  const kernelArguments = encodeKernelArguments(image.kernelArguments);
  const ramfs = ramfsPlace(memory.size, image.ramfs, form);
  if (!form.sharedPages) checkAloneWith(image);
  checkProgram(image);
  const commandLine = commandLineOf(image);
  const programEnd = form.initrdBase + image.program.length;
  const commandLineAt = form.initrdBase + pageCeil(image.program.length);
  const end = commandLineAt + commandLine.length;
  if (end > ramfs.base) {
    throw new InputError(
      `program (${image.program.length} bytes) and ramfs (${image.ramfs.length} bytes) do not fit into ` +
        `${memory.size >> 20} MiB: give the guest more memory`,
    );
  }
  if (end > addressMap.mmapBase)
    throw new InputError(`the program has ${image.program.length} bytes: that is more than Nanvix can map`);
  const kernel = loadSegments('kernel', image.kernel);
  loadKernel(machine, kernel, form);
  if (form.sharedPages) {
    writeControlPage(memory, ramfs, kernelArguments);
    writePvclock(memory, image.bootTime);
  }
  memory.write(form.initrdBase, image.program);
  memory.fill(programEnd, commandLineAt - programEnd, 0);
  memory.write(commandLineAt, commandLine);
  memory.write(ramfs.base, image.ramfs);

  machine.enterRealMode({
    eip: kernel.entry,
    eax: bootRegisters.magic,
    ebx: (form.initrdBase | pagesOf(image.program.length, form)) >>> 0,
    eflags: bootRegisters.eflags,
  });
}

function loadKernel({ memory }: Machine, kernel: LoadableElf, { initrdBase }: BootForm): void {
  for (const segment of kernel.segments) {
    if (segment.address + segment.memoryBytes > initrdBase) {
      throw new InputError(
        `the kernel reaches to ${hex(segment.address + segment.memoryBytes)}, into the program at ` +
          `${hex(initrdBase)}: it is not a kernel of this machine`,
      );
    }
    memory.write(segment.address, segment.bytes);
    const rest = segment.memoryBytes - segment.bytes.length;
    if (rest > 0) memory.fill(segment.address + segment.bytes.length, rest, 0);
  }
}

/** What stands behind the last page of the program; empty in an era without a command line, and for a bundle, which has its own. */
function commandLineOf({ program, commandLine, era: { boot: form } }: BootImage): Uint8Array {
  const isAlone = form.commandLine === undefined || (form.bundles && isBundle(program));
  return isAlone ? new Uint8Array(0) : encodeCommandLine(commandLine, form.commandLine);
}

/** The size of the initrd as EBX says it. */
function pagesOf(bytes: number, { pages, initrdSizeBits }: BootForm): number {
  const count = pages === 'rounded-up' ? Math.ceil(bytes / PAGE_SIZE) : Math.floor(bytes / PAGE_SIZE);
  if (count < 2 ** initrdSizeBits) return count;
  throw new InputError(
    `the program has ${count} pages, and an initrd of this era at most ${2 ** initrdSizeBits - 1}: give a smaller one`,
  );
}

const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** Where the era asks for more of a program than that it is one. */
function checkProgram({ program, era: { boot: form, step } }: BootImage): void {
  // What is no ELF file, such as several in one initrd for a kernel that was changed for them, is the kernel's to judge.
  if (form.programEntry === undefined || !ELF_MAGIC.every((byte, at) => program[at] === byte)) return;
  const { entry } = loadSegments('program', program);
  if (entry === form.programEntry) return;
  const [is, must] = [entry, form.programEntry].map((address) => hex(address));
  throw new InputError(
    `the program starts at ${is}, and one of era ${step} at ${must}: link it for that era`,
  );
}

/** In an era without shared pages a guest gets its program and nothing else. */
function checkAloneWith({ ramfs, kernelArguments, commandLine, era: { step } }: BootImage): void {
  const what =
    ramfs.length > 0
      ? 'ramfs'
      : kernelArguments !== ''
        ? 'kernel arguments'
        : /^\S+ ;?$/u.test(commandLine)
          ? undefined
          : 'command line';
  if (what !== undefined) throw new InputError(`a kernel of era ${step} takes no ${what}: leave that out`);
}

function ramfsPlace(
  memorySize: number,
  ramfs: Uint8Array,
  { initrdBase }: BootForm,
): { base: number; size: number } {
  if (ramfs.length % PAGE_SIZE !== 0) {
    throw new InputError(
      `the ramfs has ${ramfs.length} bytes, not a multiple of ${PAGE_SIZE}: pad it with zeros`,
    );
  }
  if (ramfs.length > memorySize - initrdBase) {
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
