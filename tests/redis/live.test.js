/** What listeners in one process hear of commits and deletions in others. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { libraryNames } from "./clients.js";
import { startProcess } from "./process.js";
import { skip, startCluster, startServer } from "./servers.js";
import { until } from "./wait.js";

const limit = { timeout: 90_000 };
// So far may a listener fall behind and still be told every version.
const options = { deltaThreshold: 1000 };
const kinds = { "one server": startServer, "a cluster": startCluster };

/** Begins to listen, and keeps everything. */
async function listen(realm, ids) {
  realm.heard = Object.fromEntries(ids.map((id) => [id, []]));
  realm.ends = ids.map((id) =>
    realm.chord.subscribe(id, ({ type, contextId, version, origin, delta }) => {
      realm.heard[id].push({ type, contextId, version, origin, by: delta?.n?.value });
    }),
  );
  // What was there before is no news, once it is known.
  for (const id of ids) if (id !== "*") await realm.chord.getContext(id);
}

const heardOf = ({ heard }) => heard;
const stop = ({ ends }) => ends.forEach((end) => void end());

/** Increments, and tells how far it is. */
async function write({ chord, increment, tell }, { id, times }) {
  for (let n = 1; n <= times; n += 1) {
    await chord.updateContext(id, { n: increment() });
    tell({ id, n });
  }
}

const rise = (heard) => heard.every(({ version }, place) => place === 0 || version > heard[place - 1].version);

for (const [kind, start] of Object.entries(kinds)) {
  describe(kind, { skip }, () => {
    let target;
    before(async () => {
      target = await start();
    });
    after(() => target?.close());

    for (const library of libraryNames) {
      describe(library, () => {
        let writer;
        let other;
        let listener;
        let told = 0;
        before(async () => {
          const namespace = library;
          const hear = () => (told += 1);
          [writer, other, listener] = await Promise.all(
            [hear, hear, () => {}].map((hear) => startProcess(library, target, { hear, namespace, ...options })),
          );
        });
        after(() => Promise.all([writer, other, listener].map((process) => process?.close())));

        const killListeners = async () => {
          const masters = target.masters ? await target.masters() : [target];
          let killed = 0;
          for (const master of masters) killed += await master.call("CLIENT", "KILL", "TYPE", "pubsub");
          return killed;
        };
        const versionsHeard = async (id) => (await listener.run(heardOf))[id].map(({ version }) => version);
        const create = (id) => writer.run(async ({ chord }, id) => void (await chord.setContext(id, { n: 0 })), id);

        test("a listener hears all commits of two other processes, in the order of versions", limit, async () => {
          const times = 300;
          await create("a");
          await listener.run(listen, ["a"]);
          await Promise.all([writer, other].map((process) => process.run(write, { id: "a", times })));
          await until("the last version", async () => (await versionsHeard("a")).at(-1) === 2 * times + 1);
          const heard = (await listener.run(heardOf)).a;
          assert.ok(heard.every(({ type, origin }) => type === "change" && origin === "remote"));
          assert.ok(rise(heard));
          assert.deepEqual(
            heard.map(({ version }) => version),
            Array.from({ length: 2 * times }, (_, place) => place + 2),
          );
          assert.ok(
            heard.every(({ version, by }) => by === version - 1),
            "each comes with what changed",
          );
          await listener.run(stop);
        });

        test("listeners whose connections are killed again and again still hear every version", limit, async () => {
          const times = 400;
          await create("b");
          await listener.run(listen, ["b", "*"]);
          told = 0;
          const writing = writer.run(write, { id: "b", times });
          let killed = 0;
          for (let round = 1; round <= 8; round += 1) {
            await until(`round ${round}`, () => told >= (round * times) / 10);
            killed += await killListeners();
          }
          await writing;
          assert.ok(killed > 0, "there was a connection to kill");
          for (const id of ["b", "*"]) {
            await until(`the last version by ${id}`, async () => (await versionsHeard(id)).at(-1) === times + 1, 40_000);
            const heard = (await listener.run(heardOf))[id];
            assert.ok(rise(heard), `${id}: versions rise`);
          }
          assert.deepEqual(
            await versionsHeard("b"),
            Array.from({ length: times }, (_, place) => place + 2),
          );
          await listener.run(stop);
        });

        test("who listens to all hears of contexts that it has never asked for, and of their deletion", limit, async () => {
          await listener.run(listen, ["*"]);
          // It takes a connection before anything is heard, and what nobody has heard of can't be missed.
          // In a cluster it takes several, hence many signs.
          let round = 0;
          await until("anything to be heard", async () => {
            round += 1;
            const sign = async ({ chord }, n) => {
              for (let sign = 0; sign < 24; sign += 1) await chord.setContext(`sign ${sign}`, { n });
            };
            await writer.run(sign, round);
            return new Set((await listener.run(heardOf))["*"].map(({ contextId }) => contextId)).size === 24;
          });
          const ids = Array.from({ length: 20 }, (_, n) => `new ${n}`);
          const last = async (type, version) => {
            const heard = (await listener.run(heardOf))["*"];
            return ids.every((id) => {
              const newest = heard.findLast(({ contextId }) => contextId === id);
              return newest?.type === type && newest.version === version;
            });
          };
          const create = async ({ chord }, ids) => {
            for (const id of ids) await chord.setContext(id, { n: 1 });
          };
          const remove = async ({ chord }, ids) => {
            for (const id of ids) await chord.deleteContext(id);
          };
          await writer.run(create, ids);
          await until("all creations", () => last("change", 1), 40_000);
          await Promise.all(ids.map((id) => other.run(write, { id, times: 3 })));
          await until("all updates", () => last("change", 4), 40_000);
          await writer.run(remove, ids);
          await until("all deletions", () => last("delete", 4), 40_000);
          await other.run(create, ids);
          await until("all creations again", () => last("change", 5), 40_000);
          const heard = (await listener.run(heardOf))["*"];
          for (const id of ids) {
            const own = heard.filter(({ contextId }) => contextId === id);
            assert.ok(own.every(({ origin }) => origin === "remote"));
            assert.deepEqual(
              own.map(({ type, version }) => `${type} ${version}`),
              ["change 1", "change 2", "change 3", "change 4", "delete 4", "change 5"],
            );
          }
          // Gone before it could be looked at.
          const brief = Array.from({ length: 20 }, (_, n) => `brief ${n} \n${" ".repeat(n)}`);
          const createAndRemove = async ({ chord }, ids) => {
            await Promise.all(
              ids.map(async (id) => {
                await chord.setContext(id, {});
                await chord.deleteContext(id);
              }),
            );
          };
          await writer.run(createAndRemove, brief);
          const toldOf = async (id) =>
            (await listener.run(heardOf))["*"].filter(({ contextId }) => contextId === id).map(({ type, version }) => `${type} ${version}`);
          for (const id of brief) {
            const told = await until(`the deletion of ${JSON.stringify(id)}`, async () => {
              const events = await toldOf(id);
              return events.at(-1) === "delete 1" && events;
            });
            assert.ok(told.length === 1 || (told.length === 2 && told[0] === "change 1"), told.join());
          }
          await listener.run(stop);
        });
      });
    }
  });
}
