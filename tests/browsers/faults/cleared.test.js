/** Site data cleared while everything is open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn } from "./visit.js";

describeIn(["chromium"], (visit) => {
  for (const storageTypes of ["indexeddb", "all"]) {
    test(`after clearing ${storageTypes}, versions begin anew and clients get the whole state`, async () => {
      const [page, other] = [await visit.open(), await visit.open()];
      const { origin } = new URL(visit.server.url);
      const name = `cleared-${storageTypes}`;
      const begin = async (name) => {
        globalThis.chord = await open(name, { timeout: 5_000 });
        if ((await chord.getContext("a")) === undefined) for (const n of [1, 2, 3]) await chord.setContext("a", { n });
        const { version, revision } = await chord.getContext("a");
        return { version, revision };
      };
      const before = await page.run(begin, name);
      await other.run(begin, name);
      // One with nothing to do meanwhile, one amid its writes.
      const writing = other.run(async () => {
        const end = performance.now() + 1_000;
        const outcomes = [];
        while (performance.now() < end) outcomes.push(await timed(chord.setContext("b", { at: performance.now() })));
        const { context } = await chord.getContext("b");
        return {
          count: outcomes.length,
          failed: outcomes.filter(({ code }) => code),
          longest: Math.max(...outcomes.map(({ took }) => took)),
          at: context.at,
        };
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await page.command("Storage.clearDataForOrigin", { origin, storageTypes });
      const after = await page.run(async (since) => {
        const gone = await timed(chord.getContext("a"));
        const { context } = await chord.setContext("a", { n: 1 });
        for (const n of [2, 3]) await chord.setContext("a", { n });
        const synced = await chord.syncContext("a", since);
        return { gone, version: context.version, synced: [synced.type, synced.version, synced.context] };
      }, before);
      assert.equal(after.gone.value, undefined);
      assert.ok([undefined, "backend_unavailable"].includes(after.gone.code), after.gone.message);
      assert.ok(after.gone.took < 5_000);
      assert.equal(after.version, 1);
      assert.deepEqual(after.synced, ["full_context", 3, { n: 3 }]);
      const { count, failed, longest, at } = await writing;
      assert.ok(count > 10 && at > 0);
      assert.ok(longest < 5_000, `took ${longest} ms`);
      assert.ok(
        failed.every(({ code }) => code === "backend_unavailable"),
        JSON.stringify(failed[0]),
      );
      for (const each of [page, other]) {
        await each.run(() => chord.close());
        await each.close();
      }
    });
  }
});
