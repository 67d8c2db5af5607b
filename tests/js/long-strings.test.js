/** Strings and keys that are longer than a context may be: refused by their length alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { append, Chord } from "chord-sync";
import { refusal, thrown } from "./refusal.js";

const units = 50_000_000;
const MB = 1024 * 1024;

/** Bytes that the process takes, where that can be told and means something. */
const isNode = typeof process === "object" && process.versions?.node !== undefined && !process.versions.bun && !("Deno" in globalThis);

/** Flat, so that reading its first character doesn't make 50 MB of what was a rope. */
function flat(unit) {
  const text = unit.repeat(units / unit.length);
  text.charCodeAt(units / 2);
  return text;
}

const wide = "€";
const texts = Object.entries({
  "ASCII characters": "x",
  "characters of three bytes": wide,
  "characters that take six as an escape": "\u0001",
});

for (const [what, unit] of texts) {
  test(`a string of ${units} ${what} is refused without room for it, and other Chords go on`, async () => {
    const text = flat(unit);
    const chord = await Chord.open();
    const other = await Chord.open();
    await chord.setContext("c", { kept: [1], list: [] });
    await other.setContext("o", { n: 0 });
    // What a process takes anyway when it refuses for the first time is not meant.
    await refusal(() => chord.setContext("c", { depth: Array.from({ length: 101 }).reduce((value) => [value], 1) }), "limit_exceeded");
    const before = isNode ? process.memoryUsage().rss : 0;
    let most = before;
    const measure = () => (most = Math.max(most, isNode ? process.memoryUsage().rss : 0));
    for (let turn = 0; turn < 3; turn += 1) {
      await refusal(() => chord.setContext("c", { a: 1, text }), "limit_exceeded", { contextId: "c", path: ["text"] });
      measure();
      await refusal(() => chord.setContext("new", { rows: [{ text }] }), "limit_exceeded", { path: ["rows", 0, "text"] });
      await refusal(() => chord.updateContext("c", { deep: { text } }), "limit_exceeded", { path: ["deep", "text"] });
      measure();
      await refusal(() => chord.updateContext("c", { list: append(text) }), "limit_exceeded");
      await refusal(() => chord.transact("c", () => ({ text })), "limit_exceeded");
      measure();
      thrown(() => chord.calculateDelta({}, { text }), "limit_exceeded", { path: ["text"] });
      thrown(() => chord.calculateDelta({ text }, {}), "limit_exceeded", { path: ["text"] });
      thrown(() => chord.mergeDeltas([{ text: { action: "added", value: text } }]), "limit_exceeded");
      thrown(() => chord.invertDelta({ text: { action: "removed", oldValue: text } }), "limit_exceeded");
      measure();
      assert.equal((await other.setContext("o", { n: turn + 1 })).changed, true);
      assert.deepEqual((await other.getContext("o")).context, { n: turn + 1 });
    }
    assert.ok(most - before < 40 * MB, `the process grew by ${((most - before) / MB).toFixed(0)} MB`);
    const held = await chord.getContext("c");
    assert.deepEqual([held.version, held.context], [1, { kept: [1], list: [] }]);
    assert.equal(await chord.getContext("new"), undefined);
    await chord.close();
    await other.close();
  });
}

test("so is a key, and the error doesn't repeat it", async () => {
  const key = flat("k");
  const chord = await Chord.open();
  const other = await Chord.open();
  await chord.setContext("c", { kept: [1] });
  await other.setContext("o", { n: 0 });
  for (const [turn, call] of [
    () => chord.setContext("c", { [key]: 1 }),
    () => chord.setContext("c", { rows: [{ [key]: {} }] }),
    () => chord.updateContext("c", { [key]: 1 }),
    () => chord.updateContext("c", { [key]: undefined }),
    () => chord.updateContext("c", { deep: { [key]: append(1) } }),
    async () => chord.calculateDelta({ [key]: 1 }, {}),
    async () => chord.mergeDeltas([{ [key]: { action: "added", value: 1 } }]),
  ].entries()) {
    const error = await refusal(call, "limit_exceeded");
    assert.ok(error.message.length < 1_000, `a message of ${error.message.length} characters`);
    await other.setContext("o", { n: turn + 1 });
    assert.deepEqual((await other.getContext("o")).context, { n: turn + 1 });
  }
  const held = await chord.getContext("c");
  assert.deepEqual([held.version, held.context], [1, { kept: [1] }]);
  await chord.close();
  await other.close();
});

test("a string that just fits is stored, and one unit more is refused, however many bytes a unit takes", async () => {
  const contextBytes = 200_000;
  const chord = await Chord.open({ limits: { contextBytes } });
  for (const [unit, bytes] of [
    ["x", 1],
    ["é", 2],
    [wide, 3],
    ["🎵", 4],
    ['"', 2],
    ["\u0001", 6],
  ]) {
    const room = contextBytes - '{"t":""}'.length;
    const text = unit.repeat(Math.floor(room / bytes)) + "p".repeat(room % bytes);
    assert.equal((await chord.setContext(unit, { t: text })).changed, true);
    assert.equal((await chord.getContext(unit)).context.t, text);
    await refusal(() => chord.setContext(unit, { t: `${text}p` }), "limit_exceeded");
    const key = unit.repeat(Math.floor((contextBytes - '{"":1}'.length) / bytes));
    const rest = "1".repeat(1 + ((contextBytes - '{"":1}'.length) % bytes));
    assert.equal((await chord.setContext(`${unit} key`, { [key]: Number(rest) })).changed, true);
    await refusal(() => chord.setContext(`${unit} key`, { [key]: Number(`${rest}1`) }), "limit_exceeded");
  }
  await chord.close();
});
