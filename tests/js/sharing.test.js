/** Unchanged parts of states are the very same objects. Here: whatever the states are, sharing never makes one wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import fc from "fast-check";
import { histories } from "./arbitraries.js";
import { times } from "./effort.js";
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
    const quarters = size === "small" ? times(4) : 1;
    const arrays = arraysOver([0, [1], [[1], [2]], [[2]], { x: [1] }], 3).filter((_, index) => index % 4 < quarters);
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
      { numRuns: times(1_000) },
    );
    await chord.close();
  });
}

test("reading nested arrays takes time in proportion to their size, whatever changed inside", async () => {
  const nest = (levels, leaf, wrap) => {
    let value = leaf;
    for (let level = 0; level < levels; level += 1) value = wrap(value);
    return { value };
  };
  const chord = await Chord.open();
  const wraps = [(v) => [v], (v) => [v, 1], (v) => [1, v], (v) => [{ v }, 1], (v) => [2, v, 3]];
  for (const [name, wrap] of wraps.entries()) {
    for (const leaf of [1, 2, [3], [4, 5], []]) {
      const state = nest(48, leaf, wrap);
      await chord.setContext(`c${name}`, state);
      assert.deepEqual((await chord.getContext(`c${name}`)).context, state);
    }
    // Another first element at each level, besides the one deep inside.
    const changed = nest(48, 6, (v) => [...wrap(v), 7]);
    await chord.setContext(`c${name}`, changed);
    assert.deepEqual((await chord.getContext(`c${name}`)).context, changed);
    await chord.setContext(
      `d${name}`,
      nest(10, 1, (v) => [v, v]),
    );
    await chord.getContext(`d${name}`);
    await chord.setContext(
      `d${name}`,
      nest(10, 2, (v) => [v, 0]),
    );
    assert.deepEqual(
      (await chord.getContext(`d${name}`)).context,
      nest(10, 2, (v) => [v, 0]),
    );
  }
  await chord.close();
});

test("what follows removed elements is shared", async () => {
  const chord = await Chord.open();
  const row = (n) => ({ n, more: { n } });
  await chord.setContext("c", { rows: [row(1), row(2), row(3), row(4)] });
  const { rows } = (await chord.getContext("c")).context;
  await chord.setContext("c", { rows: [row(3), row(4)] });
  const left = (await chord.getContext("c")).context.rows;
  assert.equal(left[0], rows[2]);
  assert.equal(left[1], rows[3]);
  await chord.close();
});
