import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { manualClock, pause, settled, withChord } from "./open.js";
import { refusal } from "./refusal.js";

test("export hands the context to the callback and waits for it", async () => {
  const exported = [];
  let done = false;
  const exportCallback = async (context) => {
    exported.push(context);
    await pause(10);
    done = true;
  };
  await withChord({ exportCallback }, async (chord) => {
    await chord.setContext("c", { a: [1] });
    assert.equal(await chord.exportContext("c"), undefined);
    assert.ok(done, "the promise the callback gives is awaited");
    assert.deepEqual(exported, [await chord.getContext("c")]);
  })();
});

test(
  "export without a callback, and restore without a provider, have codes of their own",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    await refusal(() => chord.exportContext("c"), "no_export_callback");
    await refusal(() => chord.restoreContext("c"), "no_context_external_provider");
  }),
);

test("export of an absent id is not_found and calls nobody", async () => {
  let calls = 0;
  await withChord({ exportCallback: () => (calls += 1) }, async (chord) => {
    await refusal(() => chord.exportContext("none"), "not_found", { contextId: "none" });
    assert.equal(calls, 0);
  })();
});

test("an export callback that throws or rejects is callback_failed with the cause", async () => {
  const reason = new Error("disk full");
  for (const exportCallback of [
    () => {
      throw reason;
    },
    async () => {
      throw reason;
    },
  ]) {
    await withChord({ exportCallback }, async (chord) => {
      await chord.setContext("c", { a: 1 });
      const error = await refusal(() => chord.exportContext("c"), "callback_failed", { contextId: "c" });
      assert.equal(error.cause, reason);
      assert.deepEqual((await chord.getContext("c")).context, { a: 1 });
    })();
  }
});

test("what was exported from one instance restores in another", async () => {
  const files = new Map();
  const options = {
    exportCallback: (context) => files.set(context.contextId, JSON.stringify(context)),
    contextExternalProvider: (id) => JSON.parse(files.get(id) ?? "null"),
  };
  const state = { text: "é 🎵 \u0000", list: [1, { a: null }], n: 0.1 + 0.2 };
  const first = await Chord.open(options);
  await first.setContext("c", {});
  await first.setContext("c", state);
  await first.exportContext("c");
  await first.close();
  const second = await Chord.open(options);
  const restored = await second.restoreContext("c");
  assert.deepEqual(restored.context, state);
  assert.equal(restored.version, 2);
  assert.deepEqual(await second.getContext("c"), restored);
  await second.close();
});

test("a restore installs at the greater of the provider's version and the last known plus one", async () => {
  let version = 0;
  await withChord({ contextExternalProvider: async () => ({ context: { from: version }, version }) }, async (chord) => {
    version = 5;
    assert.equal((await chord.restoreContext("c")).version, 5);
    assert.equal((await chord.restoreContext("c")).version, 6);
    version = 50;
    assert.equal((await chord.restoreContext("c")).version, 50);
    version = 7;
    assert.equal((await chord.restoreContext("c")).version, 51);
    assert.deepEqual((await chord.getContext("c")).context, { from: 7 });
    await chord.deleteContext("c");
    assert.equal((await chord.restoreContext("c")).version, 52, "a tombstone's version counts as known");
    assert.equal((await chord.updateContext("c", { more: 1 })).context.version, 53);
  })();
});

test("a restore gives a context of the documented shape, with the time of the restore", async () => {
  const clock = manualClock(4_000);
  await withChord(
    { timeProvider: clock.timeProvider, contextExternalProvider: () => ({ context: { r: 1 }, version: 3 }) },
    async (chord) => {
      const { revision, ...rest } = await chord.restoreContext("c");
      assert.deepEqual(rest, { contextId: "c", context: { r: 1 }, version: 3, insertedAt: 4_000 });
      assert.equal(typeof revision, "string");
      const again = await chord.restoreContext("c");
      assert.notEqual(again.revision, revision);
    },
  )();
});

test("a restore drops the deltas from before", async () => {
  await withChord({ contextExternalProvider: () => ({ context: { r: 1 }, version: 1 }) }, async (chord) => {
    for (let n = 0; n < 5; n += 1) await chord.setContext("c", { n });
    const { version } = await chord.restoreContext("c");
    assert.ok((await chord.listDeltas("c")).every((record) => record.version >= version));
    const next = await chord.updateContext("c", { s: 2 });
    const answer = await chord.syncContext("c", version);
    assert.equal(answer.type, "delta");
    assert.deepEqual(answer.delta, next.delta.delta);
  })();
});

