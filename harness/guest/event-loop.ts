/** The turn of whatever else waits in this thread. In a page `event-loop.browser.ts` stands in for this. */
import { setImmediate } from 'node:timers/promises';

/** Lets whatever else waits in this thread, such as a signal's handler, have its turn. */
export async function eventLoopTurn(): Promise<void> {
  await setImmediate();
}
