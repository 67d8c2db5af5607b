/** Input made to exhaust stack, memory or time. Each is refused typed and quickly; time is the best of some tries, because machines are noisy. */
import assert from "node:assert/strict";
import { availableParallelism, loadavg } from "node:os";
import { test } from "node:test";
import { append, Chord, increment } from "chord-sync";
import { assertRefusal } from "./refusal.js";

const promised = 250;

/** 200,000 levels, built without recursion. */
function deep(levels, wrap) {
  let value = wrap(1);
  for (let level = 1; level < levels; level += 1) value = wrap(value);
  return value;
}

function doubled(times, leaf, wrap) {
  let value = leaf;
  for (let n = 0; n < times; n += 1) value = wrap(value);
  return value;
}

/** What the promise means on a machine that others keep busy: there a clock counts their time, too. */
const patience = loadavg()[0] > availableParallelism() ? 4 : 1;

/** Milliseconds so far: of a processor's time where that is told, as other test files run beside this one. */
function now() {
  const used = globalThis.process?.cpuUsage?.();
  return used === undefined ? performance.now() : (used.user + used.system) / 1_000;
}

async function quicklyRefused(call, codes, bound = promised) {
  const within = bound * patience;
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5 && best >= within; attempt += 1) {
    const start = now();
    let error;
    let refused = false;
    try {
      await call();
    } catch (thrown) {
      error = thrown;
      refused = true;
    }
    best = Math.min(best, now() - start);
    assert.ok(refused, "it was accepted");
    assertRefusal(error, codes);
  }
  assert.ok(best < within, `refused, but only after ${best.toFixed(0)} ms`);
}

const chord = await Chord.open();
const before = { kept: [1] };
await chord.setContext("c", before);

const bomb = (name, make, codes) =>
  test(`${name} is refused within ${promised} ms, everywhere`, { timeout: 120_000 }, async () => {
    const value = make();
    await quicklyRefused(() => chord.setContext("c", { value }), codes);
    await quicklyRefused(() => chord.setContext("fresh", { value }), codes);
    await quicklyRefused(() => chord.updateContext("c", { deep: { value } }), codes);
    await quicklyRefused(() => chord.transact("c", () => ({ value })), codes);
    await quicklyRefused(() => chord.calculateDelta(before, { value }), codes);
    await quicklyRefused(() => chord.applyDelta({ value }, {}), codes);
    await quicklyRefused(() => chord.applyDelta(before, { value: { action: "added", value } }), codes);
    const held = await chord.getContext("c");
    assert.deepEqual([held.version, held.context], [1, before]);
    assert.equal(await chord.getContext("fresh"), undefined);
  });

const tooMuch = "limit_exceeded";
bomb("an object of 200,000 levels", () => deep(200_000, (value) => ({ k: value })), tooMuch);
bomb("an array of 200,000 levels", () => deep(200_000, (value) => [value]), tooMuch);
bomb("a mix of 200,000 levels", () => deep(100_000, (value) => [{ k: value }]), tooMuch);
bomb("a string of 50 MB", () => "x".repeat(50_000_000), tooMuch);
bomb("a string of 25 million two-byte characters", () => "é".repeat(25_000_000), tooMuch);
bomb("50 MB of short strings", () => Array.from({ length: 1_000_000 }, (_, n) => `${n}`.padEnd(48, "x")), tooMuch);
bomb(
  "50 MB of objects",
  () => Array.from({ length: 800_000 }, (_, id) => ({ id, name: "a name of some length that fills", done: false })),
  tooMuch,
);
// Not in one object: V8 alone takes 400 ms to list half a million keys of one, before anybody can look at the first.
const manyKeys = (object) => Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`${object} ${n}`.padEnd(95, "k"), n]));
bomb("50 MB of keys", () => Array.from({ length: 100 }, (_, object) => manyKeys(object)), tooMuch);
bomb("50 MB of integers", () => Array.from({ length: 4_000_000 }, (_, n) => 100_000_000_000 + n), tooMuch);
bomb("shared arrays that unfold to gigabytes", () => doubled(40, "x".repeat(1_000), (value) => [value, value]), tooMuch);
bomb(
  "shared objects that unfold to gigabytes",
  () => doubled(40, { text: "x".repeat(1_000) }, (value) => ({ a: value, b: value })),
  tooMuch,
);
bomb(
  "one shared row that unfolds to gigabytes",
  () => {
    const row = Array.from({ length: 30_000 }, (_, n) => n);
    return Array.from({ length: 30_000 }, () => row);
  },
  tooMuch,
);
bomb("shared empty arrays that unfold to billions", () => doubled(60, [], (value) => [value, value]), tooMuch);
bomb(
  "a cycle below 50 levels",
  () => {
    const end = {};
    end.loop = deep(50, (value) => ({ k: value === 1 ? end : value }));
    return end;
  },
  "invalid_value",
);

