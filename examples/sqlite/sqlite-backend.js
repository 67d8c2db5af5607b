/**
 * Contexts in an SQLite file, which any number of processes of one machine may share.
 *
 * Each commit is one transaction that begins by taking the write lock (`BEGIN IMMEDIATE`), so nobody comes between comparing and storing. Ids
 * are stored as the bytes of their UTF-8: SQLite compares those as `list` has to order them, and no character means anything to it.
 */
import { ChordError } from "chord-sync";

/** What `PRAGMA user_version` says of a file that has these tables. */
const schema = 1;

/** How long to wait for another process's transaction, in milliseconds. It must be less than half of the option `timeout` of the `Chord`. */
const patience = 4_000;

/** How often a file is looked at for what others have committed, in milliseconds, while somebody listens. */
const lookEvery = 50;

const tables = `
  -- What changes with each commit is apart from the snapshot, so that a small commit writes little.
  CREATE TABLE context (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    revision TEXT NOT NULL,
    inserted_at REAL NOT NULL,
    deleted INTEGER NOT NULL,           -- 1: a tombstone
    expires_at REAL,                    -- of a tombstone: until when it lasts
    deltas_expire_at REAL,
    change INTEGER NOT NULL             -- its last one's number, for those who watch
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX context_expires_at ON context (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX context_deltas_expire_at ON context (deltas_expire_at) WHERE deltas_expire_at IS NOT NULL;
  CREATE INDEX context_change ON context (change);
  CREATE TABLE snapshot (id BLOB PRIMARY KEY, version INTEGER NOT NULL, context TEXT NOT NULL) STRICT;
  CREATE TABLE entry (
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    revision TEXT NOT NULL,
    previous TEXT NOT NULL,
    delta TEXT NOT NULL,
    size INTEGER NOT NULL,
    inserted_at REAL NOT NULL,
    PRIMARY KEY (id, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE changes (number INTEGER NOT NULL) STRICT;
  INSERT INTO changes VALUES (0);
  PRAGMA user_version = ${schema};
`;

const statements = {
  context: "SELECT * FROM context WHERE id = ?",
  snapshot: "SELECT version, context FROM snapshot WHERE id = ?",
  snapshotVersion: "SELECT version FROM snapshot WHERE id = ?",
  entries: "SELECT * FROM entry WHERE id = ? AND version > ? ORDER BY version",
  log: "SELECT version, size, inserted_at FROM entry WHERE id = ? ORDER BY version",
  putContext: "REPLACE INTO context VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  putSnapshot: "REPLACE INTO snapshot VALUES (?, ?, ?)",
  putEntry: "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
  putDeltasExpireAt: "UPDATE context SET deltas_expire_at = ? WHERE id = ?",
  dropContext: "DELETE FROM context WHERE id = ?",
  dropSnapshot: "DELETE FROM snapshot WHERE id = ?",
  dropEntries: "DELETE FROM entry WHERE id = ? AND version <= ?",
  expired: `
    SELECT id, CASE deleted WHEN 1 THEN 'tombstone' ELSE 'context' END AS kind, expires_at AS at FROM context WHERE expires_at <= :before
    UNION ALL
    SELECT id, 'deltas', deltas_expire_at FROM context
    WHERE deltas_expire_at <= :before AND (expires_at IS NULL OR expires_at > :before)
    ORDER BY at LIMIT :limit`,
  ascending: "SELECT id FROM context WHERE NOT deleted AND id > ? AND id >= ? AND id < ? ORDER BY id LIMIT ?",
  descending: "SELECT id FROM context WHERE NOT deleted AND id < ? AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
  count: "UPDATE changes SET number = number + 1 RETURNING number",
  counted: "SELECT number FROM changes",
  changed: "SELECT id, version, revision, deleted FROM context WHERE change > ?",
  dataVersion: "PRAGMA data_version",
};

