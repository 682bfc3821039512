/** A whole run in one call. */
import { boot } from './boot.ts';
import type { BootOptions } from './options.ts';
import { PhaseWatch } from './phases/watch.ts';
import type { RunResult } from './result.ts';

/**
 * Boots a guest, lets it run to its end or its deadline, and says what it did.
 *
 * @throws InputError for what cannot be booted; whatever the guest does is in {@link RunResult.outcome}.
 */
export async function run(options: BootOptions): Promise<RunResult> {
  const guest = await boot(options);
  try {
    const watch = new PhaseWatch(guest, options.wallClock === undefined ? {} : { clock: options.wallClock });
    const result = guest.result(await guest.runToEnd());
    return { ...result, guestPhases: watch.phases };
  } finally {
    guest.dispose();
  }
}