test("a delta of 200,000 levels is refused within 250 ms by all that read deltas", { timeout: 60_000 }, async () => {
  const codes = ["limit_exceeded", "invalid_argument", "invalid_value"];
  const bombs = [
    deep(200_000, (value) => ({ k: value })),
    {
      list: deep(100_000, (value) => ({
        action: "edited",
        edits: [{ index: 0, delta: value === 1 ? { action: "added", value: 1 } : value }],
      })),
    },
    { k: { action: "added", value: deep(200_000, (value) => [value]) } },
    { k: { action: "modified", oldValue: deep(200_000, (value) => ({ k: value })), value: 1 } },
  ];
  for (const delta of bombs) {
    await quicklyRefused(() => chord.applyDelta({}, delta), codes);
    await quicklyRefused(() => chord.mergeDeltas([delta]), codes);
    await quicklyRefused(() => chord.invertDelta(delta), codes);
    await quicklyRefused(() => chord.formatDelta(delta, { contextId: "c", version: 1 }), codes);
  }
});

test("depths from 90 to 200,000 are stored or refused, never worse, and the instance goes on", { timeout: 60_000 }, async () => {
  for (const levels of [90, 99, 100, 500, 999, 1_000, 1_001, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000]) {
    for (const wrap of [(value) => ({ k: value }), (value) => [value]]) {
      const value = deep(levels, wrap);
      try {
        await chord.setContext("sweep", { value });
        assert.ok(levels < 100, `${levels} levels were accepted`);
      } catch (error) {
        assertRefusal(error, "limit_exceeded");
        assert.ok(levels >= 99, `${levels} levels were refused`);
      }
    }
  }
  assert.equal((await chord.setContext("after", { ok: true })).changed, true);
});

test("50 MB of fractions are refused in about the time that printing as many as are allowed takes", { timeout: 120_000 }, async () => {
  // The length of a fraction's text isn't known before the engine has printed it, which is most of the time allowed.
  const value = Array.from({ length: 2_500_000 }, (_, n) => n / 7 + 0.123456789);
  let printing = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const start = performance.now();
    for (let bytes = 0, n = 0; bytes < 16 * 1024 * 1024; n += 1) bytes += String(value[n]).length + 1;
    printing = Math.min(printing, performance.now() - start);
  }
  await quicklyRefused(() => chord.setContext("c", { value }), tooMuch, promised + 2 * printing);
});

test("operations that few shared objects unfold to millions are refused, and nothing happens", { timeout: 120_000 }, async () => {
  for (const operation of [undefined, increment(1), append(1)]) {
    const leaf = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, operation]));
    const changes = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`x${n}`, leaf]));
    await quicklyRefused(() => chord.updateContext("c", changes), tooMuch, 2_000);
    const unfolded = doubled(40, { a: operation }, (value) => ({ a: value, b: value }));
    await quicklyRefused(() => chord.updateContext("c", unfolded), tooMuch, 2_000);
  }
  assert.deepEqual((await chord.getContext("c")).context, before);
});

test("as many operations as contexts may have fields of some length are done", { timeout: 120_000 }, async () => {
  const fields = Array.from({ length: 100_000 }, (_, n) => `field ${n}`);
  await chord.setContext("many", Object.fromEntries(fields.map((key, n) => [key, n])));
  await chord.updateContext("many", Object.fromEntries(fields.map((key, n) => [key, n % 2 === 0 ? increment(1) : undefined])));
  const { context } = await chord.getContext("many");
  assert.equal(Object.keys(context).length, 50_000);
  assert.equal(context["field 99998"], 99_999);
  await chord.deleteContext("many");
});
