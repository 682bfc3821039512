/**
 * The library: `import { run, boot } from 'nanvix-v86'`.
 *
 * `run(options)` boots a guest, lets it run to its end and returns what it did. `boot(options)` gives the guest itself, to
 * run, stop, look at, capture, restore and fork.
 */
export { InputError, GuestStateError, SnapshotMismatchError } from './errors.ts';
export type { BootOptions, Deadlines, FileSource, InputSource, SnapshotPolicy } from './options.ts';
export type { Phase, PhaseName, RunResult } from './result.ts';
export type { CrashReport, DeadlineKind, KernelCall, ProtocolViolation, Stop, StopKind } from './stop.ts';
export type { WallClock } from './wall-clock.ts';
