/** Servers that aren't there, aren't Redis, let nobody in or take nothing: a typed error in time, and no restart once they are well. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { Chord, ChordError } from "chord-sync";
import { redisBackend } from "chord-sync/redis";
import { connectClient, libraryNames, openChord } from "./clients.js";
import { startProxy } from "./proxy.js";
import { skip, startCluster, startPair, startServer, untilCaughtUp } from "./servers.js";
import { until, within } from "./wait.js";

const limit = { skip, timeout: 60_000 };
const options = { timeout: 3000, redis: { retryFor: 700 } };
/** What waits for the deadline is told by it; the rest is for a busy machine. */
const latest = options.timeout + 5000;

/** Rejects in time with one of these codes; gives the error. */
async function refused(codes, promise) {
  const error = await within(latest, "the refusal", promise).then(
    () => assert.fail("it was accepted"),
    (reason) => reason,
  );
  assert.ok(error instanceof ChordError, `not a ChordError: ${error?.stack ?? error}`);
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
  return error;
}

const recovers = (chord, id) =>
  until("writes to work again", async () => (await chord.setContext(id, { well: performance.now() })).changed);

const unavailable = ["backend_unavailable", "timeout"];

// Each has servers of its own, and most of the time is spent waiting.
describe("side by side", { skip, concurrency: libraryNames.length }, () => {
  for (const library of libraryNames) {
    describe(library, { concurrency: 1 }, () => {
      test("a server that dies makes operations fail in time, and they work again when it is back", limit, async () => {
        const server = await startServer({ persistent: true });
        const { chord, close } = await openChord(library, server, options);
        const { context } = await chord.setContext("a", { n: 1 });
        await server.kill();
        await Promise.all([
          refused(unavailable, chord.updateContext("a", { n: 2 })),
          refused(unavailable, chord.setContext("b", {})),
          refused(unavailable, chord.getContext("unknown")),
          refused(unavailable, chord.listContexts()),
          refused(unavailable, chord.deleteContext("a")),
        ]);
        await server.start();
        await recovers(chord, "b");
        // The library may have kept a command for when it is connected again: what failed then is carried out once or not at all.
        const found = await chord.getContext("a");
        const isAsBefore = found?.revision === context.revision && found.context.n === 1;
        assert.ok(isAsBefore || found === undefined || (found.version === 2 && found.context.n === 2), JSON.stringify(found));
        await close();
        await server.close();
      });

      test("a server that is silent makes operations fail in time, and they work again when it speaks", limit, async () => {
        const server = await startServer();
        const { chord, close } = await openChord(library, server, options);
        await chord.setContext("a", { n: 1 });
        server.pause();
        await Promise.all([
          refused(unavailable, chord.updateContext("a", { n: 2 })),
          refused(unavailable, chord.getContext("unknown")),
          refused(unavailable, chord.cleanup()),
        ]);
        server.resume();
        await recovers(chord, "b");
        const { n } = (await chord.getContext("a")).context;
        assert.ok(n === 1 || n === 2, "the update was carried out or not");
        await close();
        await server.close();
      });

      test("a connection that swallows everything makes operations fail in time, and they work again over another", limit, async () => {
        const server = await startServer();
        const proxy = await startProxy(server);
        const { chord, close } = await openChord(library, proxy, options);
        await chord.setContext("a", { n: 1 });
        proxy.blackHole();
        await Promise.all([refused(unavailable, chord.updateContext("a", { n: 2 })), refused(unavailable, chord.listContexts())]);
        proxy.refuse();
        proxy.blackHole(false);
        await refused(unavailable, chord.setContext("b", {}));
        proxy.refuse(false);
        await recovers(chord, "b");
        await close();
        await proxy.close();
        await server.close();
      });

      test("opening over a server that isn't there any more is refused in time", limit, async () => {
        const server = await startServer();
        const { client, close } = await connectClient(library, server);
        await client.ping();
        await server.kill();
        const open = () => Chord.open({ backend: redisBackend({ client, ...options.redis }), timeout: options.timeout });
        await refused(unavailable, open());
        await server.start();
        const chord = await until("opening", open);
        await recovers(chord, "a");
        await chord.close();
        close();
        await server.close();
      });

      test("a server that begins to want a password makes operations fail in time, until it has one", limit, async () => {
        const server = await startServer();
        const { chord, close } = await openChord(library, server, options);
        await chord.setContext("a", { n: 1 });
        await server.call("CONFIG", "SET", "requirepass", "new");
        await server.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await refused([...unavailable, "backend_error"], chord.updateContext("a", { n: 2 }));
        await refused([...unavailable, "backend_error"], chord.getContext("unknown"));
        await server.call("CONFIG", "SET", "requirepass", "");
        await recovers(chord, "b");
        await close();
        await server.close();
      });

      test("a replica, which only reads, refuses writes, and takes them once it is the master", limit, async () => {
        const { master, replica, close: closePair } = await startPair();
        const onMaster = await openChord(library, master, options);
        await onMaster.chord.setContext("a", { n: 1 });
        await untilCaughtUp({ master, replica });
        const error = await refused(["backend_unavailable"], openChord(library, replica, options));
        assert.match(error.message, /replica/);

        // One that becomes a replica while it is in use.
        await master.call("REPLICAOF", "127.0.0.1", replica.port);
        const failed = await refused(["backend_unavailable"], onMaster.chord.updateContext("a", { n: 2 }));
        assert.match(failed.message, /replica/);
        await master.call("REPLICAOF", "NO", "ONE");
        await recovers(onMaster.chord, "a");
        await onMaster.close();
        await closePair();
      });

      test("a server whose memory is full takes nothing, keeps what it has and goes on when there is room", limit, async () => {
        const server = await startServer({ settings: { "maxmemory-policy": "noeviction" } });
        const { chord, close } = await openChord(library, server, options);
        const pad = "x".repeat(10_000);
        await chord.setContext("a", { n: 1, pad });
        await chord.setContext("b", { n: 1 });
        await server.call("CONFIG", "SET", "maxmemory", 1024 * 1024);
        for (const write of [
          () => chord.updateContext("a", { n: 2 }),
          () => chord.setContext("a", { other: pad.repeat(10) }),
          () => chord.setContext("new", { n: 1 }),
        ]) {
          await refused(["quota_exceeded"], write());
        }
        assert.deepEqual((await chord.getContext("a")).context, { n: 1, pad });
        assert.equal(await chord.getContext("new"), undefined);
        await server.call("CONFIG", "SET", "maxmemory", 0);
        assert.equal((await chord.updateContext("a", { n: 3 })).context.version, 2);
        assert.equal((await chord.setContext("new", { n: 1 })).context.version, 1);
        assert.deepEqual((await chord.getContext("a")).context, { n: 3, pad });
        await close();
        await server.close();
      });

      test("a server that comes back empty is believed: clients get the whole context, whatever they had", limit, async () => {
        const server = await startServer();
        const { chord, close } = await openChord(library, server, options);
        for (let n = 0; n < 5; n += 1) await chord.setContext("a", { n });
        const had = await chord.syncContext("a");
        await server.restart();
        await until("the loss to be seen", async () => (await chord.getContext("a")) === undefined);
        await assert.rejects(chord.syncContext("a", had), { code: "not_found" });
        for (let n = 0; n < 5; n += 1) await chord.setContext("a", { n, again: true });
        const told = await chord.syncContext("a", had);
        assert.equal(told.type, "full_context");
        assert.deepEqual(told.context, { n: 4, again: true });
        await close();
        await server.close();
      });

      test("a user who may not run scripts is refused with what to do", limit, async () => {
        const server = await startServer();
        await server.call("ACL", "SETUSER", "reader", "on", ">word", "~*", "&*", "+@read", "+@connection", "+info");
        const url = `redis://reader:word@127.0.0.1:${server.port}`;
        const error = await refused(["backend_error"], openChord(library, { url }, options));
        assert.match(error.message, /may not/);
        await server.close();
      });

      test("a server that evicts contexts is warned of", limit, async () => {
        for (const [policy, isWarned] of [
          ["allkeys-lru", true],
          ["noeviction", false],
          ["volatile-lru", false],
        ]) {
          const server = await startServer({ settings: { "maxmemory-policy": policy } });
          const warnings = [];
          const { close } = await openChord(library, server, { redis: { warn: (message) => warnings.push(message) } });
          assert.equal(warnings.length, isWarned ? 1 : 0, policy);
          if (isWarned) assert.match(warnings[0], /allkeys-lru.*noeviction/);
          await close();
          await server.close();
        }
      });

      test("a namespace that holds something else is left alone", limit, async () => {
        const server = await startServer();
        await server.call("SET", "taken:meta", "something else");
        const error = await refused(["backend_error"], openChord(library, server, { ...options, namespace: "taken" }));
        assert.match(error.message, /namespace/);
        assert.equal(await server.call("GET", "taken:meta"), "something else");
        assert.equal(await server.call("DBSIZE"), 1);
        await server.close();
      });
    });
  }
});

