/** A `ChangeResult` makes its context and delta when first read. Here that is late: after anything else has happened. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, append, increment } from "chord-sync";
import fc from "fast-check";
import { times } from "./effort.js";
import { manualClock, withChord } from "./open.js";
import { merged, overTheWire, patched, same } from "./oracle.js";

/** What a result must show whenever it is read. */
function expect(result, { id, version, before, after, time, changed = true }) {
  assert.equal(result.changed, changed);
  assert.equal(result.context.contextId, id);
  assert.equal(result.context.version, version);
  assert.equal(result.context.insertedAt, time);
  assert.ok(same(result.context.context, after), `version ${version} of ${id}: ${JSON.stringify(result.context.context).slice(0, 300)}`);
  assert.equal(result.delta.version, version);
  assert.equal(result.delta.revision, result.context.revision);
  if (changed) assert.ok(same(patched(before, result.delta.delta), after), `the delta of version ${version} of ${id}`);
  else assert.deepEqual(result.delta.delta, {});
}

const sizes = { small: 2, medium: 30, large: 600 };
const initial = (size) => ({
  rows: Object.fromEntries(Array.from({ length: sizes[size] }, (_, i) => [`row ${i}`, { i, text: `some text in row ${i}` }])),
  list: [],
  n: 0,
});

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("update"), row: fc.nat(700), value: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("set", "append", "increment", "unchanged", "get", "remove"), row: fc.nat(700) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("delete", "restore", "cleanup", "wait", "read"), row: fc.nat(700) }) },
);

/** Runs the actions, holding every result with what it must show; `order` says in which order and when they are read. */
async function play(size, actions, order) {
  const clock = manualClock();
  const provided = { context: { rows: {}, list: ["restored"], n: -1 }, version: 1 };
  const chord = await Chord.open({
    deltaThreshold: 4,
    deltaTtl: 1_000,
    contextAutoDelete: true,
    contextTtl: 5_000,
    timeProvider: clock.timeProvider,
    contextExternalProvider: () => provided,
  });
  let truth;
  let version = 0;
  let stamp = 0;
  const held = [];
  const write = async (after, call) => {
    const result = await call();
    const changed = truth === undefined || !same(truth, after);
    if (changed) {
      version += 1;
      stamp = clock.now;
    }
    held.push([result, { id: "c", version, before: truth ?? {}, after, time: stamp, changed }]);
    truth = after;
  };
  const update = (changes) => write(merged(truth, changes), () => chord.updateContext("c", changes));
  const doing = {
    update: ({ row, value }) => update({ rows: { [`row ${row % sizes[size]}`]: { value } } }),
    remove: ({ row }) => update({ rows: { [`row ${row % sizes[size]}`]: undefined } }),
    unchanged: () => update({}),
    set: ({ row }) => {
      const next = { ...overTheWire(truth), [`extra ${row % 3}`]: row };
      return write(next, () => chord.setContext("c", next));
    },
    append: ({ row }) => write({ ...truth, list: [...truth.list, row] }, () => chord.updateContext("c", { list: append(row) })),
    increment: ({ row }) => write({ ...truth, n: truth.n + row }, () => chord.updateContext("c", { n: increment(row) })),
    get: async () => assert.ok(same((await chord.getContext("c")).context, truth)),
    read: ({ row }) => {
      if (held.length > 0) expect(...held[row % held.length]);
    },
    wait: () => clock.advance(700),
    delete: async () => {
      await chord.deleteContext("c");
      truth = undefined;
    },
    restore: async () => {
      const context = await chord.restoreContext("c");
      version += 1;
      stamp = clock.now;
      assert.equal(context.version, version);
      truth = provided.context;
    },
    cleanup: async () => {
      await chord.cleanup();
      if ((await chord.getContext("c")) === undefined) truth = undefined;
    },
  };
  for (const step of actions) {
    if (truth === undefined) {
      const fresh = initial(size);
      const result = await chord.setContext("c", fresh);
      version = result.context.version;
      stamp = clock.now;
      truth = fresh;
    }
    await doing[step.kind](step);
  }
  if (order === "after close") await chord.close();
  for (const [result, due] of order === "newest first" ? [...held].reverse() : held) expect(result, due);
  await chord.close();
}

for (const size of Object.keys(sizes)) {
  for (const order of ["oldest first", "newest first", "after close"]) {
    test(`results of a ${size} context, read ${order}, are those of their versions`, { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 40 }), (actions) => play(size, actions, order)),
        { numRuns: times(size === "large" ? 30 : 80) },
      );
    });
  }
}

test(
  "results outlive a thousand later commits, trimming and cleanup",
  { timeout: 60_000 },
  withChord({ deltaThreshold: 3 }, async (chord) => {
    await chord.setContext("c", initial("large"));
    let before = initial("large");
    const held = [];
    for (let n = 1; n <= 1_000; n += 1) {
      const changes = { n, rows: { [`row ${n % 600}`]: { n } } };
      const after = merged(before, changes);
      const result = await chord.updateContext("c", changes);
      if (n % 37 === 0) held.push([result, before, after, n + 1]);
      before = after;
    }
    await chord.cleanup();
    for (const [result, was, is, version] of held) {
      assert.equal(result.context.version, version);
      assert.ok(same(result.context.context, is), `version ${version}`);
      assert.ok(same(patched(was, result.delta.delta), is), `delta of version ${version}`);
    }
  }),
);

