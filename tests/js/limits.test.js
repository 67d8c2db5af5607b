import assert from "node:assert/strict";
import { test } from "node:test";
import { append, increment } from "chord-sync";
import { mostDepth, withChord } from "./open.js";
import { assertRefusal, refusal } from "./refusal.js";

/** An object or array of exactly that many levels, the innermost empty. */
function nested(depth, array = false) {
  let value = array ? [] : {};
  for (let level = 1; level < depth; level += 1) value = array ? [value] : { k: value };
  return value;
}

const utf8Bytes = (value) => new TextEncoder().encode(JSON.stringify(value)).length;

test(
  "a context of exactly contextBytes is stored, one of a byte more is limit_exceeded",
  withChord({ limits: { contextBytes: 1_000 } }, async (chord) => {
    for (const fill of ["x", "é", "日", "🎵", '"', "\n", "\u0001"]) {
      const unit = utf8Bytes(fill) - 2;
      const base = { text: fill.repeat(Math.floor((1_000 - utf8Bytes({ text: "" }) - 20) / unit)), pad: "" };
      const exact = { ...base, pad: "p".repeat(1_000 - utf8Bytes(base)) };
      assert.equal(utf8Bytes(exact), 1_000);
      const { version } = (await chord.setContext(fill, exact)).context;
      assert.equal(version, 1, fill);
      assert.deepEqual((await chord.getContext(fill)).context, exact);
      const over = { ...exact, pad: `${exact.pad}p` };
      await refusal(() => chord.setContext(fill, over), "limit_exceeded", { contextId: fill });
      await refusal(() => chord.setContext(`${fill} new`, over), "limit_exceeded");
      assert.equal(await chord.getContext(`${fill} new`), undefined);
      assert.deepEqual((await chord.getContext(fill)).context, exact);
    }
  }),
);

test(
  "the default limit is 16 MiB",
  withChord({}, async (chord) => {
    const exact = { text: "x".repeat(16 * 1024 * 1024 - utf8Bytes({ text: "" })) };
    assert.equal((await chord.setContext("c", exact)).changed, true);
    await refusal(() => chord.setContext("c", { text: `${exact.text}x` }), "limit_exceeded", { contextId: "c" });
    assert.equal((await chord.getContext("c")).version, 1);
  }),
);

test(
  "an update, an append or an increment can't take a context over its limit, and then nothing of it is written",
  withChord({ limits: { contextBytes: 100 } }, async (chord) => {
    const base = { n: 9, list: [], pad: "" };
    const exact = { ...base, pad: "p".repeat(100 - utf8Bytes(base)) };
    await chord.setContext("c", exact);
    await refusal(() => chord.updateContext("c", { more: 1 }), "limit_exceeded", { contextId: "c" });
    await refusal(() => chord.updateContext("c", { list: append(1) }), "limit_exceeded", { contextId: "c" });
    await refusal(() => chord.updateContext("c", { n: increment(1) }), "limit_exceeded", { contextId: "c" });
    assert.equal((await chord.updateContext("c", { n: 8 })).changed, true);
    assert.equal((await chord.updateContext("c", { pad: undefined, list: append(1) })).changed, true);
    assert.deepEqual((await chord.getContext("c")).context, { n: 8, list: [1] });
  }),
);

test("a context may be as deep as the limit says, with the root as 1, and no deeper", async () => {
  for (const depth of [1, 2, 10, 100, mostDepth]) {
    await withChord({ limits: { depth } }, async (chord) => {
      const deepest = nested(depth);
      await chord.setContext("c", deepest);
      assert.deepEqual((await chord.getContext("c")).context, deepest);
      await refusal(() => chord.setContext("c", nested(depth + 1)), "limit_exceeded");
      await refusal(() => chord.setContext("new", { list: nested(depth, true) }), "limit_exceeded");
      if (depth > 1) assert.equal((await chord.setContext("list", { list: nested(depth - 1, true) })).changed, true);
      assert.equal(await chord.getContext("new"), undefined);
      assert.equal((await chord.getContext("c")).version, 1);
    })();
  }
});

test(
  "the default depth is 100",
  withChord({}, async (chord) => {
    await chord.setContext("c", nested(100));
    await refusal(() => chord.setContext("c", nested(101)), "limit_exceeded");
  }),
);

