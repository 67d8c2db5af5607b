import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import fc from "fast-check";
import fastJsonPatch from "fast-json-patch";
import jsonMergePatch from "json-merge-patch";
import { applyPatch as applyWithRfc6902 } from "rfc6902";
import { histories } from "./arbitraries.js";
import { isObject, overTheWire, own, same } from "./oracle.js";
import { thrown } from "./refusal.js";
import { releaseSeries } from "./releases.js";

const patcher = await Chord.open({ deltaFormatter: "json-patch" });
const merger = await Chord.open({ deltaFormatter: "merge-patch" });

function judgePatch(before, after, validate) {
  const patch = overTheWire(patcher.formatDelta(patcher.calculateDelta(before, after)));
  const first = fastJsonPatch.applyPatch(overTheWire(before), overTheWire(patch), validate).newDocument;
  assert.ok(same(first, after), `fast-json-patch: ${JSON.stringify([before, patch, first])}`);
  const second = overTheWire(before);
  const failures = applyWithRfc6902(second, overTheWire(patch)).filter((error) => error !== null);
  assert.deepEqual(failures, []);
  assert.ok(same(second, after), `rfc6902: ${JSON.stringify([before, patch, second])}`);
}

function judgeMerge(before, after) {
  const patch = overTheWire(merger.formatDelta(merger.calculateDelta(before, after), { context: before }));
  const result = jsonMergePatch.apply(overTheWire(before), patch);
  assert.ok(same(result, after), `json-merge-patch: ${JSON.stringify([before, patch, result])}`);
}

/** RFC 7396 takes `null` for "remove", except inside arrays, which it replaces whole. */
const hasNull = (value) => value === null || (isObject(value) && Object.keys(value).some((key) => hasNull(own(value, key))));

function sayable(before, after) {
  return Object.keys(after).every((key) => {
    const [was, is] = [own(before, key), own(after, key)];
    if (Object.hasOwn(before, key) && same(was, is)) return true;
    return isObject(was) && isObject(is) ? sayable(was, is) : !hasNull(is);
  });
}

for (const { name, releases } of await releaseSeries()) {
  test(`independent JSON Patch implementations take each of ${name} to the next`, { timeout: 120_000 }, () => {
    for (let index = 1; index < releases.length; index += 1) judgePatch(releases[index - 1], releases[index], false);
  });

  test(`an independent merge patch implementation takes each of ${name} to the next`, { timeout: 120_000 }, () => {
    for (let index = 1; index < releases.length; index += 1) judgeMerge(releases[index - 1], releases[index]);
  });
}

// The judges refuse `__proto__` and `constructor/prototype` in paths by design, so documents for them have no such keys.
const documents = histories(1, { prototypes: false });

test("independent JSON Patch implementations accept the patch of random documents", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(documents, ([before, after]) => judgePatch(before, after, true)),
    { numRuns: 1_000 },
  );
});

test("an independent merge patch implementation accepts what can be said; the rest is invalid_argument", { timeout: 120_000 }, () => {
  const seen = { said: 0, refused: 0 };
  const judge = ([before, after]) => {
    if (sayable(before, after)) {
      judgeMerge(before, after);
      seen.said += 1;
    } else {
      thrown(() => merger.formatDelta(merger.calculateDelta(before, after), { context: before }), "invalid_argument");
      seen.refused += 1;
    }
  };
  fc.assert(fc.property(documents, judge), { numRuns: 700 });
  fc.assert(fc.property(histories(1, { prototypes: false, nulls: false }), judge), { numRuns: 700 });
  assert.ok(seen.said > 500 && seen.refused > 20, JSON.stringify(seen));
});

test("a merge patch of a value that holds null is refused naming the path", () => {
  const format = (before, after) => () => merger.formatDelta(merger.calculateDelta(before, after), { context: before });
  thrown(format({ a: 1 }, { a: null }), "invalid_argument", { path: ["a"] });
  thrown(format({ a: {} }, { a: { b: null } }), "invalid_argument", { path: ["a", "b"] });
  thrown(format({}, { a: { b: null } }), "invalid_argument");
  assert.deepEqual(format({ a: null, b: 1 }, { a: 2, b: [null] })(), { a: 2, b: [null] });
});
