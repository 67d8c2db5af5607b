/** Each test is named after a fault measured in the Elixir original and shows that it can't happen here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, append, increment } from "chord-sync";
import { manualClock, withChord } from "./open.js";
import { received } from "./oracle.js";

test(
  "remove then re-add between two syncs reaches the client",
  withChord({}, async (chord) => {
    await chord.setContext("c", { k: { x: 1 }, other: 1 });
    const held = await chord.getContext("c");
    await chord.updateContext("c", { k: undefined });
    await chord.updateContext("c", { k: { y: 2 } });
    const answer = await chord.syncContext("c", held.version);
    assert.equal(answer.type, "delta");
    assert.deepEqual(received(held.context, answer), { k: { y: 2 }, other: 1 });
  }),
);

test(
  "a client ahead of a deleted and recreated context gets the full context",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 0 });
    for (let n = 1; n <= 6; n += 1) await chord.updateContext("c", { n });
    const held = await chord.getContext("c");
    assert.equal(held.version, 7);
    await chord.deleteContext("c");
    await chord.setContext("c", { fresh: true });
    for (const since of [held.version, held]) {
      const answer = await chord.syncContext("c", since);
      assert.equal(answer.type, "full_context");
      assert.deepEqual(answer.context, { fresh: true });
      assert.ok(answer.version > held.version, "versions go on growing");
    }
  }),
);

test("a delta dropped from the middle by TTL never leaves a hole in a sync", async () => {
  const clock = manualClock();
  const chord = await Chord.open({ deltaTtl: 1_000, timeProvider: clock.timeProvider });
  await chord.setContext("c", { a: 0 });
  const held = await chord.getContext("c");
  clock.advance(500);
  await chord.updateContext("c", { b: 1 });
  // The clock jumps back and on again, which makes the middle entry the oldest by age.
  clock.advance(-10_000);
  await chord.updateContext("c", { c: 2 });
  clock.advance(10_000);
  await chord.updateContext("c", { d: 3 });
  await chord.cleanup();
  for (const since of [held.version, held]) {
    assert.deepEqual(received(held.context, await chord.syncContext("c", since)), { a: 0, b: 1, c: 2, d: 3 });
  }
  for (let version = 1; version <= 3; version += 1) {
    const answer = await chord.syncContext("c", version);
    const states = [{ a: 0 }, { a: 0, b: 1 }, { a: 0, b: 1, c: 2 }];
    assert.deepEqual(received(states[version - 1], answer), { a: 0, b: 1, c: 2, d: 3 }, `from version ${version}`);
  }
  await chord.close();
});

test(
  "fifty concurrent updates of one context are all kept, as versions 2 to 51",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => chord.updateContext("c", { [`key ${n}`]: n, total: increment(1) })),
    );
    const versions = results.map((result) => result.context.version).sort((a, b) => a - b);
    assert.deepEqual(
      versions,
      Array.from({ length: 50 }, (_, n) => n + 2),
    );
    const { context } = await chord.getContext("c");
    assert.equal(Object.keys(context).length, 51);
    assert.equal(context.total, 50);
    for (let n = 0; n < 50; n += 1) assert.equal(context[`key ${n}`], n);
  }),
);

test(
  "an append to a list sends the appended element alone",
  withChord({}, async (chord) => {
    const list = Array.from({ length: 500 }, (_, id) => ({ id, text: `message ${id}` }));
    await chord.setContext("c", { list });
    const held = await chord.getContext("c");
    await chord.updateContext("c", { list: append({ id: 500, text: "the new one" }) });
    const answer = await chord.syncContext("c", held);
    assert.equal(answer.type, "delta");
    assert.deepEqual(answer.delta, {
      list: { action: "edited", edits: [{ index: 500, removed: [], added: [{ id: 500, text: "the new one" }] }] },
    });
  }),
);

test(
  "an update can remove a key",
  withChord({}, async (chord) => {
    await chord.setContext("c", { keep: 1, gone: 1, deep: { keep: 1, gone: 1 } });
    const { delta } = await chord.updateContext("c", { gone: undefined, deep: { gone: undefined } });
    assert.deepEqual(delta.delta, { gone: { action: "removed", oldValue: 1 }, deep: { gone: { action: "removed", oldValue: 1 } } });
    assert.deepEqual((await chord.getContext("c")).context, { keep: 1, deep: { keep: 1 } });
  }),
);
