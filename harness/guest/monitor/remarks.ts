/** What a guest does against the protocol and Nanvix's own monitor passes over: told once for each kind of it, for a log. */

/** Says in a few words what was passed over. */
export type Remark = (what: string) => void;

/** A remark that is handed on only the first time it is made. */
export function onceEach(handOn: Remark | undefined): Remark {
  const made = new Set<string>();
  return (what) => {
    if (handOn === undefined || made.has(what)) return;
    made.add(what);
    handOn(what);
  };
}
