/**
 * What is kept between processes, for the rooms above: open this first. Everything goes through the store of `images/store`,
 * which lies there because the build of the guest's files keeps most, and `images` may not look into the harness; the emulator
 * is handed the same store, since it knows of no folder.
 */
import { cacheRoot } from '../../images/build/paths.ts';
import { Store } from '../../images/store/store.ts';

export { Store } from '../../images/store/store.ts';

const stores = new Map<string, Store>();

/** The user's store: one object for each folder that `NANVIX_V86_CACHE` names in the life of a process. */
export function userStore(): Store {
  const root = cacheRoot();
  let store = stores.get(root);
  if (store === undefined) stores.set(root, (store = new Store(root)));
  return store;
}
