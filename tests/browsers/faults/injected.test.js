/** Errors at each step of a transaction and of opening: what is stored is old or new, each call ends in time, and no increment counts twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

const timeout = 1_000;
const [always, once] = [1_000, 1];
const increments = 3;

/** What every call ends in where a fault happens once, and where it happens each time. */
const stored = "stored";
const refused = "backend_unavailable";
const writing = {
  "transaction() throws": [stored, refused],
  "get() throws": [stored, refused],
  "put() throws": [stored, refused],
  "delete() throws": [stored, refused],
  "a get fails": [stored, refused],
  "a put fails": [stored, refused],
  "put() finds no room": [stored, "quota_exceeded"],
  "commit() throws and nothing is stored": [stored, refused],
  "commit() throws and it is stored": [stored, stored],
  "it is aborted right before its end": [stored, refused],
  "it is stored and its end is not heard of": [stored, stored],
  "it never ends": [refused, refused],
};
const opening = {
  // Where a browser has none for a page, it says so like this; it is asked once.
  "open() throws": [refused, refused],
  "opening fails": [stored, refused],
  "opening never ends": [stored, refused],
  "the upgrade fails": [stored, refused],
};

/** Calls of several kinds at once, which share a transaction; then the same instance without the fault, and another that reads what is stored. */
async function writeAmid({ name, fault, times, timeout, increments }) {
  const chord = await open(name, { timeout });
  await chord.setContext("counted", { n: 0 });
  await chord.setContext("deleted", { pad: "x".repeat(3_000) });
  const takeAway = inject(fault, times);
  const calls = Array.from({ length: increments }, () => chord.updateContext("counted", { n: increment() }));
  calls.push(chord.deleteContext("deleted"), chord.setContext("made", { made: true }));
  const outcomes = (await Promise.all(calls.map(timed))).map(({ code, message, took }) => ({ code, message, took }));
  const hits = takeAway();

  // What was given up may still be about to end.
  const usable = await timed(until(() => chord.updateContext("counted", { after: true }).catch(() => undefined), 3 * timeout));
  const reader = await open(name);
  const { context, version } = await reader.getContext("counted");
  const log = await reader.listDeltas("counted");
  const start = reader.applyDelta(context, reader.invertDelta(reader.mergeDeltas(log.map(({ delta }) => delta))));
  const there = { deleted: await reader.getContext("deleted"), made: await reader.getContext("made") };
  for (const each of [chord, reader]) await each.close();
  return {
    outcomes,
    hits,
    usable: usable.code,
    ...{ n: context.n, version, start, versions: log.map(({ version }) => version) },
    isDeleted: there.deleted === undefined,
    deletedBytes: there.deleted?.context.pad.length,
    made: there.made?.context,
  };
}

/** Opening, and then a call. */
async function openAmid({ name, fault, times, timeout }) {
  const takeAway = inject(fault, times);
  const opened = await timed(open(name, { timeout }));
  const hits = takeAway();
  await opened.value?.close();
  const again = await until(() => open(name, { timeout }).catch(() => undefined));
  const { context } = await again.setContext("a", { works: true });
  await again.close();
  return { code: opened.code, message: opened.message, took: opened.took, hits, context: context.context };
}

describeIn(everyBrowser, (visit) => {
  let page;
  let made = 0;
  const cases = (faults) =>
    Object.entries(faults).flatMap(([fault, ends]) => [
      { fault, how: "once", times: once, end: ends[0] },
      { fault, how: "each time", times: always, end: ends[1] },
    ]);

  for (const { fault, how, times, end } of cases(writing)) {
    test(`${fault}, ${how}: ${end}`, async () => {
      page ??= await visit.open();
      made += 1;
      const seen = await page.run(writeAmid, { name: `amid-${made}`, fault, times, timeout, increments });
      assert.ok(seen.hits > 0, "the fault happened");
      const acknowledged = seen.outcomes.filter(({ code }) => code === undefined).length;
      for (const { code, message, took } of seen.outcomes) {
        assert.ok(took < timeout + 2_000, `took ${took} ms`);
        // What waits behind a call that is given up may run out of time itself.
        const ends = end === stored ? [undefined] : [end, "timeout"];
        // Deleting needs no put where the tombstone is all there is to put, and so on: alone, others may get through.
        assert.ok(ends.includes(code) || (end === "quota_exceeded" && code === undefined), `${code}: ${message}`);
      }
      assert.ok(end === stored || acknowledged < seen.outcomes.length);
      const counted = seen.outcomes.slice(0, increments).filter(({ code }) => code === undefined).length;
      assert.ok(seen.n >= counted && seen.n <= increments, `${seen.n} of ${counted} acknowledged`);
      if (end === stored) assert.deepEqual([seen.n, seen.isDeleted, seen.made], [increments, true, { made: true }]);
      assert.equal(seen.usable, undefined, "usable afterwards");
      assert.equal(seen.version, seen.n + 2);
      assert.deepEqual(
        seen.versions,
        Array.from({ length: seen.version }, (_, place) => place + 1),
      );
      assert.deepEqual(seen.start, {}, "the log leads back to the beginning");
      if (!seen.isDeleted) assert.equal(seen.deletedBytes, 3_000);
      if (seen.made !== undefined) assert.deepEqual(seen.made, { made: true });
    });
  }

  for (const { fault, how, times, end } of cases(opening)) {
    test(`${fault}, ${how}: ${end}`, async () => {
      page ??= await visit.open();
      made += 1;
      const seen = await page.run(openAmid, { name: `opening-${made}`, fault, times, timeout });
      assert.ok(seen.hits > 0, "the fault happened");
      assert.ok(seen.took < timeout + 2_000, `took ${seen.took} ms`);
      assert.equal(seen.code, end === stored ? undefined : end, seen.message);
      assert.deepEqual(seen.context, { works: true });
    });
  }
});
