/** What `chord-sync/redis` does beyond the contract: what it refuses, in which words, what it survives and what it leaves in Redis. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ChordError } from "chord-sync";
import { redisBackend } from "chord-sync/redis";
import { libraries, Writer } from "./libraries.js";
import { until } from "./wait.js";
import { skip, startCluster, startPair, startServer } from "./servers.js";

const limit = { skip, timeout: 60_000 };
const server = skip ? undefined : await startServer();
after(() => server?.close());
let namespaces = 0;

const names = Object.keys(libraries);
const each = (claim, body) => {
  for (const name of names) test(`${name}: ${claim}`, limit, () => body(libraries[name]));
};

/** A backend with a namespace of its own on the common server. */
async function opened(library, options = {}, place = server) {
  const { client, close } = await library[place.nodes === undefined ? "single" : "cluster"](place, options.client);
  // Also where a test fails, so that the process ends.
  after(close);
  namespaces += 1;
  const namespace = `backend-${namespaces}`;
  const backend = redisBackend({ client, namespace, ...options.redis });
  await backend.open();
  const done = async () => {
    await backend.close();
    await close();
  };
  return { backend, client, namespace, done };
}

const keyOf = async (namespace, end, place = server) => (await place.call("KEYS", `${namespace}:*:${end}`))[0];
const isError = (code, pattern) => (error) => {
  assert.ok(error instanceof ChordError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, pattern);
  return true;
};

each("a thousand commits at once are each stored, and one that is refused harms no other", async (library) => {
  const { backend, namespace, done } = await opened(library);
  const writers = Array.from({ length: 1000 }, (_, n) => new Writer(backend, `id-${n}`));
  assert.ok((await Promise.all(writers.map((writer) => writer.commit()))).every(({ ok }) => ok));
  const key = await keyOf(namespace, "d:id-7");
  await server.call("SET", key, "something else");
  await server.call("SET", await keyOf(namespace, "c:id-8"), "something else");
  const answers = await Promise.allSettled(writers.map((writer) => writer.commit()));
  assert.ok(answers.every(({ value }, n) => (n === 7 || n === 8 ? value === undefined : value.ok)));
  isError("backend_error", /key .*d:id-7.*namespace of its own.*WRONGTYPE/)(answers[7].reason);
  isError("backend_error", /key .*c:id-8.*WRONGTYPE/)(answers[8].reason);
  assert.equal(await server.call("HGET", await keyOf(namespace, "c:id-7"), "v"), "1");
  await assert.rejects(backend.load("id-7"), isError("backend_error", /d:id-7/));
  await assert.rejects(backend.since("id-8", writers[8].head), isError("backend_error", /c:id-8/));
  const news = await Promise.allSettled(writers.map((writer) => backend.since(writer.id, writer.head)));
  assert.ok(news.every(({ value }, n) => n === 8 || value.kind === "same"));
  assert.equal((await backend.list({ limit: 2000, cursor: undefined, order: "asc", prefix: "" })).ids.length, 1000);
  await done();
});

each("scripts that the server has forgotten are sent again", async (library) => {
  const { backend, done } = await opened(library);
  const a = new Writer(backend, "a");
  for (let round = 0; round < 3; round += 1) {
    await server.call("SCRIPT", "FLUSH");
    assert.equal((await a.commit()).ok, true);
    await server.call("SCRIPT", "FLUSH");
    assert.equal((await backend.load("a")).head.version, round + 1);
  }
  await server.call("SCRIPT", "FLUSH");
  // Somebody else removed it: a script sent twice doesn't make it ours.
  await backend.remove("a", { head: a.head, tombstoneUntil: 5 });
  await server.call("SCRIPT", "FLUSH");
  assert.equal(await backend.remove("a", { head: a.head, tombstoneUntil: 5 }), null);
  await done();
});

