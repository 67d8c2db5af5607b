/** A backend whose every answer is looked at: its shape, and that it makes sense by itself. */
import type { Backend, Commit, Committed, Entry, Expired, Head, Keep, News, Page, Removal, Stored } from "../backend.js";
import { BrokenContract, holds, same, shown } from "./contract.js";

type Fields = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);

const isHead = (value: unknown): value is Head =>
  isObject(value) && isWhole(value.version) && typeof value.revision === "string" && value.revision !== "";

const isEntry = (value: unknown): value is Entry =>
  isHead(value) &&
  typeof (value as Partial<Entry>).previous === "string" &&
  typeof (value as Partial<Entry>).delta === "string" &&
  isTime((value as Partial<Entry>).insertedAt);

/** @throws BrokenContract where entries don't lead from `from`, where that is known, to `to` */
function checkChain(rule: string, entries: readonly Entry[], from: Head | undefined, to: Head | undefined): void {
  const shape = "entries of a version, a revision, the previous one, a delta's text and a time";
  for (const entry of entries) holds(isEntry(entry), `${rule}: each entry is one`, shape, entry);
  let before = from;
  for (const entry of entries) {
    if (before !== undefined) {
      const next = `version ${before.version + 1} after the revision ${shown(before.revision)}`;
      const leadsOn = entry.version === before.version + 1 && entry.previous === before.revision;
      holds(leadsOn, `${rule}: entries follow each other without a gap, oldest first`, next, entry);
    }
    before = entry;
  }
  if (to !== undefined) same(`${rule}: the entries lead up to the head`, before, { version: to.version, revision: to.revision });
}

function checkStored(stored: unknown): Stored | null {
  const rule = "load";
  if (stored === null) return null;
  holds(isObject(stored), `${rule}: the answer is a context, a tombstone or null`, "an object or null", stored);
  holds(isHead(stored.head), `${rule}: the answer has the head`, "{ version, revision } as head", stored);
  if ("deleted" in stored) {
    same(`${rule}: a tombstone is marked as deleted`, stored.deleted, true);
    return stored as unknown as Stored;
  }
  const { snapshot, tail, insertedAt, head } = stored as Partial<Extract<Stored, { snapshot: object }>> & { head: Head };
  const isSnapshot = isObject(snapshot) && isWhole(snapshot.version) && typeof snapshot.context === "string";
  holds(isSnapshot, `${rule}: a context has a snapshot`, "{ version, context: text } as snapshot", snapshot);
  holds(Array.isArray(tail), `${rule}: a context has a tail`, "an array of entries as tail", tail);
  holds(isTime(insertedAt), `${rule}: a context tells when its newest entry was committed`, "a number as insertedAt", insertedAt);
  const ofSnapshot = `a version up to the head's, ${head.version}`;
  holds(snapshot.version <= head.version, `${rule}: the snapshot is of the head's version or an earlier one`, ofSnapshot, snapshot.version);
  checkChain(rule, tail, undefined, tail.length === 0 ? undefined : head);
  const oldest = tail[0]?.version ?? head.version + 1;
  const noLater = `entries from version ${snapshot.version + 1} on, or from an earlier one`;
  holds(oldest <= snapshot.version + 1, `${rule}: no entry after the snapshot is missing`, noLater, oldest > head.version ? "none" : tail);
  const newest = tail.at(-1);
  if (newest !== undefined) same(`${rule}: insertedAt is the newest entry's`, insertedAt, newest.insertedAt);
  return stored as unknown as Stored;
}

function checkNews(news: unknown, have: Head): News {
  const kinds = ["same", "gone", "reload", "tail"];
  const isNews = isObject(news) && kinds.includes(news.kind as string);
  holds(isNews, "since: the answer says what kind of news it is", `one of ${kinds.join(", ")} as kind`, news);
  if (news.kind !== "tail") return news as News;
  holds(Array.isArray(news.entries) && news.entries.length > 0, "since: a tail has entries", "entries, one or more", news);
  checkChain("since: a tail leads on from what is asked about", news.entries as Entry[], have, undefined);
  return news as unknown as News;
}

