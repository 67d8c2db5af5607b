/**
 * A proxy runs its owner's code while it is read, and that may call Chord. All Chords of a process print to one memory, so each claim is made with calls
 * of the same Chord and of another, larger and smaller than the megabyte that memory keeps, accepted and refused.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { append, Chord, increment } from "chord-sync";
import { refusal, thrown } from "./refusal.js";

const MB = 1024 * 1024;
const tooLong = "x".repeat(17 * MB);
const pad = (bytes, letter) => ({ pad: letter.repeat(bytes) });

/** What a trap may do meanwhile. Each gives a promise of what has to hold of it. */
const meanwhile = {
  "a small write": async (chord, turn) => {
    const { context } = await chord.setContext("inner", { turn, list: [true, null] });
    assert.deepEqual(context.context, { turn, list: [true, null] });
  },
  "a large write": async (chord, turn) => {
    const value = { turn, ...pad(MB + 100_000, "i"), after: [turn] };
    assert.deepEqual((await chord.setContext("inner", value)).context.context, value);
  },
  "a write of many parts": async (chord, turn) => {
    const value = { rows: Array.from({ length: 1_000 }, (_, n) => ({ n, turn, text: `row ${n}` })) };
    assert.deepEqual((await chord.setContext("inner rows", value)).context.context, value);
  },
  "an update with operations": async (chord, turn) => {
    const { changed } = await chord.updateContext("inner ops", { n: increment(1), list: append(turn), gone: undefined });
    assert.equal(changed, true);
  },
  "a refused write": async (chord) => {
    await refusal(() => chord.setContext("inner", { list: [1, Number.NaN] }), "invalid_value", { path: ["list", 1] });
  },
  "a write refused for its size": async (chord) => {
    await refusal(() => chord.setContext("inner", { n: 1, text: tooLong }), "limit_exceeded");
  },
  "a small delta": async (chord, turn) => {
    assert.deepEqual(chord.calculateDelta({ n: 0 }, { n: turn + 1 }), { n: { action: "modified", oldValue: 0, value: turn + 1 } });
  },
  "a large delta": async (chord) => {
    const before = { ...pad(MB + 5, "b"), n: 1 };
    assert.deepEqual(chord.calculateDelta(before, { ...before, n: 2 }), { n: { action: "modified", oldValue: 1, value: 2 } });
  },
  "small ones after a large one": async (chord, turn) => {
    // Which give the room back that the large one took.
    const large = chord.setContext("inner", { turn, ...pad(MB + 7, "l") });
    const small = Array.from({ length: 4 }, (_, n) => chord.setContext("inner", { turn, n }));
    assert.equal((await large).context.context.pad.length, MB + 7);
    for (const [n, result] of (await Promise.all(small)).entries()) assert.deepEqual(result.context.context, { turn, n });
  },
};

const small = () => ({ a: 1, text: "é \u2028 🎵 \u0001", list: [true, null, [1.5], {}], o: { deep: { er: -0.25 } } });
const medium = () => ({ ...small(), ...pad(80_000, "m"), last: "end" });
const large = () => ({ ...small(), ...pad(MB + 50_000, "o"), rows: Array.from({ length: 50 }, (_, n) => ({ n })), last: "end" });

/** A proxy of `value`, and of what is inside it, which does `work` once for each of the ways to read it: at its beginning, or further in. */
function reading(value, work) {
  const turns = { getPrototypeOf: 1, ownKeys: 2, get: 4 };
  const trapping =
    (kind) =>
    (target, ...rest) => {
      turns[kind] -= 1;
      if (turns[kind] === 0) work();
      const found = Reflect[kind](target, ...rest);
      return kind === "get" && typeof found === "object" && found !== null && Object.isExtensible(found) ? wrap(found) : found;
    };
  const handler = Object.fromEntries(Object.keys(turns).map((kind) => [kind, trapping(kind)]));
  const wrap = (target) => new Proxy(target, handler);
  return wrap(value);
}

/** Runs `body` with a Chord, and a way to make values whose traps do `work` on the Chord `inside`. */
async function nested(work, isSame, body) {
  const chord = await Chord.open();
  const inside = isSame ? chord : await Chord.open();
  await inside.setContext("inner ops", { n: 0, list: [], gone: 1 });
  const done = [];
  let turn = 0;
  const proxy = (value) => reading(value, () => done.push(work(inside, turn++)));
  await body(chord, proxy);
  assert.ok(done.length > 0, "no trap was run");
  await Promise.all(done);
  await inside.close();
  await chord.close();
}

