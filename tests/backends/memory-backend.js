/** A backend in a few lines: what the contract in `js/backend.ts` asks for, over a Map, each answer a moment late. */
export class MemoryBackend {
  #contexts = new Map();
  #late;

  constructor(late = () => new Promise((resolve) => setTimeout(resolve, 1))) {
    this.#late = late;
  }

  async load(id) {
    await this.#late();
    const found = this.#contexts.get(id);
    if (found === undefined) return null;
    if (found.tombstoneUntil !== undefined) return { head: found.head, deleted: true };
    const { head, snapshot, tail, insertedAt } = found;
    return { head, snapshot, tail: [...tail], insertedAt };
  }

  async since(id, have) {
    await this.#late();
    const found = this.#contexts.get(id);
    if (found === undefined || found.tombstoneUntil !== undefined) return { kind: "gone" };
    return this.#news(found, have);
  }

  async commit(id, { base, head, reset, entries, snapshot, expiresAt, deltasExpireAt, keep }) {
    await this.#late();
    const found = this.#contexts.get(id);
    const isThere = found !== undefined && found.tombstoneUntil === undefined;
    // The same commit, sent a second time.
    if (isThere && isSame(found.head, head)) return { ok: true };
    // A tombstone has the head of what was deleted: only a new lineage may follow it.
    if (!isSame(found?.head ?? null, base) || !(isThere || reset)) {
      const news = isThere && base !== null ? this.#news(found, base) : { kind: "reload" };
      return { ok: false, head: found?.head ?? null, tail: news.kind === "tail" ? news.entries : "reload" };
    }
    const before = reset || found === undefined ? { tail: [], snapshot: undefined } : found;
    const stored = {
      head,
      snapshot: snapshot === undefined ? before.snapshot : { version: head.version, context: snapshot },
      tail: [...before.tail, ...entries],
      insertedAt: entries.at(-1).insertedAt,
      expiresAt,
      deltasExpireAt,
    };
    this.#contexts.set(id, stored);
    trim(stored, keep);
    return { ok: true };
  }

  async remove(id, { head, expiredBefore, tombstoneUntil }) {
    await this.#late();
    const found = this.#contexts.get(id);
    if (found === undefined) return null;
    if (found.tombstoneUntil !== undefined) {
      if (expiredBefore === undefined || found.tombstoneUntil > expiredBefore) return null;
      this.#contexts.delete(id);
      return found.head;
    }
    const isMeant = expiredBefore === undefined ? isSame(found.head, head) : found.expiresAt !== null && found.expiresAt <= expiredBefore;
    if (!isMeant) return null;
    this.#contexts.set(id, { head: found.head, tombstoneUntil });
    return found.head;
  }

  async trim(id, keep, deltasTtl) {
    await this.#late();
    const found = this.#contexts.get(id);
    if (found === undefined || found.tombstoneUntil !== undefined) return 0;
    const dropped = trim(found, keep);
    // Entries that had to stay for the snapshot are not due again.
    const oldest = found.tail.find(({ insertedAt }) => keep.after === null || insertedAt > keep.after);
    found.deltasExpireAt = oldest === undefined || deltasTtl === null ? null : oldest.insertedAt + deltasTtl;
    return dropped;
  }

  async expired(before, limit) {
    await this.#late();
    const due = [];
    for (const [id, { expiresAt, deltasExpireAt, tombstoneUntil }] of this.#contexts) {
      if (tombstoneUntil !== undefined) due.push({ at: tombstoneUntil, id, kind: "tombstone" });
      else if (expiresAt !== null && expiresAt <= before) due.push({ at: expiresAt, id, kind: "context" });
      else if (deltasExpireAt !== null) due.push({ at: deltasExpireAt, id, kind: "deltas" });
    }
    const past = due.filter(({ at }) => at <= before).sort((one, other) => one.at - other.at);
    return past.slice(0, limit).map(({ id, kind }) => ({ id, kind }));
  }

  async list({ limit, cursor, order, prefix }) {
    await this.#late();
    const live = [...this.#contexts].filter(([, { tombstoneUntil }]) => tombstoneUntil === undefined).map(([id]) => id);
    const direction = order === "desc" ? -1 : 1;
    const ids = live
      .filter((id) => id.startsWith(prefix) && (cursor === undefined || compareUtf8(id, cursor) * direction > 0))
      .sort((one, other) => compareUtf8(one, other) * direction);
    const page = ids.slice(0, limit);
    return ids.length > limit ? { ids: page, cursor: page.at(-1) } : { ids: page };
  }

  #news(found, have) {
    if (isSame(found.head, have)) return { kind: "same" };
    const start = found.tail.findIndex(({ version, previous }) => version === have.version + 1 && previous === have.revision);
    return start === -1 ? { kind: "reload" } : { kind: "tail", entries: found.tail.slice(start) };
  }
}

const encoder = new TextEncoder();

function compareUtf8(one, other) {
  const [a, b] = [encoder.encode(one), encoder.encode(other)];
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at === -1 ? a.length - b.length : a[at] - (b[at] ?? -1);
}

function isSame(one, other) {
  return one === other || (one?.version === other?.version && one?.revision === other?.revision);
}

/** Drops the oldest entries that `keep` doesn't cover, up to the snapshot's. */
function trim(stored, { count, bytes, after }) {
  let dropped = 0;
  const size = () => stored.tail.reduce((sum, { delta }) => sum + delta.length, 0);
  while (stored.tail.length > 0) {
    const [oldest] = stored.tail;
    const isOver =
      (count !== null && stored.tail.length > count) ||
      (after !== null && oldest.insertedAt <= after) ||
      (bytes !== null && size() > bytes);
    if (!isOver || oldest.version > stored.snapshot.version) break;
    stored.tail.shift();
    dropped += 1;
  }
  return dropped;
}
