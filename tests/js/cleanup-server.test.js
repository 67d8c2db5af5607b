import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock, pause, until, withChord } from "./open.js";
import { refusedSomehow } from "./refusal.js";
import { runProgram } from "./runtime.js";

const stale = { contextAutoDelete: true, contextTtl: 1_000 };

/** A test with contexts that are stale when its body begins, and what telemetry told. */
const overdue = (count, body) => async () => {
  const clock = manualClock();
  const events = [];
  const telemetry = (event) => {
    if (event.name.startsWith("chord.cleanup")) events.push(event.name.split(".").at(-1));
  };
  await withChord({ ...stale, timeProvider: clock.timeProvider, telemetry }, async (chord) => {
    for (let n = 0; n < count; n += 1) await chord.setContext(`c${n}`, { n });
    clock.advance(5_000);
    await body(chord, { clock, events, left: async () => (await chord.listContexts()).contexts.length });
  })();
};

test(
  "the server cleans at its interval until it is stopped",
  overdue(3, async (chord, { clock, events, left }) => {
    await chord.startCleanupServer({ interval: 10 });
    await until(async () => (await left()) === 0, "the stale contexts gone");
    await chord.setContext("again", {});
    clock.advance(5_000);
    await until(async () => (await left()) === 0, "a later one gone too");
    await chord.stopCleanupServer();
    await pause(30);
    const runs = events.length;
    await pause(80);
    assert.equal(events.length, runs, "no run after the stop");
  }),
);

test(
  "without an interval it waits an hour, or at any rate doesn't run at once",
  overdue(1, async (chord, { events, left }) => {
    await chord.startCleanupServer();
    await pause(150);
    assert.equal(events.length, 0);
    assert.equal(await left(), 1);
  }),
);

test(
  "stopping twice, and without a start, is fine",
  overdue(0, async (chord) => {
    await chord.stopCleanupServer();
    await chord.startCleanupServer({ interval: 1_000 });
    await chord.stopCleanupServer();
    await chord.stopCleanupServer();
  }),
);

test(
  "starting it again replaces it",
  overdue(0, async (chord, { events }) => {
    await chord.startCleanupServer({ interval: 5 });
    await until(() => events.length >= 4, "some runs");
    await chord.startCleanupServer({ interval: 60_000 });
    await pause(20);
    const runs = events.length;
    await pause(80);
    assert.equal(events.length, runs, "the quick one is gone");
    await chord.stopCleanupServer();
  }),
);

test(
  "the interval can be changed while it runs",
  overdue(0, async (chord, { events }) => {
    await chord.startCleanupServer({ interval: 60_000 });
    await pause(30);
    assert.equal(events.length, 0);
    await chord.updateCleanupInterval(5);
    await until(() => events.length >= 4, "runs at the new interval");
  }),
);

test(
  "updates before the start are kept for it",
  overdue(10, async (chord, { events, left }) => {
    await chord.updateCleanupInterval(10);
    await chord.updateCleanupBackendOptions({ limit: 1 });
    await pause(40);
    assert.equal(events.length, 0, "an update alone starts nothing");
    await chord.startCleanupServer();
    await until(() => events.filter((name) => name === "stop").length >= 1, "a first run");
    assert.ok((await left()) >= 1, "one run with limit 1 can't have removed them all");
    await until(async () => (await left()) === 0, "all gone in time");
    assert.ok(events.filter((name) => name === "stop").length >= 10, "one context a run");
  }),
);

test(
  "backend options can be given at the start and changed while it runs",
  overdue(200, async (chord, { events, left }) => {
    await chord.startCleanupServer({ interval: 5, backendOptions: { limit: 1 } });
    await until(() => events.length >= 4, "two runs");
    assert.ok((await left()) > 100);
    await chord.updateCleanupBackendOptions({ limit: 1_000 });
    await until(async () => (await left()) === 0, "all gone at once");
    assert.ok(events.length < 300, `${events.length} events for what one large run does`);
  }),
);

test("a failing run is told through telemetry and survived", async () => {
  let broken = false;
  let now = 0;
  const events = [];
  const timeProvider = () => {
    if (broken) throw new Error("no time");
    return now;
  };
  await withChord({ ...stale, timeProvider, telemetry: ({ name }) => events.push(name) }, async (chord) => {
    await chord.setContext("c", {});
    broken = true;
    await chord.startCleanupServer({ interval: 5 });
    await until(() => events.filter((name) => name === "chord.cleanup.run.exception").length >= 2, "two failing runs");
    broken = false;
    now = 10_000;
    await until(async () => (await chord.getContext("c")) === undefined, "a run that works");
  })();
});

test(
  "runs never overlap",
  overdue(500, async (chord, { events }) => {
    await chord.startCleanupServer({ interval: 1, backendOptions: { limit: 5 } });
    await until(() => events.length >= 40, "twenty runs");
    await chord.stopCleanupServer();
    for (const [index, name] of events.entries()) assert.equal(name, index % 2 ? "stop" : "start");
  }),
);

test(
  "closing the instance stops the server",
  overdue(0, async (chord, { events }) => {
    await chord.startCleanupServer({ interval: 5 });
    await until(() => events.length >= 2, "a run");
    await chord.close();
    await pause(20);
    const runs = events.length;
    await pause(60);
    assert.equal(events.length, runs);
  }),
);

test(
  "a wrong interval or wrong backend options are invalid_argument",
  overdue(0, async (chord) => {
    for (const interval of [0, -1, "10", Number.NaN, {}]) {
      await refusedSomehow(() => chord.startCleanupServer({ interval }), "invalid_argument", { naming: ["interval"] });
      await refusedSomehow(() => chord.updateCleanupInterval(interval), "invalid_argument", { naming: ["interval"] });
    }
    for (const limit of [-1, "10", 1.5]) {
      await refusedSomehow(() => chord.updateCleanupBackendOptions({ limit }), "invalid_argument", { naming: ["limit"] });
      await refusedSomehow(() => chord.startCleanupServer({ backendOptions: { limit } }), "invalid_argument", { naming: ["limit"] });
    }
  }),
);

test("a process that started the server and neither stops nor closes it exits by itself", { timeout: 60_000 }, async () => {
  const { code, printed, took } = await runProgram("leave-cleanup-server-running.js", [], 30_000);
  assert.equal(code, 0, `killed or failed after ${took.toFixed(0)} ms: ${printed}`);
  assert.match(printed, /end of program/);
  assert.match(printed, /chord\.cleanup\.run\.stop/, "the server did run");
  assert.ok(took < 20_000, `it took ${took.toFixed(0)} ms`);
});
