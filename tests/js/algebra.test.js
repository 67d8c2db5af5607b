import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { thrown } from "./refusal.js";

const chord = await Chord.open();
const text = (value) => JSON.stringify(value);

test("a delta has the documented shape", () => {
  const before = { status: "online", gone: [1], user: { name: "Ann", tags: {} } };
  const after = { status: "away", user: { name: "Ann", tags: { vip: true } }, device: { os: "x", ports: {} } };
  assert.deepEqual(chord.calculateDelta(before, after), {
    status: { action: "modified", oldValue: "online", value: "away" },
    gone: { action: "removed", oldValue: [1] },
    user: { tags: { vip: { action: "added", value: true } } },
    device: { action: "added", value: { os: "x", ports: {} } },
  });
});

test("an object in place of a scalar, or the other way round, is one modification with whole values", () => {
  assert.deepEqual(chord.calculateDelta({ a: 1 }, { a: { b: 1 } }), { a: { action: "modified", oldValue: 1, value: { b: 1 } } });
  assert.deepEqual(chord.calculateDelta({ a: { b: 1 } }, { a: [] }), { a: { action: "modified", oldValue: { b: 1 }, value: [] } });
  assert.deepEqual(chord.calculateDelta({ a: null }, { a: {} }), { a: { action: "modified", oldValue: null, value: {} } });
});

test("a change of key order is no change at any depth", () => {
  assert.deepEqual(chord.calculateDelta({ a: { x: 1, y: [{ p: 1, q: 2 }] }, b: 2 }, { b: 2, a: { y: [{ q: 2, p: 1 }], x: 1 } }), {});
});

test("one element appended to a long array is one short edit", () => {
  const list = Array.from({ length: 200 }, (_, index) => `item ${index}`);
  const delta = chord.calculateDelta({ list }, { list: [...list, "new"] });
  assert.deepEqual(delta, { list: { action: "edited", edits: [{ index: 200, removed: [], added: ["new"] }] } });
});

test("a change inside one element of a long array tells that element only", () => {
  const list = Array.from({ length: 100 }, (_, id) => ({ id, name: `name ${id}`, done: false }));
  const changed = list.map((item) => (item.id === 57 ? { ...item, done: true } : item));
  const delta = chord.calculateDelta({ list }, { list: changed });
  assert.equal(delta.list.action, "edited");
  assert.ok(text(delta).length < 200, text(delta));
  assert.ok(!text(delta).includes("name 56") && !text(delta).includes("name 58"), text(delta));
});

test("edits that would be no shorter than both arrays give way to a modification", () => {
  const delta = chord.calculateDelta({ list: [1] }, { list: [2] });
  assert.deepEqual(delta, { list: { action: "modified", oldValue: [1], value: [2] } });
});

test("remove then re-add, add then remove and there and back collapse in a merge", () => {
  const merge = (...states) => chord.mergeDeltas(states.slice(1).map((state, index) => chord.calculateDelta(states[index], state)));
  assert.deepEqual(merge({ k: 1 }, {}, { k: 2 }), { k: { action: "modified", oldValue: 1, value: 2 } });
  assert.deepEqual(merge({ k: 1 }, {}, { k: 1 }), {});
  assert.deepEqual(merge({}, { k: 1 }, {}), {});
  assert.deepEqual(merge({ k: { x: 1 } }, { k: { x: 2 } }, { k: { x: 1 } }), {});
  assert.deepEqual(merge({ k: { x: 1, y: 1 } }, {}, { k: { x: 1, y: 2 } }), { k: { y: { action: "modified", oldValue: 1, value: 2 } } });
});

test("no deltas merge to the empty delta, and one to itself", () => {
  const delta = chord.calculateDelta({ a: 1 }, { b: [1] });
  assert.deepEqual(chord.mergeDeltas([]), {});
  assert.deepEqual(chord.mergeDeltas([delta]), delta);
  assert.deepEqual(chord.mergeDeltas([{}, delta, {}]), delta);
});

test("a merge of a thousand changes of one element stays as small as one", () => {
  const at = (count) => ({
    list: Array.from({ length: 50 }, (_, id) => ({ id, label: `a longer label of ${id}`, count: id === 7 ? count : 0 })),
  });
  const deltas = Array.from({ length: 1_000 }, (_, count) => chord.calculateDelta(at(count), at(count + 1)));
  const merged = chord.mergeDeltas(deltas);
  const direct = chord.calculateDelta(at(0), at(1_000));
  assert.ok(text(merged).length <= 2 * text(direct).length, `${text(merged).length} bytes for a change of ${text(direct).length}`);
  assert.deepEqual(chord.applyDelta(at(0), merged), at(1_000));
});

