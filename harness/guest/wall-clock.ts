/**
 * The only file of the harness that reads the host's clock. Wall time is measured and used as a backstop against
 * endless runs; nothing a guest can see depends on it.
 */

/** Monotonic milliseconds, from an origin of no meaning. */
export type WallClock = () => number;

// eslint-disable-next-line no-restricted-globals -- this is the injected clock itself
export const wallClock: WallClock = () => performance.now();

/** Longest time a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits for something, but not longer than a number of milliseconds; says whether it came in time. */
export async function inTime(something: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    // eslint-disable-next-line no-restricted-globals -- a wall deadline while the guest waits for input
    timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER_MS), false);
  });
  try {
    return await Promise.race([something.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
