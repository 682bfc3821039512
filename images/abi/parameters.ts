/**
 * Values that kernel calls take: protections, capabilities, port access, limits, and the words a kernel argument may be.
 * Source: ABI reference, "Kernel calls" and "Boot"; what is ours alone says so.
 */
/** Page protection, bits of mmap's and mctrl's argument. */
export const protections = {
  read: 4,
  write: 2,
  execute: 1,
} as const;

/** Capabilities of capctl. */
export const capabilities = {
  exceptions: 0,
  interrupts: 1,
  io: 2,
  memory: 3,
  processes: 4,
} as const;

/** Direction in which a port is allocated by pmio_alloc. Ours: the reference names the call only. */
export const portAccess = {
  read: 1,
  write: 2,
  readWrite: 3,
} as const;

/** A timeout whose seconds and nanoseconds are both this word never ends. */
export const NO_TIMEOUT = 0xffffffff;

/** Limits a program can run into. */
export const limits = {
  /** Longest text of call 0, in bytes. */
  debugBytes: 256,
  /** Mutexes a thread may hold at a time. */
  heldMutexes: 32,
  /** Smallest stack of a thread, in bytes. */
  threadStackBytes: 32 * 1024,
  /** Pieces of one push or pull, and pages (Era M). */
  bulkSegments: 170,
  /** Longest piece of the kernel's log in one envelope, in bytes. */
  logBytes: 4096,
  nanosecondsPerSecond: 1_000_000_000,
} as const;

/** Tag of the memory-mapped region that holds the ramfs: the text `RAMFS   `, high word first. */
export const ramfsTag = {
  low: 0x53202020,
  high: 0x52414d46,
} as const;

/**
 * Words of the kernel arguments. `snapshot` is Nanvix's; the others are of our kernel, so that it can stand for
 * kernels of other dates. Without any of them our kernel answers as from 13 May 2026: a snapshot is EPERM, mmap takes
 * a number of pages.
 */
export const kernelArgumentWords = {
  /** One snapshot per boot is allowed, a second answers EPERM. */
  snapshot: 'snapshot',
  /** Any number of snapshots, as before 13 May 2026. */
  snapshotAny: 'snapshot-any',
  /** The kernel does not know the snapshot call: ENOSYS. */
  noSnapshot: 'nosnapshot',
  /** mmap takes (pid, addr, prot) and maps one page, as before 16 April 2026. */
  mmapOnePage: 'mmap1',
} as const;
