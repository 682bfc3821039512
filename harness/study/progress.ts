/** What those who run rows are told meanwhile, and how they are ended early. */
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import { BuildError } from '../../images/index.ts';
import type { BuildEvent } from '../../images/index.ts';

export interface StudyProgress {
  /** What is being done, for people. */
  readonly onStep?: (what: string) => void;
  readonly onBuild?: (event: BuildEvent) => void;
  readonly signal?: AbortSignal;
}

/** The same as the builder of images takes it. */
export const buildProgress = ({
  onBuild,
  signal,
}: StudyProgress): { onProgress?: (event: BuildEvent) => void; signal?: AbortSignal } => ({
  ...(onBuild && { onProgress: onBuild }),
  ...(signal && { signal }),
});

/**
 * Says what comes next. The event loop is let in first: a guest that runs takes no signal.
 *
 * @throws BuildError `interrupted`
 */
export async function nextStep({ onStep, signal }: StudyProgress, what: string): Promise<void> {
  await turnOfTheEventLoop();
  if (signal?.aborted === true)
    throw new BuildError(
      'interrupted',
      `interrupted before ${what}: what was built is kept, figures are not`,
    );
  onStep?.(what);
}
