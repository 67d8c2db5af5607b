/** Clients as people configure them: answers are the same, or the client is refused with a word on what to do. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ChordError } from "chord-sync";
import { redisBackend } from "chord-sync/redis";
import { createClient, createClientPool, createSentinel, RESP_TYPES } from "redis";
import { Cluster, Redis } from "ioredis";
import { libraries, Writer } from "./libraries.js";
import { skip, startCluster, startServer } from "./servers.js";
import { until } from "./wait.js";

const server = skip ? undefined : await startServer();
const cluster = skip ? undefined : await startCluster();
after(() => Promise.all([server?.close(), cluster?.close()]));
const limit = { skip, timeout: 60_000 };

const state = JSON.stringify({ "é😀\u0000": [[], {}, [[[]]], 1e21, -1.5e-7, "\u2028\r\n$5\r\n"] });
let namespaces = 0;

async function works({ client, close }) {
  namespaces += 1;
  const backend = redisBackend({ client, namespace: `clients-${namespaces}` });
  await backend.open();
  const heard = [];
  const end = await backend.watch("a", (id) => heard.push(id));
  const a = new Writer(backend, "a");
  assert.deepEqual(await a.commit({ snapshot: state, delta: state, insertedAt: 1.5, expiresAt: 1700000000000.5, deltasExpireAt: 5 }), {
    ok: true,
  });
  const first = a.head;
  assert.deepEqual(await a.commit({ delta: state, insertedAt: 2.25, deltasExpireAt: 5 }), { ok: true });
  const stored = await backend.load("a");
  assert.equal(stored.snapshot.context, state);
  assert.deepEqual(
    stored.tail.map(({ delta }) => delta),
    [state, state],
  );
  assert.deepEqual(
    stored.tail.map(({ insertedAt }) => insertedAt),
    [1.5, 2.25],
  );
  const news = await backend.since("a", first);
  assert.deepEqual(news.entries, stored.tail.slice(1));
  assert.equal((await backend.commit("a", { ...a.next(), base: first })).ok, false);
  assert.deepEqual(await backend.expired(6, 10), [{ id: "a", kind: "deltas" }]);
  assert.deepEqual(await backend.list({ limit: 5, order: "asc", prefix: "", cursor: undefined }), { ids: ["a"] });
  assert.equal(await backend.trim("a", { count: 0, bytes: null, after: null }, null), 1);
  assert.deepEqual(await backend.remove("a", { head: a.head, tombstoneUntil: 9 }), a.head);
  assert.deepEqual(await backend.load("a"), { head: a.head, deleted: true });
  await until("both commits and the removal to be heard", () => heard.length >= 3);
  assert.deepEqual(heard, ["a", "a", "a"]);
  end();
  end();
  await backend.close();
  // The client stays its owner's.
  assert.ok(client.isOpen ?? client.status !== "end");
  await close();
}

const buffers = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.SIMPLE_STRING]: Buffer, [RESP_TYPES.NUMBER]: String };

for (const [name, options] of Object.entries({
  "RESP 2": { RESP: 2 },
  "RESP 3": { RESP: 3 },
  "replies as buffers": { commandOptions: { typeMapping: buffers } },
  "replies as buffers, RESP 2": { RESP: 2, commandOptions: { typeMapping: buffers } },
  "no queue while offline": { disableOfflineQueue: true },
  "a timeout of its own": { commandOptions: { timeout: 50 } },
  pings: { pingInterval: 10 },
})) {
  test(`node-redis with ${name}`, limit, async () => works(await libraries["node-redis"].single(server, options)));
}

test("node-redis through withTypeMapping and withAbortSignal", limit, async () => {
  const { client, close } = await libraries["node-redis"].single(server);
  const gone = new AbortController();
  gone.abort();
  await works({ client: client.withTypeMapping(buffers).withAbortSignal(gone.signal), close });
});

for (const [name, options] of Object.entries({
  "RESP 2": { RESP: 2 },
  "replies as buffers": { commandOptions: { typeMapping: buffers } },
  "connections made when needed": { minimizeConnections: true },
  "reads from replicas": { useReplicas: true },
})) {
  test(`node-redis in a cluster with ${name}`, limit, async () => works(await libraries["node-redis"].cluster(cluster, options)));
}

for (const [name, options] of Object.entries({
  "nothing set": {},
  "RESP 2": { protocol: 2 },
  "numbers as strings": { stringNumbers: true },
  autopipelining: { enableAutoPipelining: true },
  "a connection made when needed": { lazyConnect: true },
  "no subscribing again": { autoResubscribe: false },
  "friendly stacks": { showFriendlyErrorStack: true },
})) {
  test(`ioredis with ${name}`, limit, async () => works(await libraries.ioredis.single(server, options)));
}

for (const [name, options] of Object.entries({
  "nothing set": {},
  "sharded subscribers": { shardedSubscribers: true },
  autopipelining: { enableAutoPipelining: true },
  "connections made when needed": { lazyConnect: true },
  "reads from replicas": { scaleReads: "slave" },
  "RESP 2": { redisOptions: { protocol: 2 } },
})) {
  test(`ioredis in a cluster with ${name}`, limit, async () => works(await libraries.ioredis.cluster(cluster, options)));
}

test("what is no client, or would put keys elsewhere, is refused", limit, async () => {
  const refused = (client, pattern) => {
    assert.throws(
      () => redisBackend({ client }),
      (error) => error instanceof ChordError && error.code === "invalid_argument" && pattern.test(error.message),
    );
  };
  for (const none of [undefined, null, 1, "redis://", {}, [], () => {}]) refused(none, /option client must be/);
  refused(createClient({ keyPrefix: "app:" }), /keyPrefix.*namespace/);
  refused(new Redis({ lazyConnect: true, keyPrefix: "app:" }), /keyPrefix/);
  refused(new Cluster([{ host: "127.0.0.1", port: 1 }], { lazyConnect: true, keyPrefix: "app:" }), /keyPrefix/);
  refused(new Cluster([{ host: "127.0.0.1", port: 1 }], { lazyConnect: true, redisOptions: { keyPrefix: "app:" } }), /keyPrefix/);
  refused(createClientPool({}), /pools/);
  refused(createSentinel({ name: "m", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] }), /sentinels/);
});

test("options are checked by name", limit, async () => {
  const client = createClient();
  const refused = (options, pattern) => assert.throws(() => redisBackend({ client, ...options }), pattern);
  refused({ nameSpace: "a" }, /no "nameSpace"/);
  refused({ namespace: "" }, /namespace/);
  refused({ namespace: "a{b}" }, /braces/);
  refused({ namespace: "\ud800" }, /namespace/);
  refused({ waitReplicas: 0 }, /waitReplicas/);
  refused({ waitReplicas: { replicas: 1, timeout: 0.5 } }, /waitReplicas.timeout/);
  refused({ retryFor: -1 }, /retryFor/);
  refused({ warn: 1 }, /warn/);
});

test("a client for one server is refused by a cluster", limit, async () => {
  for (const { single } of Object.values(libraries)) {
    const { client, close } = await single(cluster.nodes[0]);
    await assert.rejects(redisBackend({ client }).open(), { code: "invalid_argument", message: /createCluster/ });
    await close();
  }
});
