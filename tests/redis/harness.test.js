/** That the servers and the proxy do to Chord what its tests say they do: a fault that doesn't happen proves nothing. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { connectAdmin } from "./admin.js";
import { startProxy } from "./proxy.js";
import { cutter, encode, parse, RedisError } from "./resp.js";
import { skip, startCluster, startPair, startServer } from "./servers.js";
import { until, within } from "./wait.js";

const limit = { skip, timeout: 120_000 };

test("values on the wire are cut where they end, in whatever pieces they come", () => {
  const bytes = Buffer.from("+OK\r\n$5\r\na\r\nbc\r\n*3\r\n:1\r\n$-1\r\n*1\r\n,1.5\r\n>2\r\n+m\r\n_\r\n%1\r\n+k\r\n#t\r\n-ERR no\r\n");
  const expected = ["OK", "a\r\nbc", [1, null, [1.5]], ["m", null], ["k", true], new RedisError("ERR no")];
  for (let size = 1; size <= bytes.length; size += 1) {
    const cut = cutter();
    const found = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...cut(bytes.subarray(at, at + size)));
    assert.deepEqual(
      found.map(({ value }) => value),
      expected,
    );
    assert.deepEqual(Buffer.concat(found.map(({ bytes }) => bytes)), bytes);
  }
  assert.deepEqual(parse(encode(["SET", "ä", "1\r\n"])).value, ["SET", "ä", "1\r\n"]);
});

test("a persistent server keeps what it acknowledged when it is killed, another keeps nothing", limit, async () => {
  for (const persistent of [true, false]) {
    const server = await startServer({ persistent });
    for (let n = 0; n < 100; n += 1) await server.call("SET", n, n);
    const { pid, port } = server;
    await server.restart();
    assert.notEqual(server.pid, pid);
    assert.equal(server.port, port);
    assert.equal(await server.call("DBSIZE"), persistent ? 100 : 0);
    await server.stop();
    assert.equal(server.isRunning, false);
    await server.close();
    assert.equal(existsSync(server.folder), false);
  }
});

test("a paused server answers nothing until it goes on", limit, async () => {
  const server = await startServer({ password: "secret" });
  const admin = await connectAdmin({ port: server.port, password: "secret" });
  server.pause();
  const reply = admin.call("PING");
  await assert.rejects(within(200, "the reply", reply), /took longer/);
  server.resume();
  assert.equal(await reply, "PONG");
  admin.close();
  await server.close();
});

test("a replica has what its master has", limit, async () => {
  const { master, replica, close } = await startPair();
  await master.call("SET", "key", "value");
  await until("the value", async () => (await replica.call("GET", "key")) === "value");
  await assert.rejects(replica.call("SET", "key", "other"), /READONLY/);
  await close();
});

test("a proxy swallows the reply of a request that was carried out", limit, async () => {
  const server = await startServer();
  const proxy = await startProxy(server);
  proxy.swallow(([name, key]) => name === "INCR" && key === "b");
  const client = await connectAdmin(proxy);
  const outcomes = await Promise.allSettled([client.call("INCR", "a"), client.call("INCR", "b"), client.call("INCR", "c")]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  assert.equal(await server.call("GET", "b"), "1");
  assert.equal(proxy.swallowed, 1);
  await proxy.close();
  await server.close();
});

test("a proxy delays, cuts, refuses and falls silent", limit, async () => {
  const server = await startServer();
  const proxy = await startProxy(server);
  const first = await connectAdmin(proxy);
  proxy.delay(100);
  const started = performance.now();
  assert.equal(await first.call("PING"), "PONG");
  assert.ok(performance.now() - started >= 190);
  proxy.delay(0);
  proxy.blackHole();
  const reply = first.call("PING");
  await assert.rejects(within(100, "the reply", reply), /took longer/);
  proxy.blackHole(false);
  assert.equal(await reply, "PONG");
  proxy.cut();
  await until("the cut", () => first.isLost());
  const second = await connectAdmin(proxy);
  assert.equal(await second.call("PING"), "PONG");
  proxy.refuse();
  await until("the cut", () => second.isLost());
  const third = await connectAdmin(proxy);
  await assert.rejects(third.call("PING"), /closed|reset|EPIPE/i);
  await proxy.close();
  await server.close();
});

test("a cluster's slot moves to another master, and a failover loses what was acknowledged after the cut", limit, async () => {
  const cluster = await startCluster();
  const key = "{a}";
  const slot = await cluster.slotOf(key);
  const { master } = await cluster.ownersOf(slot);
  for (let n = 0; n < 20; n += 1) await master.call("SET", `${key}${n}`, "kept");
  const { from, to, moved } = await cluster.migrateSlot(slot);
  assert.equal(from, master);
  assert.equal(moved, 20);
  await assert.rejects(from.call("GET", `${key}1`), /MOVED/);
  assert.equal(await to.call("GET", `${key}1`), "kept");
  await cluster.untilWhole();

  const { master: doomed, finish } = await cluster.cutReplication(slot);
  assert.equal(doomed, to);
  assert.equal(await doomed.call("SET", `${key}1`, "lost"), "OK");
  const { master: heir } = await finish();
  assert.equal(await heir.call("GET", `${key}1`), "kept");
  await cluster.revive(doomed);
  assert.equal((await cluster.ownersOf(slot)).master, heir);
  await cluster.close();
});