/** SQLite as Node 22, Deno and Bun have it; for Node 20 a package with the same classes. */
export async function openDatabase(file) {
  const { DatabaseSync } = await import("node:sqlite").catch(() => import("@photostructure/sqlite"));
  return new DatabaseSync(file);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** No byte of UTF-8 is as large. */
const afterAll = new Uint8Array([255]);

/** The first bytes after all that begin with these. */
function afterPrefix(prefix) {
  if (prefix.length === 0) return afterAll;
  const after = prefix.slice();
  after[after.length - 1] += 1;
  return after;
}

const isSame = (one, other) => one?.version === other?.version && one?.revision === other?.revision;
const headOf = ({ version, revision }) => ({ version, revision });
const entryOf = ({ version, revision, previous, delta, inserted_at }) => ({ version, revision, previous, delta, insertedAt: inserted_at });

/** @implements {import("chord-sync").Backend} */
export class SqliteBackend {
  #file;
  #isQuick;
  #database;
  #sql;
  #watchers = new Set();
  #looking;
  #told = 0;
  #dataVersion;

  /**
   * @param {string} file is created where it isn't there.
   * @param {{ durability?: "full" | "normal" }} options `"full"`, the default: what is acknowledged is on the disk. `"normal"`, which is
   *   faster: what the last seconds brought may be lost when the power goes, but not when the process ends.
   */
  constructor(file, { durability = "full" } = {}) {
    this.#file = file;
    this.#isQuick = durability === "normal";
  }

  async open() {
    this.#database = await openDatabase(this.#file);
    try {
      this.#database.exec(`PRAGMA busy_timeout = ${patience}; PRAGMA synchronous = ${this.#isQuick ? "NORMAL" : "FULL"}`);
      await this.#writeAhead();
      this.#transaction("IMMEDIATE", () => {
        const { user_version: found } = this.#database.prepare("PRAGMA user_version").get();
        if (found > schema) throw new Error(`${this.#file} was written by a newer release`);
        if (found === 0) this.#database.exec(tables);
      });
      this.#sql = Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, this.#database.prepare(sql)]));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /**
   * A new file is switched to its log by whoever opens it first. For the others who open it in that moment SQLite doesn't wait by itself,
   * `busy_timeout` or not: each holds the file's read lock and wants the write lock.
   */
  async #writeAhead() {
    const until = Date.now() + patience;
    for (;;) {
      try {
        this.#exec("PRAGMA journal_mode = WAL");
        return;
      } catch (error) {
        if (error.code !== "backend_unavailable" || Date.now() >= until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async close() {
    clearInterval(this.#looking);
    this.#watchers.clear();
    this.#database.close();
  }

  async load(id) {
    const key = encoder.encode(id);
    return this.#transaction("DEFERRED", () => {
      const found = this.#sql.context.get(key);
      if (found === undefined) return null;
      if (found.deleted) return { head: headOf(found), deleted: true };
      const { version, context } = this.#sql.snapshot.get(key);
      const tail = this.#sql.entries.all(key, 0).map(entryOf);
      return { head: headOf(found), snapshot: { version, context }, tail, insertedAt: found.inserted_at };
    });
  }

  async since(id, have) {
    const key = encoder.encode(id);
    return this.#transaction("DEFERRED", () => this.#news(key, this.#sql.context.get(key), have));
  }

  async commit(id, { base, head, reset, entries, snapshot, expiresAt, deltasExpireAt, keep }) {
    const key = encoder.encode(id);
    const answer = this.#transaction("IMMEDIATE", () => {
      const found = this.#sql.context.get(key);
      const isThere = found !== undefined && !found.deleted;
      // The same commit, sent a second time.
      if (isThere && isSame(found, head)) return { ok: true };
      // A tombstone has the head of what was deleted: only a new lineage may follow it.
      const fits = found === undefined ? base === null : base !== null && isSame(found, base) && (isThere || reset);
      if (!fits) {
        const news = base === null ? { kind: "reload" } : this.#news(key, found, base);
        return { ok: false, head: found === undefined ? null : headOf(found), tail: news.kind === "tail" ? news.entries : "reload" };
      }
      if (reset) this.#sql.dropEntries.run(key, Number.MAX_SAFE_INTEGER);
      for (const { version, revision, previous, delta, insertedAt } of entries) {
        this.#sql.putEntry.run(key, version, revision, previous, delta, delta.length, insertedAt);
      }
      if (snapshot !== undefined) this.#sql.putSnapshot.run(key, head.version, snapshot);
      this.#putContext(key, head, entries.at(-1).insertedAt, 0, expiresAt, deltasExpireAt);
      this.#trim(key, keep);
      return { ok: true };
    });
    if (answer.ok) this.#tell(id, head, false);
    return answer;
  }

  async remove(id, { head, expiredBefore, tombstoneUntil }) {
    const key = encoder.encode(id);
    const gone = this.#transaction("IMMEDIATE", () => {
      const found = this.#sql.context.get(key);
      if (found === undefined) return null;
      const isExpired = found.expires_at !== null && found.expires_at <= expiredBefore;
      const isMeant = expiredBefore === undefined ? !found.deleted && isSame(found, head) : isExpired;
      if (!isMeant) return null;
      if (found.deleted) {
        this.#sql.dropContext.run(key);
      } else {
        this.#sql.dropEntries.run(key, Number.MAX_SAFE_INTEGER);
        this.#sql.dropSnapshot.run(key);
        this.#putContext(key, found, found.inserted_at, 1, tombstoneUntil, null);
      }
      return headOf(found);
    });
    if (gone !== null) this.#tell(id, gone, true);
    return gone;
  }

  async trim(id, keep, deltasTtl) {
    const key = encoder.encode(id);
    return this.#transaction("IMMEDIATE", () => {
      const found = this.#sql.context.get(key);
      if (found === undefined || found.deleted) return 0;
      const trimmed = this.#trim(key, keep);
      // What had to stay for the snapshot is not due again.
      const oldest = this.#sql.log.all(key).find(({ inserted_at }) => keep.after === null || inserted_at > keep.after);
      this.#sql.putDeltasExpireAt.run(oldest === undefined || deltasTtl === null ? null : oldest.inserted_at + deltasTtl, key);
      return trimmed;
    });
  }

  async expired(before, limit) {
    return this.#sql.expired.all({ before, limit }).map(({ id, kind }) => ({ id: decoder.decode(id), kind }));
  }

  async list({ limit, cursor, order, prefix }) {
    const first = encoder.encode(prefix);
    const isAscending = order === "asc";
    const start = cursor === undefined ? (isAscending ? new Uint8Array() : afterAll) : encoder.encode(cursor);
    const rows = this.#sql[isAscending ? "ascending" : "descending"].all(start, first, afterPrefix(first), limit + 1);
    const ids = rows.slice(0, limit).map(({ id }) => decoder.decode(id));
    return rows.length > limit ? { ids, cursor: ids.at(-1) } : { ids };
  }

  /** Others' commits are found by looking: `data_version` changes with them, and costs nothing to ask. */
  async watch(id, listener) {
    const watcher = { id, listener };
    if (this.#watchers.size === 0) {
      this.#dataVersion = this.#sql.dataVersion.get().data_version;
      this.#told = this.#sql.counted.get().number;
      this.#looking = setInterval(() => this.#look(), lookEvery);
      // A process may end though somebody listens.
      this.#looking.unref?.();
    }
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) clearInterval(this.#looking);
    };
  }

  #look() {
    try {
      const { data_version: dataVersion } = this.#sql.dataVersion.get();
      if (dataVersion === this.#dataVersion) return;
      const { number } = this.#sql.counted.get();
      const changed = this.#sql.changed.all(this.#told);
      this.#dataVersion = dataVersion;
      this.#told = number;
      for (const row of changed) this.#tell(decoder.decode(row.id), headOf(row), row.deleted === 1);
    } catch {
      // Looked at again soon.
    }
  }

  #tell(id, head, deleted) {
    const news = deleted ? { head, deleted } : { head };
    for (const watcher of [...this.#watchers]) {
      if (watcher.id !== null && watcher.id !== id) continue;
      try {
        watcher.listener(id, news);
      } catch {
        // It is the listener's own, and others are to hear of the commit.
      }
    }
  }

  #news(key, found, have) {
    if (found === undefined || found.deleted) return { kind: "gone" };
    if (isSame(found, have)) return { kind: "same" };
    const entries = this.#sql.entries.all(key, have.version).map(entryOf);
    const leadsOn = entries[0]?.version === have.version + 1 && entries[0].previous === have.revision;
    return leadsOn ? { kind: "tail", entries } : { kind: "reload" };
  }

  #putContext(key, { version, revision }, insertedAt, deleted, expiresAt, deltasExpireAt) {
    const { number } = this.#sql.count.get();
    this.#sql.putContext.run(key, version, revision, insertedAt, deleted, expiresAt, deltasExpireAt, number);
  }

  /** Drops the oldest entries that `keep` doesn't cover, up to the snapshot's, and says how many. */
  #trim(key, { count, bytes, after }) {
    const log = this.#sql.log.all(key);
    const { version: last } = this.#sql.snapshotVersion.get(key);
    let left = log.length;
    let size = log.reduce((sum, entry) => sum + entry.size, 0);
    let gone = 0;
    for (const entry of log) {
      const isOver = (count !== null && left > count) || (bytes !== null && size > bytes) || (after !== null && entry.inserted_at <= after);
      if (!isOver || entry.version > last) break;
      left -= 1;
      size -= entry.size;
      gone += 1;
    }
    if (gone > 0) this.#sql.dropEntries.run(key, log[gone - 1].version);
    return gone;
  }

  #transaction(kind, work) {
    this.#exec(`BEGIN ${kind}`);
    try {
      const result = work();
      this.#exec("COMMIT");
      return result;
    } catch (error) {
      try {
        this.#database.exec("ROLLBACK");
      } catch {
        // SQLite has done so itself.
      }
      throw error;
    }
  }

  #exec(sql) {
    try {
      this.#database.exec(sql);
    } catch (cause) {
      // Another process holds the file for longer than we wait: the engine tries once more.
      if (/locked|busy/i.test(cause.message)) throw new ChordError("backend_unavailable", `${this.#file} is busy`, { cause });
      throw cause;
    }
  }
}