test("a node of a cluster by itself is refused with what to do", limit, async () => {
  const cluster = await startCluster();
  for (const library of libraryNames) {
    const error = await refused(["invalid_argument"], openChord(library, { url: cluster.url }, options));
    assert.match(error.message, /cluster client/);
  }
  await cluster.close();
});

// To such servers node-redis doesn't connect at all: there is no client to hand over.

test("ioredis: a wrong password is refused with what to do", limit, async () => {
  const server = await startServer({ password: "right" });
  for (const word of ["", ":wrong@"]) {
    const error = await refused(["backend_error"], openChord("ioredis", { url: `redis://${word}127.0.0.1:${server.port}` }, options));
    assert.match(error.message, /password/);
  }
  const { chord, close } = await openChord("ioredis", server, options);
  await recovers(chord, "a");
  await close();
  await server.close();
});

test("ioredis: a server that isn't Redis is refused in time", limit, async () => {
  for (const [what, answer] of [
    ["one that speaks another language", "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"],
    ["one that says nothing", ""],
  ]) {
    const sockets = [];
    const other = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.on("data", () => answer !== "" && socket.end(answer));
    });
    await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
    const error = await refused(
      ["backend_unavailable", "backend_error", "timeout"],
      openChord("ioredis", { url: `redis://127.0.0.1:${other.address().port}` }, options),
    );
    assert.ok(error.message.length > 20, `${what}: ${error.message}`);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => other.close(resolve));
  }
});
