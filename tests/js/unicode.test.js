import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { strings, utf16 } from "./arbitraries.js";
import { times } from "./effort.js";
import { withChord } from "./open.js";
import { put } from "./oracle.js";
import { refusal } from "./refusal.js";

/** Value and key: as many pairs that can be stored as pairs that mostly can't. */
const pairs = fc.oneof(fc.tuple(strings, strings), fc.tuple(utf16, utf16));

test(
  "any string of UTF-16 comes back unit for unit as value and key, or is refused for a lone surrogate",
  { timeout: 60_000 },
  withChord({}, async (chord) => {
    await chord.setContext("c", { start: true });
    const seen = { stored: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(pairs, async ([value, key]) => {
        const context = put({ list: [value] }, key, { text: value });
        if (value.isWellFormed() && key.isWellFormed()) {
          seen.stored += 1;
          await chord.setContext("c", context);
          const held = (await chord.getContext("c")).context;
          assert.equal(JSON.stringify(held), JSON.stringify(context));
          await chord.setContext("c", {});
          await chord.updateContext("c", context);
          assert.equal(JSON.stringify((await chord.getContext("c")).context[key]), JSON.stringify(context[key]));
          const delta = chord.calculateDelta({}, context);
          assert.equal(JSON.stringify(chord.applyDelta({}, delta)[key]), JSON.stringify(context[key]));
        } else {
          seen.refused += 1;
          const { version } = await chord.getContext("c");
          await refusal(() => chord.setContext("c", context), "invalid_value");
          await refusal(() => chord.updateContext("c", context), "invalid_value");
          assert.equal((await chord.getContext("c")).version, version);
        }
      }),
      { numRuns: times(2_000) },
    );
    assert.ok(Math.min(seen.stored, seen.refused) > times(100), JSON.stringify(seen));
  }),
);

test(
  "each of the 65,536 code units is stored as it is, alone and in company, or is a lone surrogate and refused",
  { timeout: 60_000 },
  withChord({}, async (chord) => {
    const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    const whole = units.filter((unit) => unit.isWellFormed());
    assert.equal(whole.length, 0x10000 - 2_048);
    const context = {
      values: whole,
      company: whole.map((unit) => `a${unit}é`),
      keys: Object.fromEntries(whole.map((unit) => [`k${unit}`, 1])),
    };
    await chord.setContext("c", context);
    assert.equal(JSON.stringify((await chord.getContext("c")).context), JSON.stringify(context));
    for (const unit of units.filter((_, index) => index >= 0xd800 && index < 0xe000)) {
      await refusal(() => chord.setContext("c", { at: unit }), "invalid_value", { path: ["at"] });
      await refusal(() => chord.updateContext("c", { at: [`x${unit}y`] }), "invalid_value", { path: ["at", 0] });
      await refusal(() => chord.setContext("c", { [unit]: 1 }), "invalid_value");
    }
    assert.equal((await chord.getContext("c")).version, 1);
  }),
);

test(
  "every pair of surrogates at the edges is one character and stored",
  withChord({}, async (chord) => {
    const edges = [0xd800, 0xd801, 0xdbfe, 0xdbff].flatMap((high) =>
      [0xdc00, 0xdc01, 0xdffe, 0xdfff].map((low) => String.fromCharCode(high, low)),
    );
    await chord.setContext("c", { edges, joined: edges.join("") });
    const { context } = await chord.getContext("c");
    assert.deepEqual(context.edges, edges);
    assert.equal(context.joined, edges.join(""));
  }),
);

test(
  "distinct strings that UTF-8 replacement would make equal never collapse",
  withChord({}, async (chord) => {
    await chord.setContext("c", { "\ufffd": 1 });
    await refusal(() => chord.setContext("c", { "\ud800": 1, "\ud801": 2 }), "invalid_value");
    const { context } = await chord.getContext("c");
    assert.deepEqual(context, { "\ufffd": 1 });
  }),
);

