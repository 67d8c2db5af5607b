/** What a backend hears of others: each commit once, and a null whenever something may have been missed. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { redisBackend } from "chord-sync/redis";
import { libraries, Writer } from "./libraries.js";
import { skip, startCluster, startServer } from "./servers.js";
import { until } from "./wait.js";

const limit = { timeout: 90_000 };
const kinds = { single: startServer, cluster: startCluster };
const serversOf = (place) => place.nodes ?? [place];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

for (const [kind, start] of Object.entries(kinds)) {
  describe(kind, { skip }, () => {
    for (const [name, library] of Object.entries(libraries)) {
      test(`${name}: killed listening connections are made anew, with a null and nothing twice`, limit, async () => {
        const place = await start();
        const { client, close } = await library[kind](place);
        const backend = redisBackend({ client });
        await backend.open();
        const ids = Array.from({ length: 20 }, (_, n) => `id-${n}`);
        const heard = new Map();
        const note = (id) => heard.set(id, (heard.get(id) ?? 0) + 1);
        const one = [];
        await backend.watch(null, note);
        const end = await backend.watch("id-3", (id) => one.push(id));
        const writers = ids.map((id) => new Writer(backend, id));
        const commits = async () => {
          heard.clear();
          one.length = 0;
          await Promise.all(writers.map((writer) => writer.commit()));
          await until("each commit to be heard", () => ids.every((id) => heard.get(id) >= 1) && one.length >= 1);
          await pause(20);
          assert.deepEqual([...heard].sort(), ids.map((id) => [id, 1]).sort());
          assert.deepEqual(one, ["id-3"]);
        };
        await commits();
        for (let round = 0; round < 3; round += 1) {
          heard.clear();
          await Promise.all(serversOf(place).map((server) => server.call("CLIENT", "KILL", "TYPE", "pubsub")));
          await until("a null", () => heard.get(null) >= 1 && one.includes(null));
          await until("everything to be heard again", async () => {
            heard.clear();
            await Promise.all(writers.map((writer) => writer.commit()));
            await pause(20);
            return ids.every((id) => heard.get(id) === 1);
          });
          await commits();
        }
        end();
        end();
        one.length = 0;
        await writers[3].commit();
        await until("the commit to be heard", () => heard.has("id-3"));
        assert.deepEqual(one, []);
        await backend.close();
        await close();
        await place.close();
      });

      test(`${name}: connections that listen are there only while somebody listens`, limit, async () => {
        const place = await start();
        const { client, close } = await library[kind](place);
        const backend = redisBackend({ client });
        await backend.open();
        const listening = async () => {
          const lists = await Promise.all(serversOf(place).map((server) => server.call("CLIENT", "LIST", "TYPE", "pubsub")));
          return lists
            .join("")
            .split("\n")
            .filter((line) => line !== "").length;
        };
        const before = await listening();
        const ends = await Promise.all(Array.from({ length: 10 }, () => backend.watch("a", () => {})));
        assert.equal(await listening(), before + 1);
        for (const end of ends) end();
        await until("the connection to be closed", async () => (await listening()) === before);
        const again = await backend.watch("a", () => {});
        assert.equal(await listening(), before + 1);
        // One that ends while another begins.
        again();
        const heard = [];
        await backend.watch("a", (id) => heard.push(id));
        await new Writer(backend, "a").commit();
        await until("the commit to be heard", () => heard.includes("a"));
        await backend.close();
        await until("the connection to be closed", async () => (await listening()) === before);
        await assert.rejects(
          backend.watch("a", () => {}),
          { code: "closed" },
        );
        await close();
        await place.close();
      });

      test(`${name}: listening needs a server in time, and goes on when one is back`, limit, async () => {
        const place = await start();
        const { client, close } = await library[kind](place);
        const backend = redisBackend({ client, retryFor: 500 });
        await backend.open();
        const heard = [];
        await backend.watch("a", (id) => heard.push(id));
        await Promise.all(serversOf(place).map((server) => server.kill()));
        await assert.rejects(
          backend.watch("b", () => {}),
          { code: "backend_unavailable" },
        );
        await Promise.all(serversOf(place).map((server) => server.start()));
        await until("a null", () => heard.includes(null), 30_000);
        await backend.close();
        await close();
        await place.close();
      });
    }
  });
}

const place = skip ? undefined : await startServer();
after(() => place?.close());

for (const [name, { single: connect }] of Object.entries(libraries)) {
  test(`${name}: news come with the head, whatever is in the id, and without it where a revision has spaces`, {
    ...limit,
    skip,
  }, async () => {
    const { client, close } = await connect(place);
    after(close);
    const namespace = `news of ${name}`;
    const backend = redisBackend({ client, namespace });
    await backend.open();
    const heard = [];
    await backend.watch(null, (id, news) => heard.push([id, news]));
    const expected = [];
    for (const id of ["a", "+1 b c", "- \n {日本} 😀", " ", "\n"]) {
      const writer = new Writer(backend, id.replaceAll(" ", "_"));
      const commit = writer.next();
      const isSpaced = commit.head.revision.includes("{");
      if (isSpaced) commit.head.revision = commit.entries[0].revision = "r e v";
      assert.deepEqual(await backend.commit(id, commit), { ok: true });
      const { head } = commit;
      assert.deepEqual(await backend.remove(id, { head, tombstoneUntil: 9 }), head);
      expected.push([id, isSpaced ? undefined : { head }], [id, isSpaced ? undefined : { head, deleted: true }]);
    }
    // What Chord doesn't say is nothing to it.
    for (const stray of ["", "a", "+x y z"]) await place.call("PUBLISH", `${namespace}:{0}:n`, stray);
    await until("everything to be heard", () => heard.length >= expected.length);
    assert.deepEqual(heard, expected);
    await backend.close();
  });
}

for (const [name, { cluster: connect }] of Object.entries(libraries)) {
  test(`${name}: a slot that moves takes its listeners along`, { ...limit, skip }, async () => {
    const place = await startCluster();
    const { client, close } = await connect(place);
    const backend = redisBackend({ client });
    await backend.open();
    const writer = new Writer(backend, "moving");
    const heard = [];
    await backend.watch("moving", (id) => heard.push(id));
    await writer.commit();
    await until("the commit to be heard", () => heard.length === 1);
    const [key] = (await Promise.all((await place.masters()).map((server) => server.call("KEYS", "chord:*:c:moving")))).flat();
    for (let round = 0; round < 2; round += 1) {
      heard.length = 0;
      // Not waited for: while some keys are here and some there, no script finds all of its own.
      const meanwhile = [];
      await place.migrateSlot(await place.slotOf(key), async () => void meanwhile.push(writer.commit()));
      await Promise.all(meanwhile);
      await until("a null", () => heard.includes(null));
      writer.head = (await backend.load("moving")).head;
      heard.length = 0;
      assert.equal((await writer.commit()).ok, true);
      await until("the commit to be heard", () => heard.includes("moving"));
      await pause(50);
      assert.deepEqual(
        heard.filter((id) => id !== null),
        ["moving"],
      );
    }
    await backend.close();
    await close();
    await place.close();
  });
}
