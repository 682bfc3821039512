/**
 * Signals of the kernel of Era M: their numbers, flags and what happens where nobody catches one.
 * Source: the ABI reference's companion for Era M, "Signals". Numbers other than KILL and STOP, and the flags, are
 * Linux's; the page infers that.
 */
/** Signal numbers that the kernel itself needs. */
export const signals = {
  quit: 3,
  illegal: 4,
  trap: 5,
  abort: 6,
  bus: 7,
  arithmetic: 8,
  kill: 9,
  segmentation: 11,
  child: 17,
  continue: 18,
  stop: 19,
  terminalStop: 20,
  terminalInput: 21,
  terminalOutput: 22,
  urgent: 23,
  window: 28,
  last: 64,
} as const;

/** Flags of an action. */
export const signalFlags = {
  /** The handler takes three arguments. */
  information: 4,
  /** An interrupted call begins again. */
  restart: 0x1000_0000,
  /** The signal itself is not kept back while its handler runs. */
  noDefer: 0x4000_0000,
  /** The signal does its default from the next time on. */
  resetHandler: 0x8000_0000,
} as const;

/** What an action's handler may be instead of an address. */
export const signalHandlers = { default: 0, ignore: 1 } as const;

/** How sigprocmask changes the set. */
export const maskChanges = { block: 0, unblock: 1, set: 2 } as const;

/** Begin of a save area, and the flags of EFLAGS that sigreturn takes back from it and sets by itself. */
export const signalFrames = {
  magic: 0x5347_4652,
  /** Bytes of frame and save area together. */
  size: 624,
  eflagsTaken: 0x0024_0cd5,
  eflagsSet: 0x202,
} as const;
