import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { histories, json } from "./arbitraries.js";
import { times } from "./effort.js";
import { manualClock, withChord } from "./open.js";
import { isObject, merged, overTheWire, own, put, same } from "./oracle.js";
import { refusal } from "./refusal.js";

const stored = async (chord, id = "c") => (await chord.getContext(id))?.context;

test(
  "creating is version 1 and a change, even with nothing in it",
  withChord({}, async (chord) => {
    const result = await chord.setContext("c", {});
    assert.equal(result.changed, true);
    assert.equal(result.context.version, 1);
    assert.deepEqual(result.context.context, {});
    assert.deepEqual(result.delta.delta, {});
    assert.deepEqual(await stored(chord), {});
  }),
);

test(
  "each change adds one to the version and gives a revision of its own",
  withChord({}, async (chord) => {
    const revisions = new Set();
    for (let n = 0; n < 200; n += 1) {
      const { context, delta } = n % 2 ? await chord.updateContext("c", { n }) : await chord.setContext("c", { n });
      assert.equal(context.version, n + 1);
      assert.equal(delta.version, n + 1);
      assert.equal(delta.revision, context.revision);
      assert.equal(typeof context.revision, "string");
      assert.notEqual(context.revision, "");
      revisions.add(context.revision);
    }
    assert.equal(revisions.size, 200);
  }),
);

test(
  "a set replaces the whole state and tells the delta",
  withChord({}, async (chord) => {
    await chord.setContext("c", { a: 1, b: { x: 1, y: 2 }, c: [1] });
    const { changed, context, delta } = await chord.setContext("c", { b: { x: 1, y: 3 }, d: null });
    assert.equal(changed, true);
    assert.deepEqual(context.context, { b: { x: 1, y: 3 }, d: null });
    assert.deepEqual(delta.delta, {
      a: { action: "removed", oldValue: 1 },
      b: { y: { action: "modified", oldValue: 2, value: 3 } },
      c: { action: "removed", oldValue: [1] },
      d: { action: "added", value: null },
    });
  }),
);

test("a write that changes nothing commits nothing and keeps version, revision and time", async () => {
  const clock = manualClock();
  await withChord({ timeProvider: clock.timeProvider }, async (chord) => {
    const first = await chord.setContext("c", { a: { b: [1, { c: null }] } });
    clock.advance(1_000);
    const writes = [
      () => chord.setContext("c", { a: { b: [1, { c: null }] } }),
      () => chord.setContext("c", { a: { b: [1, { c: null }] }, absent: undefined }),
      () => chord.updateContext("c", {}),
      () => chord.updateContext("c", { a: {} }),
      () => chord.updateContext("c", { a: { b: [1, { c: null }] }, absent: undefined }),
    ];
    for (const write of writes) {
      const { changed, context, delta } = await write();
      assert.equal(changed, false);
      assert.deepEqual(context, first.context);
      assert.deepEqual(delta.delta, {});
    }
    assert.equal((await chord.listDeltas("c")).length, 1);
  })();
});

test(
  "a change of key order is no change and keeps the stored order",
  withChord({}, async (chord) => {
    await chord.setContext("c", { a: 1, b: { x: 1, y: 2 } });
    const { changed } = await chord.setContext("c", { b: { y: 2, x: 1 }, a: 1 });
    assert.equal(changed, false);
    assert.equal(JSON.stringify(await stored(chord)), '{"a":1,"b":{"x":1,"y":2}}');
  }),
);

test(
  "an update merges objects, replaces arrays and scalars, and keeps null as a value",
  withChord({}, async (chord) => {
    await chord.setContext("c", { a: { x: 1, y: 1 }, list: [1, 2], s: "s", o: { k: 1 } });
    await chord.updateContext("c", { a: { y: null, z: { deep: true } }, list: [3], s: { now: "an object" }, o: 7, n: {} });
    assert.deepEqual(await stored(chord), {
      a: { x: 1, y: null, z: { deep: true } },
      list: [3],
      s: { now: "an object" },
      o: 7,
      n: {},
    });
  }),
);

test("an update never replaces what it doesn't name, for random documents", async () => {
  const { value } = json();
  const changes = json({ maxItems: 2 }).context.chain((context) =>
    fc.array(fc.nat(), { maxLength: 3 }).map((spots) => withRemovals(context, spots)),
  );
  await withChord({ deltaThreshold: 3 }, async (chord) => {
    let id = 0;
    await fc.assert(
      fc.asyncProperty(json().context, changes, value, async (before, change, _) => {
        id += 1;
        await chord.setContext(`${id}`, before);
        const result = await chord.updateContext(`${id}`, change);
        const due = merged(before, change);
        assert.ok(same(await stored(chord, `${id}`), due), JSON.stringify({ before, due, got: await stored(chord, `${id}`) }));
        assert.equal(result.changed, !same(before, due));
        assert.ok(same(chord.applyDelta(before, result.delta.delta), due));
        await chord.deleteContext(`${id}`);
      }),
      { numRuns: times(1_000) },
    );
  })();
});

/** The same changes with some fields, at any depth outside arrays, made `undefined`. */
function withRemovals(changes, spots) {
  const copy = overTheWire(changes);
  const objects = [];
  const collect = (object) => {
    objects.push(object);
    for (const key of Object.keys(object)) if (isObject(own(object, key))) collect(own(object, key));
  };
  collect(copy);
  for (const spot of spots) {
    const object = objects[spot % objects.length];
    const names = [...Object.keys(object), "a", "b"];
    put(object, names[spot % names.length], undefined);
  }
  return copy;
}