each("a context that has lost keys is refused, never made up", async (library) => {
  const { backend, namespace, done } = await opened(library);
  for (const [id, lost] of [
    ["a", "s"],
    ["b", "d"],
  ]) {
    const writer = new Writer(backend, id);
    await writer.commit();
    await writer.commit();
    await server.call("DEL", await keyOf(namespace, `${lost}:${id}`));
    await assert.rejects(backend.load(id), isError("backend_error", /c:.*evicted.*noeviction/));
  }
  await done();
});

each("nothing is left of a context whose tombstone is gone", async (library) => {
  const { backend, namespace, done } = await opened(library);
  const a = new Writer(backend, "a");
  await a.commit({ expiresAt: 10, deltasExpireAt: 5 });
  await a.commit({ snapshot: "[]", expiresAt: 20, deltasExpireAt: null });
  assert.deepEqual(await backend.remove("a", { expiredBefore: 20, tombstoneUntil: 30 }), a.head);
  assert.deepEqual(await backend.remove("a", { expiredBefore: 30, tombstoneUntil: 30 }), a.head);
  assert.deepEqual(await server.call("KEYS", `${namespace}:*`), [`${namespace}:meta`]);
  await done();
});

each("tombstones that ended long ago go when a context is created in their bucket", async (library) => {
  const { backend, namespace, done } = await opened(library);
  for (let n = 0; n < 512; n += 1) {
    const writer = new Writer(backend, `old-${n}`);
    await writer.commit();
    await backend.remove(writer.id, { head: writer.head, tombstoneUntil: 2 });
  }
  const count = async () =>
    (await Promise.all((await server.call("KEYS", `${namespace}:*:e`)).map((key) => server.call("ZCARD", key)))).reduce((a, b) => a + b, 0);
  assert.equal(await count(), 512);
  for (let n = 0; n < 1024; n += 1) await new Writer(backend, `new-${n}`).commit({ insertedAt: 200_000 });
  assert.ok((await count()) < 50, `${await count()} are left`);
  await done();
});

each("a full server gives quota_exceeded, stores nothing, and deleting works", async (library) => {
  const full = await startServer();
  const { backend, done } = await opened(library, {}, full);
  const a = new Writer(backend, "a");
  await a.commit();
  await a.commit();
  await full.call("CONFIG", "SET", "maxmemory", 1);
  await assert.rejects(a.commit(), isError("quota_exceeded", /maxmemory/));
  await assert.rejects(new Writer(backend, "b").commit(), isError("quota_exceeded", /maxmemory/));
  assert.equal((await backend.load("a")).head.version, 2);
  assert.equal(await backend.trim("a", { count: 0, bytes: null, after: null }, 5), 1);
  assert.deepEqual(await backend.remove("a", { head: a.head, tombstoneUntil: 5 }), a.head);
  assert.deepEqual((await backend.list({ limit: 9, cursor: undefined, order: "asc", prefix: "" })).ids, []);
  await done();
  await full.close();
});

each("what a server refuses for a moment, alone or among others, is tried again, and told in the end", async (library) => {
  const alone = await startServer();
  const { backend, client, namespace, done } = await opened(library, { redis: { retryFor: 20_000 } }, alone);
  const hasty = redisBackend({ client, namespace, retryFor: 300 });
  const writers = Array.from({ length: 40 }, (_, n) => new Writer(backend, `id-${n}`));
  for (const writer of writers) await writer.commit();
  const removal = { head: writers[0].head, tombstoneUntil: 5 };
  for (const [refuse, accept, word] of [
    [["CONFIG", "SET", "min-replicas-to-write", 1], ["CONFIG", "SET", "min-replicas-to-write", 0], "NOREPLICAS"],
    [["REPLICAOF", "127.0.0.1", 1], ["REPLICAOF", "NO", "ONE"], "READONLY"],
  ]) {
    await alone.call(...refuse);
    const isRefused = isError("backend_unavailable", new RegExp(`at key .*${word}`));
    const given = await Promise.allSettled(writers.map((writer) => hasty.commit(writer.id, writer.next())));
    for (const { reason } of given) isRefused(reason);
    await assert.rejects(hasty.remove("id-0", removal), isRefused);
    const started = performance.now();
    const commits = Promise.all(writers.slice(1).map((writer) => writer.commit()));
    const removed = word === "READONLY" ? backend.remove("id-0", removal) : undefined;
    setTimeout(() => void alone.call(...accept), 200);
    assert.ok((await commits).every(({ ok }) => ok));
    if (removed !== undefined) assert.deepEqual(await removed, removal.head);
    assert.ok(performance.now() - started >= 190, "it was refused at first");
  }
  await done();
  await alone.close();
});

