/** A database of an earlier release: made by hand here as that release made it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

const day = 86_400_000;

/** What the first schema had, by a Chord that kept deltas for a day: rows, snapshots, entries outside the row, tombstones, and no notes of what is due. */
function stored(now) {
  const entry = (version, at, delta) => [version, `a-${version}`, `a-${version - 1}`, at, delta];
  const modified = (oldValue, value) => ({ n: { action: "modified", oldValue, value } });
  const row = (version, at, more) => ({
    version,
    revision: `a-${version}`,
    insertedAt: at,
    snapshotVersion: 1,
    sinceSnapshot: 0,
    firstStored: 2,
    firstKept: 2,
    ...more,
  });
  const [old, fresh] = [now - 2 * day, now - 1000];
  return {
    contexts: {
      "only-created": row(1, fresh, { created: fresh, due: fresh + day, tail: [] }),
      "with-tail": row(3, fresh, {
        created: fresh,
        due: fresh + day,
        tail: [entry(2, fresh, modified(1, 2)), entry(3, fresh, modified(2, 3))],
      }),
      "with-log": row(4, fresh, { due: fresh + day, tail: [entry(4, fresh, modified(3, 4))] }),
      "past-due": row(3, old, { created: old, due: old + day, tail: [entry(2, old, modified(1, 2)), entry(3, old, modified(2, 3))] }),
      "never-due": row(1, old, { firstStored: 2, firstKept: 2, tail: [] }),
    },
    snapshots: Object.fromEntries(["only-created", "with-tail", "with-log", "past-due", "never-due"].map((id) => [id, { n: 1, id }])),
    log: { "with-log": [3, [entry(2, fresh, modified(1, 2)), entry(3, fresh, modified(2, 3))]] },
    tombstones: { deleted: { version: 7, revision: "a-7", due: now + day }, forgotten: { version: 7, revision: "a-7", due: old } },
  };
}

/** Writes it. */
async function make({ name, stored }) {
  const database = await raw.connect(name, 1, raw.firstSchema);
  const transaction = database.transaction([...database.objectStoreNames], "readwrite");
  for (const store of ["contexts", "snapshots", "tombstones"]) {
    for (const [id, value] of Object.entries(stored[store])) transaction.objectStore(store).put(JSON.stringify(value), raw.key(id));
  }
  for (const [id, [last, entries]] of Object.entries(stored.log)) {
    transaction.objectStore("log").put(JSON.stringify(entries), [raw.key(id), last]);
  }
  await raw.stored(transaction);
  database.close();
}

describeIn(everyBrowser, (visit) => {
  test("a database of the first schema opens, nothing is missing, and cleanup finds what is due", async () => {
    const page = await visit.open();
    const now = Date.now();
    await page.run(make, { name: "first-schema", stored: stored(now) });
    const seen = await page.run(async () => {
      globalThis.chord = await open("first-schema");
      const { contexts } = await chord.listContexts();
      const states = {};
      for (const id of ["only-created", "with-tail", "with-log", "past-due", "never-due"]) {
        const { context, version, revision } = await chord.getContext(id);
        const log = await chord.listDeltas(id);
        states[id] = [context.n, version, revision, log.map(({ version }) => version)];
      }
      const { type, delta } = await chord.syncContext("with-log", { version: 2, revision: "a-2" });
      return { ids: contexts.length, states, synced: [type, delta.n.value], deleted: (await chord.getContext("deleted")) ?? "gone" };
    });
    assert.deepEqual(seen, {
      ids: 5,
      states: {
        "only-created": [1, 1, "a-1", [1]],
        "with-tail": [3, 3, "a-3", [1, 2, 3]],
        "with-log": [4, 4, "a-4", [2, 3, 4]],
        "past-due": [3, 3, "a-3", [1, 2, 3]],
        "never-due": [1, 1, "a-1", []],
      },
      synced: ["delta", 4],
      deleted: "gone",
    });
    const after = await page.run(async () => {
      const first = await chord.cleanup();
      const second = await chord.cleanup();
      const recreated = (await chord.setContext("deleted", {})).context.version;
      const { context } = await chord.updateContext("with-log", { n: increment() });
      const due = (await raw.contents("first-schema")).due.map(([[, id]]) => id).sort();
      const log = (await chord.listDeltas("past-due")).map(({ version }) => version);
      await chord.close();
      return { first, second, recreated, n: [context.context.n, context.version], due, log };
    });
    assert.deepEqual(after, {
      first: { contexts: 0, deltas: 3 },
      second: { contexts: 0, deltas: 0 },
      recreated: 8,
      n: [5, 5],
      due: ["deleted", "only-created", "with-log", "with-tail"],
      log: [],
    });
    await page.close();
  });
});
