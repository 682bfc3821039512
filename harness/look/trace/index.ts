/**
 * Traces: what a guest asks of its kernel and of its POSIX layer, call by call.
 *
 * Start with record.ts (what is recorded), then tracer.ts (how it is seen) and calls.ts (the iterator). kernel-decoder.ts and
 * posix/ turn words into text; filter.ts, format.ts, printer.ts, summary.ts, ndjson.ts and diff.ts work on records
 * alone and never touch a guest.
 */
export { calls, type CallsOptions } from './calls.ts';
export { diffTraces, firstDifference, type DiffPart, type TraceDiff, type TraceDiffOptions } from './diff.ts';
export { compileFilter, type CallFilter } from './filter.ts';
export { formatDiff } from './format-diff.ts';
export {
  formatCallLines,
  formatCallText,
  formatFrame,
  formatLogLines,
  plainPalette,
  type FormatOptions,
  type TracePalette,
} from './format.ts';
export { formatTraceLine, parseTrace, traceEnd, type RecordedTrace } from './ndjson.ts';
export { TracePrinter } from './printer.ts';
export { POSIX_ENTRY_SYMBOL } from './posix-probe.ts';
export {
  TRACE_VERSION,
  type CallArgument,
  type CallCompletion,
  type CallRecord,
  type CallResultRecord,
  type LogRecord,
  type TraceEnd,
  type TraceHeader,
  type TraceLevel,
  type TraceLine,
} from './record.ts';
export { CallTotals, summarize, summaryTable, type SummaryRow } from './summary.ts';
export { TraceEvents } from './trace-events.ts';
export { Tracer, type TracerOptions } from './tracer.ts';
