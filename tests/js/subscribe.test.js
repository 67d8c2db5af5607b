import assert from "node:assert/strict";
import { test } from "node:test";
import { increment } from "chord-sync";
import { manualClock, pause, until, withChord } from "./open.js";
import { patched, same } from "./oracle.js";
import { thrown } from "./refusal.js";
import { unhandledRejections } from "./unhandled.js";

/** A listener that keeps what it hears. */
function ear() {
  const heard = [];
  return { heard, listen: (event) => heard.push(event), count: (n) => until(() => heard.length >= n, `${n} events, got ${heard.length}`) };
}

test("a change is told with id, version, revision, delta, time and origin", async () => {
  const clock = manualClock(9_000);
  await withChord({ timeProvider: clock.timeProvider }, async (chord) => {
    const { heard, listen, count } = ear();
    chord.subscribe("c", listen);
    const first = await chord.setContext("c", { a: 1 });
    clock.advance(5);
    const second = await chord.updateContext("c", { a: 2 });
    await count(2);
    const due = (result, insertedAt) => ({
      type: "change",
      contextId: "c",
      version: result.context.version,
      revision: result.context.revision,
      delta: result.delta.delta,
      insertedAt,
      origin: "local",
    });
    assert.deepEqual(
      heard.map((event) => ({ ...event })),
      [due(first, 9_000), due(second, 9_005)],
    );
  })();
});

test(
  "a deletion is told as one, without a delta",
  withChord({}, async (chord) => {
    const { heard, listen, count } = ear();
    await chord.setContext("c", {});
    chord.subscribe("c", listen);
    await chord.deleteContext("c");
    await count(1);
    assert.equal(heard[0].type, "delete");
    assert.equal(heard[0].contextId, "c");
    assert.equal(heard[0].origin, "local");
    assert.ok(!("delta" in heard[0]) || heard[0].delta === undefined);
  }),
);

test(
  "a restore is told as a change without a delta",
  withChord({ contextExternalProvider: () => ({ context: { r: 1 }, version: 9 }) }, async (chord) => {
    const { heard, listen, count } = ear();
    chord.subscribe("c", listen);
    const { version, revision } = await chord.restoreContext("c");
    await count(1);
    assert.equal(heard[0].type, "change");
    assert.deepEqual([heard[0].version, heard[0].revision], [version, revision]);
    assert.equal(heard[0].delta, undefined);
  }),
);

test(
  "what changes nothing or is refused is not told",
  withChord({}, async (chord) => {
    const { heard, listen, count } = ear();
    await chord.setContext("c", { a: 1 });
    chord.subscribe("*", listen);
    await chord.setContext("c", { a: 1 });
    await chord.updateContext("c", {});
    await chord.setContext("c", { a: 2 }, { ifVersion: 9 }).catch(() => {});
    await chord.setContext("c", { a: () => 1 }).catch(() => {});
    await chord.transact("c", () => undefined);
    await chord.deleteContext("none");
    await chord.setContext("c", { a: 3 });
    await count(1);
    await pause(20);
    assert.deepEqual(
      heard.map((event) => event.version),
      [2],
    );
  }),
);

test(
  "a listener hears its own id only, and * hears all",
  withChord({}, async (chord) => {
    const one = ear();
    const all = ear();
    chord.subscribe("a", one.listen);
    chord.subscribe("*", all.listen);
    await chord.setContext("a", {});
    await chord.setContext("b", {});
    await chord.setContext("a", { n: 1 });
    await chord.deleteContext("b");
    await all.count(4);
    assert.deepEqual(
      all.heard.map((event) => `${event.contextId} ${event.type}`),
      ["a change", "b change", "a change", "b delete"],
    );
    assert.deepEqual(
      one.heard.map((event) => `${event.contextId} ${event.version}`),
      ["a 1", "a 2"],
    );
  }),
);

test(
  "the events of an id come in version order, each once, however many writers there are",
  withChord({}, async (chord) => {
    const { heard, listen, count } = ear();
    chord.subscribe("c", listen);
    await chord.setContext("c", { n: 0 });
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        n % 3 ? chord.updateContext("c", { n: increment(1) }) : chord.transact("c", (current) => ({ ...current, [n]: n })),
      ),
    );
    await count(101);
    assert.deepEqual(
      heard.map((event) => event.version),
      Array.from({ length: 101 }, (_, n) => n + 1),
    );
  }),
);

test(
  "who applies every delta heard holds the context",
  withChord({ deltaThreshold: 2 }, async (chord) => {
    let held = {};
    let version = 0;
    chord.subscribe("c", (event) => {
      held = event.type === "delete" ? {} : patched(held, event.delta);
      version = event.version;
    });
    for (let n = 1; n <= 60; n += 1) {
      if (n % 20 === 0) await chord.deleteContext("c");
      await chord.setContext("c", {
        n,
        list: Array.from({ length: n % 7 }, (_, i) => ({ i, n: n % 3 })),
        ...(n % 2 ? { odd: { n } } : {}),
      });
    }
    const now = await chord.getContext("c");
    await until(() => version === now.version, "the last change told");
    assert.ok(same(held, now.context));
  }),
);