function checkCommitted(answer: unknown, { base }: Commit): Committed {
  const isAnswer = isObject(answer) && typeof answer.ok === "boolean";
  holds(isAnswer, "commit: the answer says whether it is stored", "{ ok: true } or { ok: false, … }", answer);
  if (answer.ok === true) return { ok: true };
  const { head, tail } = answer as Partial<Extract<Committed, { ok: false }>>;
  holds(
    head === undefined || head === null || isHead(head),
    "commit: a conflict's head is one",
    "{ version, revision }, null or nothing",
    head,
  );
  if (tail === undefined || tail === "reload") return answer as unknown as Committed;
  const rule = "commit: a conflict's tail leads on from base";
  holds(Array.isArray(tail) && tail.length > 0, rule, 'entries, one or more, or "reload", or nothing', tail);
  holds(base !== null, rule, "no entries where base is null", tail);
  checkChain(rule, tail as Entry[], base, head ?? undefined);
  return answer as unknown as Committed;
}

/** The backend as claims use it. */
export class Checked implements Backend {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(id: string): Promise<Stored | null> {
    return checkStored(await this.#backend.load(id));
  }

  async since(id: string, have: Head): Promise<News> {
    return checkNews(await this.#backend.since(id, have), have);
  }

  async commit(id: string, commit: Commit): Promise<Committed> {
    return checkCommitted(await this.#backend.commit(id, commit), commit);
  }

  async remove(id: string, which: Removal): Promise<Head | null> {
    const gone: unknown = await this.#backend.remove(id, which);
    if (gone === null || gone === false) return null;
    holds(isHead(gone), "remove: the answer is the head that went, or null", "{ version, revision }, null or false", gone);
    return gone;
  }

  async trim(id: string, keep: Keep, deltasTtl: number | null): Promise<number> {
    const trimmed: unknown = await this.#backend.trim(id, keep, deltasTtl);
    holds(isWhole(trimmed), "trim: the answer is how many entries went", "a whole number", trimmed);
    return trimmed as number;
  }

  async expired(before: number, limit: number): Promise<readonly Expired[]> {
    const due: unknown = await this.#backend.expired(before, limit);
    holds(Array.isArray(due), "expired: the answer is a list", "an array", due);
    for (const one of due) {
      const isOne = isObject(one) && typeof one.id === "string" && ["context", "deltas", "tombstone"].includes(one.kind as string);
      holds(isOne, "expired: what is due has an id and a kind", "{ id, kind }", one);
    }
    holds(due.length <= limit, "expired: no more than the limit", `at most ${limit}`, due);
    return due;
  }

  async list(page: Page): Promise<{ readonly ids: readonly string[]; readonly cursor?: string | undefined }> {
    const listed: unknown = await this.#backend.list(page);
    const isPage = isObject(listed) && Array.isArray(listed.ids) && listed.ids.every((id) => typeof id === "string");
    holds(isPage, "list: the answer has ids", "an array of strings as ids", listed);
    const { ids, cursor } = listed as { readonly ids: readonly string[]; readonly cursor?: unknown };
    holds(ids.length <= page.limit, "list: no more than the limit", `at most ${page.limit}`, ids);
    holds(cursor === undefined || typeof cursor === "string", "list: a cursor is a text", "a string or nothing", cursor);
    holds(cursor === undefined || ids.length > 0, "list: what has a cursor has ids, for the last is where to go on", "ids", listed);
    return listed as { readonly ids: readonly string[]; readonly cursor?: string | undefined };
  }

  async watch(id: string | null, listener: (id: string | null) => void): Promise<() => void> {
    if (this.#backend.watch === undefined) {
      throw new BrokenContract("watch: the backend tells of commits", 'a method watch, or lacks: ["watching"]', "none");
    }
    const end: unknown = await this.#backend.watch(id, listener);
    holds(typeof end === "function", "watch: the answer ends it", "a function", end);
    return end as () => void;
  }
}
