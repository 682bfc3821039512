/** A guest that stands before the first test that failed: to be traced, debugged or kept. */
import { GuestStateError } from '../guest/errors.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import type { ModuleOutcome } from './outcome.ts';
import { startLine } from './records.ts';
import type { RegrtestStart } from './start.ts';
import { requestFor, type SuiteOptions } from './suite.ts';

/**
 * Runs a module again up to where its first failed test starts, which is the same place to the instruction.
 *
 * @returns undefined where no test failed, but the module itself.
 * @throws GuestStateError when the guest does not get there again.
 */
export async function snapshotBeforeFailure(
  { snapshot }: RegrtestStart,
  { module, tests }: ModuleOutcome,
  options: SuiteOptions,
): Promise<GuestSnapshot | undefined> {
  const failed = tests.find((test) => test.outcome === 'failed' && !options.known.tests.has(test.name));
  const first = failed ?? tests.find((test) => test.outcome === 'failed');
  if (first === undefined) return undefined;
  const line = startLine(first.name);
  let written = '';
  const guest = await restoreSnapshot(snapshot, {
    stdin: requestFor(module, options),
    onOutput: (stream, bytes) => {
      if (stream !== 'stdout') return;
      written = (written + Buffer.from(bytes).toString('utf8')).slice(-line.length);
      if (written === line) guest.machine.requestStop(line);
    },
  });
  try {
    const { kind } = await guest.runToEnd({ virtualMs: options.timeoutMs, wallMs: Infinity });
    if (kind === 'requested') return guest.capture({ compiled: false });
    throw new GuestStateError(`${module} did not get to ${first.name} again: it came to ${kind}`);
  } finally {
    guest.dispose();
  }
}
