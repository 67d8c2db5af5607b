/**
 * Beyond 64 KB of text, a part that is met again is copied where it was printed. It counts as if it were printed anew: its levels, its bytes, and in a
 * delta its old values.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { append, Chord, increment } from "chord-sync";
import { overTheWire } from "./oracle.js";
import { assertRefusal, refusal, thrown } from "./refusal.js";

const pad = "p".repeat(70_000);
const bytesOf = (value) => new TextEncoder().encode(JSON.stringify(value)).length;

function nested(levels, leaf) {
  let value = leaf;
  for (let level = 1; level < levels; level += 1) value = level % 2 ? [value] : { k: value };
  return value;
}

const part = { text: "é".repeat(1_000), list: [1, { n: null }] };

/** Values in which parts are shared, and the same with each a copy of its own. */
const sharing = {
  "a list of one object": (rest) => ({ pad, list: Array.from({ length: 50 }, () => part), rest }),
  "one array under many keys": (rest) => {
    const array = [part.text, 1, [2]];
    return { pad, ...Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, array])), rest };
  },
  "parts that share parts": (rest) => {
    let value = part;
    for (let level = 0; level < 5; level += 1) value = { a: value, b: [value] };
    return { pad, value, again: value, rest };
  },
  "the last thing in the text": (rest) => ({ rest, pad, first: part, last: part }),
};

for (const [what, make] of Object.entries(sharing)) {
  test(`${what}: exactly contextBytes are stored, and one byte more is refused`, async () => {
    const contextBytes = bytesOf(make("")) + 20;
    const chord = await Chord.open({ limits: { contextBytes } });
    const exact = make("r".repeat(20));
    assert.equal(bytesOf(exact), contextBytes);
    assert.equal((await chord.setContext("c", exact)).changed, true);
    assert.deepEqual((await chord.getContext("c")).context, overTheWire(exact));
    assert.equal((await chord.setContext("c", overTheWire(exact))).changed, false);
    const over = make("r".repeat(21));
    await refusal(() => chord.setContext("c", over), "limit_exceeded", { contextId: "c" });
    await refusal(() => chord.setContext("new", over), "limit_exceeded");
    await refusal(() => chord.updateContext("c", over), "limit_exceeded");
    await refusal(() => chord.transact("c", () => over), "limit_exceeded");
    thrown(() => chord.calculateDelta({}, over), "limit_exceeded");
    assert.deepEqual(chord.calculateDelta(exact, exact), {});
    assert.deepEqual(chord.applyDelta({}, { c: { action: "added", value: 1 } }), { c: 1 });
    assert.deepEqual((await chord.getContext("c")).context, overTheWire(exact));
    await chord.close();
  });
}

test("a part that fits where it was met first is refused where it goes too deep", async () => {
  const depth = 20;
  const chord = await Chord.open({ limits: { depth } });
  for (const levels of [1, 2, 7, 18]) {
    const shared = levels === 1 ? { text: part.text, n: 1 } : { text: part.text, inner: nested(levels - 1, []) };
    // The root is one level, and each wrapping one more.
    const at = (level) => ({ pad, shared, deep: nested(level - 1, shared) });
    const fits = at(depth - levels + 1);
    await chord.setContext(`${levels}`, fits);
    assert.deepEqual((await chord.getContext(`${levels}`)).context, overTheWire(fits));
    const over = at(depth - levels + 2);
    await refusal(() => chord.setContext(`${levels}`, over), "limit_exceeded");
    await refusal(() => chord.setContext(`${levels}`, overTheWire(over)), "limit_exceeded");
    await refusal(() => chord.setContext("twice", { pad, shared, once: [{ shared }], ...over }), "limit_exceeded");
  }
  await chord.close();
});

test("the levels of a part count that it has only by a part that was met before", async () => {
  const depth = 20;
  const chord = await Chord.open({ limits: { depth } });
  const inner = { text: part.text, deep: nested(8, 1) };
  const outer = { text: part.text, inner: [inner] };
  // `inner` has eight levels, and `outer` ten, eight of which are copied.
  for (const [levels, isAllowed] of [
    [10, true],
    [11, true],
    [12, false],
  ]) {
    const value = { pad, first: inner, second: outer, third: nested(levels - 1, outer) };
    const plain = overTheWire(value);
    const outcome = async (context) => {
      try {
        await chord.setContext("c", context);
        return "stored";
      } catch (error) {
        return error.code;
      }
    };
    assert.equal(await outcome(value), await outcome(plain), `${levels}`);
    assert.equal(await outcome(value), isAllowed ? "stored" : "limit_exceeded", `${levels}`);
  }
  await chord.close();
});

/** How many characters `make` may be given until the delta it makes is refused. */
function mostOf(chord, contextBytes, make) {
  const isFine = (count) => {
    try {
      chord.invertDelta(make(count));
      return true;
    } catch (error) {
      assertRefusal(error, "limit_exceeded");
      return false;
    }
  };
  let [fits, fails] = [0, 2 * contextBytes];
  assert.ok(isFine(fits) && !isFine(fails));
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (isFine(middle)) fits = middle;
    else fails = middle;
  }
  return fits;
}

const modified = { action: "modified", oldValue: part, value: 1 };
const both = { a: { action: "modified", oldValue: part.text, value: part.text }, b: { action: "removed", oldValue: [part.text] } };

for (const [what, shared] of Object.entries({ "a shared change": modified, "a shared object of changes": both })) {
  for (const [rest, change] of Object.entries({
    "what is new": (text) => ({ action: "added", value: text }),
    "what is old": (text) => ({ action: "removed", oldValue: text }),
  })) {
    test(`${what} leaves just as much room for ${rest} as copies of it do`, async () => {
      const contextBytes = 200_000;
      const chord = await Chord.open({ limits: { contextBytes } });
      const fields = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, shared]));
      const make = (count) => ({ pad: { action: "added", value: pad }, ...fields, rest: change("r".repeat(count)) });
      const most = mostOf(chord, contextBytes, make);
      assert.equal(
        most,
        mostOf(chord, contextBytes, (count) => overTheWire(make(count))),
      );
      assert.ok(most > 1_000 && most < 2 * contextBytes, `${most}`);
      await chord.close();
    });
  }
}

test("changes with operations in shared parts do in each place what they say", async () => {
  const chord = await Chord.open();
  await chord.setContext("c", { a: { n: 1, list: [], gone: 1 }, b: { n: 2, list: [0], gone: 1 }, c: { list: [] } });
  const shared = { text: part.text, plain: part };
  const changes = { ...shared, n: increment(1), list: append(part), gone: undefined };
  await chord.updateContext("c", { pad, a: changes, b: changes, c: { ...shared, list: append(shared, shared) }, d: shared });
  assert.deepEqual((await chord.getContext("c")).context, {
    pad,
    a: { n: 2, list: [part], ...shared },
    b: { n: 3, list: [0, part], ...shared },
    c: { list: [shared, shared], ...shared },
    d: shared,
  });
  await chord.close();
});
