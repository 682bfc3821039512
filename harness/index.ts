/**
 * The library: `import { run, boot } from 'nanvix-v86'`.
 *
 * `run(options)` boots a guest, lets it run to its end and returns what it did. `boot(options)` gives the guest itself, to
 * run, stop, look at, capture, restore and fork. `debug(options)` puts one under a debugger that goes backwards as well.
 * Start reading at options.ts (what can be asked), stop.ts (why a guest
 * comes back) and guest.ts (what a guest can do); monitor/ is what the guest's kernel talks to.
 */
export { boot } from './guest/boot.ts';
export { formatCall, formatCrashReport } from './guest/crash-report.ts';
export {
  EraContradictionError,
  ForkWorkerError,
  GuestStateError,
  InputError,
  SnapshotMismatchError,
} from './guest/errors.ts';
export {
  CommandInterpreter,
  debug,
  DebugSession,
  debugSnapshot,
  inBackground,
  injectFault,
} from './debug/index.ts';
export type {
  CallResult,
  CallRule,
  DebugOptions,
  DebugSnapshotOptions,
  DebugStop,
  DebugStopKind,
  FaultFrame,
  GuestThread,
  Location,
  ExecutedInstruction,
  OpenFile,
  Operation,
  OutputListener,
  RecordedCall,
  RuleOptions,
  StopPoint,
  StopPoints,
  StopSpec,
} from './debug/index.ts';
export type { EraName, EraStep } from '../images/abi/era.ts';
export { exitStatusOf, harnessStatus } from './guest/exit-status.ts';
export { dumpGuest, dumpOf } from './dump/index.ts';
export type { Dump, DumpResult } from './dump/index.ts';
export { DebugTarget, serveGdb } from './debug/gdb/index.ts';
export type { DebugTargetOptions, GdbServer } from './debug/gdb/index.ts';
export { Guest } from './guest/guest.ts';
export type { GuestRestoreOptions } from './guest/guest-parts.ts';
export type { ClockRule, GuestSnapshot } from './guest/guest-snapshot.ts';
export { bootHello, HELLO, hello, restoreHello } from './guest/hello.ts';
export type { ColdHello, HelloResult } from './guest/hello.ts';
export { identityDifferences } from './guest/identity.ts';
export type { GuestIdentity } from './guest/identity.ts';
export type { CallHistory } from './guest/kernel-calls/call-ring.ts';
export type {
  CallDecision,
  CallObserver,
  CallSelector,
  Interceptor,
  KernelCalls,
} from './guest/kernel-calls/interceptors.ts';
export type { Monitor, MonitorState } from './guest/monitor/monitor.ts';
export {
  DEFAULT_BOOT_TIME,
  DEFAULT_INSTRUCTIONS_PER_MICROSECOND,
  DEFAULT_MEMORY_MIB,
  DEFAULT_VIRTUAL_DEADLINE_MS,
  DEFAULT_WALL_DEADLINE_MS,
} from './guest/options.ts';
export type { Log, LogLine } from './guest/log.ts';
export type { BootOptions, Deadlines, FileSource, InputSource, SnapshotPolicy } from './guest/options.ts';
export type { GuestPhase, Stage, StageName, RunResult } from './guest/result.ts';
export { PhaseWatch } from './guest/phases/watch.ts';
export type { PhaseOptions } from './guest/phases/watch.ts';
export { restoreSnapshot } from './guest/restore.ts';
export type { RestoreOptions } from './guest/restore.ts';
export { run } from './guest/run.ts';
export {
  diffSnapshots,
  exportVmem,
  ForkPool,
  formatDifference,
  isEmptyDifference,
  loadSnapshot,
  readSnapshotManifest,
  saveSnapshot,
  SnapshotError,
} from './snapshots/index.ts';
export type {
  ForkRunOptions,
  LoadedSnapshot,
  LoadOptions,
  SaveOptions,
  PageDifference,
  SnapshotDifference,
  SnapshotErrorKind,
  SnapshotManifest,
  SnapshotPart,
  ValueDifference,
  WrittenSnapshot,
} from './snapshots/index.ts';
export type {
  CrashReport,
  DeadlineKind,
  KernelCall,
  ProtocolViolation,
  Stop,
  StopKind,
} from './guest/stop.ts';
export type { WallClock } from './guest/wall-clock.ts';
export { callStack, guestSymbols, GuestSymbols } from './look/symbols/index.ts';
export type { GuestSymbol, StackFrame, SymbolicAddress } from './look/symbols/index.ts';
export {
  calls,
  diffTraces,
  firstDifference,
  formatCallLines,
  formatCallText,
  formatTraceLine,
  parseTrace,
  summarize,
  TracePrinter,
  Tracer,
} from './look/trace/index.ts';
export type {
  CallArgument,
  CallCompletion,
  CallFilter,
  CallRecord,
  CallResultRecord,
  CallsOptions,
  DiffPart,
  RecordedTrace,
  SummaryRow,
  TraceDiff,
  TraceDiffOptions,
  TraceHeader,
  TraceLevel,
  TracerOptions,
} from './look/trace/index.ts';
