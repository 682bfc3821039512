/**
 * The baseline: what hello executes, to the instruction, for the images whose digests are pinned with it. Committed, so
 * that a change of what the guest does shows in a review; wall time has no place in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureImages } from '../../images/index.ts';
import { inProject } from '../../images/build/paths.ts';
import { hello } from '../hello.ts';

const PATH = inProject('harness', 'bench', 'baseline.json');

/** Names and values: digests of the images first, then exact figures. */
export type Baseline = Readonly<Record<string, string | number>>;

/** One value that is not what the baseline says. `by` is the difference of two numbers, as a share of the first. */
export interface Moved {
  readonly name: string;
  readonly before: string | number;
  readonly after: string | number;
  readonly by: number | undefined;
}

/** What the checkout gives now. */
export async function currentBaseline(): Promise<Baseline> {
  const images = await ensureImages();
  const { cold, restored } = await hello({ images });
  return {
    'kernel, sha256': images.kernel[256].sha256,
    'python, sha256': images.python.elf.sha256,
    'ramfs, sha256': images.ramfs.hello.sha256,
    'cold instructions': cold.instructions,
    'cold output': cold.output,
    'restored instructions': restored?.instructions ?? 0,
    'restored output': restored?.output ?? '',
  };
}

/** The values that differ, also those that only one side has. */
export function movedBetween(before: Baseline, after: Baseline): Moved[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old = 'absent', now = 'absent'] = [before[name], after[name]];
    if (old === now) return [];
    const by = typeof old === 'number' && typeof now === 'number' ? (now - old) / old : undefined;
    return [{ name, before: old, after: now, by }];
  });
}

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Baseline;
}

export function writeBaseline(baseline: Baseline): void {
  writeFileSync(PATH, `${JSON.stringify(baseline, undefined, 2)}\n`);
}