test("a provider with nothing is not_found, and the context stays as it was", async () => {
  for (const nothing of [null, undefined]) {
    await withChord({ contextExternalProvider: () => nothing }, async (chord) => {
      await refusal(() => chord.restoreContext("none"), "not_found", { contextId: "none" });
      await chord.setContext("c", { a: 1 });
      await refusal(() => chord.restoreContext("c"), "not_found", { contextId: "c" });
      assert.equal((await chord.getContext("c")).version, 1);
    })();
  }
});

test("a provider that throws or answers with something malformed is callback_failed, and nothing is written", async () => {
  const reason = new Error("offline");
  const malformed = [
    () => {
      throw reason;
    },
    async () => {
      throw reason;
    },
    () => "text",
    () => [],
    () => 7,
    () => ({}),
    () => ({ context: {} }),
    () => ({ version: 1 }),
    () => ({ context: null, version: 1 }),
    () => ({ context: [], version: 1 }),
    () => ({ context: "x", version: 1 }),
    () => ({ context: {}, version: "1" }),
    () => ({ context: {}, version: -1 }),
    () => ({ context: {}, version: 1.5 }),
    () => ({ context: {}, version: Number.NaN }),
    () => ({ context: { a: () => 1 }, version: 1 }),
    () => ({ context: { a: new Date() }, version: 1 }),
    () => ({ context: { a: "\ud800" }, version: 1 }),
  ];
  let answer;
  await withChord({ contextExternalProvider: () => answer() }, async (chord) => {
    await chord.setContext("c", { a: 1 });
    for (answer of malformed) {
      const error = await refusal(() => chord.restoreContext("c"), "callback_failed", { contextId: "c" });
      if (String(answer).includes("throw")) assert.equal(error.cause, reason);
      await refusal(() => chord.restoreContext("fresh"), "callback_failed", { contextId: "fresh" });
    }
    assert.deepEqual((await chord.getContext("c")).context, { a: 1 });
    assert.equal((await chord.getContext("c")).version, 1);
    assert.equal(await chord.getContext("fresh"), undefined);
  })();
});

test("the provider is asked with the id", async () => {
  const asked = [];
  const contextExternalProvider = (id) => {
    asked.push(id);
    return { context: {}, version: 1 };
  };
  await withChord({ contextExternalProvider }, async (chord) => {
    await chord.restoreContext("some id");
    assert.deepEqual(asked, ["some id"]);
  })();
});

test("what the provider hands over is not kept", async () => {
  const context = { list: [1] };
  await withChord({ contextExternalProvider: () => ({ context, version: 1 }) }, async (chord) => {
    await chord.restoreContext("c");
    context.list.push(2);
    assert.deepEqual((await chord.getContext("c")).context, { list: [1] });
    assert.ok(!Object.isFrozen(context));
  })();
});

test("writes made while a provider is asked are not lost unseen: versions stay unique and grow", async () => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const contextExternalProvider = async () => {
    await gate;
    return { context: { restored: true }, version: 1 };
  };
  await withChord({ contextExternalProvider }, async (chord) => {
    await chord.setContext("c", { n: 0 });
    const restoring = chord.restoreContext("c");
    const versions = [];
    for (let n = 1; n <= 5; n += 1) versions.push((await chord.updateContext("c", { n })).context.version);
    release();
    const restored = await settled(restoring);
    assert.deepEqual(versions, [2, 3, 4, 5, 6]);
    assert.equal(restored.version, 7);
    assert.deepEqual(await chord.getContext("c"), restored);
  })();
});

test("a callback that never answers ends in a timeout, and nothing is written late", async () => {
  let answer;
  const never = new Promise((resolve) => (answer = resolve));
  await withChord({ timeout: 200, exportCallback: () => never, contextExternalProvider: () => never }, async (chord) => {
    await chord.setContext("c", { a: 1 });
    const started = performance.now();
    await settled(refusal(() => chord.exportContext("c"), "timeout", { contextId: "c" }));
    await settled(refusal(() => chord.restoreContext("c"), "timeout", { contextId: "c" }));
    await settled(refusal(() => chord.transact("c", () => never), "timeout", { contextId: "c" }));
    const took = performance.now() - started;
    assert.ok(took >= 550 && took < 4_000, `three timeouts of 200 ms took ${took.toFixed(0)} ms`);
    answer({ context: { late: true }, version: 9, late: true });
    await pause(20);
    assert.deepEqual((await chord.getContext("c")).context, { a: 1 });
    assert.equal((await chord.getContext("c")).version, 1);
  })();
});
