import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError } from "chord-sync";
import fc from "fast-check";
import { histories } from "./arbitraries.js";
import { Mismatch, overTheWire, patched, same } from "./oracle.js";
import { arrayContexts, lookalikeContexts, nestedArrayContexts, plainContexts } from "./small-values.js";

const chord = await Chord.open();
const diff = (a, b) => chord.calculateDelta(a, b);
const apply = (context, delta) => chord.applyDelta(context, delta);
const merge = (...deltas) => chord.mergeDeltas(deltas);
const invert = (delta) => chord.invertDelta(delta);

const told = (...values) => values.map((value) => JSON.stringify(value)).join("  ");
const mustEqual = (actual, expected, ...inputs) => {
  if (!same(actual, expected)) assert.fail(`got ${told(actual)}, due was ${told(expected)}, from ${told(...inputs)}`);
};

const universes = { plainContexts, arrayContexts, nestedArrayContexts, lookalikeContexts };

/** The deltas between all contexts of a universe, so that laws over triples cost two calls and not five. */
const tables = new Map();
function deltasOf(universe) {
  if (!tables.has(universe))
    tables.set(
      universe,
      universe.map((a) => universe.map((b) => diff(a, b))),
    );
  return tables.get(universe);
}

for (const [name, universe] of Object.entries(universes)) {
  test(`apply(a, diff(a, b)) is b for all ${name}`, { timeout: 60_000 }, () => {
    deltasOf(universe).forEach((row, i) => {
      row.forEach((delta, j) => {
        mustEqual(apply(universe[i], delta), universe[j], universe[i], delta);
        mustEqual(patched(universe[i], delta), universe[j], universe[i], delta);
        assert.equal(Object.keys(delta).length === 0, i === j, `${told(universe[i], universe[j])} gave ${told(delta)}`);
      });
    });
  });

  test(`merge(diff(a, b), diff(b, c)) takes a to c for all ${name}`, { timeout: 60_000 }, () => {
    const deltas = deltasOf(universe);
    for (let i = 0; i < universe.length; i += 1) {
      for (let j = 0; j < universe.length; j += 1) {
        for (let k = 0; k < universe.length; k += 1) {
          const merged = merge(deltas[i][j], deltas[j][k]);
          mustEqual(patched(universe[i], merged), universe[k], universe[i], universe[j], merged);
          if (universe === plainContexts) mustEqual(merged, deltas[i][k], universe[i], universe[j], universe[k]);
        }
      }
    }
  });

  test(`apply(b, invert(diff(a, b))) is a, and inverting twice changes nothing, for all ${name}`, { timeout: 60_000 }, () => {
    deltasOf(universe).forEach((row, i) => {
      row.forEach((delta, j) => {
        const back = invert(delta);
        mustEqual(apply(universe[j], back), universe[i], universe[j], back);
        mustEqual(invert(back), delta, delta);
      });
    });
  });

  test(`a delta is applied exactly where it fits, and is delta_mismatch elsewhere, for all ${name}`, { timeout: 60_000 }, () => {
    let refused = 0;
    const states = universe.filter((_, index) => index % 3 === 0);
    for (const delta of deltasOf(universe)
      .flat()
      .filter((_, index) => index % 5 === 0)) {
      for (const state of states) {
        const due = attempt(() => patched(state, delta), Mismatch);
        const actual = attempt(() => apply(state, delta), ChordError);
        if (due === undefined) refused += 1;
        if (actual === undefined || due === undefined) assert.equal(actual, due, told(state, delta));
        else mustEqual(actual, due, state, delta);
      }
    }
    assert.ok(refused > 0, "no case was refused, so nothing was tested");
  });
}

/** The value, or `undefined` for the expected refusal; anything else thrown goes on. */
function attempt(call, Refusal) {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Refusal) || (Refusal === ChordError && error.code !== "delta_mismatch")) throw error;
    return undefined;
  }
}

test("without arrays a merge equals the direct delta for all plain pairs there and back", () => {
  const deltas = deltasOf(plainContexts);
  plainContexts.forEach((_, i) => {
    plainContexts.forEach((_, j) => {
      assert.deepEqual(merge(deltas[i][j], deltas[j][i]), {});
    });
  });
});

const random = (claim, documents, check, numRuns = 1_500) =>
  test(claim, { timeout: 120_000 }, () => fc.assert(fc.property(histories(documents), check), { numRuns }));

random("apply(a, diff(a, b)) is b for random documents", 1, ([a, b]) => {
  const delta = overTheWire(diff(a, b));
  mustEqual(apply(a, delta), b, a, delta);
  mustEqual(patched(a, delta), b, a, delta);
  assert.deepEqual(diff(a, a), {});
  assert.deepEqual(diff(b, overTheWire(b)), {});
});

random("merge(diff(a, b), diff(b, c)) takes a to c for random documents", 2, ([a, b, c]) => {
  const merged = overTheWire(merge(diff(a, b), diff(b, c)));
  mustEqual(patched(a, merged), c, a, b, c, merged);
  mustEqual(apply(a, merged), c, a, b, c, merged);
});

random("a merge can be merged, applied and inverted like any delta", 5, (documents) => {
  const steps = documents.slice(1).map((next, index) => diff(documents[index], next));
  const whole = merge(...steps);
  const [first, last] = [documents[0], documents.at(-1)];
  mustEqual(apply(first, whole), last, first, whole);
  mustEqual(apply(last, invert(whole)), first, last, whole);
  mustEqual(apply(first, merge(merge(steps[0], steps[1]), merge(...steps.slice(2)))), last, ...documents);
});

random("apply(b, invert(diff(a, b))) is a for random documents, and inverting twice changes nothing", 1, ([a, b]) => {
  const delta = diff(a, b);
  mustEqual(apply(b, overTheWire(invert(delta))), a, b, delta);
  mustEqual(invert(invert(delta)), delta, delta);
});

random("a delta meets a foreign document as the contract says, and the document stays whole", 2, ([a, b, foreign]) => {
  const delta = diff(a, b);
  const before = JSON.stringify(foreign);
  const due = attempt(() => patched(foreign, delta), Mismatch);
  const actual = attempt(() => apply(foreign, delta), ChordError);
  assert.equal(actual === undefined, due === undefined, told(foreign, delta));
  if (due !== undefined) mustEqual(actual, due, foreign, delta);
  assert.equal(JSON.stringify(foreign), before);
});