test(
  "a history of sets is stored and told exactly, for random documents",
  withChord({}, async (chord) => {
    let id = 0;
    await fc.assert(
      fc.asyncProperty(histories(4), async (documents) => {
        id += 1;
        let before = {};
        for (const document of documents) {
          const result = await chord.setContext(`${id}`, document);
          assert.ok(same(result.context.context, document));
          assert.ok(same(await stored(chord, `${id}`), document));
          assert.ok(same(chord.applyDelta(before, result.delta.delta), document));
          before = document;
        }
      }),
      { numRuns: times(400) },
    );
  }),
);

test(
  "an update of an absent context is not_found and creates nothing",
  withChord({}, async (chord) => {
    await refusal(() => chord.updateContext("none", { a: 1 }), "not_found", { contextId: "none", naming: ["none"] });
    assert.equal(await chord.getContext("none"), undefined);
    assert.deepEqual((await chord.listContexts()).contexts, []);
  }),
);

test(
  "ifVersion lets a write through on that version only",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 }, { ifVersion: 0 });
    await chord.setContext("c", { n: 2 }, { ifVersion: 1 });
    await chord.updateContext("c", { n: 3 }, { ifVersion: 2 });
    for (const ifVersion of [0, 1, 2, 4]) {
      await refusal(() => chord.setContext("c", { n: 9 }, { ifVersion }), "conflict", { contextId: "c" });
      await refusal(() => chord.updateContext("c", { n: 9 }, { ifVersion }), "conflict", { contextId: "c" });
      await refusal(() => chord.deleteContext("c", { ifVersion }), "conflict", { contextId: "c" });
    }
    assert.deepEqual(await stored(chord), { n: 3 });
    assert.equal(await chord.deleteContext("c", { ifVersion: 3 }), true);
  }),
);

test(
  "ifVersion is checked before a write is found to change nothing",
  withChord({}, async (chord) => {
    await chord.setContext("c", { n: 1 });
    await refusal(() => chord.setContext("c", { n: 1 }, { ifVersion: 7 }), "conflict");
    await refusal(() => chord.updateContext("c", {}, { ifVersion: 7 }), "conflict");
  }),
);

test(
  "ifVersion of an absent context is a conflict, except 0 for a set",
  withChord({}, async (chord) => {
    await refusal(() => chord.setContext("none", {}, { ifVersion: 1 }), "conflict");
    await refusal(() => chord.updateContext("none", {}, { ifVersion: 1 }), "conflict");
    await refusal(() => chord.deleteContext("none", { ifVersion: 1 }), "conflict");
    assert.equal(await chord.getContext("none"), undefined);
    assert.equal((await chord.setContext("none", {}, { ifVersion: 0 })).context.version, 1);
  }),
);

test(
  "a delete says whether there was anything, and the versions go on after a re-creation",
  withChord({}, async (chord) => {
    assert.equal(await chord.deleteContext("c"), false);
    await chord.setContext("c", { n: 1 });
    const { context } = await chord.updateContext("c", { n: 2 });
    assert.equal(await chord.deleteContext("c"), true);
    assert.equal(await chord.deleteContext("c"), false);
    assert.equal(await chord.getContext("c"), undefined);
    const again = await chord.setContext("c", {}, { ifVersion: 0 });
    assert.equal(again.changed, true);
    assert.equal(again.context.version, context.version + 1);
    assert.notEqual(again.context.revision, context.revision);
  }),
);

test(
  "values handed in are neither kept, altered nor frozen",
  withChord({}, async (chord) => {
    const input = { list: [{ n: 1 }], deep: { a: [1] } };
    await chord.setContext("c", input);
    assert.ok(!Object.isFrozen(input) && !Object.isFrozen(input.list) && !Object.isFrozen(input.list[0]));
    input.list[0].n = 2;
    input.deep.a.push(2);
    assert.deepEqual(await stored(chord), { list: [{ n: 1 }], deep: { a: [1] } });
    const changes = { deep: { a: [5] } };
    const result = await chord.updateContext("c", changes);
    changes.deep.a.push(6);
    assert.deepEqual(result.context.context.deep, { a: [5] });
    assert.deepEqual((await stored(chord)).deep, { a: [5] });
  }),
);

test(
  "frozen values and results handed back are accepted",
  withChord({}, async (chord) => {
    await chord.setContext("c", Object.freeze({ a: Object.freeze([1]) }));
    const held = await chord.getContext("c");
    const copy = await chord.setContext("copy", held.context);
    assert.deepEqual(copy.context.context, { a: [1] });
    assert.equal((await chord.setContext("c", { ...held.context, b: held.context.a })).changed, true);
  }),
);

test(
  "numbers come back as the same numbers",
  withChord({}, async (chord) => {
    const exact = [
      0,
      1,
      -1,
      0.1 + 0.2,
      117.63331139400017,
      1e21,
      1e-7,
      123456789012345680000,
      2 ** 53,
      -(2 ** 53),
      5e-324,
      Number.MAX_VALUE,
      -1.5e300,
    ];
    await chord.setContext("c", { exact, zero: -0 });
    const { context } = await chord.getContext("c");
    for (const [index, number] of exact.entries())
      assert.ok(Object.is(context.exact[index], number), `${number} came back as ${context.exact[index]}`);
    assert.ok(Object.is(context.zero, 0));
    assert.equal((await chord.setContext("c", { exact, zero: 0 })).changed, false);
  }),
);
