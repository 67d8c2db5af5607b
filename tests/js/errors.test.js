import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError } from "chord-sync";
import { manualClock, withChord } from "./open.js";
import { refusal, thrown } from "./refusal.js";

test(
  "a ChordError is an Error with a name, a code, a message and a stack",
  withChord({}, async (chord) => {
    const error = await refusal(() => chord.updateContext("the id", {}), "not_found");
    assert.ok(error instanceof Error);
    assert.equal(error.name, "ChordError");
    assert.equal(Object.prototype.toString.call(error), "[object Error]");
    assert.ok(typeof error.stack === "string" && error.stack !== "");
    assert.equal(String(error), `ChordError: ${error.message}`);
    assert.equal(error.contextId, "the id");
    assert.equal(error.path, undefined);
    assert.equal(error.cause, undefined);
  }),
);

test(
  "the message names the id, and the path where there is one",
  withChord({}, async (chord) => {
    await chord.setContext("room 7", { users: [{ name: "a" }] });
    const error = await refusal(() => chord.setContext("room 7", { users: [{}, { name: 1n }] }), "invalid_value", {
      path: ["users", 1, "name"],
      contextId: "room 7",
    });
    assert.match(error.message, /users/);
    assert.match(error.message, /name/);
    const conflict = await refusal(() => chord.setContext("room 7", {}, { ifVersion: 5 }), "conflict", { contextId: "room 7" });
    assert.match(conflict.message, /room 7|5/);
  }),
);

test(
  "a very long id, key or value doesn't make a very long message",
  withChord({}, async (chord) => {
    const long = "x".repeat(100_000);
    for (const call of [
      () => chord.getContext(long),
      () => chord.setContext("c", { [long]: { [long]: 1n } }),
      () => chord.setContext("c", { a: `${long}\ud800` }),
    ]) {
      const error = await refusal(call, ["limit_exceeded", "invalid_value"]);
      assert.ok(error.message.length < 2_000, `${error.message.length} characters`);
    }
  }),
);

test("each documented refusal has its code", async () => {
  const never = () => new Promise(() => {});
  const failing = () => {
    throw new Error("no");
  };
  const bare = await Chord.open();
  await bare.setContext("c", { a: 1 });
  const failingOnes = await Chord.open({ exportCallback: failing, contextExternalProvider: failing });
  await failingOnes.setContext("c", {});
  const slow = await Chord.open({ exportCallback: never, timeout: 200 });
  await slow.setContext("c", {});
  await refusal(() => bare.getContext(""), "invalid_argument");
  await refusal(() => bare.setContext("c", { a: Number.NaN }), "invalid_value");
  thrown(() => bare.applyDelta({}, { a: { action: "removed", oldValue: 1 } }), "delta_mismatch");
  await refusal(() => bare.syncContext("none"), "not_found");
  await refusal(() => bare.setContext("c", {}, { ifVersion: 0 }), "conflict");
  await refusal(() => bare.getContext("x".repeat(513)), "limit_exceeded");
  await refusal(() => Chord.open({ wasm: new Response("gone", { status: 404 }) }), "backend_unavailable");
  await refusal(() => slow.exportContext("c"), "timeout");
  await refusal(() => bare.exportContext("c"), "no_export_callback");
  await refusal(() => bare.restoreContext("c"), "no_context_external_provider");
  await refusal(() => failingOnes.exportContext("c"), "callback_failed");
  await refusal(() => failingOnes.restoreContext("c"), "callback_failed");
  for (const chord of [bare, failingOnes, slow]) await chord.close();
  await refusal(() => bare.getContext("c"), "closed");
});

test(
  "methods never throw synchronously, whatever they are given",
  withChord({}, async (chord) => {
    const methods = [
      "setContext",
      "updateContext",
      "transact",
      "getContext",
      "syncContext",
      "deleteContext",
      "exportContext",
      "restoreContext",
      "listContexts",
      "listDeltas",
      "cleanup",
    ];
    const oddities = [
      undefined,
      null,
      0,
      "",
      "x",
      Symbol("s"),
      1n,
      [],
      {},
      () => {},
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("trapped");
          },
          ownKeys: () => {
            throw new Error("trapped");
          },
        },
      ),
    ];
    for (const method of methods) {
      for (const first of oddities) {
        for (const second of oddities) {
          let promise;
          try {
            promise = chord[method](first, second, first);
          } catch (error) {
            assert.fail(`${method} threw synchronously: ${error}`);
          }
          assert.ok(promise instanceof Promise, method);
          await promise.catch((error) =>
            assert.ok(error instanceof ChordError && error.code !== "internal", `${method} rejected with ${error}`),
          );
        }
      }
    }
    assert.equal((await chord.setContext("goes on", {})).changed, true);
  }),
);

test("one's own ChordErrors have the same shape", () => {
  const cause = new Error("why");
  const error = new ChordError("conflict", "text", { cause });
  assert.equal(error.code, "conflict");
  assert.equal(error.message, "text");
  assert.equal(error.cause, cause);
});

test("a refusal leaves the instance as able as before", async () => {
  const clock = manualClock();
  await withChord({ timeProvider: clock.timeProvider }, async (chord) => {
    for (let n = 0; n < 500; n += 1) {
      await refusal(() => chord.updateContext("none", { n }), "not_found");
      await refusal(() => chord.setContext("c", { n, bad: [1n] }), "invalid_value");
      thrown(() => chord.applyDelta({}, { n: { action: "removed", oldValue: n } }), "delta_mismatch");
    }
    assert.deepEqual((await chord.listContexts()).contexts, []);
    assert.equal((await chord.setContext("c", { ok: true })).context.version, 1);
  })();
});
