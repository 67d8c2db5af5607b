/**
 * A failover that loses writes which were acknowledged, on purpose: the version numbers come again for other states. Whoever had been told
 * a lost state ends at the server's all the same.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { append, increment } from "chord-sync";
import { libraryNames, openChord } from "./clients.js";
import { startProcess } from "./process.js";
import { skip, startCluster, untilCaughtUp } from "./servers.js";
import { until } from "./wait.js";

const limit = { skip, timeout: 120_000 };
const contexts = 40;
const ids = Array.from({ length: contexts }, (_, number) => `context ${number}`);

/** What a client is: it keeps the last answer and the state it leads to. */
class Replica {
  constructor(id) {
    this.id = id;
  }

  async sync(chord) {
    const told = await chord.syncContext(this.id, this.told);
    if (told.type === "full_context") this.state = told.context;
    if (told.type === "delta") this.state = chord.applyDelta(this.state, told.delta);
    this.told = told;
    return told.type;
  }
}

/** Begins to listen in another process, which keeps what it hears last. */
async function listen(realm, ids) {
  realm.heard = {};
  for (const id of ids) {
    realm.chord.subscribe(id, ({ contextId, version, revision }) => (realm.heard[contextId] = { version, revision }));
  }
}

const heardOf = ({ heard }) => heard;
const headOf = ({ version, revision }) => ({ version, revision });

/** Trouble passes, with what clients need to find the new master; until then writes fail with an error that says so. */
const insist = (what, attempt) =>
  until(
    what,
    async () => {
      try {
        return await attempt();
      } catch (error) {
        if (error.code === "backend_unavailable" || error.code === "timeout") return false;
        throw error;
      }
    },
    60_000,
  );

describe("a failover that loses acknowledged writes", () => {
  for (const library of libraryNames) {
    test(`${library}: no client keeps a lost state, though the numbers come again`, limit, async (context) => {
      const cluster = await startCluster();
      const old = await openChord(library, cluster);
      const listener = await startProcess(library, cluster);
      const { chord } = old;
      await Promise.all(ids.map((id) => chord.setContext(id, { count: 0, log: [] })));
      await listener.run(listen, ids);

      // Some clients know what outlives the failover, some what doesn't.
      const early = ids.map((id) => new Replica(id));
      const late = ids.map((id) => new Replica(id));
      const update = (by, id, word) => by.updateContext(id, { count: increment(), log: append(word) });
      await Promise.all(ids.map((id) => update(chord, id, "kept")));
      for (const replica of early) await replica.sync(chord);
      const slots = await cluster.slots();
      await Promise.all(slots.map(untilCaughtUp));

      const { from } = slots[0];
      const { finish } = await cluster.cutReplication(from);
      const lost = [];
      for (let round = 0; round < 3; round += 1) lost.push(await Promise.all(ids.map((id) => update(chord, id, "lost"))));
      for (const replica of late) await replica.sync(chord);
      await until("the lost states to be heard of", async () => {
        const heard = await listener.run(heardOf);
        return ids.every((id) => heard[id]?.version === 5);
      });
      const { lost: node } = await finish();

      // Somebody who knows nothing of what was lost goes on, so that the numbers are used again; then the one who wrote it.
      const fresh = await openChord(library, cluster);
      await insist("a write after the failover", async () => {
        for (const id of ids) {
          const { count } = (await fresh.chord.getContext(id)).context;
          if (count < 5) await update(fresh.chord, id, "afterwards");
        }
        return (await Promise.all(ids.map(async (id) => (await fresh.chord.getContext(id)).context.count >= 3))).every(Boolean);
      });
      const [witness] = await insist("the old instance to write", () => Promise.all(ids.map((id) => update(chord, id, "by the old one"))));
      assert.equal(witness.changed, true);

      let reused = 0;
      let kept = 0;
      for (const [place, id] of ids.entries()) {
        const truth = await fresh.chord.getContext(id);
        const wasLost = !truth.context.log.includes("lost");
        if (wasLost) {
          const versions = lost.map((round) => round[place].context.version);
          if (versions.includes(truth.version)) reused += 1;
        } else kept += 1;
        assert.equal(truth.context.count, truth.context.log.length);
        assert.deepEqual(headOf(await chord.getContext(id)), headOf(truth), "the instance that wrote what was lost");
        assert.deepEqual((await chord.getContext(id)).context, truth.context);
        for (const replica of [early[place], late[place]]) {
          for (const by of [fresh.chord, chord]) {
            await replica.sync(by);
            assert.deepEqual(replica.state, truth.context, `a client of ${id}`);
            assert.deepEqual(headOf(replica.told), headOf(truth));
          }
        }
      }
      context.diagnostic(`${contexts - kept} contexts lost writes, ${reused} have a version that was acknowledged for a lost state`);
      assert.ok(contexts - kept >= 5, "writes were lost");
      assert.ok(reused >= 5, "numbers came again");
      await until(
        "the listener to hear of the truth",
        async () => {
          const [heard, ...truths] = await Promise.all([listener.run(heardOf), ...ids.map((id) => fresh.chord.getContext(id))]);
          return truths.every(({ contextId, revision }) => heard[contextId]?.revision === revision);
        },
        40_000,
      );

      await cluster.revive(node);
      await Promise.all([old.close(), fresh.close(), listener.close()]);
      await cluster.close();
    });
  }
});
