import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock, withChord } from "./open.js";
import { patched, same } from "./oracle.js";
import { refusal } from "./refusal.js";

function utf8Order(a, b) {
  const [first, second] = [a, b].map((text) => new TextEncoder().encode(text));
  const at = first.findIndex((byte, index) => byte !== second[index]);
  return at < 0 ? first.length - second.length : first[at] - (second[at] ?? -1);
}

/** Every page's ids, one list a page. */
async function pages(chord, options) {
  const found = [];
  let cursor;
  do {
    const page = await chord.listContexts({ ...options, ...(cursor === undefined ? {} : { cursor }) });
    found.push(page.contexts.map((context) => context.contextId));
    cursor = page.cursor;
    assert.ok(found.length < 1_000, "a cursor that never ends");
  } while (cursor !== undefined);
  return found;
}

test("get gives the context with id, version, revision and time of the last change", async () => {
  const clock = manualClock(5_000);
  await withChord({ timeProvider: clock.timeProvider }, async (chord) => {
    const set = await chord.setContext("c", { a: 1 });
    assert.deepEqual(await chord.getContext("c"), {
      contextId: "c",
      context: { a: 1 },
      version: 1,
      revision: set.context.revision,
      insertedAt: 5_000,
    });
    clock.advance(100);
    const updated = await chord.updateContext("c", { a: 2 });
    assert.equal(updated.context.insertedAt, 5_100);
    assert.equal(updated.delta.insertedAt, 5_100);
    assert.deepEqual(await chord.getContext("c"), updated.context);
  })();
});

test(
  "get of an absent id gives undefined",
  withChord({}, async (chord) => {
    assert.equal(await chord.getContext("none"), undefined);
  }),
);

test(
  "contexts of different ids are told apart, also where ids look alike",
  withChord({}, async (chord) => {
    const ids = [
      "a",
      "A",
      "a ",
      " a",
      "a\u0000",
      "a/b",
      "a\\b",
      '"',
      "é",
      "e\u0301",
      "0",
      "00",
      "1e0",
      "1",
      "null",
      "undefined",
      "日本",
      "🎵",
      "\u{1f3b5}b",
    ];
    for (const [n, id] of ids.entries()) await chord.setContext(id, { n });
    for (const [n, id] of ids.entries()) {
      const held = await chord.getContext(id);
      assert.equal(held.contextId, id);
      assert.equal(held.context.n, n);
    }
    assert.equal((await chord.listContexts()).contexts.length, ids.length);
  }),
);

test(
  "list walks all ids in UTF-8 byte order, each exactly once, whatever the page size",
  withChord({}, async (chord) => {
    // U+FF5E sorts after 🎵 by UTF-16 code units and before it by bytes.
    const ids = ["b", "a", "aa", "B", "ab", "～", "🎵", "é", "z", "", "a0", "A", "ÿ", "ａ"].filter((id) => id !== "");
    for (const id of ids) await chord.setContext(id, { id });
    const sorted = [...ids].sort(utf8Order);
    for (const limit of [1, 2, 3, 5, ids.length - 1, ids.length, ids.length + 1, 1_000]) {
      const ascending = await pages(chord, { limit });
      assert.deepEqual(ascending.flat(), sorted, `limit ${limit}`);
      assert.ok(ascending.every((page) => page.length <= limit));
      assert.deepEqual((await pages(chord, { limit, order: "desc" })).flat(), [...sorted].reverse(), `limit ${limit}, descending`);
    }
    assert.deepEqual((await pages(chord, {})).flat(), sorted);
  }),
);

test(
  "list gives whole contexts as get does",
  withChord({}, async (chord) => {
    await chord.setContext("a", { n: 1 });
    await chord.updateContext("a", { n: 2 });
    await chord.setContext("b", {});
    const { contexts } = await chord.listContexts({ order: "asc" });
    assert.deepEqual(contexts, [await chord.getContext("a"), await chord.getContext("b")]);
  }),
);

