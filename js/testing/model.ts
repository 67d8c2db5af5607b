/** What a backend has to do, in its plainest form: the measure for random histories. */
import type { Commit, Committed, Entry, Expired, Head, Keep, News, Page, Removal, Stored } from "../backend.js";

interface Live {
  readonly head: Head;
  readonly snapshot: { readonly version: number; readonly context: string };
  readonly tail: readonly Entry[];
  readonly insertedAt: number;
  readonly expiresAt: number | null;
  readonly deltasExpireAt: number | null;
}

interface Tombstone {
  readonly head: Head;
  readonly until: number;
}

const isSame = (one: Head | null, other: Head | null): boolean =>
  one === null || other === null ? one === other : one.version === other.version && one.revision === other.revision;

function trimmed({ tail, snapshot }: Pick<Live, "tail" | "snapshot">, { count, bytes, after }: Keep): readonly Entry[] {
  const left = [...tail];
  for (let oldest = left[0]; oldest !== undefined && oldest.version <= snapshot.version; oldest = left[0]) {
    const size = left.reduce((sum, { delta }) => sum + delta.length, 0);
    const isOver = left.length > (count ?? Number.POSITIVE_INFINITY) || size > (bytes ?? Number.POSITIVE_INFINITY);
    if (!isOver && !(after !== null && oldest.insertedAt <= after)) break;
    left.shift();
  }
  return left;
}

export class Model {
  readonly #rows = new Map<string, Live | Tombstone>();

  #live(id: string): Live | undefined {
    const row = this.#rows.get(id);
    return row === undefined || "until" in row ? undefined : row;
  }

  head(id: string): Head | null {
    return this.#rows.get(id)?.head ?? null;
  }

  load(id: string): Stored | null {
    const row = this.#rows.get(id);
    if (row === undefined) return null;
    if ("until" in row) return { head: row.head, deleted: true };
    const { head, snapshot, tail, insertedAt } = row;
    return { head, snapshot, tail, insertedAt };
  }

  since(id: string, have: Head): News {
    const live = this.#live(id);
    if (live === undefined) return { kind: "gone" };
    if (isSame(live.head, have)) return { kind: "same" };
    const from = live.tail.findIndex(({ version, previous }) => version === have.version + 1 && previous === have.revision);
    return from === -1 ? { kind: "reload" } : { kind: "tail", entries: live.tail.slice(from) };
  }

  commit(id: string, { base, head, reset, entries, snapshot, expiresAt, deltasExpireAt, keep }: Commit): Committed {
    const live = this.#live(id);
    if (live !== undefined && isSame(live.head, head)) return { ok: true };
    if (!isSame(this.head(id), base) || (live === undefined && reset !== true)) {
      const news = base === null ? undefined : this.since(id, base);
      return { ok: false, head: this.head(id), tail: news?.kind === "tail" ? news.entries : "reload" };
    }
    const before = reset === true ? undefined : live;
    const after = {
      head,
      snapshot: snapshot === undefined && before !== undefined ? before.snapshot : { version: head.version, context: snapshot ?? "" },
      tail: [...(before?.tail ?? []), ...entries],
      insertedAt: entries.at(-1)?.insertedAt ?? 0,
      expiresAt,
      deltasExpireAt,
    };
    this.#rows.set(id, { ...after, tail: trimmed(after, keep) });
    return { ok: true };
  }

  remove(id: string, { head, expiredBefore, tombstoneUntil }: Removal): Head | null {
    const row = this.#rows.get(id);
    if (row === undefined) return null;
    const time = "until" in row ? row.until : row.expiresAt;
    const isMeant =
      expiredBefore === undefined ? !("until" in row) && isSame(row.head, head ?? null) : time !== null && time <= expiredBefore;
    if (!isMeant) return null;
    if ("until" in row) this.#rows.delete(id);
    else this.#rows.set(id, { head: row.head, until: tombstoneUntil });
    return row.head;
  }

  trim(id: string, keep: Keep, deltasTtl: number | null): number {
    const live = this.#live(id);
    if (live === undefined) return 0;
    const tail = trimmed(live, keep);
    const oldest = tail.find(({ insertedAt }) => keep.after === null || insertedAt > keep.after);
    const deltasExpireAt = oldest === undefined || deltasTtl === null ? null : oldest.insertedAt + deltasTtl;
    this.#rows.set(id, { ...live, tail, deltasExpireAt });
    return live.tail.length - tail.length;
  }

  /** All that is due, in no order; contexts that have expired without their deltas. */
  expired(before: number): readonly Expired[] {
    const due: Expired[] = [];
    for (const [id, row] of this.#rows) {
      const isOver = (time: number | null): boolean => time !== null && time <= before;
      if ("until" in row) {
        if (isOver(row.until)) due.push({ id, kind: "tombstone" });
      } else if (isOver(row.expiresAt)) due.push({ id, kind: "context" });
      else if (isOver(row.deltasExpireAt)) due.push({ id, kind: "deltas" });
    }
    return due;
  }

  /** The ids of contexts, in no order. */
  ids({ prefix }: Pick<Page, "prefix">): readonly string[] {
    return [...this.#rows.keys()].filter((id) => id.startsWith(prefix) && this.#live(id) !== undefined);
  }
}
