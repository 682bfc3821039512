/**
 * A guest in the hands of a test: ends with it, is explained when it fails, and leaves a snapshot of where it stood and
 * a replay of how it came there.
 *
 * What must hold: what goes wrong here never stands in front of what went wrong in the test.
 */
import { dirname, join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Guest } from '../guest/guest.ts';
import type { RunStart } from '../replay/index.ts';
import { saveSnapshot } from '../snapshots/guest-file.ts';
import { explainGuest } from './explain.ts';
import { leaveReplay } from './leave-replay.ts';
import { makeFolder } from '../../images/system/folders.ts';

/** What a fixture is told of its test. */
type Test = Pick<TestContext, 'task' | 'signal'>;

/** When the test of a guest is over: it has ended, or its time is up. */
const signals = new WeakMap<Guest, AbortSignal>();

/** The longest part of a test's name in the name of a file. */
const NAME_CHARACTERS = 80;

/** Ends what a matcher runs when the time of the guest's test is up; undefined for a guest of no test. */
export const signalOf = (guest: Guest): AbortSignal | undefined => signals.get(guest);

export interface TestedGuestOptions {
  /** What the test calls it. */
  readonly fixture: string;
  /** Where its run began. */
  readonly from: RunStart;
  /** Where the snapshot and the replay of a failed test go. */
  readonly failedFolder: string;
  /** The guest's wall clock. */
  readonly wallClock: () => number;
}

/**
 * Hands a guest to a test.
 *
 * @returns Whether the guest may be used again: nobody in the test will move it any more.
 */
export async function handOver(
  guest: Guest,
  test: Test,
  options: TestedGuestOptions,
  use: (guest: Guest) => Promise<void>,
): Promise<boolean> {
  const { timeout } = test.task;
  // A run keeps the thread to itself, so that no timer of vitest's can end it.
  guest.endRunsAt(timeout > 0 ? options.wallClock() + timeout : Infinity);
  signals.set(guest, test.signal);
  await use(guest);
  guest.endRunsAt(Infinity);
  signals.delete(guest);
  if (test.task.result?.state !== 'fail') return !guest.isRunningToEnd;
  await tell(guest, test, options);
  return false;
}

async function tell(
  guest: Guest,
  { task }: Test,
  { fixture, from, failedFolder }: TestedGuestOptions,
): Promise<void> {
  const said = attempt(() => explainGuest(guest));
  const path = join(failedFolder, fileName(`${task.name} ${fixture}`));
  const left = await leaveSnapshot(guest, `${path}.snapshot`);
  const replay = await leaveReplay(guest, task, from, { fixture, path: `${path}.html` });
  process.stderr.write(`\n--- ${task.name} (${fixture}) ---\n${said}\n${left}\n${replay}\n`);
}

function attempt(explain: () => string): string {
  try {
    return explain();
  } catch (error) {
    return `the guest cannot be explained: ${messageOf(error)}`;
  }
}

const fileName = (name: string): string => name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, NAME_CHARACTERS);

async function leaveSnapshot(guest: Guest, path: string): Promise<string> {
  try {
    makeFolder(dirname(path));
    await saveSnapshot(path, guest.capture({ compiled: false }));
    return `left in ${path}: nanvix-v86 debug --restore goes on from there`;
  } catch (error) {
    return `no snapshot was left: ${messageOf(error)}`;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