for (const [what, work] of Object.entries(meanwhile)) {
  for (const isSame of [true, false]) {
    const where = `${what}, of ${isSame ? "the same Chord" : "another"},`;

    test(`${where} while a context is read harms neither`, () =>
      nested(work, isSame, async (chord, proxy) => {
        for (const make of [small, large]) {
          const { context } = await chord.setContext("c", { before: [1], proxy: proxy(make()), after: "the end" });
          assert.deepEqual(context.context, { before: [1], proxy: make(), after: "the end" });
          assert.deepEqual((await chord.getContext("c")).context, context.context);
        }
        await refusal(() => chord.setContext("c", { ok: 1, proxy: proxy({ ...small(), bad: [Number.NaN] }) }), "invalid_value", {
          path: ["proxy", "bad", 0],
          contextId: "c",
        });
        assert.equal((await chord.getContext("c")).version, 2);
      }));

    test(`${where} while changes are read harms neither`, () =>
      nested(work, isSame, async (chord, proxy) => {
        let due = { keep: 1, gone: 1, n: 5, list: ["first"], deep: { n: 0, gone: 2 } };
        await chord.setContext("c", due);
        for (const [turn, make] of [small, large].entries()) {
          const changes = { n: increment(2), list: append(turn, [turn]), gone: undefined, o: make() };
          // Wrapping an operation would be another thing than the operation.
          Object.freeze(changes.n);
          Object.freeze(changes.list);
          const deep = Object.freeze({ n: increment(-1), gone: undefined });
          await chord.updateContext("c", proxy({ ...changes, deep }));
          due = { ...due, n: due.n + 2, list: [...due.list, turn, [turn]], deep: { n: due.deep.n - 1 }, o: { ...due.o, ...make() } };
          delete due.gone;
          assert.deepEqual((await chord.getContext("c")).context, due);
        }
        const bad = { n: increment(1), deep: Object.freeze({ list: Object.freeze([undefined]) }) };
        Object.freeze(bad.n);
        await refusal(() => chord.updateContext("c", proxy(bad)), "invalid_value", { path: ["deep", "list", 0], contextId: "c" });
        assert.deepEqual((await chord.getContext("c")).context, due);
      }));

    test(`${where} while deltas and their states are read harms neither`, () =>
      nested(work, isSame, async (chord, proxy) => {
        // What takes long itself is done less often.
        for (const make of what.includes("large") ? [medium] : [small, medium]) {
          const before = { ...make(), n: 1 };
          const after = { ...make(), n: 2, more: ["x"] };
          const delta = { n: { action: "modified", oldValue: 1, value: 2 }, more: { action: "added", value: ["x"] } };
          assert.deepEqual(chord.calculateDelta(before, proxy(after)), delta);
          assert.deepEqual(chord.calculateDelta(proxy(before), proxy(after)), delta);
          const next = chord.calculateDelta(after, { ...after, n: 3, big: make() });
          const due = chord.mergeDeltas([delta, next]);
          assert.deepEqual(chord.applyDelta(before, due), { ...after, n: 3, big: make() });
          assert.deepEqual(chord.mergeDeltas([proxy(delta), next]), due);
          assert.deepEqual(chord.mergeDeltas(proxy([delta, proxy(next)])), due);
          assert.deepEqual(chord.applyDelta(proxy(before), proxy(due)), { ...after, n: 3, big: make() });
        }
        thrown(() => chord.calculateDelta(proxy(small()), proxy({ bad: 1n })), "invalid_value", { path: ["bad"] });
        thrown(() => chord.calculateDelta(proxy({ bad: 1n }), small()), "invalid_value", { path: ["bad"] });
        thrown(() => chord.mergeDeltas([proxy({ n: { action: "added", value: Number.NaN } })]), "invalid_value");
      }));
  }
}

test("two states of more than a megabyte, with deltas and writes of as much while each is read, have their delta", async () => {
  for (const [isSame, what] of [
    [true, "a large delta"],
    [false, "a large delta"],
    [false, "small ones after a large one"],
  ]) {
    await nested(meanwhile[what], isSame, async (chord, proxy) => {
      const before = { ...large(), n: 1 };
      const after = { ...before, n: 2 };
      const delta = { n: { action: "modified", oldValue: 1, value: 2 } };
      assert.deepEqual(chord.calculateDelta(proxy(before), proxy(after)), delta);
      const big = { big: { action: "added", value: before.pad } };
      assert.deepEqual(chord.mergeDeltas([delta, proxy(big)]), { ...delta, ...big });
    });
  }
});

test("another Chord may be closed while a context is read, and this one goes on", async () => {
  for (const make of [small, large]) {
    const chord = await Chord.open();
    const other = await Chord.open();
    await other.setContext("o", { ...pad(MB, "o") });
    const done = [];
    const value = reading(make(), () =>
      done.push(
        other.close(),
        refusal(() => other.setContext("o", { n: 1 }), "closed"),
      ),
    );
    await chord.setContext("c", { value, after: 1 });
    assert.deepEqual((await chord.getContext("c")).context, { value: make(), after: 1 });
    const again = reading(make(), () => done.push(other.close()));
    assert.deepEqual(chord.calculateDelta({ again }, { again: make() }), {});
    await Promise.all(done);
    await refusal(() => other.getContext("o"), "closed");
    await chord.close();
  }
});

test("this Chord may be closed while it reads a context, which is closed then and harms no other", async () => {
  const chord = await Chord.open();
  const other = await Chord.open();
  await chord.setContext("c", { n: 1 });
  let closing;
  const value = reading(large(), () => (closing ??= chord.close()));
  await refusal(() => chord.setContext("c", { value }), "closed");
  await closing;
  assert.deepEqual((await other.setContext("o", large())).context.context, large());
  await other.close();
});

test("proxies inside proxies, each of which writes what is a proxy again, all arrive", async () => {
  const chord = await Chord.open();
  const other = await Chord.open();
  const done = [];
  const levels = 6;
  const valueAt = (level) => {
    const value = level % 2 ? small() : { level, ...pad(300_000 * level, "v") };
    if (level === levels) return value;
    let isFirst = true;
    return new Proxy(value, {
      ownKeys(target) {
        if (isFirst) done.push((level % 2 ? chord : other).setContext(`level ${level + 1}`, { value: valueAt(level + 1) }));
        isFirst = false;
        return Reflect.ownKeys(target);
      },
    });
  };
  await chord.setContext("level 0", { value: valueAt(0) });
  await Promise.all(done);
  for (let level = 0; level <= levels; level += 1) {
    const { context } = await (level === 0 || level % 2 === 0 ? chord : other).getContext(`level ${level}`);
    assert.deepEqual(context.value, level % 2 ? small() : { level, ...pad(300_000 * level, "v") }, `level ${level}`);
  }
  await chord.close();
  await other.close();
});
