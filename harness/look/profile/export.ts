/** Profiles in the forms that other people's viewers read. */
import type { Profile } from './sampler.ts';

/** Folded stacks, one a line: `outermost;…;innermost samples`, as flame graph tools take them. */
export function toFoldedStacks({ stacks }: Profile): string {
  const fold = (name: string): string => name.replaceAll(';', ':');
  return stacks.map(({ frames, samples }) => `${frames.map(fold).join(';')} ${samples}\n`).join('');
}

/**
 * A file for speedscope, weighted in guest instructions.
 *
 * Source: speedscope's published file format, `https://www.speedscope.app/file-format-schema.json`.
 */
export function toSpeedscope({ stacks, interval }: Profile, name: string): object {
  const names = [...new Set(stacks.flatMap(({ frames }) => frames))];
  const indexOf = new Map(names.map((frame, index) => [frame, index]));
  const weights = stacks.map(({ samples }) => samples * interval);
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'nanvix-v86',
    shared: { frames: names.map((frame) => ({ name: frame })) },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: 'none',
        startValue: 0,
        endValue: weights.reduce((sum, weight) => sum + weight, 0),
        samples: stacks.map(({ frames }) => frames.map((frame) => indexOf.get(frame) ?? 0)),
        weights,
      },
    ],
  };
}
