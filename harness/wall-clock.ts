/**
 * The only file of the harness that reads the host's clock. Wall time is measured and used as a backstop against
 * endless runs; nothing a guest can see depends on it.
 */

/** Monotonic milliseconds, from an origin of no meaning. */
export type WallClock = () => number;

// eslint-disable-next-line no-restricted-globals -- this is the injected clock itself
export const wallClock: WallClock = () => performance.now();
