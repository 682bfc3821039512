/** The calls of a guest as an iterator that drives it: the guest stands right behind each call while it is looked at. */
import type { Guest } from '../../guest/guest.ts';
import type { Deadlines } from '../../guest/options.ts';
import type { Stop } from '../../guest/stop.ts';
import { compileFilter, type CallFilter } from './filter.ts';
import type { CallRecord } from './record.ts';
import { Tracer, type TracerOptions } from './tracer.ts';

export interface CallsOptions extends Omit<TracerOptions, 'onCall'> {
  /** Stop only at these calls. */
  readonly filter?: CallFilter;
  /** Where each piece of the run between two calls ends at the latest. */
  readonly deadlines?: Deadlines;
}

/** Marks the stops that the iterator asks for. */
const pause = { kind: 'call complete' } as const;

/**
 * Runs a guest from call to call. Breaking out of the loop leaves the guest where it stands; it can be run on.
 *
 * Calls come when they are complete, inner ones before the call they were made in. Those that never come back are given
 * when they are made.
 *
 * @returns Why the guest came back for good, as the iterator's final value.
 */
export async function* calls(
  guest: Guest,
  options: CallsOptions = {},
): AsyncGenerator<CallRecord, Stop, void> {
  const { filter, deadlines, ...tracerOptions } = options;
  const wanted = compileFilter(filter ?? {});
  const ready: CallRecord[] = [];
  const tracer = new Tracer(guest, {
    ...tracerOptions,
    onCall: (call) => {
      if (!wanted(call)) return;
      ready.push(call);
      guest.machine.requestStop(pause);
    },
  });
  try {
    for (;;) {
      const stop = guest.run(deadlines);
      for (const call of ready.splice(0)) yield call;
      if (stop.kind === 'input') await guest.inputReady();
      else if (stop.kind !== 'requested' || stop.reason !== pause) return stop;
    }
  } finally {
    tracer.detach();
  }
}
