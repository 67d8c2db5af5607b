import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { manualClock, until, withChord } from "./open.js";
import { refusal } from "./refusal.js";

const versions = async (chord, id = "c") => (await chord.listDeltas(id, { order: "asc" })).map((record) => record.version);

async function count(chord, id, from, to) {
  for (let n = from; n <= to; n += 1) await chord.setContext(id, { n });
}

/** A test with a clock that stands still and a Chord that goes by it. */
const timed = (options, body) => async () => {
  const clock = manualClock();
  await withChord({ timeProvider: clock.timeProvider, ...options }, (chord) => body(chord, clock))();
};

test(
  "the threshold keeps the newest deltas, at commit already",
  withChord({ deltaThreshold: 3 }, async (chord) => {
    for (let n = 1; n <= 10; n += 1) {
      await chord.setContext("c", { n });
      assert.deepEqual(
        await versions(chord),
        [n - 2, n - 1, n].filter((version) => version > 0),
      );
    }
  }),
);

test("by default the newest hundred deltas are kept, and null keeps all", async () => {
  for (const [options, kept] of [
    [{}, 100],
    [{ deltaThreshold: null }, 150],
  ]) {
    const chord = await Chord.open(options);
    await count(chord, "c", 1, 150);
    const found = await versions(chord);
    assert.equal(found.length, kept);
    assert.equal(found.at(-1), 150);
    await chord.close();
  }
});

test(
  "each context has a log of its own",
  withChord({ deltaThreshold: 2 }, async (chord) => {
    await count(chord, "a", 1, 5);
    await count(chord, "b", 1, 1);
    assert.deepEqual(await versions(chord, "a"), [4, 5]);
    assert.deepEqual(await versions(chord, "b"), [1]);
  }),
);

test(
  "deltas over their TTL are gone at the next commit",
  timed({ deltaTtl: 1_000 }, async (chord, clock) => {
    await count(chord, "c", 1, 3);
    clock.advance(600);
    await count(chord, "c", 4, 5);
    clock.advance(600);
    await count(chord, "c", 6, 6);
    assert.deepEqual(await versions(chord), [4, 5, 6]);
  }),
);

test(
  "deltas over their TTL are gone after a cleanup, without any commit, and the context stays",
  timed({ deltaTtl: 1_000 }, async (chord, clock) => {
    await count(chord, "c", 1, 3);
    clock.advance(600);
    await count(chord, "c", 4, 5);
    clock.advance(600);
    assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 3 });
    assert.deepEqual(await versions(chord), [4, 5]);
    assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 0 });
    clock.advance(600);
    assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 2 });
    assert.deepEqual((await chord.getContext("c")).context, { n: 5 });
    assert.equal((await chord.syncContext("c", 4)).type, "full_context");
  }),
);

test("by default deltas live a day, in either time unit, and null lets them live on", async () => {
  for (const [timeUnit, day] of [
    ["millisecond", 86_400_000],
    ["second", 86_400],
  ]) {
    await timed({ timeUnit }, async (chord, clock) => {
      await count(chord, "c", 1, 2);
      clock.advance(day - 1);
      await chord.cleanup();
      assert.deepEqual(await versions(chord), [1, 2], timeUnit);
      clock.advance(2);
      await chord.cleanup();
      assert.deepEqual(await versions(chord), [], timeUnit);
    })();
  }
  await timed({ deltaTtl: null }, async (chord, clock) => {
    await count(chord, "c", 1, 2);
    clock.advance(1e12);
    assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 0 });
    assert.deepEqual(await versions(chord), [1, 2]);
  })();
});

test(
  "the log is bounded by bytes, newest first",
  withChord({ limits: { logBytes: 20_000 }, deltaThreshold: null }, async (chord) => {
    for (let n = 1; n <= 50; n += 1) await chord.setContext("c", { n, text: `${n}`.repeat(1_000) });
    const kept = await versions(chord);
    assert.equal(kept.at(-1), 50);
    assert.deepEqual(
      kept,
      kept.map((_, index) => 50 - kept.length + 1 + index),
      "an unbroken run of the newest",
    );
    assert.ok(kept.length >= 2 && kept.length <= 20, `${kept.length} deltas of some 2,000 to 4,000 bytes each`);
  }),
);

test(
  "without contextAutoDelete contexts outlive their TTL",
  timed({ contextTtl: 1_000 }, async (chord, clock) => {
    await chord.setContext("c", {});
    clock.advance(10_000);
    assert.equal((await chord.cleanup()).contexts, 0);
    assert.ok(await chord.getContext("c"));
  }),
);

test(
  "a stale context can be read until cleanup reaches it, then it is gone, deltas included",
  timed({ contextAutoDelete: true, contextTtl: 1_000 }, async (chord, clock) => {
    const heard = [];
    chord.subscribe("c", (event) => heard.push(event.type));
    await count(chord, "c", 1, 3);
    clock.advance(1_500);
    assert.deepEqual((await chord.getContext("c")).context, { n: 3 });
    assert.equal((await chord.syncContext("c", 2)).type, "delta");
    assert.equal((await chord.cleanup()).contexts, 1);
    assert.equal(await chord.getContext("c"), undefined);
    assert.deepEqual((await chord.listContexts()).contexts, []);
    await until(() => heard.length === 4, "the removal told");
    assert.deepEqual(heard, ["change", "change", "change", "delete"]);
  }),
);

test(
  "a write renews a context",
  timed({ contextAutoDelete: true, contextTtl: 1_000 }, async (chord, clock) => {
    await chord.setContext("c", { n: 0 });
    for (let n = 1; n <= 5; n += 1) {
      clock.advance(900);
      await chord.updateContext("c", { n });
      assert.equal((await chord.cleanup()).contexts, 0);
    }
    clock.advance(1_500);
    await chord.updateContext("c", { n: 9 });
    assert.equal((await chord.cleanup()).contexts, 0, "also one that was stale already");
    assert.deepEqual((await chord.getContext("c")).context, { n: 9 });
  }),
);