test("results of contexts that cleanup has removed are right when read at last", async () => {
  for (const size of Object.keys(sizes)) {
    const clock = manualClock();
    await withChord({ contextAutoDelete: true, contextTtl: 1_000, timeProvider: clock.timeProvider }, async (chord) => {
      const created = await chord.setContext("c", initial(size));
      const updated = await chord.updateContext("c", { n: 1, rows: { "row 1": undefined } });
      clock.advance(5_000);
      assert.equal((await chord.cleanup()).contexts, 1);
      const { "row 1": _, ...rows } = initial(size).rows;
      assert.ok(same(updated.context.context, { ...initial(size), n: 1, rows }), size);
      assert.equal(updated.context.version, 2);
      assert.ok(same(patched(initial(size), updated.delta.delta), updated.context.context));
      assert.ok(same(created.context.context, initial(size)), size);
      assert.equal(created.context.version, 1);
    })();
  }
});

test(
  "results of very many contexts, none of them read, are all right when read at last",
  { timeout: 60_000 },
  withChord({}, async (chord) => {
    const wide = (n) => Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`field ${i}`, `the value ${i} of ${n}`]));
    const count = times(12_000);
    const held = [];
    for (let n = 0; n < count; n += 1) {
      await chord.setContext(`c${n}`, wide(n));
      held.push(await chord.updateContext(`c${n}`, { "field 7": n }));
    }
    for (let n = 0; n < count; n += 3) await chord.updateContext(`c${n}`, { "field 7": "later" });
    for (let n = 0; n < count; n += 7) await chord.deleteContext(`c${n}`);
    for (const n of [...held.keys()].filter((index) => index % 5 === 0 || index % 21 === 0)) {
      const { context, delta } = held[n];
      assert.equal(context.version, 2);
      assert.ok(same(context.context, { ...wide(n), "field 7": n }), `context ${n}`);
      assert.deepEqual(delta.delta, { "field 7": { action: "modified", oldValue: `the value 7 of ${n}`, value: n } });
    }
  }),
);

/** What `result` tells of a context with a counter that began with version 1 and 0. */
const counted = ({ context }) => [context.version, context.context.n];

for (const size of Object.keys(sizes)) {
  test(
    `writes of a ${size} context that come together each have the state of their own version, deletion and restore among them`,
    withChord({ contextExternalProvider: () => ({ context: { ...initial(size), n: 8 }, version: 9 }) }, async (chord) => {
      await chord.setContext("c", { ...initial(size), n: 0 });
      const next = () => chord.updateContext("c", { n: increment(1) });
      const [one, two, , anew, same, restored, last] = await Promise.all([
        next(),
        next(),
        chord.deleteContext("c"),
        chord.setContext("c", { ...initial(size), n: 3 }),
        chord.updateContext("c", { n: 3 }),
        chord.restoreContext("c"),
        next(),
      ]);
      assert.deepEqual([one, two, anew, same].map(counted), [
        [2, 1],
        [3, 2],
        [4, 3],
        [4, 3],
      ]);
      assert.equal(restored.context.n, 8);
      assert.deepEqual(counted(last), [restored.version + 1, 9]);
    }),
  );
}

test(
  "writes that come together and whose deltas outgrow the context each have the state of their own version",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 0, filler: "x".repeat(3_000) });
    const writes = Array.from({ length: 300 }, (_, n) => chord.updateContext("c", { n: increment(1), text: String(n).repeat(60) }));
    for (const result of await Promise.all(writes)) assert.deepEqual(counted(result), [result.context.version, result.context.version - 1]);
  }),
);

test(
  "writes that come together and are more than is kept at hand each have the state of their own version",
  { timeout: 60_000 },
  withChord({ timeout: 30_000 }, async (chord) => {
    const filler = "x".repeat(1024 * 1024);
    const ids = Array.from({ length: 36 }, (_, n) => `c${n}`);
    await Promise.all(ids.map((id) => chord.setContext(id, { n: 0, filler })));
    const results = await Promise.all(ids.map((id) => chord.setContext(id, { n: 1, filler: `${filler}!` })));
    for (const result of results) assert.deepEqual(counted(result), [2, 1]);
  }),
);

test("thousands of results of a large context are read in a time that grows with their number, from old to new and back", {
  timeout: 60_000,
}, async () => {
  for (const inOrder of [(held) => held, (held) => held.toReversed()]) {
    const chord = await Chord.open({ backend: "memory" });
    await chord.setContext("a", { text: "x".repeat(1_000_000), n: 0 });
    const held = [];
    for (let n = 1; n <= 4_000; n += 1) held.push(await chord.updateContext("a", { n }));
    const start = performance.now();
    for (const result of inOrder([...held.entries()])) assert.equal(result[1].context.context.n, result[0] + 1);
    const took = performance.now() - start;
    // One after the other from the newest state, it was seven million deltas and four seconds.
    assert.ok(took < 1_500, `took ${took.toFixed(0)} ms`);
    await chord.close();
  }
});
