/**
 * Runs a recorded run to its end for the first time, and notes its calls on the way: the debugger's history is complete then,
 * and any place can be gone to.
 */
import { digestImage } from '../../../emulator/index.ts';
import type { DebugSession } from '../../debug/session.ts';
import { inBackground } from '../../debug/operation.ts';
import { formatCallLines } from '../../look/trace/format.ts';
import { POSIX_ENTRY_SYMBOL } from '../../look/trace/posix-probe.ts';
import type { CallRecord } from '../../look/trace/record.ts';
import { Tracer } from '../../look/trace/tracer.ts';
import type { RecordedEnd } from '../recording.ts';
import type { CallRow } from '../protocol.ts';

export interface FirstRunListener {
  progress(done: number): void;
  /** Calls that are over; they come back innermost first. */
  calls(rows: readonly CallRow[]): void;
}

/** Instructions between two reports. */
const STRIDE = 4_000_000;

const rowOf = (call: CallRecord, markKernel: boolean): CallRow => ({
  index: call.index,
  level: call.level,
  thread: call.thread,
  depth: call.depth,
  name: call.name,
  at: call.instructions,
  ...(call.duration !== undefined && { duration: call.duration }),
  failed: call.result?.errno !== undefined,
  line: formatCallLines(call, { markKernel })[0] ?? '',
});

/** Leaves the guest at the end of its run, or where the recorded one was ended. */
export async function runFirst(
  session: DebugSession,
  end: RecordedEnd,
  listener: FirstRunListener,
): Promise<void> {
  const hasPosix = session.symbols.program?.named(POSIX_ENTRY_SYMBOL) !== undefined;
  let rows: CallRow[] = [];
  const tracer = new Tracer(session.guest, {
    levels: hasPosix ? ['posix', 'kernel'] : ['kernel'],
    symbols: session.symbols,
    keep: false,
    onCall: (call) => {
      rows.push(rowOf(call, hasPosix));
    },
  });
  const tell = (): void => {
    listener.progress(session.position);
    listener.calls(rows);
    rows = [];
  };
  for (;;) {
    const from = session.position;
    await inBackground(session.operations.goTo(Math.min(from + STRIDE, end.instructions)));
    tell();
    if (session.position >= end.instructions || session.position === from) break;
  }
  rows = tracer.unfinished.map((call) => rowOf(call, hasPosix));
  tell();
  tracer.detach();
}

/** What the recorded run left as well, if this is the same; undefined of a guest that crashed. */
export function fingerprintOf(session: DebugSession): string | undefined {
  const { final } = session.timeline;
  if (final !== undefined && final.kind !== 'exit') return undefined;
  return digestImage(session.guest.capture({ compiled: false }).machine);
}
