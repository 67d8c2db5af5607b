/** One order made of many: the first items of sorted lists that each give a page at a time. */

/** A page of one list. */
export interface Part<T> {
  readonly items: readonly T[];
  /** Whether more may follow. */
  readonly hasMore: boolean;
}

/**
 * The first `limit` items of all lists together, and whether there are more.
 *
 * @param read gives the next page of each of the lists asked for; `last` is the item to go on after, `count` how many there have been
 */
export async function firstOf<T>(
  lists: number,
  limit: number,
  compare: (one: T, other: T) => number,
  read: (
    asked: readonly number[],
    size: number,
    last: (list: number) => T | undefined,
    count: (list: number) => number,
  ) => Promise<readonly Part<T>[]>,
): Promise<{ items: T[]; hasMore: boolean }> {
  // Spread evenly, twice a list's share is mostly enough, and the first page that many lists give is small.
  const size = Math.min(limit + 1, 2 * Math.ceil((limit + 1) / lists) + 2);
  const last: (T | undefined)[] = [];
  const counts: number[] = [];
  const pool: T[] = [];
  let open = Array.from({ length: lists }, (_, list) => list);
  let asked = open;
  for (;;) {
    const parts = await read(
      asked,
      size,
      (list) => last[list],
      (list) => counts[list] ?? 0,
    );
    const ended = new Set<number>();
    for (const [index, list] of asked.entries()) {
      const { items, hasMore } = parts[index] as Part<T>;
      for (const item of items) pool.push(item);
      if (items.length > 0) last[list] = items[items.length - 1];
      counts[list] = (counts[list] ?? 0) + items.length;
      if (!hasMore) ended.add(list);
    }
    open = open.filter((list) => !ended.has(list));
    pool.sort(compare);
    // Only a list whose last item comes before the last one wanted may have something to add.
    const bound = pool[limit];
    asked = bound === undefined ? open : open.filter((list) => compare(last[list] as T, bound) < 0);
    if (asked.length === 0) return { items: pool.slice(0, limit), hasMore: pool.length > limit };
  }
}
