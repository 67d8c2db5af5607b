/** A chain of merges stays as small as the change it tells, whatever happened to an array on the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { withChord } from "./open.js";
import { patched, same } from "./oracle.js";

const item = (id) => ({ id, text: `some text of element ${id}` });
const elements = Array.from({ length: 50 }, (_, id) => item(id));

/** Numbers that look random and are ever the same. */
function sequence(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

const changed = (list, index, fields) => list.map((element, at) => (at === index ? { ...element, ...fields } : element));
const without = (list, index) => [...list.slice(0, index), ...list.slice(index + 1)];
const withNew = (list, index, element) => [...list.slice(0, index), element, ...list.slice(index)];

/** By name: how the list goes from one state to the next. */
const chains = {
  "appends at the end": (list, n) => [...list, item(100 + n)],
  "insertions at the start": (list, n) => [item(100 + n), ...list],
  "insertions in the middle": (list, n) => withNew(list, 25, item(100 + n)),
  "removals from the start": (list) => list.slice(1),
  "removals from the end": (list) => list.slice(0, -1),
  "appends that are taken back": (list, n) => (n % 2 ? list.slice(0, -1) : [...list, item(100 + n)]),
  "removals that are taken back": (list, n) => (n % 2 ? withNew(list, 10, item(10)) : without(list, 10)),
  "a ring that new elements push the oldest out of": (list, n) => [...list.slice(1), item(100 + n)],
  "one element toggled": (list, n) => changed(list, 7, { on: n % 2 === 0 }),
  "two elements written in turn": (list, n) => changed(list, n % 2 ? 7 : 30, { n }),
  "all elements written in turn": (list, n) => changed(list, n % 50, { n }),
  "appended elements written once more": (list, n) => (n % 2 ? changed(list, list.length - 1, { n }) : [...list, item(100 + n)]),
  "a rotation all the way round": (list) => [list.at(-1), ...list.slice(0, -1)],
};

function compact(chord, steps, next) {
  const states = [{ list: elements }];
  for (let n = 0; n < steps; n += 1) states.push({ list: next(states.at(-1).list, n) });
  const deltas = states.slice(1).map((state, index) => chord.calculateDelta(states[index], state));
  const direct = JSON.stringify(chord.calculateDelta(states[0], states.at(-1))).length;
  const atOnce = chord.mergeDeltas(deltas);
  const oneByOne = deltas.reduce((merged, delta) => chord.mergeDeltas([merged, delta]), {});
  for (const merged of [atOnce, oneByOne]) {
    assert.ok(same(patched(states[0], merged), states.at(-1)));
    const length = JSON.stringify(merged).length;
    assert.ok(length <= 1.1 * direct + 64, `${length} bytes for a change of ${direct}: ${JSON.stringify(merged).slice(0, 300)}`);
  }
}

for (const [name, next] of Object.entries(chains)) {
  test(
    `the merge of ${name} is as small as the whole change`,
    withChord({}, (chord) => compact(chord, 50, next)),
  );
}

test(
  "the merge of a walk at random is about as small as the whole change",
  withChord({}, (chord) => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = sequence(seed);
      compact(chord, 200, (list, n) => {
        const at = random(list.length);
        const kind = random(3);
        if (kind === 0) return withNew(list, at, item(1_000 + n));
        return kind === 1 && list.length > 10 ? without(list, at) : changed(list, at, { n: random(5) });
      });
    }
  }),
);

test("a sync over many appends sends each element once", async () => {
  const chord = await Chord.open();
  await chord.setContext("c", { list: elements });
  for (let n = 0; n < 80; n += 1)
    await chord.setContext("c", { list: [...elements, ...Array.from({ length: n + 1 }, (_, i) => item(100 + i))] });
  const { delta } = await chord.syncContext("c", 1);
  const added = Array.from({ length: 80 }, (_, i) => item(100 + i));
  assert.deepEqual(delta, { list: { action: "edited", edits: [{ index: 50, removed: [], added }] } });
  await chord.close();
});
