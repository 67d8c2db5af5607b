/** Answers to syncs are remembered for as long as they are right: the very same object, and never one that was right once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { manualClock, withChord } from "./open.js";
import { patched } from "./oracle.js";
import { refusal } from "./refusal.js";

const pad = "padding, so that a delta is the shorter answer ".repeat(30);

/** Each kind of question about a state that a client can have, and whether it wants old values. */
function questions(heads) {
  const asked = [{ since: undefined }, { since: 99 }];
  for (const { version, revision } of heads) {
    asked.push({ since: version }, { since: { version, revision } }, { since: { version, revision: "foreign" } });
  }
  return asked.flatMap(({ since }) => [undefined, { oldValues: false }].map((options) => ({ since, options })));
}

const frozen = (value) => value === null || typeof value !== "object" || (Object.isFrozen(value) && Object.values(value).every(frozen));

/** What is due, by the state that the client has and nothing else. */
function assertRight(answer, { since, options }, heads) {
  const now = heads.at(-1);
  const version = since?.version ?? since;
  const told = `${JSON.stringify({ since, options })} was answered ${JSON.stringify(answer).slice(0, 200)}`;
  assert.equal(answer.version, now.version, told);
  assert.equal(answer.revision, now.revision, told);
  const held = heads.find((head) => head.version === version);
  if (held === undefined || since?.revision === "foreign") {
    assert.equal(answer.type, "full_context", told);
    return assert.deepEqual(answer.context, now.context);
  }
  if (held === now) return assert.equal(answer.type, "no_change", told);
  assert.equal(answer.type, "delta", told);
  assert.equal(answer.fromVersion, held.version, told);
  assert.deepEqual(patched(held.context, answer.delta), now.context);
  assert.equal(JSON.stringify(answer.delta).includes("oldValue"), options === undefined, told);
}

/** Asks everything in each of some orders; what was answered once is answered by the same object. */
async function asksAll(chord, heads) {
  const asked = questions(heads);
  const orders = [asked, asked, [...asked].reverse(), asked.filter((_, index) => index % 3 === 0), asked];
  for (const order of orders) {
    for (const question of order) {
      const answer = await chord.syncContext("c", question.since, question.options);
      assert.ok(frozen(answer));
      assertRight(answer, question, heads);
    }
  }
}

const state = (n) => ({ pad, n, list: ["kept", n], deep: { n } });

test("every kind of question at every version is answered right, in any order and however often", async () => {
  const chord = await Chord.open();
  const heads = [];
  for (let n = 0; n < 6; n += 1) {
    heads.push((await chord.setContext("c", state(n))).context);
    await asksAll(chord, heads);
  }
  await chord.close();
});

test("each kind of question about one version has an answer of its own, and asked again it is the very same object", async () => {
  const chord = await Chord.open();
  const heads = [];
  for (let n = 0; n < 3; n += 1) heads.push((await chord.setContext("c", state(n))).context);
  for (const { version, revision } of [heads[0], heads[2]]) {
    const kinds = [version, { version, revision }, { version, revision: "foreign" }];
    const all = kinds.flatMap((since) => [undefined, { oldValues: true }, { oldValues: false }].map((options) => [since, options]));
    const first = [];
    for (const [since, options] of all) first.push(await chord.syncContext("c", since, options));
    for (let turn = 0; turn < 3; turn += 1) {
      // A look at another version, or at the text, in between.
      await chord.syncContext("c", 2);
      await chord.syncContextText("c", version);
      for (const [index, [since, options]] of all.entries()) assert.equal(await chord.syncContext("c", since, options), first[index]);
    }
    const together = await Promise.all(all.map(([since, options]) => chord.syncContext("c", since, options)));
    for (const [index, answer] of together.entries()) assert.equal(answer, first[index]);
    assert.equal(first[0], first[1], "old values are what is wanted where nothing is said");
  }
  await chord.close();
});

test("an answer is the same to a bare version as to an object without a revision, and to an earlier result as to its version and revision", async () => {
  const chord = await Chord.open();
  const { context: held } = await chord.setContext("c", state(0));
  await chord.setContext("c", state(1));
  assert.equal(await chord.syncContext("c", 1), await chord.syncContext("c", { version: 1 }));
  assert.equal(await chord.syncContext("c", held), await chord.syncContext("c", { version: 1, revision: held.revision }));
  assert.equal(await chord.syncContext("c"), await chord.syncContext("c", null));
  assert.equal(await chord.syncContext("c", null), await chord.syncContext("c", 0));
  await chord.close();
});

test("more kinds of questions than are remembered are answered right all the same", async () => {
  const chord = await Chord.open();
  const heads = [];
  for (let n = 0; n < 30; n += 1) heads.push((await chord.setContext("c", state(n))).context);
  await asksAll(chord, heads);
  await chord.close();
});

test("contexts at the same version are not answered by each other's answers", async () => {
  const chord = await Chord.open();
  const ids = ["c", "C", "c ", "d"];
  const heads = new Map();
  for (const id of ids) heads.set(id, [(await chord.setContext(id, { ...state(0), id })).context]);
  for (const id of ids) heads.get(id).push((await chord.setContext(id, { ...state(1), id: `${id} after` })).context);
  for (let turn = 0; turn < 3; turn += 1) {
    for (const id of ids) {
      const [first, now] = heads.get(id);
      const answer = await chord.syncContext(id, 1);
      assert.equal(answer.contextId, id);
      assert.deepEqual(patched(first.context, answer.delta), now.context);
    }
  }
  await chord.close();
});

