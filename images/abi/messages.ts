/**
 * Messages on the bus between guest and host, and what their fields may hold.
 * Source: ABI reference, "Ports" (envelope, message, host payload). Layouts are in structs.ts.
 */
/** The envelope's kind. Early kernels know the first two only and call the field is-message. */
export const envelopeKinds = {
  /** The address is that of a data-chunk header; the size counts the data behind it. */
  dataChunk: 0,
  /** The address is that of a 64-byte message. */
  message: 1,
  /** The address is that of a scatter/gather header (Era M). */
  scatter: 2,
  /** The address is that of a piece of the kernel's log, at most `limits.logBytes` long. Only on the log's port. */
  kernelLog: 3,
} as const;

/** Type byte of a message. */
export const messageTypes = {
  interrupt: 1,
  exception: 2,
  ipc: 3,
  processTermination: 4,
  /** Between the program and the host (IKC). */
  host: 5,
  pullResponse: 6,
  processCreation: 7,
  threadTermination: 8,
} as const;

/** Header (u16) at the start of a host message's payload. */
export const hostHeaders = {
  writeRequest: 24,
  writeResponse: 25,
  readRequest: 26,
  readResponse: 27,
} as const;

/** Direction of bulk data in a scatter/gather header (Era M). */
export const bulkOperations = {
  push: 1,
  pull: 2,
} as const;

/** A bundle of programs in the initrd (Era M): the text `NVMB`, the version of its format, and how many programs it can hold. */
export const bundle = {
  magic: 0x424d564e,
  version: 1,
  programsMaximum: 32,
} as const;

/**
 * Process identifiers of a standalone machine. The programs of a bundle are processes 1, 2, 3 …: with Nanvix's daemons procd, memd and
 * vfsd, then the program.
 */
export const processes = {
  host: 0,
  program: 1,
} as const;

/** Thread identifier of the program's first thread. */
export const FIRST_THREAD = 1;
