/**
 * Exit statuses that our kernel reports on the machine port when the program did not choose one by kernel call 3.
 * A fault in ring 3 is 128 plus the signal number a POSIX system would have sent. A triple fault is the
 * host's own finding. Source: ABI reference for the triple fault and for
 * 200 to 202 (which of the first two is which is ours); the others are ours.
 */
/** Status by cause. */
export const exitStatuses = {
  /** A signal ended the program by its default action (Era M), as Nanvix has it: EINTR. */
  signalled: 4,
  /** The initrd is not a program this kernel can start. */
  notExecutable: 126,
  /** #UD (SIGILL). */
  illegalInstruction: 132,
  /** #DB, #BP (SIGTRAP). */
  trap: 133,
  /** #AC (SIGBUS). */
  misaligned: 135,
  /** #DE, #MF, #XM (SIGFPE). */
  arithmetic: 136,
  /** No frame left for a page of the stack (SIGKILL). */
  outOfMemory: 137,
  /** Triple fault, reported by the host. */
  tripleFault: 138,
  /** #PF, #GP and every other fault (SIGSEGV). */
  segmentation: 139,
  /** A kernel stack ran over, found at a switch of threads. */
  kernelStackOverflow: 200,
  /** A kernel stack ran over, found by a double fault. */
  kernelDoubleFault: 201,
  /** The kernel itself failed: its message is on the console. */
  kernelPanic: 202,
} as const;
