/** Work on many things, a few at a time, in order. */

/**
 * Results of `work` for each item, in the items' order. At most `limit` are under way at once, and the next item is not
 * taken from its iterable before there is room: what waits is never held in memory. The first failure ends it.
 */
export async function mapBounded<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const started: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item, started.length);
    // Looked at again below, in order; until then a failure must not count as unhandled.
    result.catch(() => undefined);
    started.push(result);
    await started[started.length - limit];
  }
  return Promise.all(started);
}
