import assert from "node:assert/strict";
import { test } from "node:test";
import { append, increment } from "chord-sync";
import fc from "fast-check";
import { numbers } from "./arbitraries.js";
import { times } from "./effort.js";
import { withChord } from "./open.js";
import { refusal, refusedSomehow } from "./refusal.js";

const stored = async (chord) => (await chord.getContext("c")).context;

test(
  "append adds to the end, creates an array where none is, and takes several items",
  withChord({}, async (chord) => {
    await chord.setContext("c", { list: [1], deep: { list: [] } });
    await chord.updateContext("c", {
      list: append(2, { three: 3 }),
      deep: { list: append([4]), fresh: append("a") },
      new: { path: append(null) },
    });
    assert.deepEqual(await stored(chord), {
      list: [1, 2, { three: 3 }],
      deep: { list: [[4]], fresh: ["a"] },
      new: { path: [null] },
    });
  }),
);

test(
  "increment adds to a number, and to 0 where none is",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 5, deep: { f: 0.1 } });
    await chord.updateContext("c", { n: increment(-7), fresh: increment(3), deep: { f: increment(0.2) } });
    assert.deepEqual(await stored(chord), { n: -2, fresh: 3, deep: { f: 0.1 + 0.2 } });
  }),
);

test(
  "increment computes what JavaScript computes, and refuses what is no finite number",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    await fc.assert(
      fc.asyncProperty(numbers, numbers, async (n, by) => {
        await chord.setContext("c", { n });
        if (Number.isFinite(n + by)) {
          await chord.updateContext("c", { n: increment(by) });
          assert.equal((await stored(chord)).n, n + by);
        } else {
          await refusal(() => chord.updateContext("c", { n: increment(by) }), "invalid_value", { path: ["n"] });
          assert.equal((await stored(chord)).n, n);
        }
      }),
      {
        numRuns: times(1_000),
        examples: [
          [Number.MAX_VALUE, Number.MAX_VALUE],
          [0.1, 0.2],
          [2 ** 53, 1],
          [1e21, 1],
          [1, -1],
        ],
      },
    );
  }),
);

test(
  "an operation on another kind of value is invalid_value naming the path, and nothing of the update is written",
  withChord({}, async (chord) => {
    const before = { text: "t", object: {}, number: 1, list: [], nothing: null, flag: true };
    await chord.setContext("c", { at: before });
    const wrong = { append: ["text", "object", "number", "nothing", "flag"], increment: ["text", "object", "list", "nothing", "flag"] };
    for (const key of wrong.append) {
      await refusal(() => chord.updateContext("c", { other: 1, at: { [key]: append(1) } }), "invalid_value", {
        path: ["at", key],
        contextId: "c",
      });
    }
    for (const key of wrong.increment) {
      await refusal(() => chord.updateContext("c", { other: 1, at: { [key]: increment(1) } }), "invalid_value", { path: ["at", key] });
    }
    assert.deepEqual(await chord.getContext("c").then(({ context, version }) => ({ context, version })), {
      context: { at: before },
      version: 1,
    });
  }),
);

test(
  "operations with arguments that are no JSON or no number are refused",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1, list: [] });
    for (const by of [Number.NaN, Number.POSITIVE_INFINITY, "1", null, 1n, {}]) {
      await refusedSomehow(() => chord.updateContext("c", { n: increment(by) }), ["invalid_argument", "invalid_value"]);
    }
    for (const item of [undefined, () => 1, Number.NaN, new Date(), "\ud800", append(1)]) {
      await refusedSomehow(() => chord.updateContext("c", { list: append(1, { deep: [item] }) }), "invalid_value");
    }
    const lone = append(1, { deep: ["\ud800"] });
    await refusal(() => chord.updateContext("c", { n: 2, list: lone }), "invalid_value", { path: ["list", 1, "deep", 0] });
    assert.deepEqual(await stored(chord), { n: 1, list: [] });
  }),
);

