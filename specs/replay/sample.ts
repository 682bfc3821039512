/** A run to replay: a program that counts, makes calls of both levels, reads its input in pieces, and ends with status 7. */
import { bootPlanned, planBoot } from '../../harness/guest/boot.ts';
import { endText, recordRun, type RecordedRun } from '../../harness/replay/index.ts';
import type { RunResult } from '../../harness/index.ts';
import { debuggedProgram } from '../debug/program.ts';

export interface Sample {
  readonly run: RecordedRun;
  readonly result: RunResult;
}

export async function recordSample(): Promise<Sample> {
  const pieces = ['h', 'i\n'];
  const plan = await planBoot({
    program: await debuggedProgram(),
    memoryMiB: 128,
    commandLine: 'one two;HOME=/',
    stdin: () => (pieces.length === 0 ? undefined : new TextEncoder().encode(pieces.shift())),
  });
  const guest = await bootPlanned(plan);
  try {
    const result = guest.result(await guest.runToEnd());
    const run = recordRun(
      guest,
      { kind: 'boot', plan },
      { title: 'debugged one two', end: endText(result.outcome) },
    );
    return { run, result };
  } finally {
    guest.dispose();
  }
}
