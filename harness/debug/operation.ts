/**
 * Long operations that can be waited for in two ways: at once, or in pieces between which the event loop runs.
 *
 * An operation is a generator that yields whenever a slice of work is done. What must hold: an operation that is given up
 * between two slices leaves everything as if it had been asked to end there (its `finally` blocks run).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work in slices; each `yield` is a place where it may be interrupted. */
export type Operation<Result> = Generator<undefined, Result, undefined>;

/** Wall milliseconds of guest work between two yields. */
export const SLICE_MS = 20;

/** Runs an operation to its end without letting anything else happen. */
export function complete<Result>(operation: Operation<Result>): Result {
  for (;;) {
    const step = operation.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Runs an operation while sockets and timers stay alive.
 *
 * @param signal Ends the operation after the present slice.
 * @returns Its result, or undefined when the signal ended it.
 */
export async function inBackground<Result>(
  operation: Operation<Result>,
  signal?: AbortSignal,
): Promise<Result | undefined> {
  for (;;) {
    const step = operation.next();
    if (step.done === true) return step.value;
    await nextTurn();
    if (signal?.aborted === true) {
      operation.return(undefined as never);
      return undefined;
    }
  }
}
