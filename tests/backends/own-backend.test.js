/** Chord over an asynchronous backend that is a JavaScript object: the engine is the same, only it has to wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError, append, increment } from "chord-sync";
import { MemoryBackend } from "./memory-backend.js";

const withBackend = (options, body) => async () => {
  const backend = options.backend ?? new MemoryBackend();
  const chord = await Chord.open({ ...options, backend });
  try {
    await body(chord, backend);
  } finally {
    await chord.close();
  }
};

test(
  "writes, reads, syncs and deletes as memory does",
  withBackend({}, async (chord) => {
    const created = await chord.setContext("a", { n: 1, list: [] });
    assert.equal(created.context.version, 1);
    await chord.updateContext("a", { n: increment(2), list: append("x"), more: { deep: true } });
    const synced = await chord.syncContext("a", created.context);
    assert.equal(synced.type, "delta");
    const state = { n: 3, list: ["x"], more: { deep: true } };
    assert.deepEqual(chord.applyDelta(created.context.context, synced.delta), state);
    assert.deepEqual((await chord.getContext("a")).context, state);
    assert.equal((await chord.syncContext("a", synced)).type, "no_change");
    assert.deepEqual(
      (await chord.listDeltas("a")).map(({ version }) => version),
      [1, 2],
    );
    assert.deepEqual(
      (await chord.listContexts()).contexts.map(({ contextId }) => contextId),
      ["a"],
    );
    assert.equal(await chord.deleteContext("a"), true);
    assert.equal(await chord.getContext("a"), undefined);
    assert.equal((await chord.setContext("a", {})).context.version, 3);
  }),
);

test(
  "fifty updates at once are all kept, each with a version of its own",
  withBackend({}, async (chord) => {
    await chord.setContext("a", { n: 0 });
    const results = await Promise.all(Array.from({ length: 50 }, () => chord.updateContext("a", { n: increment(1) })));
    assert.deepEqual(
      results.map(({ context }) => context.version).sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i + 2),
    );
    assert.equal((await chord.getContext("a")).context.n, 50);
  }),
);

test("two instances on one backend lose no update", async () => {
  const backend = new MemoryBackend(() => new Promise((resolve) => setTimeout(resolve, Math.random() * 2)));
  const [one, other] = await Promise.all([Chord.open({ backend }), Chord.open({ backend })]);
  await one.setContext("a", { n: 0 });
  const results = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? one : other).updateContext("a", { n: increment(1) })));
  assert.equal(new Set(results.map(({ context }) => context.version)).size, 60);
  assert.deepEqual((await other.getContext("a")).context, { n: 60 });
  assert.deepEqual((await one.getContext("a")).context, { n: 60 });
  await Promise.all([one.close(), other.close()]);
});

test("what a backend throws is the cause of a typed error, and the next call works", async () => {
  const backend = new MemoryBackend();
  const commit = backend.commit.bind(backend);
  const broken = new Error("disk on fire");
  backend.commit = () => Promise.reject(broken);
  const chord = await Chord.open({ backend });
  await assert.rejects(chord.setContext("a", {}), (error) => {
    assert.ok(error instanceof ChordError);
    assert.equal(error.code, "backend_error");
    assert.equal(error.cause, broken);
    return true;
  });
  backend.commit = commit;
  assert.equal((await chord.setContext("a", {})).context.version, 1);
  await chord.close();
});

test("a backend that never answers ends in a timeout, and the rest goes on", async () => {
  const backend = new MemoryBackend();
  const load = backend.load.bind(backend);
  backend.load = (id) => (id === "stuck" ? new Promise(() => {}) : load(id));
  const chord = await Chord.open({ backend, timeout: 100 });
  await assert.rejects(chord.getContext("stuck"), { code: "timeout" });
  assert.equal((await chord.setContext("free", {})).changed, true);
  await chord.close();
});

test("an answer that the contract doesn't allow is named", async () => {
  for (const answer of [{}, { head: { version: 1, revision: "1-1" } }, { head: { version: -1, revision: "1-1" }, deleted: true }, 7]) {
    const backend = new MemoryBackend();
    backend.load = async () => answer;
    const chord = await Chord.open({ backend });
    await assert.rejects(chord.getContext("a"), { code: "backend_error" });
    await chord.close();
  }
});

test("cleanup removes what is due through the backend, and listeners hear of it", async () => {
  let now = 0;
  const backend = new MemoryBackend();
  const chord = await Chord.open({ backend, contextAutoDelete: true, contextTtl: 10, deltaTtl: 5, timeProvider: () => now });
  const heard = [];
  chord.subscribe("*", ({ type, contextId }) => heard.push(`${type} ${contextId}`));
  await chord.setContext("a", { n: 1 });
  now = 6;
  await chord.setContext("b", { n: 1 });
  now = 10;
  assert.deepEqual(await chord.cleanup(), { contexts: 1, deltas: 0 });
  assert.equal(await chord.getContext("a"), undefined);
  assert.deepEqual(heard, ["change a", "change b", "delete a"]);
  await chord.close();
});

test("closing closes the backend", async () => {
  const backend = new MemoryBackend();
  let closed = 0;
  backend.close = async () => {
    closed += 1;
  };
  const chord = await Chord.open({ backend });
  await chord.close();
  assert.equal(closed, 1);
});
