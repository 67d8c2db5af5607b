/** The backend: what the contract asks for, said in scripts. */
import type { Backend, Commit, Committed, Entry, Expired, Head, Keep, News, Page, Removal, Stored } from "../backend.js";
import { ChordError } from "../error.js";
import { compareUtf8 } from "../utf8-order.js";
import { Batches, type Waiting } from "./batches.js";
import { Calls, commandOf, type Replication, type Script, script } from "./calls.js";
import type { Link } from "./clients.js";
import { failure, isPassing, refusalIn } from "./failures.js";
import { type Bucket, bucketOf, bucketsOf } from "./keys.js";
import { check } from "./opening.js";
import { firstOf } from "./pages.js";
import * as scripts from "./scripts.js";
import { Watcher } from "./watch.js";

/** The options, checked and with every default in its place. */
export interface Settings {
  readonly namespace: string;
  readonly retryFor: number;
  readonly waitReplicas: Replication | undefined;
  readonly warn: (message: string) => void;
}

/**
 * Who creates a context takes a few tombstones along that ended so long ago: a day in seconds, a minute and a half in milliseconds. Writers' clocks differ, and
 * a tombstone may stay for longer, not for less.
 */
const sweepMargin = 86_400;

const commitScript = script(scripts.commit);
const sinceScript = script(scripts.since);
const loadScript = script(scripts.load);
const removeScript = script(scripts.remove);
const trimScript = script(scripts.trim);
const dueScript = script(scripts.due);
const listScript = script(scripts.list);

/** An entry as a script answers it: its id in the stream, and its fields with their names. */
type Row = readonly [string, readonly string[]];
/** An answer of several parts, the first of which says what they are. */
type Parts = readonly [string, ...unknown[]];

const text = (value: number | null): string => (value === null ? "" : String(value));

function entryOf([id, fields]: Row): Entry {
  const [, revision, , previous, , insertedAt, , delta] = fields as [string, string, string, string, string, string, string, string];
  return { version: Number(id.slice(0, -2)), revision, previous, delta, insertedAt: Number(insertedAt) };
}

/** A tombstone is a word, the version and the revision, which may have spaces of its own. */
function headOf(tombstone: string): Head {
  const [word = "", version = ""] = tombstone.split(" ", 2);
  return { version: Number(version), revision: tombstone.slice(word.length + version.length + 2) };
}

const entriesOf = (rows: unknown): Entry[] => (rows as readonly Row[]).map(entryOf);

/** @throws Refusal */
function newsOf(answer: string | Parts): News {
  const refusal = refusalIn(answer);
  if (refusal !== undefined) throw refusal;
  switch (typeof answer === "string" ? answer : answer[0]) {
    case "s":
      return { kind: "same" };
    case "g":
      return { kind: "gone" };
    case "t":
      return { kind: "tail", entries: entriesOf(answer[1]) };
    default:
      return { kind: "reload" };
  }
}

/** @throws Refusal */
function committedOf(answer: string | Parts): Committed {
  if (answer === "k") return { ok: true };
  const refusal = refusalIn(answer);
  if (refusal !== undefined) throw refusal;
  const [, version, revision, tail] = answer as Parts;
  const head = version === "" ? {} : { head: { version: Number(version), revision: String(revision) } };
  const news = newsOf(tail as string | Parts);
  return { ok: false, ...head, tail: news.kind === "tail" ? news.entries : "reload" };
}

interface CommitItem {
  readonly id: string;
  readonly commit: Commit;
}

interface SinceItem {
  readonly id: string;
  readonly have: Head;
}

/** Calls that are sent together, since when, and for which time. */
interface Sending<T, A> {
  readonly group: readonly Waiting<T, A>[];
  readonly started: number;
  readonly attempt: number;
}

const firstTime = <T, A>(group: readonly Waiting<T, A>[]): Sending<T, A> => ({ group, started: performance.now(), attempt: 0 });

function rejectAll<T, A>(group: readonly Waiting<T, A>[], reason: unknown): void {
  for (const { reject } of group) reject(reason);
}