each("waitReplicas: what replicas don't have in time is refused, and known as stored when it comes again", async (library) => {
  const { master, replica, close } = await startPair();
  const { backend, client, namespace, done } = await opened(
    library,
    { redis: { waitReplicas: { replicas: 1, timeout: 10_000 }, retryFor: 20_000 } },
    master,
  );
  const hasty = redisBackend({ client, namespace, waitReplicas: { replicas: 1, timeout: 50 } });
  const a = new Writer(backend, "a");
  await master.call("SCRIPT", "FLUSH");
  assert.equal((await a.commit()).ok, true);
  assert.equal((await replica.call("KEYS", "*c:a")).length, 1);
  replica.pause();
  const commit = a.next();
  await assert.rejects(hasty.commit("a", commit), isError("backend_unavailable", /master.*0 of 1.*waitReplicas/));
  await assert.rejects(hasty.commit("a", commit), isError("backend_unavailable", /0 of 1/));
  // A conflict stores nothing, so there is nothing to wait for.
  assert.equal((await hasty.commit("a", a.next())).ok, false);
  replica.resume();
  assert.deepEqual(await backend.commit("a", commit), { ok: true });
  await done();
  await close();
});

test("waitReplicas works in a cluster", limit, async () => {
  const cluster = await startCluster();
  for (const name of names) {
    const { backend, done } = await opened(
      libraries[name],
      { redis: { waitReplicas: { replicas: 1, timeout: 10_000 }, retryFor: 20_000 } },
      cluster,
    );
    const writers = Array.from({ length: 50 }, (_, n) => new Writer(backend, `id-${n}`));
    for (let round = 0; round < 2; round += 1) {
      assert.ok((await Promise.all(writers.map((writer) => writer.commit()))).every(({ ok }) => ok));
    }
    await done();
    const many = await opened(libraries[name], { redis: { waitReplicas: { replicas: 2, timeout: 50 } } }, cluster);
    await assert.rejects(new Writer(many.backend, "a").commit(), isError("backend_unavailable", /of 2 replicas/));
    await many.done();
  }
  await cluster.close();
});

const needed =
  "+evalsha +eval +hmget +hset +hget +hdel +xadd +xdel +xrange +xlen +xtrim +zadd +zrem +zscore +zrangebyscore +zrangebylex +zrevrangebylex +get +set +unlink +publish +subscribe +unsubscribe +ping +info";