test(
  "a listener is told after the commit: it reads that state or a newer one",
  withChord({}, async (chord) => {
    const reads = [];
    chord.subscribe("c", (event) => reads.push(chord.getContext("c").then((held) => [event.version, held.version])));
    for (let n = 0; n < 20; n += 1) void chord.setContext("c", { n });
    await until(() => reads.length === 20, "twenty events");
    for (const [told, read] of await Promise.all(reads)) assert.ok(read >= told, `${told} was told, ${read} was read`);
  }),
);

test(
  "a listener that throws or rejects harms neither the writer nor the others",
  withChord({}, async (chord) => {
    const unhandled = unhandledRejections();
    const { listen, count } = ear();
    chord.subscribe("c", () => {
      throw new Error("thrown by a listener");
    });
    chord.subscribe("c", async () => {
      throw new Error("rejected by a listener");
    });
    chord.subscribe("c", listen);
    assert.equal((await chord.setContext("c", { n: 1 })).changed, true);
    assert.equal((await chord.setContext("c", { n: 2 })).changed, true);
    await count(2);
    await pause(20);
    unhandled.stop();
    assert.deepEqual(unhandled.reasons, []);
  }),
);

test(
  "after unsubscribing nothing is heard, and unsubscribing twice is fine",
  withChord({}, async (chord) => {
    const gone = ear();
    const stays = ear();
    const stop = chord.subscribe("c", gone.listen);
    chord.subscribe("c", stays.listen);
    await chord.setContext("c", { n: 1 });
    await stays.count(1);
    stop();
    stop();
    await chord.setContext("c", { n: 2 });
    await stays.count(2);
    assert.equal(gone.heard.length, 1);
  }),
);

test(
  "the same listener subscribed twice is two subscriptions",
  withChord({}, async (chord) => {
    const { heard, listen, count } = ear();
    const stop = chord.subscribe("c", listen);
    chord.subscribe("c", listen);
    await chord.setContext("c", { n: 1 });
    await count(2);
    stop();
    await chord.setContext("c", { n: 2 });
    await count(3);
    await pause(10);
    assert.deepEqual(
      heard.map((event) => event.version),
      [1, 1, 2],
    );
  }),
);

test(
  "a listener may unsubscribe itself and others, and subscribe anew, while it is told",
  withChord({}, async (chord) => {
    const log = [];
    const stops = [];
    stops.push(
      chord.subscribe("c", (event) => {
        log.push(`first ${event.version}`);
        for (const stop of stops.splice(0)) stop();
        chord.subscribe("c", (later) => log.push(`later ${later.version}`));
      }),
    );
    await chord.setContext("c", { n: 1 });
    await until(() => log.includes("first 1"), "the first event");
    await chord.setContext("c", { n: 2 });
    await until(() => log.includes("later 2"), "the second event");
    assert.deepEqual(log, ["first 1", "later 2"]);
  }),
);

test(
  "a wrong id or listener is invalid_argument",
  withChord({}, async (chord) => {
    for (const id of ["", 1, null, undefined]) thrown(() => chord.subscribe(id, () => {}), "invalid_argument");
    for (const listener of [undefined, null, {}, "f"]) thrown(() => chord.subscribe("c", listener), "invalid_argument");
  }),
);

test(
  "a subscription hears what is committed after it, not what is still being told",
  withChord({}, async (chord) => {
    const late = ear();
    const early = ear();
    chord.subscribe("c", (event) => {
      early.listen(event);
      if (event.version === 1) chord.subscribe("c", late.listen);
    });
    await chord.setContext("c", { n: 1 });
    await early.count(1);
    await chord.setContext("c", { n: 2 });
    await late.count(1);
    assert.deepEqual(
      late.heard.map((event) => event.version),
      [2],
    );
  }),
);

test(
  "who is unsubscribed while an event is told, or before it is, doesn't hear it",
  withChord({}, async (chord) => {
    const { heard, listen } = ear();
    const first = ear();
    let stop;
    chord.subscribe("c", (event) => {
      stop();
      first.listen(event);
    });
    stop = chord.subscribe("c", listen);
    await chord.setContext("c", { n: 1 });
    await first.count(1);
    const stopSoon = chord.subscribe("c", listen);
    const writing = chord.setContext("c", { n: 2 });
    stopSoon();
    await writing;
    await first.count(2);
    await pause(10);
    assert.deepEqual(heard, []);
  }),
);

test("a context that begins anew when its versions are forgotten is heard of from its first version on", async () => {
  const clock = manualClock();
  await withChord({ deltaTtl: 1_000, timeProvider: clock.timeProvider }, async (chord) => {
    const { heard, listen, count } = ear();
    await chord.setContext("c", { n: 1 });
    chord.subscribe("c", listen);
    for (let n = 2; n <= 4; n += 1) await chord.updateContext("c", { n });
    await chord.deleteContext("c");
    clock.advance(5_000);
    await chord.cleanup();
    await chord.setContext("c", { n: 0 });
    await chord.updateContext("c", { n: 1 });
    await count(6);
    assert.deepEqual(
      heard.map(({ type, version }) => `${type} ${version}`),
      ["change 2", "change 3", "change 4", "delete 4", "change 1", "change 2"],
    );
  })();
});
