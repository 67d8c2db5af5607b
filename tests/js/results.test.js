import assert from "node:assert/strict";
import { test } from "node:test";
import { append, increment } from "chord-sync";
import { manualClock, withChord } from "./open.js";
import { same } from "./oracle.js";

const large = (n) =>
  Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`user ${i}`, { id: i, name: `name ${i}`, n: i === n % 300 ? n : 0 }]));

function deeplyFrozen(value, path = "$") {
  if (value === null || typeof value !== "object") return;
  assert.ok(Object.isFrozen(value), `${path} is not frozen`);
  for (const key of Object.keys(value)) deeplyFrozen(value[key], `${path}.${key}`);
}

/** Frozen, plain, and all there is visible to JSON.stringify, spread and structuredClone. */
function plainAndFrozen(value) {
  deeplyFrozen(value);
  assert.ok([Object.prototype, null].includes(Object.getPrototypeOf(value)));
  assert.deepEqual({ ...value }, value);
  assert.deepEqual(JSON.parse(JSON.stringify(value)), value);
  assert.deepEqual(structuredClone(value), value);
  for (const key of Object.keys(value))
    assert.ok(Object.hasOwn(Object.getOwnPropertyDescriptor(value, key), "value"), `${key} is a plain field`);
}

for (const [size, first, second] of [
  ["small", { a: { b: [1, { c: 2 }] }, d: 1 }, { a: { b: [1, { c: 2 }] }, d: 2 }],
  ["large", large(1), large(2)],
]) {
  test(
    `contexts, delta records and syncs of ${size} contexts are frozen plain objects with own fields`,
    withChord({}, async (chord) => {
      const created = await chord.setContext("c", first);
      const changed = await chord.setContext("c", second);
      const values = [created.context, created.delta, changed.context, changed.delta, await chord.getContext("c")];
      values.push(
        await chord.syncContext("c"),
        await chord.syncContext("c", created.context),
        await chord.syncContext("c", changed.context),
      );
      values.push(...(await chord.listContexts()).contexts, ...(await chord.listDeltas("c")));
      for (const value of values) plainAndFrozen(value);
    }),
  );

  test(
    `a change result of a ${size} context prints whole, and its getters give ever the same objects`,
    withChord({}, async (chord) => {
      await chord.setContext("c", first);
      const result = await chord.setContext("c", second);
      const { changed, context, delta } = JSON.parse(JSON.stringify(result));
      assert.equal(changed, true);
      assert.deepEqual(context, result.context);
      assert.deepEqual(delta, result.delta);
      assert.deepEqual(result.toJSON(), { changed: true, context: result.context, delta: result.delta });
      assert.equal(result.context, result.context);
      assert.equal(result.delta, result.delta);
      assert.equal(result.context.contextId, "c");
      assert.equal(result.delta.version, result.context.version);
    }),
  );

  test(
    `what did not change in a ${size} context is === to what it was`,
    withChord({}, async (chord) => {
      const stable = { deep: { list: [1, { x: 1 }] }, text: "t" };
      await chord.setContext("c", { ...first, stable, moving: { n: 0, still: { y: 1 } } });
      let held = (await chord.getContext("c")).context;
      const writes = [
        () => chord.updateContext("c", { moving: { n: 1 } }),
        () => chord.updateContext("c", { moving: { n: increment(5) } }),
        () => chord.setContext("c", { ...first, stable, moving: { n: 3, still: { y: 1 } } }),
        () => chord.setContext("c", { stable, ...first, moving: { n: 4, still: { y: 1 }, more: [] } }),
        () => chord.updateContext("c", { added: append(1) }),
      ];
      for (const [index, write] of writes.entries()) {
        const result = await write();
        const now = (index % 2 ? result.context : await chord.getContext("c")).context;
        assert.notEqual(now, held);
        assert.equal(now.stable, held.stable, `write ${index}`);
        assert.equal(now.moving.still, held.moving.still, `write ${index}`);
        if (index < 4) assert.notEqual(now.moving, held.moving);
        held = now;
      }
    }),
  );

  test(
    `an unchanged ${size} context is === however often it is read`,
    withChord({}, async (chord) => {
      await chord.setContext("c", first);
      const held = await chord.getContext("c");
      assert.equal((await chord.getContext("c")).context, held.context);
      await chord.setContext("c", structuredClone(first));
      assert.equal((await chord.getContext("c")).context, held.context);
      assert.equal((await chord.syncContext("c")).context, held.context);
    }),
  );
}

test(
  "an element of an array that did not change is === to what it was",
  withChord({}, async (chord) => {
    const list = Array.from({ length: 100 }, (_, id) => ({ id, tags: [`t${id}`] }));
    await chord.setContext("c", { list });
    const before = (await chord.getContext("c")).context.list;
    await chord.updateContext("c", { list: append({ id: 100, tags: [] }) });
    const after = (await chord.getContext("c")).context.list;
    assert.equal(after.length, 101);
    for (let id = 0; id < 100; id += 1) assert.equal(after[id], before[id]);
  }),
);

test(
  "a result can't be used to alter the store",
  withChord({}, async (chord) => {
    await chord.setContext("c", { list: [1], deep: { a: 1 } });
    const { context } = await chord.getContext("c");
    assert.throws(() => context.list.push(2), TypeError);
    assert.throws(() => {
      context.deep.a = 2;
    }, TypeError);
    assert.deepEqual((await chord.getContext("c")).context, { list: [1], deep: { a: 1 } });
  }),
);

test(
  "the delta of what changed nothing is empty, with the standing version",
  withChord({}, async (chord) => {
    const first = await chord.setContext("c", { a: 1 });
    const second = await chord.setContext("c", { a: 1 });
    assert.equal(second.changed, false);
    assert.deepEqual(second.context, first.context);
    assert.deepEqual(second.delta.delta, {});
    assert.equal(second.delta.version, 1);
    plainAndFrozen(second.delta);
  }),
);

test("two results of one commit and a sync agree on version, revision and time", async () => {
  const clock = manualClock(123);
  await withChord({ timeProvider: clock.timeProvider }, async (chord) => {
    const { context, delta } = await chord.setContext("c", { a: 1 });
    const synced = await chord.syncContext("c");
    for (const value of [delta, synced, await chord.getContext("c"), (await chord.listDeltas("c"))[0]]) {
      assert.equal(value.version, context.version);
      assert.equal(value.revision, context.revision);
      assert.equal(value.insertedAt, 123);
    }
    assert.ok(same(synced.context, context.context));
  })();
});
