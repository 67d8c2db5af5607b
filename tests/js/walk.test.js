/** The walk that checks and prints what is handed in: what others do meanwhile, and parts that are met again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { append, Chord, increment } from "chord-sync";
import { assertRefusal } from "./refusal.js";

/** An empty array that calls `meddle` once, when it is looked at for the first time. */
function meddling(meddle) {
  let isDone = false;
  return new Proxy([], {
    getPrototypeOf() {
      if (!isDone) {
        isDone = true;
        meddle();
      }
      return Array.prototype;
    },
  });
}

test("a read that makes memory grow in the midst of a walk leaves no old text in what is stored", async () => {
  const chord = await Chord.open();
  const other = await Chord.open();
  for (let n = 0; n < 60; n += 1) await other.setContext("log", { s: String.fromCharCode(97 + (n % 26)).repeat(200_000 + n) });
  await chord.setContext("before", { a: 12 });
  await chord.setContext("v", { a: meddling(() => void other.listDeltas("log")) });
  assert.deepEqual((await chord.getContext("v")).context, { a: [] });
  await chord.close();
  await other.close();
});

test("a write by another Chord in the midst of a walk harms neither", async () => {
  const chord = await Chord.open();
  const other = await Chord.open();
  const large = { text: "x".repeat(3_000_000) };
  const updates = { list: append(1), count: increment(2), seen: meddling(() => void other.setContext("large", large)) };
  await chord.setContext("v", { list: [0], count: 1 });
  await chord.updateContext("v", updates);
  assert.deepEqual((await chord.getContext("v")).context, { list: [0, 1], count: 3, seen: [] });
  assert.deepEqual((await other.getContext("large")).context, large);
  await chord.close();
  await other.close();
});

test("a part met first in an array still removes fields where it is met as changes", async () => {
  const chord = await Chord.open();
  const part = { big: "x".repeat(2_000), gone: undefined };
  await chord.setContext("c", { part: { gone: 1, kept: 2 } });
  await chord.updateContext("c", { pad: "p".repeat(70_000), list: [part], part });
  assert.deepEqual((await chord.getContext("c")).context.part, { kept: 2, big: part.big });
  await chord.close();
});

test("keys named oldValue inside old values count once", async () => {
  const chord = await Chord.open({ limits: { contextBytes: 1_000_000 } });
  const part = { text: "s".repeat(2_000) };
  const delta = (key) => ({
    pad: { action: "added", value: "p".repeat(70_000) },
    x: { action: "removed", oldValue: { [key]: "y".repeat(600_000) } },
    p: { action: "added", value: part },
    q: { action: "added", value: part },
  });
  assert.deepEqual(Object.keys(chord.mergeDeltas([delta("oldValue")])), Object.keys(chord.mergeDeltas([delta("other")])));
  const nested = (levels) => (levels === 0 ? { z: "z".repeat(50_000) } : { oldValue: nested(levels - 1), y: "y".repeat(50_000) });
  assert.throws(
    () => chord.invertDelta({ a: { action: "removed", oldValue: nested(40) } }),
    (error) => Boolean(assertRefusal(error, "limit_exceeded")),
  );
  await chord.close();
});

test("many small operations are measured by what they lead to", async () => {
  const chord = await Chord.open({ limits: { contextBytes: 1_000 } });
  const counts = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`c${n}`, 1]));
  await chord.setContext("c", { stats: counts });
  await chord.updateContext("c", { stats: Object.fromEntries(Object.keys(counts).map((key) => [key, increment()])) });
  assert.equal((await chord.getContext("c")).context.stats.c59, 2);
  await chord.setContext("l", { a: [] });
  await chord.updateContext("l", { a: append("x".repeat(988)) });
  assert.equal((await chord.getContext("l")).context.a[0].length, 988);
  await chord.close();
});

test("nothing but append and increment makes operations", async () => {
  const chord = await Chord.open();
  await chord.setContext("c", { l: [1], secret: 1 });
  const forged = Object.setPrototypeOf(
    { operation: "increment", items: [], by: '1]],"remove":[["secret"' },
    Object.getPrototypeOf(append()),
  );
  await assert.rejects(chord.updateContext("c", { l: forged }), (error) => Boolean(assertRefusal(error, "invalid_value")));
  assert.deepEqual((await chord.getContext("c")).context, { l: [1], secret: 1 });
  await chord.close();
});

test("a result of an earlier lineage, read late, takes nothing from what is shared now", async () => {
  let now = 0;
  const chord = await Chord.open({ timeProvider: () => now, deltaTtl: 1 });
  await chord.setContext("c", { n: 0 });
  await chord.updateContext("c", { n: 1 });
  const old = await chord.updateContext("c", { n: 2 });
  await chord.deleteContext("c");
  now = 10;
  await chord.setContext("c", { big: { a: 1 }, n: 0 });
  await chord.getContext("c");
  const { context } = await chord.updateContext("c", { n: 1 });
  assert.deepEqual(old.context.context, { n: 2 });
  assert.equal((await chord.getContext("c")).context.big, context.context.big);
  await chord.close();
});

test("a string longer than the limit is refused without room for it, and others go on", async () => {
  const chord = await Chord.open();
  await chord.setContext("c", { x: 1 });
  for (const value of ["a".repeat(400_000_000), { ["k".repeat(400_000_000)]: 1 }]) {
    await assert.rejects(chord.setContext("d", { value }), (error) => Boolean(assertRefusal(error, "limit_exceeded")));
  }
  assert.deepEqual((await chord.getContext("c")).context, { x: 1 });
  await chord.close();
});
