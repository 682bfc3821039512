/**
 * The baseline: what hello executes, to the instruction, for the images whose digests are pinned with it. Committed, so
 * that a change of what the guest does shows in a review; wall time has no place in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureImages } from '../../images/index.ts';
import { inProject } from '../../images/build/paths.ts';
import { hello } from '../guest/hello.ts';
import type { Figures } from '../study/moved.ts';

const PATH = inProject('harness', 'bench', 'baseline.json');

/** Names and values: digests of the images first, then exact figures. */
export type Baseline = Figures;

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

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Baseline;
}

export function writeBaseline(baseline: Baseline): void {
  writeFileSync(PATH, `${JSON.stringify(baseline, undefined, 2)}\n`);
}
