/** A study in pieces: each machine measures some of the rows, and the pieces are put together again. The pieces of CPython's tests are cut here too. */
import { InputError } from '../guest/errors.ts';
import type { StartupReport } from './report/index.ts';

/** One piece of several: `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Every `count`-th of the items, from the `index`-th on: neighbours, which are often alike, go to different machines. */
export function shardOf<Item>(items: readonly Item[], { index, count }: Shard): readonly Item[] {
  return items.filter((_, place) => place % count === index - 1);
}

/**
 * Studies of the same reference as one, with rows in the order of `names`. Wall times stay as they were measured, each beside its
 * own machine's; what is exact must agree.
 *
 * @throws InputError for studies that are not of one guest, or that have a row twice.
 */
export function mergeStudies(
  studies: readonly (readonly [file: string, study: StartupReport])[],
  names: readonly string[],
): StartupReport {
  const [first, ...others] = studies;
  if (first === undefined) throw new InputError('name the studies to merge: files written by --save');
  const [firstFile, whole] = first;
  for (const [file, { reference, cold, restored }] of others) {
    for (const [what, one, another] of [
      ['reference', whole.reference.figures, reference.figures],
      ['cold default', whole.cold, cold],
      ['restored default', whole.restored, restored],
    ] as const) {
      if (one.instructions !== another.instructions) {
        throw new InputError(
          `${firstFile} and ${file} are not of one study: the ${what} takes ${one.instructions} and ${another.instructions} instructions`,
        );
      }
    }
  }
  const rows = studies.flatMap(([, { variants }]) => variants);
  const twice = rows.find(({ name }, place) => rows.findIndex((row) => row.name === name) < place);
  if (twice !== undefined)
    throw new InputError(`the row ${twice.name} is in two of the studies: leave one out`);
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length);
  // What moved since an earlier study was said of each piece alone.
  const { version, title, created, reference, phases, calls, sampleInterval, stacks, cold, restored } = whole;
  return {
    ...{ version, title, created, reference, phases, calls, sampleInterval, stacks, cold, restored },
    environment: { ...whole.environment, 'merged from': `${studies.length} studies` },
    variants: [...rows].sort((a, b) => place(a.name) - place(b.name)),
  };
}
