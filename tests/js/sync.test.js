import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { manualClock, withChord } from "./open.js";
import { overTheWire, received, same } from "./oracle.js";
import { refusal, thrown } from "./refusal.js";

/** A context whose states are known: `truth[version]` and `heads[version]`. */
async function chain(chord, length, id = "c") {
  const truth = [undefined];
  const heads = [undefined];
  for (let n = 1; n <= length; n += 1) {
    const state = { n, list: Array.from({ length: n }, (_, i) => i), [`only in ${n}`]: true, steady: { x: "a value that stays" } };
    const { context } = await chord.setContext(id, state);
    truth[n] = state;
    heads[n] = { version: context.version, revision: context.revision };
  }
  return { truth, heads };
}

test("every client version against every trim point gets an exact delta or the whole state", async () => {
  const length = 12;
  for (let kept = 1; kept <= length; kept += 1) {
    const chord = await Chord.open({ deltaThreshold: kept });
    const { truth, heads } = await chain(chord, length);
    for (let version = 1; version <= length; version += 1) {
      for (const since of [version, heads[version]]) {
        const answer = await chord.syncContext("c", since);
        const due = version === length ? "no_change" : version >= length - kept ? "delta" : "full_context";
        assert.equal(answer.type, due, `${kept} kept, client at ${version}`);
        assert.equal(answer.contextId, "c");
        assert.equal(answer.version, length);
        assert.equal(answer.revision, heads[length].revision);
        if (due === "delta") assert.equal(answer.fromVersion, version);
        assert.ok(same(received(truth[version], answer), truth[length]), `${kept} kept, client at ${version}`);
      }
    }
    await chord.close();
  }
});

test("each answer has the documented fields and no others", async () => {
  const clock = manualClock(7_000);
  await withChord({ timeProvider: clock.timeProvider }, async (chord) => {
    const first = (await chord.setContext("c", { a: 1 })).context;
    clock.advance(1);
    const { context } = await chord.updateContext("c", { a: 2 });
    const head = { contextId: "c", version: 2, revision: context.revision };
    assert.deepEqual(await chord.syncContext("c"), { type: "full_context", ...head, context: { a: 2 }, insertedAt: 7_001 });
    assert.deepEqual(await chord.syncContext("c", first), {
      type: "delta",
      ...head,
      delta: { a: { action: "modified", oldValue: 1, value: 2 } },
      fromVersion: 1,
      insertedAt: 7_001,
    });
    assert.deepEqual(await chord.syncContext("c", context), { type: "no_change", ...head });
  })();
});

test(
  "null, nothing, 0 and a version ahead give the full context",
  withChord({}, async (chord) => {
    const { truth, heads } = await chain(chord, 3);
    for (const since of [undefined, null, 0, 4, 1_000_000, { version: 4, revision: heads[3].revision }, { version: 4, revision: "x" }]) {
      const answer = await chord.syncContext("c", since);
      assert.equal(answer.type, "full_context", JSON.stringify(since));
      assert.deepEqual(answer.context, truth[3]);
    }
  }),
);

test(
  "the right version with a foreign revision gives the full context",
  withChord({}, async (chord) => {
    const { truth, heads } = await chain(chord, 5);
    for (let version = 1; version <= 5; version += 1) {
      for (const revision of ["made up", heads[version === 5 ? 4 : version + 1].revision]) {
        const answer = await chord.syncContext("c", { version, revision });
        assert.equal(answer.type, "full_context", `version ${version} with ${revision}`);
        assert.deepEqual(answer.context, truth[5]);
      }
    }
  }),
);

test(
  "every kind of answer can be passed back as it came, over a wire too",
  withChord({}, async (chord) => {
    await chain(chord, 3);
    let answer = await chord.syncContext("c");
    for (let n = 0; n < 3; n += 1) {
      assert.equal((await chord.syncContext("c", answer)).type, "no_change");
      await chord.updateContext("c", { again: n });
      answer = overTheWire(await chord.syncContext("c", answer));
      assert.equal(answer.type, "delta");
      answer = await chord.syncContext("c", answer);
      assert.equal(answer.type, "no_change");
    }
  }),
);

test(
  "clients from before a deletion and re-creation get the full context, those from after it deltas",
  withChord({}, async (chord) => {
    const before = await chain(chord, 4);
    await chord.deleteContext("c");
    await refusal(() => chord.syncContext("c", before.heads[4]), "not_found", { contextId: "c" });
    const reborn = (await chord.setContext("c", { reborn: 1 })).context;
    for (const since of [...before.heads.slice(1), 1, 2, 3, 4]) {
      const answer = await chord.syncContext("c", since);
      assert.equal(answer.type, "full_context", JSON.stringify(since));
      assert.deepEqual(answer.context, { reborn: 1 });
    }
    await chord.updateContext("c", { reborn: 2 });
    assert.equal((await chord.syncContext("c", reborn)).type, "delta");
    assert.equal((await chord.syncContext("c", reborn.version)).type, "delta");
    assert.equal((await chord.syncContext("c", before.heads[4])).type, "full_context");
  }),
);

