/**
 * Every number and name that defines the snapshot file. FORMAT.md explains them, specs/snapshots/format.spec.ts repeats
 * them on purpose.
 *
 * A change here is a change of the format: read "Changing the format" in FORMAT.md before touching a value.
 */

/** First field of every manifest; tells a snapshot from any other tar with a manifest. */
export const FORMAT_NAME = 'nanvix-v86 snapshot';
/** The version this code writes, and the only one it reads. */
export const FORMAT_VERSION = 1;

export const MANIFEST_ENTRY = 'manifest.json';
/** One line as `sha256sum` prints it, so that `sha256sum --check` verifies an unpacked manifest. */
export const MANIFEST_DIGEST_ENTRY = 'manifest.sha256';
/** Processor and devices. */
export const MACHINE_ENTRY = 'state/machine.json';
/** Standard streams, messages in flight, counters: what the monitor holds outside the machine. */
export const MONITOR_ENTRY = 'state/monitor.json';
/** Folder of the parts of guest memory. */
export const MEMORY_FOLDER = 'memory';
/** Code that was compiled from the guest's pages; left out unless asked for. */
export const MODULES_ENTRY = 'modules.deflate';

/** Bytes in a page of guest memory. */
export const PAGE_BYTES = 4096;
/** Pages in one memory part, at most. Small enough to inflate parts side by side and to hold few in memory. */
export const PAGES_PER_PART = 256;
/** What stands before the pages of an inflated memory part: a count, then one page number per page. */
export const PAGE_NUMBER_BYTES = 4;

/** zlib's deflate without a header: the digest in the manifest already guards the bytes. */
export const COMPRESSION = 'deflate-raw';

/** A tar is made of blocks of this size; a header takes one, contents are padded to it. */
export const TAR_BLOCK_BYTES = 512;
/** Two blocks of zeros end a tar. */
export const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES;
export const ENTRY_MODE = 0o644;

/** Lengths above these are refused before anything of that length is read. */
export const LIMITS = {
  manifestBytes: 1 << 20,
  /** One state part. The monitor's holds all that the guest has written so far. */
  stateBytes: 64 << 20,
  /** Compiled modules, before and after inflating. */
  modulesBytes: 256 << 20,
  /** RAM of a guest: what a 32-bit machine with devices above it can have. */
  memoryBytes: 2 ** 31,
  parts: 2 ** 31 / PAGE_BYTES,
} as const;

/** Name of the memory part with that index: `memory/000000.deflate`. */
export function memoryEntry(index: number): string {
  return `${MEMORY_FOLDER}/${String(index).padStart(6, '0')}.deflate`;
}

/** Length of an inflated memory part that holds `pages` pages. */
export function memoryPartBytes(pages: number): number {
  return PAGE_NUMBER_BYTES + pages * (PAGE_NUMBER_BYTES + PAGE_BYTES);
}

/** The most that deflate can make of `bytes`: stored blocks with their headers. */
export function deflatedBound(bytes: number): number {
  return bytes + Math.ceil(bytes / 1000) + 64;
}