test(
  "cleanup removes all that is stale and nothing that is fresh",
  timed({ contextAutoDelete: true, contextTtl: 1_000, deltaTtl: 1_000 }, async (chord, clock) => {
    for (let n = 0; n < 30; n += 1) await chord.setContext(`old ${n}`, { n });
    clock.advance(800);
    for (let n = 0; n < 20; n += 1) await chord.setContext(`new ${n}`, { n });
    clock.advance(800);
    assert.equal((await chord.cleanup()).contexts, 30);
    const left = (await chord.listContexts()).contexts.map((context) => context.contextId);
    assert.equal(left.length, 20);
    assert.ok(left.every((id) => id.startsWith("new")));
    for (const id of left) assert.deepEqual(await versions(chord, id), [1]);
    assert.equal((await chord.cleanup()).contexts, 0);
  }),
);

test(
  "cleanup visits at most limit contexts, the longest expired first",
  timed({ contextAutoDelete: true, contextTtl: 1_000 }, async (chord, clock) => {
    // Written in an order that is neither that of ids nor its reverse.
    const order = ["m", "c", "z", "a", "q"];
    for (const id of order) {
      await chord.setContext(id, {});
      clock.advance(10);
    }
    clock.advance(2_000);
    for (const [index, id] of order.entries()) {
      assert.ok(await chord.getContext(id));
      assert.equal((await chord.cleanup({ limit: 1 })).contexts, 1);
      assert.equal(await chord.getContext(id), undefined, `${id} was next in run ${index}`);
    }
  }),
);

test(
  "limit 1, repeated, empties everything stale, however much fresh there is",
  timed({ contextAutoDelete: true, contextTtl: 10_000, deltaTtl: 1_000 }, async (chord, clock) => {
    for (let n = 0; n < 40; n += 1) await count(chord, `stale ${n}`, 1, 3);
    clock.advance(10_500);
    for (let n = 0; n < 200; n += 1) await chord.setContext(`fresh ${n}`, {});
    let runs = 0;
    const stale = async () => (await chord.listContexts({ prefix: "stale" })).contexts.length;
    while ((await stale()) > 0 && runs < 100) {
      await chord.cleanup({ limit: 1 });
      runs += 1;
    }
    assert.equal(await stale(), 0);
    assert.equal((await chord.listContexts({ prefix: "fresh", limit: 1_000 })).contexts.length, 200);
  }),
);

test(
  "contexts whose deltas alone are stale don't keep others from being visited",
  timed({ deltaTtl: 1_000 }, async (chord, clock) => {
    for (let n = 0; n < 30; n += 1) await count(chord, `c${n}`, 1, 2);
    clock.advance(1_500);
    let removed = 0;
    for (let run = 0; run < 30; run += 1) removed += (await chord.cleanup({ limit: 1 })).deltas;
    assert.equal(removed, 60);
    for (let n = 0; n < 30; n += 1) assert.deepEqual(await versions(chord, `c${n}`), []);
  }),
);

test("a tombstone lasts for deltaTtl, a day when that is null, and then versions begin anew", async () => {
  for (const [deltaTtl, life] of [
    [1_000, 1_000],
    [null, 86_400_000],
  ]) {
    await timed({ deltaTtl }, async (chord, clock) => {
      await count(chord, "early", 1, 5);
      await count(chord, "late", 1, 5);
      await chord.deleteContext("early");
      await chord.deleteContext("late");
      clock.advance(life - 1);
      await chord.cleanup();
      assert.equal((await chord.setContext("early", {})).context.version, 6);
      clock.advance(2);
      await chord.cleanup();
      assert.equal((await chord.setContext("late", {})).context.version, 1);
    })();
  }
});

test(
  "a context removed by cleanup leaves a tombstone as a deletion does",
  timed({ contextAutoDelete: true, contextTtl: 1_000, deltaTtl: 50_000 }, async (chord, clock) => {
    await count(chord, "c", 1, 5);
    const held = await chord.getContext("c");
    clock.advance(2_000);
    await chord.cleanup();
    const { context } = await chord.setContext("c", { again: true });
    assert.equal(context.version, 6);
    assert.equal((await chord.syncContext("c", held)).type, "full_context");
  }),
);

test(
  "expired tombstones go along without counting",
  timed({ contextAutoDelete: true, contextTtl: 1_000, deltaTtl: 1_000 }, async (chord, clock) => {
    for (let n = 0; n < 10; n += 1) {
      await chord.setContext(`gone ${n}`, {});
      await chord.deleteContext(`gone ${n}`);
    }
    await chord.setContext("stale", {});
    clock.advance(5_000);
    let contexts = 0;
    for (let run = 0; run < 2; run += 1) contexts += (await chord.cleanup({ limit: 1 })).contexts;
    assert.equal(contexts, 1, "ten tombstones don't use up the limit");
  }),
);

test(
  "a wrong limit is invalid_argument",
  withChord({}, async (chord) => {
    for (const limit of [-1, 1.5, "10", Number.NaN]) {
      await refusal(() => chord.cleanup({ limit }), "invalid_argument", { naming: ["limit"] });
    }
  }),
);

test("a time to live that no double holds exactly doesn't keep cleanup busy for ever", async () => {
  let now = 245;
  const chord = await Chord.open({ deltaTtl: 20.4, timeProvider: () => now });
  await chord.setContext("a", { n: 0 });
  now = 265.4;
  assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 1 });
  assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 0 });
  await chord.close();
});
