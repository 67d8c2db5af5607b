/** What only somebody who means harm, or a tool that went wrong, hands in: refused with a typed error, or inert. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError } from "chord-sync";
import { withChord } from "./open.js";

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

test(
  "a hidden toJSON is never run, at the root, inside, or on an array",
  withChord({}, async (chord) => {
    const hide = (value) => Object.defineProperty(value, "toJSON", { value: () => ({ evil: 1 }) });
    await chord.setContext("a", hide({ a: 1 }));
    assert.deepEqual((await chord.getContext("a")).context, { a: 1 });
    await chord.setContext("a", { inner: hide({ a: 2 }), list: hide([1, 2]) });
    assert.deepEqual((await chord.getContext("a")).context, { inner: { a: 2 }, list: [1, 2] });
    await chord.updateContext("a", { inner: hide({ b: 3 }) });
    assert.deepEqual((await chord.getContext("a")).context, { inner: { a: 2, b: 3 }, list: [1, 2] });
    await chord.setContext("a", { toJSON: "an ordinary key" });
    assert.deepEqual((await chord.getContext("a")).context, { toJSON: "an ordinary key" });
  }),
);

test("revoked proxies in the place of anything are typed errors", async () => {
  for (const options of [revoked(), { limits: revoked() }, { deltaTtl: revoked() }, { backend: revoked() }]) {
    await assert.rejects(Chord.open(options), { name: "ChordError", code: "invalid_argument" });
  }
  const chord = await Chord.open();
  await chord.setContext("a", {});
  const calls = [
    () => chord.getContext(revoked()),
    () => chord.setContext("a", {}, revoked()),
    () => chord.listContexts({ limit: revoked() }),
    () => chord.syncContext("a", revoked()),
    async () => chord.subscribe("a", revoked()),
    async () => chord.updateCleanupInterval(revoked()),
    async () => chord.mergeDeltas(revoked()),
  ];
  for (const call of calls) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof ChordError);
      assert.equal(error.code, "invalid_argument", `${call}: ${error.message}`);
      return true;
    });
  }
  await chord.close();
});

test(
  "a frozen error thrown by a proxy still rejects, and never throws at once",
  withChord({}, async (chord) => {
    const thrown = Object.freeze(new ChordError("conflict", "mine"));
    const value = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw thrown;
        },
      },
    );
    let promise;
    assert.doesNotThrow(() => {
      promise = chord.setContext("a", value);
    });
    await assert.rejects(promise, { name: "ChordError" });
  }),
);

test(
  "half a character is refused as prefix, as cursor and as the id in a format",
  withChord({}, async (chord) => {
    await chord.setContext("\ufffdabc", {});
    for (const options of [{ prefix: "\ud83d" }, { cursor: "\ud83d" }]) {
      await assert.rejects(chord.listContexts(options), { code: "invalid_argument" });
    }
    assert.throws(() => chord.formatDelta({}, { contextId: "\ud800" }), { code: "invalid_argument" });
  }),
);

test(
  "a refused delete leaves what was read as it is",
  withChord({}, async (chord) => {
    await chord.setContext("a", { n: 1 });
    const before = await chord.getContext("a");
    await assert.rejects(chord.deleteContext("a", { ifVersion: 77 }), { code: "conflict" });
    assert.equal(await chord.getContext("a"), before);
  }),
);

test("a provider's version leaves room to grow", async () => {
  let version = 2 ** 53 - 1;
  const chord = await Chord.open({ contextExternalProvider: () => ({ context: {}, version }) });
  await assert.rejects(chord.restoreContext("a"), { code: "callback_failed" });
  version = 2 ** 52;
  assert.equal((await chord.restoreContext("a")).version, 2 ** 52);
  const { context } = await chord.updateContext("a", { n: 1 });
  assert.equal(context.version, 2 ** 52 + 1);
  assert.equal((await chord.syncContext("a", context)).type, "no_change");
  await chord.close();
});

test("a result read after cleanup at a time that rounds is still right", async () => {
  let clock = 60.6;
  const chord = await Chord.open({ contextAutoDelete: true, contextTtl: 16, timeProvider: () => clock });
  const pad = Array.from({ length: 200 }, (_, n) => `p${n}`);
  await chord.setContext("big", { pad, n: 0 });
  const result = await chord.updateContext("big", { n: 1 });
  clock = 76.6;
  await chord.cleanup();
  assert.deepEqual(result.context.context, { pad, n: 1 });
  await chord.close();
});

test("classes keep their names", () => {
  assert.deepEqual([Chord.name, ChordError.name], ["Chord", "ChordError"]);
});
