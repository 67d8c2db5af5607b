/** Everything that is called back may call anything, throw, or close the instance: nothing hangs, nothing dies, nothing is `internal`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError, append, increment } from "chord-sync";
import { pause, settled, until } from "./open.js";

const provided = { context: { provided: true }, version: 1 };

/** Every method, called in one go; gives what they came to. */
function callEverything(chord, tag) {
  const id = `inner ${tag}`;
  const delta = chord.calculateDelta({ a: 1 }, { a: [1] });
  chord.applyDelta({ a: 1 }, delta);
  chord.mergeDeltas([delta, chord.invertDelta(delta)]);
  const stop = chord.subscribe(id, () => {});
  const operations = [
    chord.setContext(id, { n: 0, list: [] }),
    chord.updateContext(id, { n: increment(1), list: append(1) }),
    chord.transact(id, (current) => ({ ...current, transacted: true })),
    chord.getContext(id),
    chord.syncContext(id, 1),
    chord.listContexts(),
    chord.listDeltas(id),
    chord.cleanup({ limit: 3 }),
    chord.setContext("outer", { from: tag }),
    chord.updateContext("outer", { more: tag }),
    chord.deleteContext(id),
  ];
  stop();
  return Promise.allSettled(operations);
}

/**
 * For each kind of callback: options that make `chord` call `back`, and what makes it do so.
 * `back` answers what the callback has to answer, or a promise of it where it may.
 */
const callbacks = {
  "the export callback": {
    options: (back) => ({ exportCallback: () => back() }),
    cause: (chord) => chord.exportContext("outer"),
    awaits: true,
  },
  "the external provider": {
    options: (back) => ({ contextExternalProvider: () => back(provided) }),
    cause: (chord) => chord.restoreContext("outer"),
    awaits: true,
  },
  telemetry: { options: (back) => ({ telemetry: () => void back() }), cause: (chord) => chord.updateContext("outer", { n: increment(1) }) },
  "the time provider": {
    options: (back) => ({
      timeProvider: () => {
        back();
        return Date.now();
      },
    }),
    cause: (chord) => chord.updateContext("outer", { n: increment(1) }),
  },
  "a listener": {
    options: () => ({}),
    prepare: (chord, back) => chord.subscribe("outer", () => back()),
    cause: (chord) => chord.updateContext("outer", { n: increment(1) }),
  },
  "a listener of everything": {
    options: () => ({}),
    prepare: (chord, back) => chord.subscribe("*", () => back()),
    cause: (chord) => chord.deleteContext("outer"),
  },
  "a transaction's function": {
    options: () => ({}),
    cause: (chord, back) => chord.transact("outer", () => back({ transacted: 1 })),
    awaits: true,
  },
  "a formatter": { options: (back) => ({ deltaFormatter: () => back("text") }), cause: async (chord) => chord.formatDelta({}) },
};

/** Opens an instance whose callback runs `body(chord)` once it is armed, and causes it. */
async function run({ options, prepare, cause, awaits }, body) {
  let chord;
  let armed = false;
  const state = { calls: 0, inside: [] };
  const back = (answer) => {
    if (!armed) return answer;
    armed = false;
    state.calls += 1;
    const work = body(chord, state);
    state.inside.push(work);
    return awaits ? Promise.resolve(work).then(() => answer) : answer;
  };
  chord = await Chord.open({ timeout: 1_000, ...options(back) });
  await chord.setContext("outer", { n: 1 });
  prepare?.(chord, back);
  armed = true;
  const outcome = await settled(Promise.allSettled([cause(chord, back)]).then(([only]) => only));
  await until(() => state.calls === 1, "the callback called");
  await settled(Promise.allSettled(state.inside));
  return { chord, outcome, state };
}

const typed = (outcome, codes) => {
  if (outcome.status === "fulfilled") return;
  assert.ok(outcome.reason instanceof ChordError, String(outcome.reason));
  assert.ok(codes.includes(outcome.reason.code), `${outcome.reason.code}: ${outcome.reason.message}`);
};

