/** Unchanged parts of states are the very same objects. Here: whatever the states are, sharing never makes one wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import fc from "fast-check";
import { histories } from "./arbitraries.js";
import { same } from "./oracle.js";
import { arraysOver } from "./small-values.js";

const frozen = (value) => value === null || typeof value !== "object" || (Object.isFrozen(value) && Object.values(value).every(frozen));

/** Reads each state of a history as it comes, so that each is made with the one before at hand. */
async function readThrough(chord, id, states) {
  for (const [index, state] of states.entries()) {
    const result = await chord.setContext(id, state);
    const { context } = index % 2 ? result.context : await chord.getContext(id);
    assert.ok(same(context, state), JSON.stringify({ state, context }));
    assert.ok(frozen(context));
  }
}

test("an array inside an array may lose its first element", async () => {
  const chord = await Chord.open();
  await readThrough(chord, "c", [{ a: [[[1], [2]], 0] }, { a: [[[2]], 0] }, { a: [[[2]], 0, [[2]]] }]);
  await chord.close();
});

const pad = "padding that makes the context a large one ".repeat(30);

for (const [size, more] of [
  ["small", {}],
  ["large", { pad }],
]) {
  test(`every small array follows every other, in a ${size} context`, { timeout: 60_000 }, async () => {
    const chord = await Chord.open({ deltaThreshold: 0 });
    const arrays = arraysOver([0, [1], [[1], [2]], [[2]], { x: [1] }], 3).filter((_, index) => size === "small" || index % 4 === 0);
    for (const before of arrays) {
      for (const after of arrays)
        await readThrough(chord, "c", [
          { a: before, ...more },
          { a: after, ...more },
        ]);
    }
    await chord.close();
  });

  test(`random histories of a ${size} context read through are right in each state`, { timeout: 60_000 }, async () => {
    const chord = await Chord.open();
    let id = 0;
    await fc.assert(
      fc.asyncProperty(histories(5, { maxItems: 4, maxKeys: 4 }), async (documents) => {
        id += 1;
        await readThrough(
          chord,
          `${id}`,
          documents.map((document) => ({ ...document, ...more })),
        );
        await chord.deleteContext(`${id}`);
      }),
      { numRuns: 1_000 },
    );
    await chord.close();
  });
}