test(
  "a context recreated to the same state is still another lineage",
  withChord({}, async (chord) => {
    const held = (await chord.setContext("c", { same: true })).context;
    await chord.deleteContext("c");
    await chord.setContext("c", { same: true });
    assert.equal((await chord.syncContext("c", held)).type, "full_context");
  }),
);

test("after the tombstone is gone a revision still tells the lineages apart", async () => {
  const clock = manualClock();
  await withChord({ deltaTtl: 1_000, timeProvider: clock.timeProvider }, async (chord) => {
    const { heads } = await chain(chord, 3);
    await chord.deleteContext("c");
    clock.advance(5_000);
    await chord.cleanup();
    await chain(chord, 2);
    const { context } = await chord.setContext("c", { other: "three" });
    assert.equal(context.version, 3, "with the tombstone gone versions begin anew");
    const answer = await chord.syncContext("c", heads[3]);
    assert.equal(answer.type, "full_context");
    assert.deepEqual(answer.context, { other: "three" });
    assert.equal((await chord.syncContext("c", heads[1])).type, "full_context");
  })();
});

test("clients from before a restore get the full context", async () => {
  await withChord({ contextExternalProvider: () => ({ context: { restored: true }, version: 2 }) }, async (chord) => {
    const { heads } = await chain(chord, 4);
    const { version } = await chord.restoreContext("c");
    for (const since of [...heads.slice(1), 1, 2, 3, 4]) {
      const answer = await chord.syncContext("c", since);
      assert.equal(answer.type, "full_context", JSON.stringify(since));
      assert.deepEqual(answer.context, { restored: true });
      assert.equal(answer.version, version);
    }
  })();
});

test(
  "without old values a delta is smaller, applies to the same state and can't be inverted",
  withChord({}, async (chord) => {
    const long = "a value of some length ".repeat(20);
    const list = Array.from({ length: 30 }, (_, i) => `element ${i} ${long}`);
    const before = { text: long, gone: long, list, deep: { x: long } };
    const after = { text: "short", list: [...list.slice(0, 10), "new", ...list.slice(13)], deep: { x: 1, y: 2 } };
    const held = (await chord.setContext("c", before)).context;
    await chord.setContext("c", after);
    const whole = await chord.syncContext("c", held);
    const bare = await chord.syncContext("c", held, { oldValues: false });
    assert.equal(bare.type, "delta");
    assert.ok(!JSON.stringify(bare).includes("oldValue") && !JSON.stringify(bare).includes("some length"), JSON.stringify(bare));
    assert.ok(JSON.stringify(bare).length < JSON.stringify(whole).length / 2);
    assert.ok(same(received(before, bare), after));
    assert.ok(same(chord.applyDelta(before, bare.delta), after));
    thrown(() => chord.invertDelta(bare.delta), "invalid_argument");
  }),
);

test(
  "a delta longer than the context and than 1,024 bytes gives way to the full context",
  withChord({}, async (chord) => {
    const since = async (before, after) => {
      const held = (await chord.setContext("c", before)).context;
      await chord.setContext("c", after);
      return (await chord.syncContext("c", held)).type;
    };
    const filled = (size, fill) => ({ value: fill.repeat(size) });
    assert.equal(await since(filled(200, "x"), filled(200, "y")), "delta", "longer than the context, but short");
    assert.equal(await since(filled(2_000, "x"), filled(2_000, "y")), "full_context", "longer than the context and not short");
    assert.equal(
      await since({ ...filled(9_000, "x"), k: "a".repeat(2_000) }, { ...filled(9_000, "x"), k: "b".repeat(2_000) }),
      "delta",
      "long, but shorter than the context",
    );
  }),
);

test(
  "a sync of an absent id is not_found, whatever the client has",
  withChord({}, async (chord) => {
    for (const since of [undefined, null, 0, 3, { version: 1, revision: "x" }]) {
      await refusal(() => chord.syncContext("none", since), "not_found", { contextId: "none", naming: ["none"] });
    }
  }),
);

test(
  "what is no version is invalid_argument",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    for (const since of ["1", true, {}, [], { version: "1", revision: "x" }, { version: 1, revision: 7 }, Number.NaN, -1, 1.5]) {
      await refusal(() => chord.syncContext("c", since), "invalid_argument");
    }
    await refusal(() => chord.syncContext("c", 1, { oldValues: "no" }), "invalid_argument", { naming: ["oldValues"] });
  }),
);
