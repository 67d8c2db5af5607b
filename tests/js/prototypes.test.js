import assert from "node:assert/strict";
import { after, test } from "node:test";
import { append, increment } from "chord-sync";
import { until, withChord } from "./open.js";
import { own, patched, put, same } from "./oracle.js";

const names = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "toJSON", "then"];
const objectPrototype = Object.getOwnPropertyNames(Object.prototype).sort();
const arrayPrototype = Object.getOwnPropertyNames(Array.prototype).sort();

after(() => {
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), objectPrototype);
  assert.deepEqual(Object.getOwnPropertyNames(Array.prototype).sort(), arrayPrototype);
  assert.equal({}.polluted, undefined);
});

/** `{ [name]: value }` as an own property, also for `__proto__`. */
const holding = (name, value) => put({}, name, value);

/** Each object in `value` is a plain one whose prototype is nobody's data. */
function plain(value) {
  if (value === null || typeof value !== "object") return;
  const due = Array.isArray(value) ? [Array.prototype] : [Object.prototype, null];
  assert.ok(due.includes(Object.getPrototypeOf(value)), `the prototype of ${JSON.stringify(value)} was swapped`);
  assert.ok(Object.hasOwn(value, "polluted") || value.polluted === undefined);
  for (const key of Object.keys(value)) plain(own(value, key));
}

/** Contexts with the name as a key at depth 1, 2, 3 and inside arrays, over values of each kind. */
const shapes = (name) =>
  [1, null, "text", { inner: 1 }, holding(name, { x: 1 }), [holding(name, 1)]].flatMap((value) => [
    holding(name, value),
    { a: holding(name, value) },
    { a: { b: holding(name, value) }, c: 1 },
    { list: [0, holding(name, value), [holding(name, [value])]] },
    holding(name, holding(name, holding(name, value))),
  ]);

for (const name of names) {
  test(
    `${name} is an ordinary key at each depth, in contexts, deltas and syncs`,
    withChord({}, async (chord) => {
      const states = shapes(name);
      for (const [index, state] of states.entries()) {
        const id = `${index}`;
        const first = await chord.setContext(id, state);
        assert.ok(same(first.context.context, state), JSON.stringify([state, first.context.context]));
        plain(first.context);
        plain(first.delta);
        assert.ok(same(patched({}, first.delta.delta), state));
        const next = states[(index + 1) % states.length];
        await chord.setContext(id, next);
        const answer = await chord.syncContext(id, first.context);
        plain(answer);
        assert.equal(answer.type, "delta");
        const received = chord.applyDelta(first.context.context, answer.delta);
        plain(received);
        assert.ok(same(received, next), JSON.stringify([state, next, received]));
        assert.ok(same(chord.applyDelta(received, chord.invertDelta(answer.delta)), state));
        plain(chord.mergeDeltas([answer.delta, chord.invertDelta(answer.delta)]));
        const full = await chord.syncContext(id);
        plain(full);
        assert.ok(same(full.context, next));
      }
    }),
  );

  test(
    `${name} is an ordinary key of updates, removals, appends and increments`,
    withChord({}, async (chord) => {
      await chord.setContext("c", { a: {} });
      await chord.updateContext("c", { a: holding(name, { polluted: 1 }) });
      await chord.updateContext("c", holding(name, holding("n", increment(2))));
      await chord.updateContext("c", holding(name, { list: append(holding(name, "item")) }));
      const due = put({ a: holding(name, { polluted: 1 }) }, name, { n: 2, list: [holding(name, "item")] });
      const { context } = await chord.getContext("c");
      assert.ok(same(context, due), JSON.stringify(context));
      await chord.updateContext("c", put({ a: holding(name, undefined) }, name, undefined));
      const left = (await chord.getContext("c")).context;
      assert.ok(same(left, { a: {} }), JSON.stringify(left));
      assert.equal({}.polluted, undefined);
    }),
  );

  test(
    `${name} is an ordinary id`,
    withChord({}, async (chord) => {
      assert.equal(await chord.getContext(name), undefined);
      assert.equal(await chord.deleteContext(name), false);
      const heard = [];
      const stop = chord.subscribe(name, (event) => heard.push(event.contextId));
      await chord.setContext(name, { n: 1 });
      await chord.updateContext(name, { n: 2 });
      assert.deepEqual((await chord.getContext(name)).context, { n: 2 });
      assert.equal((await chord.syncContext(name, 1)).type, "delta");
      assert.deepEqual(
        (await chord.listContexts()).contexts.map((context) => context.contextId),
        [name],
      );
      assert.equal((await chord.listDeltas(name)).length, 2);
      await until(() => heard.length === 2, "both changes told");
      stop();
      assert.equal(await chord.deleteContext(name), true);
      assert.equal(await chord.getContext(name), undefined);
    }),
  );

  test(`${name} is an ordinary key in every format`, async () => {
    const before = { a: { x: 1 } };
    const after = put({ a: put({ x: 1 }, name, { y: holding(name, 1) }) }, name, 1);
    for (const deltaFormatter of ["default", "json-patch", "merge-patch"]) {
      await withChord({ deltaFormatter }, (chord) => {
        const formatted = chord.formatDelta(chord.calculateDelta(before, after), { contextId: "c", version: 2, context: before });
        plain(formatted);
        assert.ok(JSON.stringify(formatted).includes(name));
        if (deltaFormatter === "merge-patch") assert.ok(same(formatted, put({ a: holding(name, { y: holding(name, 1) }) }, name, 1)));
      })();
    }
  });
}

test(
  "a delta made by hand can't reach a prototype",
  withChord({}, (chord) => {
    const hostile = [
      '{"__proto__":{"polluted":{"action":"added","value":1}}}',
      '{"constructor":{"prototype":{"polluted":{"action":"added","value":1}}}}',
      '{"a":{"__proto__":{"polluted":{"action":"added","value":1}}}}',
      '{"__proto__":{"action":"added","value":{"polluted":1}}}',
      '{"list":{"action":"edited","edits":[{"index":0,"delta":{"__proto__":{"polluted":{"action":"added","value":1}}}}]}}',
    ];
    for (const text of hostile) {
      try {
        plain(chord.applyDelta({ a: {}, list: [{}] }, JSON.parse(text)));
      } catch (error) {
        assert.equal(error.code, "delta_mismatch");
      }
      assert.equal({}.polluted, undefined);
    }
    const received = chord.applyDelta({}, JSON.parse(hostile[3]));
    assert.deepEqual(Object.keys(received), ["__proto__"]);
  }),
);