for (const [name, callback] of Object.entries(callbacks)) {
  test(`any method may be called from inside ${name}`, async () => {
    const { chord, outcome, state } = await run(callback, (inside) => callEverything(inside, "x"));
    // The outer write meets the inner ones, so a transaction or restore may have been tried again; it never fails otherwise.
    typed(outcome, ["conflict"]);
    for (const inner of await state.inside[0]) typed(inner, ["not_found", "conflict"]);
    assert.equal((await state.inside[0]).filter((inner) => inner.status === "rejected").length, 0);
    assert.equal((await chord.setContext("after", { ok: 1 })).changed, true);
    await chord.close();
  });

  test(`the instance may be closed from inside ${name}`, async () => {
    const { chord, outcome, state } = await run(callback, (inside) => inside.close());
    typed(outcome, ["closed", "callback_failed", "timeout"]);
    for (const inner of await settled(Promise.allSettled(state.inside))) typed(inner, ["timeout"]);
    const after = await Promise.allSettled([chord.getContext("outer"), chord.setContext("outer", {})]);
    for (const refused of after) assert.equal(refused.reason?.code, "closed");
    await settled(chord.close());
  });

  test(`${name} may throw; the instance goes on whole`, async () => {
    const reason = new Error("thrown inside a callback");
    const { chord, outcome } = await run(callback, () => {
      throw reason;
    });
    typed(outcome, ["callback_failed"]);
    if (outcome.status === "rejected") assert.equal(outcome.reason.cause, reason);
    const held = await chord.getContext("outer");
    if (held !== undefined && outcome.status === "rejected")
      assert.deepEqual([held.version, held.context], [1, { n: 1 }], "nothing was written");
    assert.equal((await chord.setContext("after", { ok: 1 })).changed, true);
    assert.equal(
      (await chord.listContexts()).contexts.some((context) => context.contextId === "after"),
      true,
    );
    await chord.close();
  });
}

test("a time provider that gives no time fails the write with callback_failed, and nothing is written", async () => {
  let time = 1;
  const chord = await Chord.open({ timeProvider: () => time });
  await chord.setContext("c", { n: 1 });
  for (time of [Number.NaN, Number.POSITIVE_INFINITY, "now", undefined, null, {}, 5n]) {
    for (const call of [() => chord.setContext("c", { n: 2 }), () => chord.updateContext("c", { n: 2 })]) {
      const [outcome] = await Promise.allSettled([call()]);
      assert.equal(outcome.status, "rejected", String(time));
      typed(outcome, ["callback_failed"]);
    }
  }
  time = 2;
  assert.equal((await chord.getContext("c")).version, 1);
  assert.equal((await chord.setContext("c", { n: 2 })).changed, true);
  await chord.close();
});

test("listeners that write to each other's contexts go on as long as they like, without growing the stack", {
  timeout: 30_000,
}, async () => {
  const chord = await Chord.open();
  let left = 5_000;
  const echo = (to) => () => {
    if (left > 0) {
      left -= 1;
      void chord.updateContext(to, { n: increment(1) });
    }
  };
  await chord.setContext("a", { n: 0 });
  await chord.setContext("b", { n: 0 });
  chord.subscribe("a", echo("b"));
  chord.subscribe("b", echo("a"));
  await chord.updateContext("a", { n: increment(1) });
  await until(() => left === 0, "five thousand echoes", 20_000);
  await pause(10);
  const [a, b] = [await chord.getContext("a"), await chord.getContext("b")];
  assert.equal(a.context.n + b.context.n, 5_001);
  await chord.close();
});

test("transactions may be nested in one another on different contexts", async () => {
  const chord = await Chord.open();
  const nest = (depth) =>
    chord.transact(`level ${depth}`, async () => {
      if (depth > 0) await nest(depth - 1);
      return { depth };
    });
  await settled(nest(30));
  for (let depth = 0; depth <= 30; depth += 1) assert.deepEqual((await chord.getContext(`level ${depth}`)).context, { depth });
  await chord.close();
});
