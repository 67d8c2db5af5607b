import assert from "node:assert/strict";
import { test } from "node:test";
import { ChordError, increment } from "chord-sync";
import { pause, settled, withChord } from "./open.js";
import { refusal } from "./refusal.js";

test(
  "a transaction reads, computes and commits the whole new state",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1, list: ["a"] });
    const result = await chord.transact("c", (current) => ({ n: current.n + 1, list: [...current.list, "b"] }));
    assert.equal(result.changed, true);
    assert.equal(result.context.version, 2);
    assert.deepEqual(result.context.context, { n: 2, list: ["a", "b"] });
    assert.deepEqual((await chord.getContext("c")).context, { n: 2, list: ["a", "b"] });
  }),
);

test(
  "an absent context is undefined to it, and what it gives back creates one",
  withChord({}, async (chord) => {
    const seen = [];
    const { changed, context } = await chord.transact("c", (current) => {
      seen.push(current);
      return { fresh: true };
    });
    assert.deepEqual(seen, [undefined]);
    assert.equal(changed, true);
    assert.equal(context.version, 1);
  }),
);

test(
  "giving back undefined commits nothing",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    const result = await chord.transact("c", () => undefined);
    assert.equal(result.changed, false);
    assert.equal((await chord.getContext("c")).version, 1);
    await chord.transact("none", () => undefined).catch((error) => assert.ok(error instanceof ChordError));
    assert.equal(await chord.getContext("none"), undefined);
  }),
);

test(
  "giving back an equal state commits nothing",
  withChord({}, async (chord) => {
    await chord.setContext("c", { a: 1, b: 2 });
    const result = await chord.transact("c", (current) => ({ b: current.b, a: current.a }));
    assert.equal(result.changed, false);
    assert.equal(result.context.version, 1);
  }),
);

test(
  "it may be asynchronous",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    const { context } = await chord.transact("c", async (current) => {
      await pause(5);
      return { n: current.n + 1 };
    });
    assert.deepEqual(context.context, { n: 2 });
  }),
);

test(
  "of many concurrent transactions none is lost",
  { timeout: 30_000 },
  withChord({ deltaThreshold: null }, async (chord) => {
    await chord.setContext("c", { n: 0 });
    const results = await Promise.all(Array.from({ length: 50 }, () => chord.transact("c", ({ n }) => ({ n: n + 1 }))));
    assert.deepEqual((await chord.getContext("c")).context, { n: 50 });
    const versions = results.map((result) => result.context.version).sort((a, b) => a - b);
    assert.deepEqual(
      versions,
      Array.from({ length: 50 }, (_, index) => index + 2),
    );
  }),
);

test(
  "a write that comes between reading and committing makes it run again on the new state",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 0, other: 0 });
    const seen = [];
    await chord.transact("c", async (current) => {
      seen.push(current.other);
      if (seen.length <= 2) await chord.updateContext("c", { other: increment(1) });
      return { ...current, n: current.n + 1 };
    });
    assert.deepEqual(seen, [0, 1, 2]);
    assert.deepEqual((await chord.getContext("c")).context, { n: 1, other: 2 });
  }),
);

test(
  "a deletion or creation in between is seen too",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    const seen = [];
    await chord.transact("c", async (current) => {
      seen.push(current);
      if (seen.length === 1) await chord.deleteContext("c");
      if (seen.length === 2) await chord.setContext("c", { n: 1 });
      return { mine: true };
    });
    assert.deepEqual(seen, [{ n: 1 }, undefined, { n: 1 }]);
    assert.deepEqual((await chord.getContext("c")).context, { mine: true });
  }),
);

test(
  "when every attempt meets another write it ends as a conflict, in bounded time",
  { timeout: 30_000 },
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 0 });
    let attempts = 0;
    await settled(
      refusal(
        () =>
          chord.transact("c", async () => {
            attempts += 1;
            await chord.updateContext("c", { n: increment(1) });
            return { mine: true };
          }),
        "conflict",
        { contextId: "c" },
      ),
      20_000,
    );
    assert.ok(attempts > 1, "it is tried again before it gives up");
    assert.deepEqual((await chord.getContext("c")).context, { n: attempts });
  }),
);

test(
  "what its function throws or rejects with is the cause of callback_failed, and nothing is written",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    const reason = new Error("thrown by the function");
    const functions = [
      () => {
        throw reason;
      },
      async () => {
        throw reason;
      },
    ];
    for (const compute of functions) {
      const error = await refusal(() => chord.transact("c", compute), "callback_failed", { contextId: "c" });
      assert.equal(error.cause, reason);
    }
    assert.equal((await chord.getContext("c")).version, 1);
  }),
);

test(
  "what it gives back must be a context",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    for (const wrong of [null, [], "text", 1, { a: () => 1 }, { a: Number.NaN }]) {
      await refusal(() => chord.transact("c", () => wrong), ["invalid_value", "invalid_argument"]);
      await refusal(() => chord.transact("c", async () => wrong), ["invalid_value", "invalid_argument"]);
    }
    assert.equal((await chord.getContext("c")).version, 1);
  }),
);

test(
  "the state it is given can't be used to change the store",
  withChord({}, async (chord) => {
    await chord.setContext("c", { list: [1] });
    await chord
      .transact("c", (current) => {
        current.list.push(2);
        return undefined;
      })
      .catch(() => {});
    assert.deepEqual((await chord.getContext("c")).context, { list: [1] });
  }),
);
