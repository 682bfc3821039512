/**
 * How the kernel is compiled: data for the build engine. README.md shows the same as commands for a shell.
 */
import type { Era } from '../abi/eras.ts';
import type { memorySizes } from '../abi/memory-map.ts';

/** All that a build of the kernel needs. Paths are relative to this folder. */
export const kernelBuild = {
  /** C and assembler sources of every era, each compiled on its own; linked in this order, then those of the era. */
  sources: [
    'boot.S',
    'vectors.S',
    'context.S',
    'main.c',
    'options.c',
    'host.c',
    'hostless.c',
    'console.c',
    'panic.c',
    'gdt.c',
    'idt.c',
    'pic.c',
    'pit.c',
    'clock.c',
    'fpu.c',
    'trap.c',
    'fault.c',
    'kcall.c',
    'frames.c',
    'paging.c',
    'initrd.c',
    'loader.c',
    'user.c',
    'memory.c',
    'utf8.c',
    'process.c',
    'mmap.c',
    'thread.c',
    'scheduler.c',
    'mutex.c',
    'cond.c',
    'bus.c',
    'mmio.c',
    'pmio.c',
    'snapshot.c',
  ],
  eraSources: {
    S: ['bulk.c'],
    M: ['bulk-scatter.c', 'process-m.c', 'signal.c'],
  } satisfies Readonly<Record<Era, readonly string[]>>,
  headers: ['cpu.h', 'kernel.h', 'limits.h', 'list.h', 'message.h', 'process.h', 'thread.h', 'trap.h'],
  linkerScript: 'kernel.ld',
  /**
   * Flags of gcc for each source, besides `-c`, `-I` with the generated headers and `-DMEMORY_MIB`. The kernel may not
   * use floating point, since it does not save that state when it is entered; and its stacks are small.
   */
  compileFlags: [
    '-m32',
    '-march=i686',
    '-std=c11',
    '-O2',
    '-g',
    '-ffreestanding',
    '-fno-pic',
    '-fno-stack-protector',
    '-fno-asynchronous-unwind-tables',
    '-fomit-frame-pointer',
    '-fno-tree-loop-distribute-patterns',
    '-mgeneral-regs-only',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wstack-usage=768',
  ],
  /** Flags of gcc as the linker, besides `-T` with the linker script, objects and output. */
  linkFlags: [
    '-m32',
    '-nostdlib',
    '-static',
    '-no-pie',
    '-Wl,--build-id=none',
    '-Wl,-z,noexecstack',
    '-Wl,-z,max-page-size=256',
  ],
} as const;

/** The flag that compiles the kernel for a size of RAM in MiB. */
export function memoryFlag(memoryMiB: (typeof memorySizes)[number]): string {
  return `-DMEMORY_MIB=${memoryMiB}`;
}
