/** Marks of runs that were made: who does something once does not wait for what only the next time would gain by. */
import { userStore } from '../cache/index.ts';

/** Whether this was asked before with the same key, in this process or an earlier one. Leaves a mark for the next. */
export function isRepeated(key: string): boolean {
  const store = userStore();
  if (store.digestOf('runs', key) !== undefined) return true;
  store.write('runs', key, new Uint8Array(0));
  return false;
}
