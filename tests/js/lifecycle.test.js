import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError } from "chord-sync";
import { moduleBytes } from "./module-bytes.js";
import { settled, withChord } from "./open.js";
import { refusal, thrown } from "./refusal.js";
import { runProgram } from "./runtime.js";

test("instances opened at the same time all work and share nothing", async () => {
  const chords = await Promise.all(Array.from({ length: 20 }, () => Chord.open()));
  await Promise.all(chords.map((chord, n) => chord.setContext("c", { n })));
  for (const [n, chord] of chords.entries()) {
    assert.deepEqual((await chord.getContext("c")).context, { n });
    assert.equal((await chord.listContexts()).contexts.length, 1);
  }
  await chords[0].close();
  assert.equal((await chords[1].setContext("c", { later: 1 })).changed, true, "closing one leaves the others alone");
  await Promise.all(chords.map((chord) => chord.close()));
});

const opened = async (kind, ...more) => {
  const { code, printed } = await runProgram("open-from.js", [kind, ...more], 30_000);
  assert.equal(code, 0, printed);
  return JSON.parse(printed.split("\n").find((line) => line.startsWith("{")));
};

const works = { n: { action: "modified", oldValue: 1, value: 2 } };

for (const kind of ["bytes", "view", "module", "response"]) {
  test(`it opens from ${kind === "view" ? "a view of bytes" : kind}`, { timeout: 60_000 }, async () => {
    const { delta, message } = await opened(kind);
    assert.deepEqual(delta, works, message);
  });
}

test("it opens from a URL that serves the module, whatever MIME type the server gives", { timeout: 60_000 }, async () => {
  for (const type of ["application/wasm", "application/octet-stream"]) {
    const { delta, requests, message } = await opened("url", type);
    assert.deepEqual(delta, works, message);
    assert.equal(requests, 1);
  }
});

test("a WebAssembly module that isn't Chord's is a typed error", { timeout: 60_000 }, async () => {
  const { name, code, message } = await opened("foreign");
  assert.equal(name, "ChordError", message);
  assert.ok(["backend_unavailable", "invalid_argument"].includes(code), `${code}: ${message}`);
});

test("a module, bytes and a promise of them do for later instances too", async () => {
  const bytes = await moduleBytes();
  for (const wasm of [bytes, new WebAssembly.Module(bytes), Promise.resolve(bytes)]) {
    const chord = await Chord.open({ wasm });
    assert.equal((await chord.setContext("c", {})).changed, true);
    await chord.close();
  }
});

test("what is no module is a typed error, and opening works afterwards", async () => {
  for (const wasm of [new Uint8Array([1, 2, 3]), new Response("not found", { status: 404 })]) {
    await settled(refusal(() => Chord.open({ wasm }), ["backend_unavailable", "invalid_argument"]));
  }
  for (const wasm of [7, {}, null]) await refusal(() => Chord.open({ wasm }), ["invalid_argument", "backend_unavailable"]);
  const chord = await Chord.open();
  assert.equal((await chord.setContext("c", {})).changed, true);
  await chord.close();
});

test("after close every asynchronous method is closed", async () => {
  const chord = await Chord.open({ exportCallback: () => {}, contextExternalProvider: () => ({ context: {}, version: 1 }) });
  await chord.setContext("c", {});
  await chord.close();
  const calls = [
    () => chord.setContext("c", {}),
    () => chord.updateContext("c", {}),
    () => chord.transact("c", () => ({})),
    () => chord.getContext("c"),
    () => chord.syncContext("c"),
    () => chord.deleteContext("c"),
    () => chord.exportContext("c"),
    () => chord.restoreContext("c"),
    () => chord.listContexts(),
    () => chord.listDeltas("c"),
    () => chord.cleanup(),
  ];
  for (const call of calls) await refusal(call, "closed");
  thrown(() => chord.subscribe("c", () => {}), "closed");
});

test("closing twice, and stopping things after it, is fine", async () => {
  const chord = await Chord.open();
  const stop = chord.subscribe("*", () => {});
  await chord.startCleanupServer({ interval: 1_000 });
  const [first, second] = [chord.close(), chord.close()];
  assert.ok(first instanceof Promise && second instanceof Promise);
  await Promise.all([first, second]);
  await chord.close();
  stop();
  await chord.stopCleanupServer();
});

test("an operation under way when it closes ends one way or the other", async () => {
  const chord = await Chord.open();
  await chord.setContext("c", { n: 0 });
  const operations = [
    ...Array.from({ length: 20 }, (_, n) => chord.updateContext("c", { n })),
    ...Array.from({ length: 20 }, () => chord.transact("c", async (current) => ({ n: (current?.n ?? 0) + 1 }))),
    chord.getContext("c"),
  ];
  const closing = chord.close();
  for (const outcome of await settled(Promise.allSettled([...operations, closing]))) {
    if (outcome.status === "rejected") {
      assert.ok(outcome.reason instanceof ChordError);
      assert.equal(outcome.reason.code, "closed");
    }
  }
});

test("it can be disposed of asynchronously", async () => {
  const chord = await Chord.open();
  assert.equal(typeof Symbol.asyncDispose, "symbol");
  await chord[Symbol.asyncDispose]();
  await refusal(() => chord.getContext("c"), "closed");
});

test("results read before and after closing stay usable", async () => {
  const chord = await Chord.open();
  const read = await chord.setContext("a", { n: 1 });
  assert.deepEqual(read.context.context, { n: 1 });
  const unread = await chord.setContext("b", { n: 2 });
  const held = await chord.getContext("a");
  await chord.close();
  assert.deepEqual(read.context.context, { n: 1 });
  assert.deepEqual(held.context, { n: 1 });
  assert.deepEqual(unread.context.context, { n: 2 });
  assert.deepEqual(unread.delta.delta, { n: { action: "added", value: 2 } });
});

test(
  "nothing is heard after closing",
  withChord({}, async (chord) => {
    const heard = [];
    chord.subscribe("*", (event) => heard.push(event));
    await chord.close();
    await chord.setContext("c", {}).catch(() => {});
    assert.deepEqual(heard, []);
  }),
);
