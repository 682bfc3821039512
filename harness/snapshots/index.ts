/**
 * Snapshots as people use them: files that can be trusted (FORMAT.md), what makes two snapshots differ, and which
 * machine a snapshot fits.
 */
export type { ComponentIdentity, OptionValue } from '../guest/identity.ts';
export type {
  EmulatorIdentity,
  GuestPage,
  SnapshotCall,
  SnapshotContents,
  SnapshotIdentity,
  SnapshotMoment,
} from './contents.ts';
export {
  diffSnapshots,
  isEmptyDifference,
  type PageDifference,
  type SnapshotDifference,
  type ValueDifference,
} from './diff.ts';
export { exportVmem } from './export-vmem.ts';
export { ForkPool, type ForkRunOptions } from './fork-pool.ts';
export { formatDifference } from './format-difference.ts';
export { SnapshotError, type SnapshotErrorKind } from '../guest/snapshot-error.ts';
export type { LoadOptions, SaveOptions } from './guest-contents.ts';
export { loadSnapshot, saveSnapshot, type LoadedSnapshot } from './guest-file.ts';
export type { SnapshotManifest, SnapshotPart } from './manifest.ts';
export type { PlainData } from './plain-data.ts';
export { readSnapshot, readSnapshotManifest, type SnapshotFile } from './read.ts';
export { writeSnapshot, type WrittenSnapshot } from './write.ts';
