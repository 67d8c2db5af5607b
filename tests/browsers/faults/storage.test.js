/** `storage()`, and durability as it is asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

describeIn(everyBrowser, (visit, name) => {
  test("storage() tells best-effort for IndexedDB and memory for memory", async () => {
    const page = await visit.open();
    const told = await page.run(async () => {
      const chord = await open("storage");
      const inMemory = await Chord.open({ backend: "memory" });
      await chord.setContext("a", { text: "x".repeat(100_000) });
      const told = { database: await chord.storage(), memory: await inMemory.storage() };
      await chord.close();
      return told;
    });
    assert.equal(told.database.kind, "best-effort");
    assert.ok(told.database.bytesUsed === undefined || told.database.bytesUsed > 0);
    assert.ok(told.database.bytesAllowed === undefined || told.database.bytesAllowed > told.database.bytesUsed);
    assert.deepEqual(told.memory, { kind: "memory" });
    await page.close();
  });

  test("durability is what transactions are begun with", async () => {
    const page = await visit.open();
    const seen = await page.run(async () => {
      const { transaction } = IDBDatabase.prototype;
      const seen = {};
      for (const durability of ["relaxed", "strict"]) {
        const begun = [];
        IDBDatabase.prototype.transaction = function (...given) {
          const made = transaction.apply(this, given);
          if (given[1] === "readwrite") begun.push(made.durability ?? given[2]?.durability);
          return made;
        };
        const chord = await open("durability", { backend: { durability } });
        await chord.setContext("a", { durability });
        seen[durability] = [...new Set(begun)];
        await chord.close();
      }
      IDBDatabase.prototype.transaction = transaction;
      const chord = await open("durability");
      const { context } = await chord.getContext("a");
      await chord.close();
      return { seen, context };
    });
    assert.deepEqual(seen, { seen: { relaxed: ["relaxed"], strict: ["strict"] }, context: { durability: "strict" } });
    await page.close();
  });

  if (name === "chromium") {
    test("storage() tells persistent once the browser has granted that", async () => {
      const page = await visit.open();
      const { origin } = new URL(visit.server.url);
      await visit.browser.command("Browser.grantPermissions", { origin, permissions: ["durableStorage"] });
      const kind = await page.run(async () => {
        const granted = await navigator.storage.persist();
        const chord = await open("persistent");
        const { kind } = await chord.storage();
        await chord.close();
        return { granted, kind };
      });
      assert.deepEqual(kind, { granted: true, kind: "persistent" });
      await page.close();
    });
  }
});