test(
  "a context at the greatest depth can be updated, synced, formatted and inverted like any other",
  withChord({ limits: { depth: mostDepth } }, async (chord) => {
    const innermost = (leaf) => {
      let value = leaf;
      for (let level = 1; level < mostDepth; level += 1) value = { k: value };
      return value;
    };
    // Long enough for a delta of so many levels to be the shorter answer.
    const pad = "p".repeat(50_000);
    const held = (await chord.setContext("c", { ...innermost({}), pad })).context;
    await chord.updateContext("c", innermost({ leaf: 1 }));
    await chord.updateContext("c", innermost({ leaf: 2, other: undefined }));
    const answer = await chord.syncContext("c", held);
    assert.equal(answer.type, "delta");
    const after = chord.applyDelta(held.context, answer.delta);
    assert.deepEqual(after, { ...innermost({ leaf: 2 }), pad });
    assert.deepEqual(chord.applyDelta(after, chord.invertDelta(answer.delta)), held.context);
    assert.equal(chord.formatDelta(answer.delta, { contextId: "c", version: 3 }).changes[0].key.length, mostDepth);
  }),
);

test(
  "an update can't make a context deeper than the limit",
  withChord({ limits: { depth: 5 } }, async (chord) => {
    await chord.setContext("c", { a: { b: {} } });
    await chord.updateContext("c", { a: { b: { c: { d: {} } } } });
    await refusal(() => chord.updateContext("c", { a: { b: { c: { d: { e: {} } } } } }), "limit_exceeded");
    await refusal(() => chord.updateContext("c", { a: { b: { c: { d: append([]) } } } }), ["limit_exceeded", "invalid_value"]);
    await refusal(() => chord.updateContext("c", { list: append([[[[]]]]) }), "limit_exceeded");
    assert.deepEqual((await chord.getContext("c")).context, { a: { b: { c: { d: {} } } } });
  }),
);

test(
  "ids are limited by their UTF-8 bytes in every method that takes one",
  withChord({ exportCallback: () => {}, contextExternalProvider: () => ({ context: {}, version: 1 }) }, async (chord) => {
    for (const exact of ["x".repeat(512), "é".repeat(256), "🎵".repeat(128)]) {
      await chord.setContext(exact, { ok: true });
      assert.equal((await chord.getContext(exact)).contextId, exact);
      assert.equal((await chord.listContexts({ prefix: exact })).contexts.length, 1);
    }
    const over = `${"é".repeat(256)}x`;
    const calls = [
      () => chord.setContext(over, {}),
      () => chord.updateContext(over, {}),
      () => chord.transact(over, () => ({})),
      () => chord.getContext(over),
      () => chord.syncContext(over),
      () => chord.deleteContext(over),
      () => chord.exportContext(over),
      () => chord.restoreContext(over),
      () => chord.listDeltas(over),
    ];
    for (const call of calls) await refusal(call, "limit_exceeded");
  }),
);

test(
  "idBytes can be set",
  withChord({ limits: { idBytes: 4 } }, async (chord) => {
    await chord.setContext("abcd", {});
    await refusal(() => chord.setContext("abcde", {}), "limit_exceeded");
    await refusal(() => chord.setContext("日本", {}), "limit_exceeded");
  }),
);

test(
  "a transaction is bound by the same limits",
  withChord({ limits: { contextBytes: 50, depth: 3 } }, async (chord) => {
    await refusal(() => chord.transact("c", () => ({ text: "x".repeat(100) })), "limit_exceeded");
    await refusal(() => chord.transact("c", () => nested(4)), "limit_exceeded");
    assert.equal(await chord.getContext("c"), undefined);
  }),
);

test("a restored context over the limits is refused and nothing is written", async () => {
  const answers = { bytes: { text: "x".repeat(100) }, depth: nested(4) };
  await withChord(
    { limits: { contextBytes: 50, depth: 3 }, contextExternalProvider: (id) => ({ context: answers[id], version: 1 }) },
    async (chord) => {
      for (const id of Object.keys(answers)) {
        try {
          await chord.restoreContext(id);
          assert.fail("it was restored");
        } catch (error) {
          assertRefusal(error, ["limit_exceeded", "callback_failed"]);
        }
        assert.equal(await chord.getContext(id), undefined);
      }
    },
  )();
});
