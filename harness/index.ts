/**
 * The library: `import { run, boot } from 'nanvix-v86'`.
 *
 * `run(options)` boots a guest, lets it run to its end and returns what it did. `boot(options)` gives the guest itself, to
 * run, stop, look at, capture, restore and fork. `debug(options)` puts one under a debugger that goes backwards as well.
 * Start reading at options.ts (what can be asked), stop.ts (why a guest
 * comes back) and guest.ts (what a guest can do); monitor/ is what the guest's kernel talks to.
 */
export { boot } from './boot.ts';
export { formatCall, formatCrashReport } from './crash-report.ts';
export { GuestStateError, InputError, SnapshotMismatchError } from './errors.ts';
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
  OpenFile,
  Operation,
  OutputListener,
  RecordedCall,
  RuleOptions,
  StopPoint,
  StopPoints,
  StopSpec,
} from './debug/index.ts';
export { exitStatusOf, harnessStatus } from './exit-status.ts';
export { DebugTarget, serveGdb } from './gdb/index.ts';
export type { DebugTargetOptions, GdbServer } from './gdb/index.ts';
export { Guest } from './guest.ts';
export type { ClockRule, GuestSnapshot } from './guest.ts';
export { bootHello, HELLO, hello, restoreHello } from './hello.ts';
export type { ColdHello, HelloResult } from './hello.ts';
export { identityDifferences } from './identity.ts';
export type { GuestIdentity } from './identity.ts';
export type { CallHistory } from './kernel-calls/call-ring.ts';
export type {
  CallDecision,
  CallObserver,
  CallSelector,
  Interceptor,
  KernelCalls,
} from './kernel-calls/interceptors.ts';
export type { Monitor, MonitorState } from './monitor/monitor.ts';
export {
  DEFAULT_BOOT_TIME,
  DEFAULT_INSTRUCTIONS_PER_MICROSECOND,
  DEFAULT_MEMORY_MIB,
  DEFAULT_VIRTUAL_DEADLINE_MS,
  DEFAULT_WALL_DEADLINE_MS,
} from './options.ts';
export type { BootOptions, Deadlines, FileSource, InputSource, SnapshotPolicy } from './options.ts';
export type { Phase, PhaseName, RunResult } from './result.ts';
export { PhaseWatch } from './profile/phases.ts';
export type { PhaseOptions, PhaseSpan } from './profile/phases.ts';
export { restoreSnapshot } from './restore.ts';
export type { RestoreOptions } from './restore.ts';
export { run } from './run.ts';
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
export type { CrashReport, DeadlineKind, KernelCall, ProtocolViolation, Stop, StopKind } from './stop.ts';
export type { WallClock } from './wall-clock.ts';
export { callStack, guestSymbols, GuestSymbols } from './symbols/index.ts';
export type { GuestSymbol, StackFrame, SymbolicAddress } from './symbols/index.ts';
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
} from './trace/index.ts';
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
} from './trace/index.ts';