/**
 * What became of a commit. Where an answer was lost, the conflict may be with the commit itself and those that came after it; unless the log
 * tells, whoever asks has to know that.
 */
function certain(committed: Committed, isAgain: boolean): Committed {
  if (!isAgain || committed.ok || Array.isArray(committed.tail)) return committed;
  throw new ChordError(
    "backend_unavailable",
    "an answer of Redis was lost, and the log doesn't tell any more whether this was stored; read it again",
  );
}

export class RedisContexts implements Backend {
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #calls: Calls;
  readonly #buckets: readonly Bucket[];
  readonly #publish: string;
  readonly #watcher: Watcher;
  readonly #commits: Batches<CommitItem, Committed>;
  readonly #sinces: Batches<SinceItem, News>;
  readonly #own = crypto.randomUUID().slice(0, 13);
  #words = 0;
  #users = 0;

  constructor(link: Link, settings: Settings) {
    this.#settings = settings;
    this.#link = link;
    this.#calls = new Calls(link, settings.retryFor);
    this.#buckets = bucketsOf(settings.namespace);
    this.#publish = link.isCluster ? "SPUBLISH" : "PUBLISH";
    this.#watcher = new Watcher(this.#calls, this.#buckets);
    this.#commits = new Batches(link.isCluster, (group) => this.#sendCommits(firstTime(group)));
    this.#sinces = new Batches(link.isCluster, (group) => this.#sendSinces(firstTime(group)));
  }

  commit(id: string, commit: Commit): Promise<Committed> {
    let weight = id.length + (commit.snapshot?.length ?? 0);
    for (const { delta } of commit.entries) weight += delta.length;
    return this.#commits.add({ id, commit }, bucketOf(id), weight);
  }

  since(id: string, have: Head): Promise<News> {
    return this.#sinces.add({ id, have }, bucketOf(id), 0);
  }