test("a merge of ever the same key written a thousand times stays as small as one", () => {
  const deltas = Array.from({ length: 1_000 }, (_, n) => chord.calculateDelta({ n }, { n: n + 1 }));
  assert.deepEqual(chord.mergeDeltas(deltas), { n: { action: "modified", oldValue: 0, value: 1_000 } });
});

test("a delta that doesn't fit names the path where it stopped", () => {
  const mismatch = (state, delta, path) => thrown(() => chord.applyDelta(state, delta), "delta_mismatch", { path });
  mismatch({ a: { b: 1 } }, { a: { b: { action: "added", value: 2 } } }, ["a", "b"]);
  mismatch({ a: {} }, { a: { b: { action: "removed", oldValue: 1 } } }, ["a", "b"]);
  mismatch({ a: {} }, { a: { b: { action: "removed" } } }, ["a", "b"]);
  mismatch({ a: { b: 1 } }, { a: { b: { action: "modified", oldValue: 2, value: 3 } } }, ["a", "b"]);
  mismatch({ a: {} }, { a: { b: { action: "modified", value: 3 } } }, ["a", "b"]);
  mismatch({}, { a: { b: { c: { action: "added", value: 1 } } } }, ["a"]);
});

test("edits out of range, of other elements or of no array don't fit", () => {
  const mismatch = (list, ...edits) => thrown(() => chord.applyDelta({ list }, { list: { action: "edited", edits } }), "delta_mismatch");
  mismatch([1, 2], { index: 3, removed: [], added: [0] });
  mismatch([1, 2], { index: 1, removed: [2, 3], added: [] });
  mismatch([1, 2], { index: 1, removed: 2, added: [] });
  mismatch([1, 2], { index: 0, removed: [2], added: [] });
  mismatch([{ a: 1 }], { index: 1, delta: { a: { action: "removed", oldValue: 1 } } });
  mismatch([{ a: 1 }], { index: 0, delta: { a: { action: "removed", oldValue: 2 } } });
  mismatch([1], { index: 0, removed: [1], added: [2] }, { index: 0, removed: [1], added: [] });
  mismatch({ 0: 1 }, { index: 0, removed: [1], added: [] });
  mismatch("text", { index: 0, removed: [], added: [1] });
});

test("deltas without old values can be applied but not inverted", () => {
  const delta = {
    a: { action: "modified", value: 2 },
    b: { action: "removed" },
    c: { action: "edited", edits: [{ index: 1, removed: 1, added: [9] }] },
  };
  assert.deepEqual(chord.applyDelta({ a: 1, b: 1, c: [1, 2, 3] }, delta), { a: 2, c: [1, 9, 3] });
  for (const key of Object.keys(delta)) thrown(() => chord.invertDelta({ [key]: delta[key] }), "invalid_argument");
});

test("an empty nested node is invalid_argument, an empty delta is fine", () => {
  assert.deepEqual(chord.applyDelta({ a: {} }, {}), { a: {} });
  assert.deepEqual(chord.invertDelta({}), {});
  thrown(() => chord.applyDelta({ a: {} }, { a: {} }), "invalid_argument");
  thrown(() => chord.invertDelta({ a: { b: {} } }), "invalid_argument");
  thrown(() => chord.mergeDeltas([{ a: {} }]), "invalid_argument");
});

test("what is no delta is refused with a typed error", () => {
  const malformed = [
    { a: { action: "changed", value: 1 } },
    { a: { action: "added" } },
    { a: { action: "modified", oldValue: 1 } },
    { a: { action: "edited" } },
    { a: { action: "edited", edits: [{ index: -1, removed: [], added: [1] }] } },
    { a: { action: "edited", edits: [{ index: 0.5, removed: [], added: [1] }] } },
    { a: { action: "edited", edits: [{ index: "0", removed: [], added: [1] }] } },
    { a: { action: "edited", edits: [{ removed: [], added: [1] }] } },
    { a: { action: "edited", edits: [7] } },
    { a: 1 },
    { a: [] },
    { a: null },
    [],
    null,
    "delta",
  ];
  for (const delta of malformed) {
    thrown(() => chord.applyDelta({ a: [0] }, delta), ["invalid_argument", "invalid_value"]);
    thrown(() => chord.invertDelta(delta), ["invalid_argument", "invalid_value"]);
    thrown(() => chord.mergeDeltas([delta]), ["invalid_argument", "invalid_value"]);
  }
  thrown(() => chord.mergeDeltas({}), "invalid_argument");
});