each("the permissions in docs/redis.md are enough, and a missing one is named", async (library) => {
  const rules = `on >secret resetkeys ~mine:* resetchannels &mine:* -@all +hello +client +select ${needed}`.split(" ");
  await server.call("ACL", "SETUSER", "chord", "reset", ...rules);
  const warnings = [];
  const place = { url: server.url.replace("redis://", "redis://chord:secret@") };
  const { client, close } = await library.single(place, library === libraries.ioredis ? { enableReadyCheck: true } : {});
  const backend = redisBackend({ client, namespace: "mine", warn: (message) => warnings.push(message) });
  await backend.open();
  const heard = [];
  const end = await backend.watch("a", (id) => heard.push(id));
  const a = new Writer(backend, "a", { keep: { count: 1, bytes: 10, after: 0 } });
  for (let n = 0; n < 4; n += 1)
    assert.equal((await a.commit({ snapshot: "{}", expiresAt: n || null, deltasExpireAt: n % 2 ? null : 9 })).ok, true);
  await backend.since("a", { version: 1, revision: "" });
  await backend.trim("a", { count: 0, bytes: null, after: null }, 4);
  await backend.expired(99, 9);
  for (const order of ["asc", "desc"])
    assert.deepEqual((await backend.list({ limit: 1, cursor: undefined, order, prefix: "a" })).ids, ["a"]);
  assert.deepEqual(await backend.remove("a", { head: a.head, tombstoneUntil: 3 }), a.head);
  a.head = null;
  assert.equal((await a.commit()).ok, false);
  await backend.remove("a", { expiredBefore: 3, tombstoneUntil: 3 });
  await Promise.all(Array.from({ length: 5 }, (_, n) => new Writer(backend, `${n}`).commit()));
  end();
  await backend.close();
  await assert.rejects(redisBackend({ client, namespace: "other" }).open(), isError("backend_error", /docs\/redis.md.*NOPERM|permission/s));
  await server.call("ACL", "SETUSER", "chord", "resetchannels");
  await assert.rejects(redisBackend({ client, namespace: "mine" }).open(), isError("backend_error", /may not/));
  assert.deepEqual(warnings, []);
  await close();
});

each("pages of ids and of what is due are whole and in order", async (library) => {
  const { backend, done } = await opened(library);
  const ids = Array.from({ length: 700 }, (_, n) => `${n % 3 ? "a" : "b"}${String.fromCodePoint(0x20 + n * 150)}-${n}`).filter(
    (id) => id.isWellFormed?.() ?? true,
  );
  const at = new Map(ids.map((id, n) => [id, (n * 7919) % 701]));
  await Promise.all(ids.map((id) => new Writer(backend, id).commit({ expiresAt: at.get(id) })));
  const sorted = ids.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  for (const [order, prefix, limit] of [
    ["asc", "", 1],
    ["asc", "", 7],
    ["desc", "", 64],
    ["asc", "b", 13],
    ["desc", "a", 1000],
    ["asc", "c", 5],
  ]) {
    const found = [];
    for (let cursor; ; ) {
      const page = await backend.list({ limit, cursor, order, prefix });
      found.push(...page.ids);
      cursor = page.cursor;
      if (cursor === undefined || found.length > 900 || (limit === 1 && found.length > 30)) break;
    }
    const all = sorted.filter((id) => id.startsWith(prefix));
    const expected = order === "asc" ? all : all.toReversed();
    assert.deepEqual(found, limit === 1 ? expected.slice(0, found.length) : expected);
  }
  for (const limit of [1, 10, 699, 5000]) {
    const due = await backend.expired(600, limit);
    const expected = ids.filter((id) => at.get(id) <= 600).sort((one, other) => at.get(one) - at.get(other));
    assert.deepEqual(
      due.map(({ id }) => at.get(id)),
      expected.slice(0, limit).map((id) => at.get(id)),
    );
  }
  await done();
});

each("a context goes on once the wrong value that stood at its due times is gone", async (library) => {
  const { backend, namespace, done } = await opened(library);
  const writer = new Writer(backend, "a");
  await writer.commit({ expiresAt: 10 });
  const due = await keyOf(namespace, "x");
  await server.call("DEL", due);
  await server.call("SET", due, "wrong");
  const next = writer.next({ expiresAt: 20 });
  await assert.rejects(backend.commit("a", next), isError("backend_error", /:x/));
  await server.call("DEL", due);
  assert.equal((await backend.commit("a", next)).ok, true);
  await done();
});

each("closing one of two Chords over one backend leaves the other's listeners hearing", async (library) => {
  const { backend, client, namespace, done } = await opened(library, {});
  await backend.open();
  let heard = 0;
  await backend.watch("a", () => {
    heard += 1;
  });
  await backend.close();
  const other = redisBackend({ client, namespace });
  await new Writer(other, "a").commit({});
  await until("the commit", () => heard > 0);
  await done();
});