  async load(id: string): Promise<Stored | null> {
    const { context, snapshot, log, tombstones } = this.#bucket(id);
    const command = commandOf([context + id, snapshot + id, log + id, tombstones], [id]);
    const answer = (await this.#calls.ask(loadScript, command)) as Parts;
    switch (answer[0]) {
      case "x":
        return this.#storedOf(id, answer);
      case "d":
        return { head: headOf(String(answer[1])), deleted: true };
      default:
        return null;
    }
  }

  async remove(id: string, { head, expiredBefore, tombstoneUntil }: Removal): Promise<Head | null> {
    const { context, snapshot, log, due, ids, tombstones, ends } = this.#bucket(id);
    const keys = [context + id, snapshot + id, log + id, due, ids, tombstones, ends];
    const which = [text(head?.version ?? null), head?.revision ?? "", text(expiredBefore ?? null), this.#word()];
    const command = commandOf(keys, [id, this.#publish, String(tombstoneUntil), ...which]);
    const answer = (await this.#calls.ask(removeScript, command)) as Parts;
    return answer[0] === "h" ? headOf(String(answer[1])) : null;
  }

  async trim(id: string, keep: Keep, deltasTtl: number | null): Promise<number> {
    const { context, log, due } = this.#bucket(id);
    const args = [id, text(keep.count), text(keep.bytes), text(keep.after), text(deltasTtl)];
    return Number(await this.#calls.ask(trimScript, commandOf([context + id, log + id, due], args)));
  }

  async expired(before: number, limit: number): Promise<readonly Expired[]> {
    if (limit < 1) return [];
    const lists = 2 * this.#buckets.length;
    type Due = { readonly at: number; readonly expired: Expired };
    const partOf = (list: number, reply: readonly string[], size: number) => {
      const items: Due[] = [];
      for (let at = 0; at < reply.length; at += 2) {
        const member = reply[at] as string;
        const expired: Expired =
          list % 2 === 1 ? { id: member, kind: "tombstone" } : { id: member.slice(1), kind: member.startsWith("c") ? "context" : "deltas" };
        items.push({ at: Number(reply[at + 1]), expired });
      }
      return { items, hasMore: items.length === size };
    };
    const { items } = await firstOf<Due>(
      lists,
      limit,
      (one, other) => one.at - other.at,
      async (asked, size, _last, count) => {
        const keys = asked.map((list) => this.#buckets[list >> 1]?.[list % 2 === 1 ? "ends" : "due"] as string);
        const skips = asked.map((list) => String(count(list)));
        const replies = await this.#ask(dueScript, keys, [String(before), String(size)], skips);
        return asked.map((list, index) => partOf(list, replies[index] as readonly string[], size));
      },
    );
    return items.map(({ expired }) => expired);
  }

  async list({ limit, cursor, order, prefix }: Page): Promise<{ ids: readonly string[]; cursor?: string }> {
    if (limit < 1) return { ids: [] };
    const direction = order === "desc" ? -1 : 1;
    let start = "";
    if (cursor?.startsWith(prefix)) start = cursor;
    // Before the first id with the prefix it is as good as none, behind the last nothing follows.
    else if (cursor !== undefined && compareUtf8(cursor, prefix) * direction > 0) return { ids: [] };
    const { items, hasMore } = await firstOf<string>(
      this.#buckets.length,
      limit,
      (one, other) => compareUtf8(one, other) * direction,
      async (asked, size, last) => {
        const keys = asked.map((list) => (this.#buckets[list] as Bucket).ids);
        const starts = asked.map((list) => last(list) ?? start);
        const replies = await this.#ask(listScript, keys, [order, String(size), prefix], starts);
        return replies.map((ids) => ({ items: ids as readonly string[], hasMore: ids.length === size }));
      },
    );
    return hasMore ? { ids: items, cursor: items[items.length - 1] as string } : { ids: items };
  }

  watch(...[id, listener]: Parameters<Required<Backend>["watch"]>): Promise<() => void> {
    return this.#watcher.watch(id, listener);
  }

  async open(): Promise<void> {
    await this.#calls.attempt(() => check(this.#link, this.#settings, this.#publish, this.#buckets));
    this.#users += 1;
  }

  /** The last of those that have opened it ends listening. */
  async close(): Promise<void> {
    this.#users -= 1;
    if (this.#users <= 0) this.#watcher.close();
  }

  /** One that nobody uses a second time. */
  #word(): string {
    this.#words += 1;
    return `${this.#own}-${this.#words.toString(36)}`;
  }

  #bucket(id: string): Bucket {
    return this.#buckets[bucketOf(id)] as Bucket;
  }

  /** Asks a script about many keys, each with an argument of its own: at once on a server, key by key in a cluster. */
  async #ask(asked: Script, keys: readonly string[], common: readonly string[], own: readonly string[]): Promise<(readonly string[])[]> {
    if (!this.#link.isCluster) {
      return (await this.#calls.ask(asked, commandOf(keys, [...common, ...own]))) as string[][];
    }
    const answers = keys.map((key, index) => this.#calls.ask(asked, commandOf([key], [...common, own[index] as string])));
    return (await Promise.all(answers)).map((answer) => (answer as string[][])[0] as string[]);
  }

  #storedOf(id: string, [, version, revision, snapshotVersion, insertedAt, rows, context]: Parts): Stored {
    const head = { version: Number(version), revision: String(revision) };
    const snapshot = { version: Number(snapshotVersion), context: context as string };
    const tail = entriesOf(rows);
    const known = tail.length === 0 ? snapshot.version : (tail[tail.length - 1] as Entry).version;
    const isTorn = tail.length > 0 && (tail[0] as Entry).version > snapshot.version + 1;
    if (typeof context !== "string" || Math.max(known, snapshot.version) !== head.version || isTorn) {
      const key = `${this.#bucket(id).context}${id}`;
      throw new ChordError(
        "backend_error",
        `the context at key ${JSON.stringify(key)} has lost its ${typeof context === "string" ? "log" : "snapshot"}: Redis has evicted keys or somebody deleted them; ` +
          "set maxmemory-policy to noeviction and delete that key, too",
      );
    }
    return { head, snapshot, tail, insertedAt: Number(insertedAt) };
  }

  /** Hands each its answer; one that is an error harms no other. Those that were refused for a moment go to `again`. */
  #settle<T, A>({ group, started, attempt }: Sending<T, A>, answerOf: (index: number) => A, again: (sending: Sending<T, A>) => void): void {
    const refused = new Map<Waiting<T, A>, unknown>();
    for (const [index, waiting] of group.entries()) {
      try {
        waiting.resolve(answerOf(index));
      } catch (reason) {
        if (isPassing(reason)) refused.set(waiting, reason);
        else waiting.reject(failure(reason));
      }
    }
    const [first] = refused.values();
    if (first === undefined) return;
    this.#calls.bear(first, attempt, started).then(
      () => again({ group: [...refused.keys()], started, attempt: attempt + 1 }),
      () => {
        for (const [{ reject }, reason] of refused) reject(failure(reason));
      },
    );
  }

  #sendCommits(sending: Sending<CommitItem, Committed>): void {
    const { group, started } = sending;
    const replication = this.#settings.waitReplicas;
    const keys: string[] = [];
    const args = [String(group.length), `${this.#link.isCluster ? "S" : ""}${replication === undefined ? "" : "W"}`];
    let swept: readonly [Bucket, string] | undefined;
    for (const { item, bucket: number } of group) {
      const { id, commit } = item;
      const { base, reset, entries, snapshot, expiresAt, deltasExpireAt, keep } = commit;
      const bucket = this.#buckets[number] as Bucket;
      keys.push(bucket.context + id, bucket.log + id, bucket.due);
      if (snapshot !== undefined) keys.push(bucket.snapshot + id);
      if (reset) {
        keys.push(bucket.ids, bucket.tombstones, bucket.ends);
        swept = [bucket, String((entries[entries.length - 1] as Entry).insertedAt - sweepMargin)];
      }
      const kind = reset ? "r" : snapshot === undefined ? "a" : "s";
      const start = `${kind} ${entries.length} ${base === null ? "" : base.version}`;
      const kept = `${text(keep.count)} ${text(keep.bytes)} ${text(keep.after)}`;
      args.push(
        id,
        base === null ? "" : base.revision,
        (entries[0] as Entry).previous,
        `${start} ${text(expiresAt)} ${text(deltasExpireAt)} ${kept}`,
      );
      for (const { version, revision, insertedAt, delta } of entries) args.push(`${version}-0`, revision, String(insertedAt), delta);
      if (snapshot !== undefined) args.push(snapshot);
    }
    if (swept !== undefined) {
      keys.push(swept[0].tombstones, swept[0].ends);
      args.push(swept[1]);
    }
    this.#calls.run(
      commitScript,
      commandOf(keys, args),
      (answer, isAgain) => {
        if (answer === "k") for (const { resolve } of group) resolve({ ok: true });
        else {
          const answers = answer as (string | Parts)[];
          this.#settle(
            sending,
            (index) => certain(committedOf(answers[index] as string | Parts), isAgain),
            (refused) => this.#sendCommits(refused),
          );
        }
      },
      (reason) => rejectAll(group, reason),
      replication,
      started,
    );
  }

  #sendSinces(sending: Sending<SinceItem, News>): void {
    const { group, started } = sending;
    const keys: string[] = [];
    const args = [String(group.length)];
    for (const { item, bucket: number } of group) {
      const bucket = this.#buckets[number] as Bucket;
      keys.push(bucket.context + item.id, bucket.log + item.id);
      args.push(String(item.have.version), item.have.revision);
    }
    this.#calls.run(
      sinceScript,
      commandOf(keys, args),
      (answer) => {
        const answers = answer as (string | Parts)[];
        this.#settle(
          sending,
          (index) => newsOf(answers[index] as string | Parts),
          (refused) => this.#sendSinces(refused),
        );
      },
      (reason) => rejectAll(group, reason),
      undefined,
      started,
    );
  }
}
