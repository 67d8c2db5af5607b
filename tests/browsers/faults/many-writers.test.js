/** Many writers on one context: tabs and workers that share nothing but the database. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

const name = "many-writers";
const each = 500;
const writers = 4;
// So far may a listener fall behind and still be told every version.
const kept = 500;
const options = { deltaThreshold: kept, timeout: 60_000 };

/** Increments one after the other; the versions they were acknowledged with. */
async function write({ name, options, each, writer }) {
  const chord = await open(name, options);
  const versions = [];
  for (let count = 0; count < each; count += 1) {
    const { version } = await chord.updateContext("shared", { count: increment(), [writer]: increment() });
    versions.push(version);
  }
  await chord.close();
  return versions;
}

/** Begins to listen. */
async function listen({ name, options }) {
  globalThis.chord = await open(name, options);
  globalThis.heard = [];
  chord.subscribe("shared", ({ type, version, origin, delta }) => heard.push({ type, version, origin, delta }));
  // What was there before is no news, once it is known.
  await chord.getContext("shared");
}

async function heardUntil(last) {
  await until(() => heard.at(-1)?.version >= last, 60_000);
  return heard;
}

describeIn(everyBrowser, (visit) => {
  test(`two tabs, a worker and a service worker commit ${writers * each} increments, none lost`, { timeout: 240_000 }, async () => {
    const [one, other, listener] = [await visit.open(), await visit.open(), await visit.open()];
    await one.run(async ({ name, options }) => void (await (await open(name, options)).setContext("shared", { count: 0 })), {
      name,
      options,
    });
    await listener.run(listen, { name, options });
    await one.run(listen, { name, options });
    const input = (writer) => ({ name, options, each, writer });
    const versions = await Promise.all([
      one.run(write, input("a tab"), 180_000),
      other.run(write, input("another"), 180_000),
      one.runInWorker(write, input("a worker"), 180_000),
      other.runInServiceWorker(write, input("a service worker"), 180_000),
    ]);
    const last = writers * each + 1;
    const expected = Array.from({ length: writers * each }, (_, place) => place + 2);
    for (const own of versions) {
      assert.equal(own.length, each);
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
        "a writer's own versions rise",
      );
    }
    assert.deepEqual(
      versions.flat().sort((a, b) => a - b),
      expected,
      "no version is missing, none was given twice",
    );
    const changes = (own) => own.slice(1).filter((version, place) => version !== own[place] + 1).length;
    assert.ok(
      versions.every((own) => changes(own) > 0),
      "all wrote at once",
    );

    const { context, log } = await other.run(
      async ({ name, options }) => {
        const chord = await open(name, options);
        const { context, version } = await chord.getContext("shared");
        const log = await chord.listDeltas("shared");
        await chord.close();
        return { context: { ...context, version }, log: log.map(({ version }) => version) };
      },
      { name, options },
    );
    assert.deepEqual(context, { count: last - 1, "a tab": each, another: each, "a worker": each, "a service worker": each, version: last });
    assert.deepEqual(log, expected.slice(-kept));

    // In a tab that doesn't write, and in one whose realm writes over another connection.
    for (const page of [listener, one]) {
      const heard = await page.run(heardUntil, last, 90_000);
      assert.deepEqual(
        heard.map(({ version }) => version),
        expected,
      );
      assert.ok(heard.every(({ type, origin }) => type === "change" && origin === "remote"));
      assert.ok(
        heard.every(({ version, delta }) => delta?.count?.value === version - 1),
        "each comes with what changed",
      );
    }
    for (const page of [one, other, listener]) await page.close();
  });
});