const provided = { context: { pad, restored: true }, version: 1 };

/** What ends the life of an answer; each gives the state there is then, or undefined. */
const changes = {
  "a set": async (chord) => (await chord.setContext("c", state(7))).context,
  "an update": async (chord) => (await chord.updateContext("c", { n: 8 })).context,
  "a transaction": async (chord) => (await chord.transact("c", (held) => ({ ...held, n: 9 }))).context,
  "a restore": (chord) => chord.restoreContext("c"),
  "a deletion and a new beginning": async (chord) => {
    await chord.deleteContext("c");
    return (await chord.setContext("c", state(1))).context;
  },
  "a deletion and a new beginning with the state there was": async (chord) => {
    const { context } = await chord.getContext("c");
    await chord.deleteContext("c");
    return (await chord.setContext("c", context)).context;
  },
  "there and back": async (chord) => {
    const { context } = await chord.getContext("c");
    await chord.setContext("c", {});
    return (await chord.setContext("c", context)).context;
  },
};

for (const [what, change] of Object.entries(changes)) {
  test(`no answer outlives ${what}`, async () => {
    const chord = await Chord.open({ contextExternalProvider: () => provided });
    const heads = [];
    for (let n = 0; n < 3; n += 1) heads.push((await chord.setContext("c", state(n))).context);
    const asked = questions(heads);
    for (const { since, options } of asked) {
      await chord.syncContext("c", since, options);
      await chord.syncContextText("c", since, options);
    }
    const now = await change(chord);
    for (const { since, options } of asked) {
      const answer = await chord.syncContext("c", since, options);
      assert.equal(await chord.syncContextText("c", since, options), JSON.stringify(answer));
      assert.deepEqual([answer.version, answer.revision], [now.version, now.revision], JSON.stringify({ since, options }));
      const held = heads.find((head) => head.version === (since?.version ?? since));
      if (answer.type === "full_context") assert.deepEqual(answer.context, now.context);
      else assert.deepEqual(patched(held.context, answer.delta), now.context);
      const isNew = what.includes("restore") || what.includes("new beginning");
      if (isNew && since?.revision !== undefined) assert.equal(answer.type, "full_context", "no chain leads here");
    }
    await chord.close();
  });
}

test(
  "no answer outlives a deletion",
  withChord({}, async (chord) => {
    const { context } = await chord.setContext("c", state(0));
    for (const since of [undefined, 1, context]) await chord.syncContext("c", since);
    await chord.deleteContext("c");
    for (const since of [undefined, 1, context]) {
      await refusal(() => chord.syncContext("c", since), "not_found", { contextId: "c" });
      await refusal(() => chord.syncContextText("c", since), "not_found", { contextId: "c" });
    }
  }),
);

test("a delta whose log a cleanup has trimmed is not told from memory", async () => {
  const clock = manualClock();
  const chord = await Chord.open({ deltaTtl: 1_000, timeProvider: clock.timeProvider });
  const { context: first } = await chord.setContext("c", state(0));
  clock.advance(100);
  const { context: now } = await chord.setContext("c", state(1));
  const asked = [1, first].flatMap((since) => [undefined, { oldValues: false }].map((options) => [since, options]));
  for (const [since, options] of asked) assert.equal((await chord.syncContext("c", since, options)).type, "delta");
  clock.advance(5_000);
  assert.ok((await chord.cleanup()).deltas > 0);
  for (const [since, options] of asked) {
    const answer = await chord.syncContext("c", since, options);
    assert.equal(answer.type, "full_context");
    assert.deepEqual(answer.context, now.context);
    assert.equal(await chord.syncContextText("c", since, options), JSON.stringify(answer));
  }
  assert.equal((await chord.syncContext("c", now)).type, "no_change");
  await chord.close();
});

test("no answer outlives a cleanup that removes the context", async () => {
  const clock = manualClock();
  const chord = await Chord.open({ contextAutoDelete: true, contextTtl: 1_000, timeProvider: clock.timeProvider });
  const { context } = await chord.setContext("c", state(0));
  for (const since of [undefined, 1, context]) await chord.syncContext("c", since);
  clock.advance(5_000);
  assert.equal((await chord.cleanup()).contexts, 1);
  for (const since of [undefined, 1, context]) await refusal(() => chord.syncContext("c", since), "not_found");
  await chord.close();
});

test(
  "clients at a hundred versions each share the answer to theirs",
  withChord({}, async (chord) => {
    const seen = [];
    await chord.setContext("a", { n: 0, pad });
    for (let n = 1; n <= 100; n += 1) {
      seen.push(await chord.syncContext("a"));
      await chord.updateContext("a", { n });
    }
    const first = await Promise.all(seen.map((since) => chord.syncContext("a", since)));
    for (let round = 0; round < 3; round += 1) {
      for (const [at, since] of seen.entries()) assert.equal(await chord.syncContext("a", since), first[at]);
    }
    assert.ok(first.every(({ type }) => type === "delta"));
  }),
);

test(
  "newcomers to a context of five megabytes share one answer",
  withChord({}, async (chord) => {
    await chord.setContext("large", { text: "x".repeat(5_000_000) });
    const first = await chord.syncContext("large");
    assert.equal(await chord.syncContext("large"), first);
    const text = await chord.syncContextText("large");
    assert.equal(await chord.syncContextText("large"), text);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(first)));
  }),
);
