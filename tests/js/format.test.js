import assert from "node:assert/strict";
import { test } from "node:test";
import { withChord } from "./open.js";
import { assertRefusal, thrown } from "./refusal.js";

const before = { status: "online", profile: { name: "Ada", age: 36 }, tags: ["admin", "editor", "author"], gone: { x: 1 } };
const after = {
  status: "away",
  profile: { name: "Ada", pets: { cat: 1, dogs: {} } },
  tags: ["admin", "editor", "author", "owner"],
  empty: {},
};

/** The same entries whatever their order, which the contract leaves open. */
const byKey = (changes) => [...changes].sort((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1));

test(
  "default lists one flat change a field, added objects leaf by leaf",
  withChord({}, (chord) => {
    const delta = chord.calculateDelta(before, after);
    const { version, changes, ...rest } = chord.formatDelta(delta, { contextId: "user:1", version: 2 });
    assert.deepEqual(rest, {});
    assert.equal(version, 2);
    const contextId = "user:1";
    const due = [
      { key: "status", action: "modified", oldValue: "online", value: "away", contextId },
      { key: ["profile", "age"], action: "removed", oldValue: 36, contextId },
      { key: ["profile", "pets", "cat"], action: "added", value: 1, contextId },
      { key: ["profile", "pets", "dogs"], action: "added", value: {}, contextId },
      { key: "tags", action: "edited", edits: [{ index: 3, removed: [], added: ["owner"] }], contextId },
      { key: "gone", action: "removed", oldValue: { x: 1 }, contextId },
      { key: "empty", action: "added", value: {}, contextId },
    ];
    assert.deepEqual(byKey(changes), byKey(due));
  }),
);

test(
  "default leaves out old values that the delta hasn't got, and lists no change for an empty delta",
  withChord({}, (chord) => {
    const { changes } = chord.formatDelta(
      { a: { action: "modified", value: 2 }, b: { action: "removed" } },
      { contextId: "c", version: 3 },
    );
    assert.deepEqual(byKey(changes), [
      { key: "a", action: "modified", value: 2, contextId: "c" },
      { key: "b", action: "removed", contextId: "c" },
    ]);
    assert.deepEqual(chord.formatDelta({}, { contextId: "c", version: 3 }), { version: 3, changes: [] });
  }),
);

test(
  "default tells keys that a delta uses itself like any others",
  withChord({}, (chord) => {
    const delta = chord.calculateDelta({ a: { action: 1, value: { edits: 1 } } }, { a: { action: 2, value: { edits: 2 } } });
    const { changes } = chord.formatDelta(delta, { contextId: "c", version: 2 });
    assert.deepEqual(byKey(changes), [
      { key: ["a", "action"], action: "modified", oldValue: 1, value: 2, contextId: "c" },
      { key: ["a", "value", "edits"], action: "modified", oldValue: 1, value: 2, contextId: "c" },
    ]);
  }),
);

test(
  "json-patch is an RFC 6902 array with escaped pointers",
  withChord({ deltaFormatter: "json-patch" }, (chord) => {
    const patch = chord.formatDelta(chord.calculateDelta({ "a/b": 1, "~": { "": 1 } }, { "a/b": 2, "~": { "~1": 1 } }), {
      contextId: "c",
      version: 2,
    });
    assert.ok(Array.isArray(patch));
    const told = patch.map((operation) => `${operation.op} ${operation.path}`).sort();
    assert.deepEqual(told, ["add /~0/~01", "remove /~0/", "replace /a~1b"]);
    assert.deepEqual(chord.formatDelta({}), []);
  }),
);

test(
  "merge-patch is an RFC 7396 object",
  withChord({ deltaFormatter: "merge-patch" }, (chord) => {
    const delta = chord.calculateDelta(before, after);
    assert.deepEqual(chord.formatDelta(delta, { context: before }), {
      status: "away",
      profile: { age: null, pets: { cat: 1, dogs: {} } },
      tags: ["admin", "editor", "author", "owner"],
      gone: null,
      empty: {},
    });
    assert.deepEqual(chord.formatDelta({}), {});
  }),
);

test(
  "merge-patch needs the state before where arrays were edited, and only there",
  withChord({ deltaFormatter: "merge-patch" }, (chord) => {
    const edited = chord.calculateDelta({ tags: before.tags }, { tags: after.tags });
    thrown(() => chord.formatDelta(edited), "invalid_argument", { naming: ["context"] });
    thrown(() => chord.formatDelta(edited, { contextId: "c", version: 1 }), "invalid_argument");
    assert.deepEqual(chord.formatDelta(chord.calculateDelta({ a: 1 }, { b: 1 })), { a: null, b: 1 });
  }),
);

test(
  "merge-patch given another state than the one before doesn't make something up",
  withChord({ deltaFormatter: "merge-patch" }, (chord) => {
    const edited = chord.calculateDelta({ tags: before.tags }, { tags: after.tags });
    for (const context of [{}, { tags: "none" }, { tags: [] }]) {
      try {
        chord.formatDelta(edited, { context });
        assert.fail("it was formatted");
      } catch (error) {
        assertRefusal(error, ["delta_mismatch", "invalid_argument"]);
      }
    }
  }),
);

test("one's own formatter gets the delta and the metadata, and gives what it likes", async () => {
  const calls = [];
  const answer = { mine: Symbol("anything") };
  const deltaFormatter = (...given) => {
    calls.push(given);
    return answer;
  };
  await withChord({ deltaFormatter }, (chord) => {
    const delta = chord.calculateDelta({ a: 1 }, { a: 2 });
    assert.equal(chord.formatDelta(delta, { contextId: "c", version: 7, context: { a: 1 } }), answer);
    assert.equal(calls.length, 1);
    assert.deepEqual(calls[0][0], delta);
    assert.deepEqual({ ...calls[0][1] }, { contextId: "c", version: 7, context: { a: 1 } });
  })();
});

test("a formatter that throws is callback_failed with the cause", async () => {
  const reason = new Error("no format");
  const deltaFormatter = () => {
    throw reason;
  };
  await withChord({ deltaFormatter }, (chord) => {
    assert.equal(thrown(() => chord.formatDelta({}), "callback_failed").cause, reason);
  })();
});

test("the formatter affects formatDelta alone", async () => {
  for (const deltaFormatter of ["json-patch", "merge-patch", () => "mine"]) {
    await withChord({ deltaFormatter }, async (chord) => {
      await chord.setContext("c", { a: 1 });
      const { delta } = await chord.setContext("c", { a: 2 });
      const due = { a: { action: "modified", oldValue: 1, value: 2 } };
      assert.deepEqual(delta.delta, due);
      assert.deepEqual((await chord.syncContext("c", 1)).delta, due);
      assert.deepEqual((await chord.listDeltas("c", { order: "desc" }))[0].delta, due);
      assert.deepEqual(chord.calculateDelta({ a: 1 }, { a: 2 }), due);
    })();
  }
});
