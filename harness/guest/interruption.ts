/** Waiting for a signal beside something else. What must hold: once the waiting is over, the signal has no listener of it left. */

export interface Interruption {
  /** Resolves when the signal is given; never without one. */
  readonly happened: Promise<void>;
  /** Ends the waiting. */
  forget(): void;
}

/** Listens for a signal, which may have been given already, until it is forgotten. */
export function awaitInterruption(signal: AbortSignal | undefined): Interruption {
  const { promise: happened, resolve } = withResolver();
  if (signal?.aborted === true) resolve();
  else signal?.addEventListener('abort', resolve, { once: true });
  return {
    happened,
    forget: () => {
      signal?.removeEventListener('abort', resolve);
    },
  };
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
