/** Runs a guest to its end: over waits for standard input, within one set of deadlines, unless somebody interrupts. */
import type { Machine } from '../../emulator/types.ts';
import type { Deadlines } from './options.ts';
import type { SettledDeadlines } from './run-limits.ts';
import { awaitInterruption } from './interruption.ts';
import type { Stop } from './stop.ts';
import { eventLoopTurn } from './event-loop.ts';
import { inTime, type WallClock } from './wall-clock.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Longest piece of a run that an interruption waits for. */
const INTERRUPTIBLE_MS = 50;

/** What is run: a guest, as far as it matters here. */
export interface Runnable {
  readonly machine: Pick<Machine, 'instructions' | 'virtualNanoseconds'>;
  /** Wall milliseconds spent on captures so far: they are no part of a run. */
  readonly captureMs: number;
  /** True while the guest cannot go on before {@link inputReady}. */
  readonly waitsForInput: boolean;
  /** True while the guest would be told of standard input that comes, and runs on meanwhile. */
  readonly listens: boolean;
  run(deadlines: Deadlines): Stop;
  /** Resolves once a guest that stopped for `input` can read on. */
  inputReady(): Promise<void>;
}

/** Input that is obtained while the guest runs on. */
interface Coming {
  isThere: boolean;
  failure?: Error;
}

function comingOf(guest: Runnable): Coming {
  const coming: Coming = { isThere: false };
  guest.inputReady().then(
    () => {
      coming.isThere = true;
    },
    (error: unknown) => {
      coming.failure = error instanceof Error ? error : new Error(String(error));
    },
  );
  return coming;
}

/** See `Guest.runToEnd`. */
export async function runToEnd(
  guest: Runnable,
  limits: SettledDeadlines,
  clock: WallClock,
  signal?: AbortSignal,
): Promise<Stop> {
  const { wallMs, virtualMs, instructions } = limits;
  const startedAt = guest.machine.instructions;
  const running = (): number => clock() - guest.captureMs;
  const wallEnd = running() + wallMs;
  const virtualEnd = guest.machine.virtualNanoseconds + virtualMs * NANOSECONDS_PER_MILLISECOND;
  let coming: Coming | undefined;
  for (;;) {
    if (signal?.aborted === true) return { kind: 'requested', reason: signal.reason };
    const wallLeft = Math.max(0, wallEnd - running());
    const piece = signal === undefined && !guest.listens ? wallLeft : Math.min(wallLeft, INTERRUPTIBLE_MS);
    const virtualLeft =
      Math.max(0, virtualEnd - guest.machine.virtualNanoseconds) / NANOSECONDS_PER_MILLISECOND;
    const left =
      instructions === undefined
        ? {}
        : { instructions: startedAt + instructions - guest.machine.instructions };
    const stop = guest.run({ wallMs: piece, virtualMs: virtualLeft, ...left });
    if (stop.kind === 'deadline') {
      if (stop.deadline === 'wall' && piece < wallLeft) {
        await eventLoopTurn();
        continue;
      }
      const whole = { wall: wallMs, virtual: virtualMs, instructions: instructions ?? stop.limit };
      return { ...stop, limit: whole[stop.deadline] };
    }
    if (stop.kind !== 'input') return stop;
    if (!guest.waitsForInput) {
      coming ??= comingOf(guest);
      await eventLoopTurn();
      if (coming.failure !== undefined) throw coming.failure;
      if (coming.isThere) coming = undefined;
      continue;
    }
    const interruption = awaitInterruption(signal);
    try {
      const awaited = Promise.race([guest.inputReady(), interruption.happened]);
      if (!(await inTime(awaited, wallEnd - running())))
        return { kind: 'deadline', deadline: 'wall', limit: wallMs };
    } finally {
      interruption.forget();
    }
  }
}