test(
  "an operation counts as a value nowhere but in an update",
  withChord({}, async (chord) => {
    await chord.setContext("c", { list: [] });
    await refusal(() => chord.setContext("c", { list: append(1) }), "invalid_value", { path: ["list"] });
    await refusal(() => chord.setContext("c", { n: increment(1) }), "invalid_value", { path: ["n"] });
    await refusal(() => chord.updateContext("c", { list: [append(1)] }), "invalid_value", { path: ["list", 0] });
    assert.deepEqual(await stored(chord), { list: [] });
  }),
);

test(
  "concurrent operations all survive",
  withChord({ deltaThreshold: null }, async (chord) => {
    await chord.setContext("c", { n: 0, list: [] });
    await Promise.all(Array.from({ length: 200 }, (_, i) => chord.updateContext("c", i % 2 ? { n: increment(1) } : { list: append(i) })));
    const { n, list } = await stored(chord);
    assert.equal(n, 100);
    assert.deepEqual(
      [...list].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => 2 * i),
    );
  }),
);

test(
  "the delta of an operation tells what it came to, and can be applied and inverted",
  withChord({}, async (chord) => {
    const before = { n: 40, list: Array.from({ length: 50 }, (_, i) => `entry ${i}`) };
    await chord.setContext("c", before);
    const { delta } = await chord.updateContext("c", { n: increment(2), list: append("more") });
    assert.deepEqual(delta.delta, {
      n: { action: "modified", oldValue: 40, value: 42 },
      list: { action: "edited", edits: [{ index: 50, removed: [], added: ["more"] }] },
    });
    const after = chord.applyDelta(before, delta.delta);
    assert.deepEqual(after, await stored(chord));
    assert.deepEqual(chord.applyDelta(after, chord.invertDelta(delta.delta)), before);
  }),
);

test(
  "an increment by 0 of a number changes nothing",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    const { changed } = await chord.updateContext("c", { n: increment(0) });
    assert.equal(changed, false);
  }),
);

test(
  "the items given to append are copied, not kept",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    const item = { tags: ["a"] };
    const operation = append(item);
    await chord.updateContext("c", { list: operation });
    item.tags.push("b");
    assert.deepEqual(await stored(chord), { list: [{ tags: ["a"] }] });
    assert.ok(!Object.isFrozen(item) && !Object.isFrozen(item.tags));
  }),
);

test(
  "operations are held against the limits by what they leave",
  withChord({ limits: { contextBytes: 100, depth: 2 } }, async (chord) => {
    await chord.setContext("c", { deep: { n: 1 } });
    await chord.updateContext("c", { deep: { n: increment(), new: increment(), gone: undefined } });
    assert.deepEqual(await stored(chord), { deep: { n: 2, new: 1 } });
    await refusal(() => chord.updateContext("c", { deep: { list: append(1) } }), "limit_exceeded", { path: ["deep", "list"] });
    await chord.setContext("c", { list: [], n: 9, gone: "x".repeat(60) });
    await refusal(() => chord.updateContext("c", { list: append("x".repeat(30)) }), "limit_exceeded");
    const longest = "x".repeat(100 - JSON.stringify({ list: [""] }).length);
    await chord.updateContext("c", { list: append(longest), n: undefined, gone: undefined });
    assert.deepEqual(await stored(chord), { list: [longest] });
    await refusal(() => chord.updateContext("c", { list: append("") }), "limit_exceeded");
    const fields = (value) => Object.fromEntries(Array.from({ length: 16 }, (_, n) => [String.fromCharCode(97 + n), value]));
    await chord.setContext("c", fields(1));
    await chord.updateContext("c", { ...fields(undefined), list: append(longest) });
    assert.deepEqual(await stored(chord), { list: [longest] });
    await refusal(
      () => chord.updateContext("c", Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n, undefined]))),
      "limit_exceeded",
      { path: ["15"] },
    );
  }),
);