test(
  "equal-looking strings of other code points are different keys and values",
  withChord({}, async (chord) => {
    const state = { "\u00e9": "\u00e9", "e\u0301": "e\u0301", "\ufb01": 1, fi: 2, "\u212a": "kelvin", K: "k" };
    await chord.setContext("c", state);
    assert.equal(JSON.stringify((await chord.getContext("c")).context), JSON.stringify(state));
    assert.equal((await chord.setContext("c", { ...state, "\u00e9": "e\u0301" })).changed, true);
  }),
);

test(
  "ids of any well-formed string are kept apart; a lone surrogate is refused",
  withChord({ limits: { idBytes: 64 } }, async (chord) => {
    const stored = new Map();
    await fc.assert(
      fc.asyncProperty(utf16, async (id) => {
        if (id === "" || id === "*") return;
        if (id.isWellFormed()) {
          const mark = `${stored.size} ${id}`;
          stored.set(id, mark);
          await chord.setContext(id, { mark });
        } else {
          await refusal(() => chord.setContext(id, {}), ["invalid_argument", "invalid_value"]);
        }
      }),
      { numRuns: times(1_000) },
    );
    for (const [id, mark] of stored) assert.equal((await chord.getContext(id)).context.mark, mark);
    assert.equal((await chord.listContexts({ limit: 2_000 })).contexts.length, stored.size);
  }),
);

test(
  "a syncing client gets the same strings in a delta",
  withChord({}, async (chord) => {
    const awkward = ["\u2028\u2029", "\u0000", "\u007f\u0080", '"\\/\b\f\n\r\t', "\ufeff", "\uffff", "🎵\u{10ffff}", "</script>"];
    await chord.setContext("c", {});
    await chord.updateContext("c", { awkward, keys: Object.fromEntries(awkward.map((key) => [key, key])) });
    const { delta } = await chord.syncContext("c", 1);
    assert.equal(JSON.stringify(delta.awkward), JSON.stringify({ action: "added", value: awkward }));
    assert.equal(JSON.stringify(delta.keys.value), JSON.stringify(Object.fromEntries(awkward.map((key) => [key, key]))));
  }),
);

test(
  "texts of every width and size come back whole while memory grows, in instances that take turns",
  { timeout: 60_000 },
  withChord({}, async (first) => {
    await withChord({}, async (second) => {
      const held = new Map();
      for (const [turn, size] of [10, 2_000, 100, 60_000, 5_000, 1_000_000, 30, 3_000_000].entries()) {
        for (const [chord, fill] of [
          [first, "aé日🎵"],
          [second, "plain ascii "],
          [first, "é"],
          [second, "🎵"],
        ]) {
          const text = fill.repeat(Math.ceil(size / fill.length));
          const id = `${turn} ${fill}`;
          await chord.setContext(id, { text, [fill]: turn });
          await chord.updateContext(id, { more: fill });
          held.set(id, [chord, { text, [fill]: turn, more: fill }]);
        }
      }
      for (const [id, [chord, due]] of held) {
        const { context } = await chord.getContext(id);
        assert.ok(context.text === due.text, `${id}: ${context.text.length} of ${due.text.length} characters`);
        assert.equal(JSON.stringify(context), JSON.stringify(due));
      }
    })();
  }),
);

test(
  "an id or a text that begins with U+FEFF is another than the one without",
  withChord({}, async (chord) => {
    for (const id of ["\uFEFFa", "a", "\uFEFF"]) await chord.setContext(id, { id });
    for (const id of ["\uFEFFa", "a", "\uFEFF"]) {
      const { context, version } = await chord.getContext(id);
      assert.deepEqual([context.id, version], [id, 1]);
    }
    const { contexts } = await chord.listContexts();
    assert.deepEqual(contexts.map(({ contextId }) => contextId).sort(), ["a", "\uFEFF", "\uFEFFa"]);
    assert.equal(await chord.deleteContext("\uFEFFa"), true);
    assert.equal((await chord.getContext("a")).context.id, "a");
  }),
);
