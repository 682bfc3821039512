/** Builds steps with the settings that all of the images have, and reads what came of them. */
import type { DigestMemo } from './build/digest-memo.ts';
import type { BuildOutcome } from './build/engine.ts';
import { buildSteps } from './build/engine.ts';
import { resultOf } from './build/entry.ts';
import { cacheRoot } from './build/paths.ts';
import { differenceWarning, differs, readResults } from './build/results.ts';
import type { BuiltStep, Step } from './build/step.ts';
import { PrebuiltGuests } from './prebuilt/guests.ts';
import type { EnsureOptions, ImageFile } from './types.ts';

export function imageOf(built: BuiltStep, name: string): ImageFile {
  return resultOf(built, name);
}

export const prebuiltGuests = (memo: DigestMemo): PrebuiltGuests | undefined => PrebuiltGuests.find(memo);

interface BuildSettings extends Omit<EnsureOptions, 'variant' | 'era'> {
  readonly mostRunning?: number;
}

export async function build(steps: readonly Step[], options: BuildSettings): Promise<BuildOutcome> {
  const recorded = readResults();
  return await buildSteps(steps, {
    cacheRoot: cacheRoot(),
    onProgress: options.onProgress,
    signal: options.signal,
    mostRunning: options.mostRunning,
    prebuilt: prebuiltGuests,
    check: (built) => (differs(built, recorded) ? differenceWarning(built) : undefined),
  });
}
