/**
 * Matchers for guests and runs. All are asynchronous: a guest that has not ended is run to its end first.
 *
 * What must hold: a matcher says the same of a guest each time it is asked, and what it measures is exact: instructions
 * and guest time, never the host's clock.
 */
import { stripVTControlCharacters } from 'node:util';
import type { MatcherState } from 'vitest';
import { checkNumber } from '../guest/check-number.ts';
import { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { RunResult } from '../guest/result.ts';
import { diffSnapshots, isEmptyDifference } from '../snapshots/diff.ts';
import { formatDifferenceBriefly } from '../snapshots/format-difference.ts';
import { explainGuest, explainRun } from './explain.ts';
import { signalOf } from './tested-guest.ts';

/** What the matchers of runs look at. */
export type RunLike = Guest | RunResult;

/** The matchers, as they are called on `expect(...)`. */
export interface GuestMatchers<Result = unknown> {
  /** The program has written this to standard output: text that it contains, or a pattern that it matches. */
  toPrint(expected: string | RegExp): Promise<Result>;
  /** The program ended by itself with this status. */
  toExitWith(status: number): Promise<Result>;
  /** The run took less guest time than so many milliseconds, or than another run. Exact, and the same on every host. */
  toRunFasterThan(limit: number | RunLike): Promise<Result>;
  /** The run executed fewer guest instructions than so many, or than another run. */
  toExecuteFewerThan(limit: number | RunLike): Promise<Result>;
  /** The guest, or the snapshot, is the same machine as the expected one, to the last bit. */
  toEqualSnapshot(expected: GuestSnapshot): Promise<Result>;
}

/** What vitest wants to be told. */
interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

type Matcher<Expected> = (this: MatcherState, received: unknown, expected: Expected) => Promise<Verdict>;

/** For `expect.extend`. */
export const guestMatchers: {
  readonly toPrint: Matcher<string | RegExp>;
  readonly toExitWith: Matcher<number>;
  readonly toRunFasterThan: Matcher<number | RunLike>;
  readonly toExecuteFewerThan: Matcher<number | RunLike>;
  readonly toEqualSnapshot: Matcher<GuestSnapshot>;
} = {
  async toPrint(received, expected) {
    const { result, explanation } = await runOf(received, 'toPrint');
    const pass =
      // A search starts at the front whatever a pattern with the flag g or y has found before.
      typeof expected === 'string' ? result.output.includes(expected) : result.output.search(expected) >= 0;
    const wanted = typeof expected === 'string' ? JSON.stringify(expected) : String(expected);
    return verdict(pass, () => {
      const difference =
        typeof expected === 'string' && !pass
          ? (this.utils.diff(expected, lastLines(result.output, expected)) ?? '')
          : '';
      return [
        `expected the guest ${pass ? 'not ' : ''}to print ${wanted}`,
        stripVTControlCharacters(difference),
        explanation(),
      ];
    });
  },

  async toExitWith(received, status) {
    const { result, explanation } = await runOf(received, 'toExitWith');
    const { outcome } = result;
    const pass = outcome.kind === 'exit' && outcome.status === status;
    const found =
      outcome.kind === 'exit' ? `it exited with ${outcome.status}` : `it ended by ${outcome.kind}`;
    return verdict(pass, () => [
      `expected the guest ${pass ? 'not ' : ''}to exit with ${status}, and ${found}`,
      explanation(),
    ]);
  },

  async toRunFasterThan(received, limit) {
    const { result, explanation } = await runOf(received, 'toRunFasterThan');
    const most = await limitOf(limit, 'toRunFasterThan', ({ virtualMs }) => virtualMs);
    const pass = result.virtualMs < most;
    return verdict(pass, () => [
      `expected the run ${pass ? 'not ' : ''}to take less than ${most} ms of guest time, and it took ${result.virtualMs} ms`,
      explanation(),
    ]);
  },

  async toExecuteFewerThan(received, limit) {
    const { result, explanation } = await runOf(received, 'toExecuteFewerThan');
    const most = await limitOf(limit, 'toExecuteFewerThan', ({ instructions }) => instructions);
    const pass = result.instructions < most;
    return verdict(pass, () => [
      `expected the run ${pass ? 'not ' : ''}to execute fewer than ${most} instructions, and it executed ${result.instructions}`,
      explanation(),
    ]);
  },

  async toEqualSnapshot(received, expected) {
    const found = received instanceof Guest ? received.capture({ compiled: false }) : received;
    if (!isSnapshot(found)) throw new TypeError('toEqualSnapshot: expect a guest or a snapshot');
    const difference = await diffSnapshots(expected, found);
    const pass = isEmptyDifference(difference);
    return verdict(pass, () => [
      pass
        ? 'expected the machines to differ, and they are equal to the last bit'
        : `expected the machines to be equal (expected → received):\n${formatDifferenceBriefly(difference)}`,
      received instanceof Guest && !pass ? explainGuest(received) : '',
    ]);
  },
};

/** A limit may be a fraction, as half of another run is. What is not a number limits nothing, so it is refused. */
async function limitOf(
  limit: number | RunLike,
  matcher: string,
  measure: (result: RunResult) => number,
): Promise<number> {
  if (typeof limit === 'number') {
    return checkNumber(`the limit of ${matcher}`, limit, { fractions: true, infinite: true });
  }
  return measure((await runOf(limit, matcher)).result);
}

function verdict(pass: boolean, lines: () => readonly string[]): Verdict {
  return {
    pass,
    message: () =>
      lines()
        .filter((line) => line !== '')
        .join('\n\n'),
  };
}

/** The end of a text, as many lines as what it is compared with has. */
function lastLines(text: string, like: string): string {
  const count = like.trimEnd().split('\n').length;
  return text
    .split('\n')
    .slice(-count - (text.endsWith('\n') && like.endsWith('\n') ? 1 : 0))
    .join('\n');
}

interface Run {
  readonly result: RunResult;
  /** Asked for only by who tells it. */
  readonly explanation: () => string;
}

/** Ends that were seen, so that a second matcher finds the guest it left. */
const ends = new WeakMap<Guest, { readonly instructions: number; readonly result: RunResult }>();

async function runOf(received: unknown, matcher: string): Promise<Run> {
  if (received instanceof Guest) {
    const result = await endOf(received);
    return { result, explanation: () => explainGuest(received) };
  }
  if (isResult(received)) return { result: received, explanation: () => explainRun(received) };
  throw new TypeError(`${matcher}: expect a guest or what run() returned`);
}

async function endOf(guest: Guest): Promise<RunResult> {
  const known = ends.get(guest);
  const { exitStatus } = guest.monitor;
  if (
    known?.instructions === guest.machine.instructions &&
    (exitStatus !== null || known.result.outcome.kind !== 'exit')
  ) {
    return known.result;
  }
  const stop =
    exitStatus === null
      ? await guest.runToEnd({}, signalOf(guest))
      : ({ kind: 'exit', status: exitStatus } as const);
  const result = guest.result(stop);
  ends.set(guest, { instructions: guest.machine.instructions, result });
  return result;
}

function isResult(value: unknown): value is RunResult {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'output' in value;
}

function isSnapshot(value: unknown): value is GuestSnapshot {
  return typeof value === 'object' && value !== null && 'machine' in value && 'monitor' in value;
}
