/** Deltas as deep as they can be, and deeper: each runtime's stack holds out, or the delta is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mostDepth, withChord } from "./open.js";

const wraps = {
  objects: { value: (v) => ({ k: v }), delta: (d) => ({ k: d }), change: { action: "added", value: 1 } },
  arrays: {
    value: (v) => [v],
    delta: (d) => ({ action: "edited", edits: [{ index: 0, delta: d }] }),
    change: { action: "modified", oldValue: 1, value: 2 },
  },
};

// By their texts: runtimes take seconds to compare a thousand levels.
const same = (actual, expected) => assert.equal(JSON.stringify(actual), JSON.stringify(expected));

const nest = (levels, inner, wrap) => {
  let value = inner;
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return { k: value };
};

for (const [kind, { value, delta, change }] of Object.entries(wraps)) {
  const deep = { limits: { depth: mostDepth } };

  test(
    `the algebra takes as many levels of ${kind} as a context may have`,
    withChord(deep, async (chord) => {
      const [a, b, c] = [1, 2, 3].map((leaf) => nest(mostDepth - 1, leaf, value));
      const there = chord.calculateDelta(a, b);
      same(chord.applyDelta(a, there), b);
      assert.deepEqual(chord.mergeDeltas([there, chord.invertDelta(there)]), {});
      same(chord.applyDelta(a, chord.mergeDeltas([there, chord.calculateDelta(b, c)])), c);
      chord.formatDelta(there, { context: a });
      const whole = [a, b, c].map(({ k }) => k);
      const removed = { k: { action: "removed", oldValue: whole[0] } };
      same(chord.applyDelta(a, chord.mergeDeltas([removed, { k: { action: "added", value: whole[1] } }])), b);
    }),
  );

  test(
    `a delta that changes one leaf deep inside ${kind} goes there and back`,
    withChord(deep, async (chord) => {
      // Each level of arrays is three of its delta.
      const levels = Math.floor(mostDepth * 0.4);
      const [a, b] = [1, 2].map((leaf) => nest(levels, [leaf, "p".repeat(200_000)], value));
      const there = chord.calculateDelta(a, b);
      assert.ok(JSON.stringify(there).length < 100_000, "it is no replacement");
      same(chord.applyDelta(a, there), b);
      same(chord.applyDelta(b, chord.invertDelta(there)), a);
    }),
  );

  test(
    `a delta with more levels of ${kind} than any context has is refused, and everything stored stays`,
    withChord(deep, async (chord) => {
      await chord.setContext("kept", { n: 1 });
      for (const levels of [1_001, 1_500, 3_000, 50_000]) {
        const tooDeep = nest(levels, change, delta);
        const calls = [
          () => chord.applyDelta({}, tooDeep),
          () => chord.mergeDeltas([tooDeep, tooDeep]),
          () => chord.invertDelta(tooDeep),
          () => chord.formatDelta(tooDeep),
        ];
        for (const call of calls) assert.throws(call, { code: "limit_exceeded" });
      }
      assert.deepEqual((await chord.getContext("kept")).context, { n: 1 });
    }),
  );
}