test(
  "a prefix selects exactly the ids that begin so, in every order and page size",
  withChord({}, async (chord) => {
    const ids = ["user:1", "user:10", "user:2", "user", "users:1", "use", "room:1", "user:é", "user:🎵", "user;"];
    for (const id of ids) await chord.setContext(id, {});
    for (const prefix of ["user:", "user", "u", "room:1", "none", ""]) {
      const due = ids.filter((id) => id.startsWith(prefix)).sort(utf8Order);
      for (const limit of [1, 3, 100]) {
        assert.deepEqual((await pages(chord, { prefix, limit })).flat(), due, `${prefix} by ${limit}`);
        assert.deepEqual((await pages(chord, { prefix, limit, order: "desc" })).flat(), [...due].reverse());
      }
    }
  }),
);

test(
  "a cursor survives that contexts come and go while it is used",
  withChord({}, async (chord) => {
    for (let n = 10; n < 30; n += 1) await chord.setContext(`k${n}`, {});
    const first = await chord.listContexts({ limit: 5 });
    const last = first.contexts.at(-1).contextId;
    assert.equal(last, "k14");
    await chord.deleteContext(last);
    await chord.setContext("k05", {});
    await chord.setContext("k145", {});
    const rest = await chord.listContexts({ limit: 100, cursor: first.cursor });
    assert.deepEqual(
      rest.contexts.map((context) => context.contextId),
      ["k145", ...Array.from({ length: 15 }, (_, n) => `k${15 + n}`)],
    );
    assert.equal(rest.cursor, undefined);
  }),
);

test(
  "deleted contexts are not listed",
  withChord({}, async (chord) => {
    await chord.setContext("a", {});
    await chord.setContext("b", {});
    await chord.deleteContext("a");
    assert.deepEqual((await pages(chord, {})).flat(), ["b"]);
  }),
);

test(
  "listDeltas tells every kept change, oldest or newest first, and its limit counts from there",
  withChord({}, async (chord) => {
    const results = [await chord.setContext("c", { n: 0 })];
    for (let n = 1; n < 10; n += 1) results.push(await chord.updateContext("c", { n, [`k${n}`]: [n] }));
    const records = results.map((result) => result.delta);
    assert.deepEqual(await chord.listDeltas("c", { order: "asc" }), records);
    assert.deepEqual(await chord.listDeltas("c", { order: "desc" }), [...records].reverse());
    assert.deepEqual(await chord.listDeltas("c", { order: "asc", limit: 3 }), records.slice(0, 3));
    assert.deepEqual(await chord.listDeltas("c", { order: "desc", limit: 3 }), records.slice(-3).reverse());
    assert.equal((await chord.listDeltas("c")).length, 10);
  }),
);

test(
  "the deltas of a context, applied one after the other, rebuild each of its states",
  withChord({}, async (chord) => {
    const states = [
      { a: [1, 2, 3], b: { x: 1 } },
      { a: [1, 3], b: { x: 1 } },
      {},
      { b: { x: { y: 1 } } },
      { b: { x: { y: 1, z: [] } }, c: null },
    ];
    for (const state of states) await chord.setContext("c", state);
    let held = {};
    for (const [index, record] of (await chord.listDeltas("c", { order: "asc" })).entries()) {
      assert.equal(record.contextId, "c");
      assert.equal(record.version, index + 1);
      held = patched(held, record.delta);
      assert.ok(same(held, states[index]));
    }
  }),
);

test(
  "wrong arguments of list and listDeltas are invalid_argument",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    for (const wrong of [{ limit: -1 }, { limit: "5" }, { limit: 1.5 }, { limit: Number.NaN }, { order: "up" }, { order: 1 }]) {
      await refusal(() => chord.listContexts(wrong), "invalid_argument", { naming: Object.keys(wrong) });
      await refusal(() => chord.listDeltas("c", wrong), "invalid_argument", { naming: Object.keys(wrong) });
    }
    await refusal(() => chord.listContexts({ prefix: 5 }), "invalid_argument", { naming: ["prefix"] });
    await refusal(() => chord.listContexts({ cursor: 5 }), "invalid_argument", { naming: ["cursor"] });
  }),
);
