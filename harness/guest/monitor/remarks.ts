/** What a guest does against the protocol and Nanvix's own monitor passes over: logged once for each kind of it. */
import type { Log } from '../log.ts';

/** Says in a few words what was passed over. */
export type Remark = (what: string) => void;

/** Remarks that are logged the first time they are made. */
export function remarksInto(log: Log): Remark {
  const made = new Set<string>();
  return (what) => {
    if (log.debug === undefined || made.has(what)) return;
    made.add(what);
    log.debug(`passed over: ${what}`);
  };
}
