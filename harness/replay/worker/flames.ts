/** Where the instructions of a stretch went: the profiler's samples between two places, laid out as a flame graph. */
import { hex } from '../../../emulator/hex.ts';
import type { DebugSession } from '../../debug/session.ts';
import { inBackground } from '../../debug/operation.ts';
import { layOutFlames } from '../../study/report/flame-layout.ts';
import type { Answer } from '../protocol.ts';

/** Enough to see what takes a percent; each costs a stop of the guest. */
const MOST_SAMPLES = 2000;

/** Goes through the stretch and comes back to where the guest stands. */
export async function sampleStretch(
  session: DebugSession,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<NonNullable<Answer['flames']>> {
  const { position } = session;
  const interval = Math.max(1, Math.ceil((to - from) / MOST_SAMPLES));
  const counts = new Map<string, number>();
  let samples = 0;
  for (let at = from; at < to && !signal.aborted; at += interval) {
    await inBackground(session.operations.goTo(at), signal);
    const frames = session
      .callStack()
      .map(({ address, function: name }) => name ?? hex(address))
      .reverse();
    const key = frames.join('\n');
    counts.set(key, (counts.get(key) ?? 0) + 1);
    samples++;
  }
  await inBackground(session.operations.goTo(position));
  const stacks = [...counts].map(([key, count]) => ({ frames: key.split('\n'), samples: count }));
  return { interval, samples, frames: layOutFlames(stacks, samples / 1000) };
}
