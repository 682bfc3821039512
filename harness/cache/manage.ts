/** Lists and empties the user's store, for those who ask for it. */
import { cacheUnwritable } from '../../images/build/errors.ts';
import { cacheRoot } from '../../images/build/paths.ts';
import { clearStore, kindNames, listStore, pruneStore } from '../../images/store/contents.ts';
import type { KindContents, Removed } from '../../images/store/contents.ts';

export type { KindContents, Removed } from '../../images/store/contents.ts';

/** What is kept, by kind. */
export const listCache = (): KindContents[] => listStore(cacheRoot());

/** Removes what is beyond its kind's limits, and what processes that died and earlier versions left. @throws BuildError */
export const pruneCache = (): Removed => removing(() => pruneStore(cacheRoot()));

/** Names that {@link clearCache} takes. */
export const cacheKinds: readonly string[] = kindNames;

/** Removes all of a kind, or of every kind. @throws BuildError */
export const clearCache = (kind?: string): Removed => removing(() => clearStore(cacheRoot(), kind));

function removing(remove: () => Removed): Removed {
  try {
    return remove();
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw cacheUnwritable(cacheRoot(), error);
    throw error;
  }
}
