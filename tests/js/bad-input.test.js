import assert from "node:assert/strict";
import { test } from "node:test";
import { append } from "chord-sync";
import { allowedValues, refusedKeys, refusedValues, refusedWithin, withAccessor } from "./bad-values.js";
import { withChord } from "./open.js";
import { refusal, thrown } from "./refusal.js";

const before = { kept: { list: [1, 2] } };

/** Every way into the store for a value, with the path it gets there. */
const entrances = (chord, value) => [
  [() => chord.setContext("c", { at: value }), ["at"]],
  [() => chord.setContext("fresh", { deep: [{ at: value }] }), ["deep", 0, "at"]],
  [() => chord.updateContext("c", { kept: { at: value } }), ["kept", "at"]],
  [() => chord.updateContext("c", { kept: { list: [0, value] } }), ["kept", "list", 1]],
  [() => chord.transact("c", () => ({ at: value })), ["at"]],
];

async function nothingWritten(chord) {
  const held = await chord.getContext("c");
  assert.deepEqual([held.version, held.context], [1, before]);
  assert.equal(await chord.getContext("fresh"), undefined);
}

for (const [name, make] of Object.entries(refusedValues)) {
  test(
    `${name} is invalid_value naming the path, and nothing is written`,
    withChord({}, async (chord) => {
      await chord.setContext("c", before);
      for (const [call, path] of entrances(chord, make()))
        await refusal(call, "invalid_value", { path, contextId: path[0] === "deep" ? "fresh" : "c" });
      await refusal(() => chord.updateContext("c", { kept: { list: append(3, { at: make() }) } }), "invalid_value");
      thrown(() => chord.calculateDelta(before, { at: make() }), "invalid_value", { path: ["at"] });
      thrown(() => chord.calculateDelta({ at: make() }, before), "invalid_value", { path: ["at"] });
      thrown(() => chord.applyDelta({ at: [make()] }, {}), "invalid_value", { path: ["at", 0] });
      thrown(() => chord.applyDelta({}, { at: { action: "added", value: make() } }), "invalid_value");
      await nothingWritten(chord);
    }),
  );
}

for (const [name, [make, within]] of Object.entries(refusedWithin)) {
  test(
    `${name} is invalid_value naming the path to it, and nothing is written`,
    withChord({}, async (chord) => {
      await chord.setContext("c", before);
      for (const [call, path] of entrances(chord, make())) await refusal(call, "invalid_value", { path: [...path, ...within] });
      thrown(() => chord.calculateDelta({}, { at: make() }), "invalid_value", { path: ["at", ...within] });
      await nothingWritten(chord);
    }),
  );
}

for (const [name, make] of Object.entries(refusedKeys)) {
  test(
    `${name} is invalid_value naming the place, and nothing is written`,
    withChord({}, async (chord) => {
      await chord.setContext("c", before);
      for (const [call, path] of entrances(chord, make())) {
        const error = await refusal(call, "invalid_value");
        assert.deepEqual(error.path?.slice(0, path.length), path);
      }
      await nothingWritten(chord);
    }),
  );
}

for (const [name, [make, due]] of Object.entries(allowedValues)) {
  test(
    `${name} is stored as JSON has it`,
    withChord({}, async (chord) => {
      await chord.setContext("c", { at: make(), list: [make()] });
      assert.deepEqual((await chord.getContext("c")).context, { at: due, list: [due] });
      await chord.setContext("u", {});
      await chord.updateContext("u", { deep: { at: make() } });
      assert.deepEqual((await chord.getContext("u")).context, { deep: { at: due } });
    }),
  );
}

test(
  "an accessor is refused without being run",
  withChord({}, async (chord) => {
    let reads = 0;
    const value = withAccessor(() => {
      reads += 1;
      return 1;
    });
    await refusal(() => chord.setContext("c", { value }), "invalid_value");
    await refusal(() => chord.setContext("c", value), "invalid_value");
    const list = Object.defineProperty([0], 0, Object.getOwnPropertyDescriptor(value, "hidden"));
    await refusal(() => chord.setContext("c", { list }), "invalid_value");
    assert.equal(reads, 0);
  }),
);

test(
  "a toJSON of the caller's is not run, and one of the realm's changes nothing",
  withChord({}, async (chord) => {
    let runs = 0;
    const toJSON = () => {
      runs += 1;
      return {};
    };
    await refusal(() => chord.setContext("c", { toJSON }), "invalid_value", { path: ["toJSON"] });
    assert.equal(runs, 0);
    Object.defineProperty(Object.prototype, "toJSON", { value: toJSON, configurable: true, writable: true });
    try {
      await chord.setContext("c", { a: { b: 1 } });
      assert.equal((await chord.getContext("c")).context.a.b, 1);
    } finally {
      delete Object.prototype.toJSON;
    }
  }),
);

test(
  "a whole context that is no object is refused",
  withChord({}, async (chord) => {
    await chord.setContext("c", before);
    for (const wrong of [null, undefined, [], [1], "text", 1, true, () => ({}), new Map(), new Date(0), 1n]) {
      await refusal(() => chord.setContext("c", wrong), ["invalid_value", "invalid_argument"]);
      await refusal(() => chord.updateContext("c", wrong), ["invalid_value", "invalid_argument"]);
      thrown(() => chord.calculateDelta(wrong, {}), ["invalid_value", "invalid_argument"]);
      thrown(() => chord.calculateDelta({}, wrong), ["invalid_value", "invalid_argument"]);
      thrown(() => chord.applyDelta(wrong, {}), ["invalid_value", "invalid_argument"]);
    }
    await nothingWritten(chord);
  }),
);

test(
  'an id that is no string, empty or "*" is invalid_argument in every method',
  withChord({}, async (chord) => {
    for (const id of [undefined, null, 1, {}, [], ["c"], "", "*", Symbol("s"), 1n]) {
      const calls = [
        () => chord.setContext(id, {}),
        () => chord.updateContext(id, {}),
        () => chord.transact(id, () => ({})),
        () => chord.getContext(id),
        () => chord.syncContext(id),
        () => chord.deleteContext(id),
        () => chord.exportContext(id),
        () => chord.restoreContext(id),
        () => chord.listDeltas(id),
      ];
      for (const call of calls) await refusal(call, "invalid_argument");
    }
    assert.deepEqual((await chord.listContexts()).contexts, []);
  }),
);

test(
  "wrong arguments besides are invalid_argument",
  withChord({}, async (chord) => {
    await chord.setContext("c", before);
    for (const ifVersion of ["1", -1, 1.5, Number.NaN, null, {}]) {
      await refusal(() => chord.setContext("c", {}, { ifVersion }), "invalid_argument", { naming: ["ifVersion"] });
      await refusal(() => chord.updateContext("c", {}, { ifVersion }), "invalid_argument", { naming: ["ifVersion"] });
      await refusal(() => chord.deleteContext("c", { ifVersion }), "invalid_argument", { naming: ["ifVersion"] });
    }
    for (const compute of [undefined, null, {}, "f"]) await refusal(() => chord.transact("c", compute), "invalid_argument");
    await nothingWritten(chord);
  }),
);
