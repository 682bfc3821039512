/**
 * Long operations that can be waited for in two ways: at once, or in pieces between which the event loop runs.
 *
 * An operation is a generator that pauses whenever a slice of work is done, and where the guest waits for input. What must
 * hold: an operation that is given up at a pause leaves everything as if it had been asked to end there (its `finally`
 * blocks run).
 */
import { eventLoopTurn } from '../guest/event-loop.ts';
import { awaitInterruption } from '../guest/interruption.ts';

/** Why an operation pauses. */
export type Pause =
  /** A slice of work is done. */
  | undefined
  /** The guest reads more standard input than is there; the promise resolves when there is more. */
  | { readonly ready: Promise<void> };

/** Work in slices. What comes back from a pause says whether what it waits for is there now. */
export type Operation<Result> = Generator<Pause, Result, boolean>;

/** Wall milliseconds of guest work between two pauses. */
export const SLICE_MS = 20;

/** Runs an operation to its end without letting anything else happen: nothing is waited for. */
export function complete<Result>(operation: Operation<Result>): Result {
  for (;;) {
    const step = operation.next(false);
    if (step.done === true) return step.value;
  }
}

/**
 * Runs an operation while sockets and timers stay alive, and waits for standard input where the guest does.
 *
 * @param signal Ends the operation after the present slice.
 * @returns Its result, or undefined when the signal ended it.
 */
export async function inBackground<Result>(
  operation: Operation<Result>,
  signal?: AbortSignal,
): Promise<Result | undefined> {
  for (;;) {
    const step = operation.next(true);
    if (step.done === true) return step.value;
    if (step.value === undefined) await eventLoopTurn();
    else {
      const interruption = awaitInterruption(signal);
      try {
        await Promise.race([step.value.ready, interruption.happened]);
      } finally {
        interruption.forget();
      }
    }
    if (signal?.aborted === true) {
      operation.return(undefined as never);
      return undefined;
    }
  }
}
