/** What several Chords on one backend see of each other, and what the facade makes of results that come late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, append, increment } from "chord-sync";
import { MemoryBackend } from "./memory-backend.js";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const late = () => pause(Math.random() * 2);

test("results read late are those of their version, whoever wrote since", async () => {
  const backend = new MemoryBackend(late);
  const [one, other] = await Promise.all([Chord.open({ backend }), Chord.open({ backend })]);
  const large = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`key${n}`, { n, on: true }]));
  const results = [await one.setContext("a", { ...large, step: 0 })];
  for (let step = 1; step < 20; step += 1) {
    results.push(await (step % 3 === 0 ? other : one).updateContext("a", { step, [`key${step}`]: { on: false } }));
    if (step === 10) assert.equal(results[9].context.context.step, 9);
  }
  await one.deleteContext("a");
  await one.close();
  for (const [step, { context, delta }] of results.entries()) {
    assert.equal(context.version, step + 1);
    assert.equal(context.context.step, step);
    assert.equal(Object.values(context.context).filter((value) => value.on === false).length, step);
    assert.equal(delta.version, step + 1);
    if (step > 0) assert.deepEqual(other.applyDelta(results[step - 1].context.context, delta.delta), context.context);
  }
  await other.close();
});

test("listeners hear of a context's commits in the order of their versions", async () => {
  // Answers at once, late and as plain values: the order must not depend on it.
  for (const wait of [async () => {}, late]) {
    const chord = await Chord.open({
      backend: new MemoryBackend(wait),
      contextExternalProvider: () => ({ context: { restored: true }, version: 1 }),
    });
    const heard = [];
    chord.subscribe("a", ({ type, version, delta }) => heard.push({ type, version, delta }));
    await Promise.all([
      chord.setContext("a", { n: 0 }),
      chord.updateContext("a", { n: increment() }),
      chord.restoreContext("a"),
      chord.updateContext("a", { list: append(1) }),
      chord.setContext("a", {}),
      chord.deleteContext("a"),
      chord.setContext("a", { again: true }),
    ]);
    await pause(1);
    assert.deepEqual(
      heard.map(({ type, version }) => `${type} ${version}`),
      ["change 1", "change 2", "change 3", "change 4", "change 5", "delete 5", "change 6"],
    );
    assert.equal(heard[2].delta, undefined);
    assert.deepEqual(heard[3].delta, { list: { action: "added", value: [1] } });
    await chord.close();
  }
});

test("transactions of two Chords on one context all count", async () => {
  const backend = new MemoryBackend(late);
  const chords = await Promise.all([Chord.open({ backend }), Chord.open({ backend })]);
  await chords[0].setContext("a", { n: 0 });
  await Promise.all(Array.from({ length: 12 }, (_, i) => chords[i % 2].transact("a", ({ n }) => ({ n: n + 1 }))));
  assert.deepEqual((await chords[0].getContext("a")).context, { n: 12 });
  await Promise.all(chords.map((chord) => chord.close()));
});

test("each Chord syncs clients that last asked another", async () => {
  const backend = new MemoryBackend(late);
  const chords = await Promise.all([Chord.open({ backend }), Chord.open({ backend }), Chord.open({ backend })]);
  let have = (await chords[0].setContext("a", { list: [], pad: "x".repeat(2000) })).context;
  let state = have.context;
  for (let n = 0; n < 30; n += 1) {
    await chords[n % 3].updateContext("a", { list: append(n) });
    const told = await chords[(n + 1) % 3].syncContext("a", have);
    assert.equal(told.type, "delta");
    state = chords[0].applyDelta(state, told.delta);
    have = told;
    assert.equal(state.list.length, n + 1);
  }
  await chords[1].deleteContext("a");
  assert.equal(await chords[2].getContext("a"), undefined);
  await assert.rejects(chords[0].syncContext("a", have), { code: "not_found" });
  const again = await chords[2].setContext("a", { list: [] });
  assert.equal(again.context.version, have.version + 1);
  assert.equal((await chords[0].syncContext("a", have)).type, "full_context");
  await Promise.all(chords.map((chord) => chord.close()));
});

test("a Chord that deleted meanwhile is noticed by one that still knows the context", async () => {
  const backend = new MemoryBackend(late);
  const [one, other] = await Promise.all([Chord.open({ backend }), Chord.open({ backend })]);
  await one.setContext("a", { n: 0 });
  await other.deleteContext("a");
  await assert.rejects(one.updateContext("a", { n: 1 }), { code: "not_found" });
  assert.equal(await one.getContext("a"), undefined);
  assert.equal(await one.deleteContext("a"), false);
  await Promise.all([one.close(), other.close()]);
});

test("versions go on after a deletion for as long as the backend remembers it, for who deleted as for others", async () => {
  for (const who of ["who deleted", "another"]) {
    let now = 0;
    const options = { backend: new MemoryBackend(late), deltaTtl: 1_000, timeProvider: () => now };
    const [one, other] = await Promise.all([Chord.open(options), Chord.open(options)]);
    await one.setContext("a", { n: 0 });
    await one.updateContext("a", { n: 1 });
    await one.deleteContext("a");
    // Nobody has cleaned up, so the backend still has the tombstone, whose time has passed.
    now = 5_000;
    const again = await (who === "another" ? other : one).setContext("a", { n: 2 });
    assert.equal(again.context.version, 3, who);
    await one.deleteContext("a");
    now = 10_000;
    await other.cleanup();
    assert.equal((await one.setContext("a", { n: 3 })).context.version, 1, "after a clean-up it is forgotten");
    await Promise.all([one.close(), other.close()]);
  }
});

test("pages go on where the last ended, in the order of UTF-8", async () => {
  const chord = await Chord.open({ backend: new MemoryBackend(late) });
  const ids = ["a", "b", "z", "é", "\uffff", "😀"];
  await Promise.all(ids.map((id) => chord.setContext(id, { id })));
  for (const order of ["asc", "desc"]) {
    const found = [];
    for (let cursor; ; ) {
      const page = await chord.listContexts({ limit: 2, order, cursor });
      found.push(...page.contexts.map(({ context }) => context.id));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    assert.deepEqual(found, order === "asc" ? ids : ids.toReversed());
  }
  await chord.close();
});

test("what a commit brings is what the contract says", async () => {
  let now = 100;
  const commits = [];
  const backend = new MemoryBackend(async () => {});
  const commit = backend.commit.bind(backend);
  backend.commit = (id, proposal) => {
    commits.push(structuredClone(proposal));
    return commit(id, proposal);
  };
  const options = { contextAutoDelete: true, contextTtl: 50, deltaTtl: 10, deltaThreshold: 3, timeProvider: () => now };
  const chord = await Chord.open({ backend, ...options });
  const pad = "x".repeat(500);
  await chord.setContext("a", { pad });
  now = 105;
  await chord.updateContext("a", { n: 1 });
  const [first, second] = commits;
  assert.equal(first.base, null);
  assert.equal(first.reset, true);
  assert.equal(first.snapshot, JSON.stringify({ pad }));
  assert.equal(first.entries.length, 1);
  assert.equal(first.entries[0].previous, "");
  assert.deepEqual([first.expiresAt, first.deltasExpireAt], [150, 110]);
  assert.deepEqual(first.keep, { count: 3, bytes: 64 * 1024 * 1024, after: 90 });
  assert.deepEqual(second.base, first.head);
  assert.ok(!("reset" in second) && !("snapshot" in second));
  assert.deepEqual(second.entries, [
    { ...second.head, previous: first.head.revision, delta: '{"n":{"action":"added","value":1}}', insertedAt: 105 },
  ]);
  assert.deepEqual([second.expiresAt, second.deltasExpireAt], [155, 110]);
  await chord.close();
  commits.length = 0;
  const unbounded = await Chord.open({ backend, contextTtl: 50, deltaTtl: null, deltaThreshold: null, timeProvider: () => now });
  await unbounded.updateContext("a", { n: 2 });
  assert.deepEqual([commits[0].expiresAt, commits[0].deltasExpireAt], [null, null]);
  assert.deepEqual(commits[0].keep, { count: null, bytes: 64 * 1024 * 1024, after: null });
  await unbounded.close();
});
