/** Lists and empties the user's store, for those who ask for it. */
import { cacheRoot } from '../../images/build/paths.ts';
import { clearStore, kindNames, listStore, pruneStore } from '../../images/store/contents.ts';
import type { KindContents, Removed } from '../../images/store/contents.ts';

export type { KindContents, Removed } from '../../images/store/contents.ts';

/** What is kept, by kind. */
export const listCache = (): KindContents[] => listStore(cacheRoot());

/** Removes what is beyond its kind's limits, and what processes that died and earlier versions left. */
export const pruneCache = (): Removed => pruneStore(cacheRoot());

/** Names that {@link clearCache} takes. */
export const cacheKinds: readonly string[] = kindNames;

/** Removes all of a kind, or of every kind. */
export const clearCache = (kind?: string): Removed => clearStore(cacheRoot(), kind);
