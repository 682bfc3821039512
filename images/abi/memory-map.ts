/**
 * Where things are in the guest: physical pages shared with the host, load addresses, ranges of virtual addresses,
 * boot registers and segment selectors.
 * Source: ABI reference, "Boot" and "Start of a program".
 */
/** Size of a page and of a frame, in bytes. */
export const PAGE_SIZE = 4096;

/** State of the processor when the kernel starts: 16-bit real mode, all segment bases 0, IP = e_entry. */
export const bootRegisters = {
  /** EAX. */
  magic: 0x0c00ffee,
  /** EFLAGS. */
  eflags: 2,
} as const;

/** Control page: shared by the host and the kernel. Offsets are physical addresses, since the page is page 0. */
export const controlPage = {
  base: 0,
  /** u32: messages that wait for the guest. */
  credits: 0x04,
  /** u32: the host asks for a pause. */
  pauseRequest: 0x08,
  /** u32: physical base of the ramfs image; 0 with size 0 when there is none. */
  ramfsBase: 0x0c,
  /** u32: size of the ramfs image in bytes. */
  ramfsSize: 0x10,
  /** u16: length of the kernel arguments (from May 2026). */
  kernelArgumentsLength: 0xefc,
  /** Text of the kernel arguments, words between single spaces. */
  kernelArguments: 0xf00,
  kernelArgumentsMaximum: 256,
} as const;

/** Clock page, see the struct `pvclock`. */
export const pvclockPage = {
  base: 0x1000,
} as const;

/** Physical addresses of the kernel. */
export const kernelImage = {
  /** Real-mode trampoline, e_entry. */
  trampoline: 0x8000,
  /** Body of the kernel. */
  body: 0x100000,
} as const;

/** The initrd (the program's ELF) and how EBX names it at boot: base | size in pages. */
export const initrd = {
  base: 0x00c00000,
  /** Low bits of EBX that hold the size in pages for this base. */
  sizeBits: 22,
  /** The base of older builds, and its number of size bits. */
  olderBase: 0x00800000,
  olderSizeBits: 23,
} as const;

/** The initrd in 2024: a field of its own width, sizes in whole pages rounded down, and a program that starts at its first byte. */
export const initrd2024 = {
  base: 0x00800000,
  sizeBits: 12,
  entry: 0x40000000,
} as const;

/** Virtual address ranges. An `…End` is the first address that is no longer inside. */
export const addressMap = {
  userBase: 0x40000000,
  userEnd: 0xf0000000,
  /** Load address of an ET_EXEC program, and the bias of a PIE. */
  programBase: 0x40000000,
  mmapBase: 0x60000000,
  mmapEnd: 0xd0000000,
  heapMaximum: 32 * 1024 * 1024,
  /** Pages of the two strings of a program's command line. Ours: the program learns them from EDX and ECX. */
  argumentPage: 0xd0000000,
  environmentPage: 0xd0001000,
  stackTop: 0xf0000000,
  /** Mapped when the program starts. */
  stackInitialSize: 32 * 1024,
  /** The rest of the region is mapped on demand. */
  stackMaximumSize: 4 * 1024 * 1024,
} as const;

/** Segment selectors, with their privilege levels. */
export const selectors = {
  kernelCode: 0x08,
  kernelData: 0x10,
  userCode: 0x1b,
  userData: 0x23,
  /** Thread data area: FS and GS. */
  threadData: 0x2b,
  taskState: 0x30,
} as const;

/** Memory sizes a kernel is compiled for, in MiB. */
export const memorySizes = [128, 256] as const;
